"""The PKI server: TCP connections of all its clients, and the requests on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate.authority import Authority
from pcapinspect.simulate.endpoint import STACKS, Endpoint
from pcapinspect.simulate.gate import Gate
from pcapinspect.simulate.limits import Outage, RateLimit
from pcapinspect.simulate.record import Attempt, Exchange, Message, Record
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import ACK, RST, SEQUENCE, SYN, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """One server. Times in seconds."""

    ip: str = "10.0.0.80"
    port: int = 80
    stack: str = "ios"
    rate: RateLimit | None = None
    max_connections: int | None = None
    """Connections open at once, counted from the SYN/ACK; a SYN beyond them is dropped in silence."""
    backlog: int | None = None
    """Set: the rate limit stops only the reading of connections, and the kernel goes on accepting until as many wait
    (an accept queue, as of Linux). None: it stops the listener itself."""
    service: float = 0.03
    """Typical time from a request to its answer: drawn from half of it to three times."""
    idle_timeout: float = 180.0
    """After which a connection without a request is closed (IOS: `ip http timeout-policy idle`)."""
    shadow_from: float | None = None
    """When the shadow CA certificate exists, from the capture's begin; before, GetNextCACert gets 404. None: never."""
    outages: tuple[Outage, ...] = ()


class _Connection:
    """An attempt that the server answered."""

    def __init__(self, attempt: Attempt, isn: int) -> None:
        self.attempt = attempt
        self.isn = isn
        self.endpoint: Endpoint | None = None
        """Once the client's ACK is there."""
        self.read = False
        """Whether the HTTP process reads it, or it still waits in the backlog."""
        self.buffer = b""
        self.exchanges: list[Exchange] = []

    @property
    def client(self) -> tuple[str, int]:
        return (self.attempt.client_ip, self.attempt.client_port)


class Server:
    """Answers the segments of all clients as its settings say. `begin`: of the capture, in nanoseconds."""

    def __init__(
        self,
        schedule: Schedule,
        settings: ServerSettings,
        send: Callable[[Segment], None],
        record: Record,
        rng: Random,
        begin: int,
    ) -> None:
        self._schedule = schedule
        self._settings = settings
        self._stack = STACKS[settings.stack]
        self._send = send
        self._rng = rng
        self._connections: dict[tuple[str, int], _Connection] = {}
        self._waiting: deque[_Connection] = deque()
        self._identification = count(rng.randrange(1, 40000))
        key = (settings.ip, settings.port)
        self._accepts = record.accepts.setdefault(key, [])
        silences = record.silences.setdefault(key, [])
        self._gate = Gate(
            schedule, settings.rate, settings.max_connections, settings.backlog, silences, self._resume, self._restart
        )
        shadow = None if settings.shadow_from is None else begin + round(settings.shadow_from * SECOND)
        self._authority = Authority(begin, shadow, rng)
        for outage in settings.outages:
            end = None if outage.end is None else begin + round(outage.end * SECOND)
            schedule.at(begin + round(outage.begin * SECOND), self._gate.begin_outage, outage, end)

    def receive(self, segment: Segment) -> None:
        """A segment arrives."""
        attempt = segment.attempt
        if self._gate.dark:
            if segment.flags & SYN:
                self._gate.knock(segment)
            return
        connection = self._connections.get((attempt.client_ip, attempt.client_port))
        known = connection is not None and connection.attempt is attempt
        if segment.flags & SYN:
            reached = self._gate.count_syn(attempt)
            if connection is not None and known:
                self._syn_again(connection)
            else:
                self._syn(segment, reached)
        elif connection is not None and known:
            self._segment(connection, segment)
        elif not segment.flags & RST:
            self._put(attempt, RST, segment.ack, 0)

    # --- the handshake ---------------------------------------------------------------------------------------------

    def _syn(self, segment: Segment, reached: bool) -> None:
        attempt = segment.attempt
        silence = self._gate.knock(segment)
        if silence is not None:
            if silence.kind == "refusing":
                self._put(attempt, RST | ACK, 0, attempt.isn + 1)
            return
        connection = _Connection(attempt, self._rng.getrandbits(32))
        self._connections[connection.client] = connection
        attempt.answered = self._schedule.now
        self._accepts.append(self._schedule.now)
        self._room()
        self._synack(connection, 0)
        if reached:
            self._gate.pause()
        if self._settings.backlog is None:
            self._gate.count("accepts")

    def _synack(self, connection: _Connection, tries: int) -> None:
        """SYN/ACK, and again until the client's ACK comes or the patience of the stack ends."""
        if connection.endpoint is not None or not self._lives(connection):
            return
        self._syn_again(connection)
        times = self._stack.syn_times
        if tries + 1 < len(times):
            self._schedule.after(round((times[tries + 1] - times[tries]) * SECOND), self._synack, connection, tries + 1)
        else:
            self._schedule.after(round((self._stack.patience - times[-1]) * SECOND), self._forget, connection)

    def _syn_again(self, connection: _Connection) -> None:
        if connection.endpoint is None:
            self._put(connection.attempt, SYN | ACK, connection.isn, connection.attempt.isn + 1, self._stack.options)

    def _forget(self, connection: _Connection) -> None:
        """Give up a half-open connection."""
        if connection.endpoint is None:
            self._drop(connection)

    def _lives(self, connection: _Connection) -> bool:
        return self._connections.get(connection.client) is connection

    def _drop(self, connection: _Connection) -> None:
        if self._lives(connection):
            del self._connections[connection.client]
        self._room()

    def _room(self) -> None:
        self._gate.room(len(self._connections), len(self._waiting))

    def _segment(self, connection: _Connection, segment: Segment) -> None:
        if connection.endpoint is None:
            if segment.flags & RST:
                self._drop(connection)
                return
            connection.endpoint = self._open(connection)
            if self._gate.paused and self._settings.backlog is not None:
                self._waiting.append(connection)
                self._room()
            else:
                self._read(connection)
        connection.endpoint.receive(segment)

    def _open(self, connection: _Connection) -> Endpoint:
        endpoint = Endpoint(
            self._schedule,
            self._transmit,
            self._stack,
            connection.attempt,
            False,
            connection.isn + 1,
            connection.attempt.isn + 1,
            lambda: next(self._identification) & 0xFFFF,
        )
        endpoint.on_data = lambda data: self._data(connection, data)
        endpoint.on_end = lambda: self._client_ended(connection)
        endpoint.on_closed = lambda _how: self._drop(connection)
        self._schedule.after(round(self._settings.idle_timeout * SECOND), self._idle, connection)
        return endpoint

    # --- requests --------------------------------------------------------------------------------------------------

    def _read(self, connection: _Connection) -> None:
        """The HTTP process takes the connection; with a backlog, this is the accept that the limit counts."""
        connection.read = True
        if self._settings.backlog is not None:
            self._gate.count("accepts")
        self._serve(connection)

    def _resume(self) -> None:
        while self._waiting and not self._gate.paused:
            self._read(self._waiting.popleft())
        self._room()

    def _data(self, connection: _Connection, data: bytes) -> None:
        connection.buffer += data
        if connection.read:
            self._serve(connection)

    def _serve(self, connection: _Connection) -> None:
        """Have every whole request answered, each after a time of its own."""
        while b"\r\n\r\n" in connection.buffer:
            _, _, connection.buffer = connection.buffer.partition(b"\r\n\r\n")
            exchange = connection.attempt.exchanges[len(connection.exchanges)]
            connection.exchanges.append(exchange)
            self._gate.count("requests")
            # A square instead of a distribution's logarithms: it is equal on every machine.
            spread = 0.5 + 2.5 * self._rng.random() ** 2
            self._schedule.after(round(self._settings.service * spread * SECOND), self._answer, connection, exchange)

    def _answer(self, connection: _Connection, exchange: Exchange) -> None:
        endpoint = connection.endpoint
        if endpoint is None or endpoint.closed is not None or self._gate.dark:
            return
        data = self._authority.answer(exchange, self._schedule.now)
        exchange.response = Message(len(data), len("HTTP/1.1 404"), self._schedule.now)
        endpoint.write(data, exchange.response, fin=not exchange.keep_alive)

    def _client_ended(self, connection: _Connection) -> None:
        endpoint = connection.endpoint
        if endpoint is not None and all(exchange.response is not None for exchange in connection.exchanges):
            endpoint.write(b"", None, fin=True)

    def _idle(self, connection: _Connection) -> None:
        """Close a connection that never asked for anything."""
        endpoint = connection.endpoint
        if endpoint is not None and endpoint.closed is None and not connection.exchanges:
            endpoint.write(b"", None, fin=True)

    def _restart(self) -> None:
        """Forget every connection."""
        for connection in self._connections.values():
            if connection.endpoint is not None:
                connection.endpoint.closed = "restart"
        self._connections.clear()
        self._waiting.clear()
        self._room()

    # --- the wire --------------------------------------------------------------------------------------------------

    def _transmit(self, segment: Segment) -> None:
        """Send, unless the server is switched off: then its timers still run, but nothing leaves it."""
        if not self._gate.dark:
            self._send(segment)

    def _put(self, attempt: Attempt, flags: int, seq: int, ack: int, options: str = "") -> None:
        self._transmit(
            Segment(
                attempt,
                False,
                flags,
                seq & SEQUENCE,
                ack & SEQUENCE,
                0 if flags & RST else self._stack.window,
                next(self._identification) & 0xFFFF,
                self._stack.ttl,
                options,
            )
        )
