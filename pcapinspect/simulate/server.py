"""The PKI server: a TCP listener with its limits, and HTTP behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate import scep
from pcapinspect.simulate.endpoint import STACKS, Endpoint
from pcapinspect.simulate.limits import RateCounter, RateLimit
from pcapinspect.simulate.record import Attempt, Exchange, Message, Record, Silence
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import ACK, RST, SEQUENCE, SYN, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which the server does not serve. Seconds from the capture's begin; `end` None: it never comes back."""

    begin: float
    end: float | None
    kind: str = "silent"
    """`silent`: as if switched off; `refusing`: every SYN gets a RST; `restart`: silent, and connections forgotten."""


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
    """When the shadow CA certificate exists: before, GetNextCACert gets a 404. None: not within the simulation."""
    outages: tuple[Outage, ...] = ()


class _Connection:
    """An attempt that the server answered."""

    def __init__(self, attempt: Attempt, isn: int) -> None:
        self.attempt = attempt
        self.isn = isn
        self.endpoint: Endpoint | None = None
        self.buffer = b""
        self.exchanges: deque[Exchange] = deque()
        self.accepted = False


class Server:
    """Receives segments of all clients and answers them as its settings say; keeps its silences in the record."""

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
        self.settings = settings
        self._wire = send
        self._stack = STACKS[settings.stack]
        self._record = record
        self._rng = rng
        self._key = (settings.ip, settings.port)
        self._connections: dict[tuple[str, int], _Connection] = {}
        self._identification = count(rng.randrange(1, 40000))
        self._rate = RateCounter(settings.rate) if settings.rate else None
        self._counted: set[int] = set()
        self._paused: Silence | None = None
        """The pause that the rate limit made, while it lasts."""
        self._out: Silence | None = None
        self._full: Silence | None = None
        self._queue: deque[_Connection] = deque()
        """Connections that wait to be read while the reader pauses (only with a backlog)."""
        self.silences = record.silences.setdefault(self._key, [])
        self.accepts = record.accepts.setdefault(self._key, [])
        self._began = begin
        ca_begin = begin // SECOND - scep.CA_AGE
        self._ca = scep.ca_certificate(ca_begin, rng)
        self._shadow = scep.ca_certificate(ca_begin + scep.CA_LIFE, rng)
        for outage in settings.outages:
            schedule.at(begin + round(outage.begin * SECOND), self._go_out, outage)

    # --- listening -------------------------------------------------------------------------------------------------

    def receive(self, segment: Segment) -> None:
        """A segment arrives."""
        out = self._out
        if out is not None and out.kind == "silent":
            if segment.flags & SYN:
                self._swallow(out, segment.attempt)
            return
        key = (segment.attempt.client_ip, segment.attempt.client_port)
        connection = self._connections.get(key)
        if segment.flags & SYN:
            reached = self._count_syn(segment.attempt)
            if connection is not None and connection.attempt is segment.attempt:
                self._syn_again(connection)
            else:
                self._syn(segment.attempt, reached)
        elif connection is not None and connection.attempt is segment.attempt:
            self._segment(connection, segment)
        elif not segment.flags & RST:
            self._reset(segment.attempt, segment.ack)

    def _swallow(self, silence: Silence, attempt: Attempt) -> None:
        silence.swallowed.append((self._schedule.now, attempt))
        attempt.silence(silence.cause)

    def _count_syn(self, attempt: Attempt) -> bool:
        """Count a SYN, whether it will be answered or not, if SYNs or attempts are what counts. True: limit reached."""
        if self._rate is None:
            return False
        counts = self._rate.settings.counts
        if counts == "attempts" and attempt.number not in self._counted:
            self._counted.add(attempt.number)
        elif counts != "syns":
            return False
        return self._rate.count(self._schedule.now)

    def _syn(self, attempt: Attempt, reached: bool) -> None:
        rate = self._rate
        for silence in (self._out, self._paused if self.settings.backlog is None else None):
            if silence is not None:
                self._swallow(silence, attempt)
                if silence.kind == "refusing":
                    self._reset(attempt, 0, ACK, (attempt.isn + 1) & SEQUENCE)
                return
        if self._queue_full() or self._connections_full():
            if self._full is None:
                raise AssertionError("a full server has a silence to account to")
            self._swallow(self._full, attempt)
            return
        self._accept(attempt)
        if reached and rate is not None:
            self._pause(rate.settings)
        if self.settings.backlog is None:
            self._count("accepts")

    def _accept(self, attempt: Attempt) -> None:
        connection = _Connection(attempt, self._rng.getrandbits(32))
        self._connections[attempt.client_ip, attempt.client_port] = connection
        now = self._schedule.now
        attempt.answered = now
        self.accepts.append(now)
        self._note_full()
        self._synack(connection, 0)

    def _synack(self, connection: _Connection, tries: int) -> None:
        """SYN/ACK, and again until the client's ACK comes or the patience of the stack ends."""
        if connection.endpoint is not None or not self._lives(connection):
            return
        self._put(connection.attempt, SYN | ACK, connection.isn, connection.attempt.isn + 1, self._stack.options)
        times = self._stack.syn_times
        if tries + 1 < len(times):
            self._schedule.after(round((times[tries + 1] - times[tries]) * SECOND), self._synack, connection, tries + 1)
        else:
            rest = self._stack.patience - times[-1]
            self._schedule.after(round(rest * SECOND), self._forget_half_open, connection)

    def _syn_again(self, connection: _Connection) -> None:
        if connection.endpoint is None:
            self._put(connection.attempt, SYN | ACK, connection.isn, connection.attempt.isn + 1, self._stack.options)

    def _forget_half_open(self, connection: _Connection) -> None:
        if connection.endpoint is None:
            self._drop(connection)

    def _lives(self, connection: _Connection) -> bool:
        key = (connection.attempt.client_ip, connection.attempt.client_port)
        return self._connections.get(key) is connection

    def _segment(self, connection: _Connection, segment: Segment) -> None:
        if connection.endpoint is None:
            if segment.flags & RST:
                self._drop(connection)
                return
            if segment.ack != (connection.isn + 1) & SEQUENCE and not segment.payload:
                return
            self._open(connection)
        if connection.endpoint is not None:
            connection.endpoint.receive(segment)

    def _open(self, connection: _Connection) -> None:
        attempt = connection.attempt
        endpoint = Endpoint(
            self._schedule,
            self._transmit,
            self._stack,
            attempt,
            False,
            connection.isn + 1,
            attempt.isn + 1,
            lambda: next(self._identification) & 0xFFFF,
        )
        connection.endpoint = endpoint
        endpoint.on_data = lambda data: self._data(connection, data)
        endpoint.on_end = lambda: self._client_ended(connection)
        endpoint.on_closed = lambda _how: self._drop(connection)
        self._schedule.after(round(self.settings.idle_timeout * SECOND), self._idle, connection)
        if self._paused is not None and self.settings.backlog is not None:
            self._queue.append(connection)
            self._note_full()
        else:
            self._take(connection)

    def _take(self, connection: _Connection) -> None:
        """Read the connection from now on; with a backlog, this is what the limit counts."""
        connection.accepted = True
        if self.settings.backlog is not None:
            self._count("accepts")

    def _idle(self, connection: _Connection) -> None:
        """Close a connection that never asked for anything."""
        endpoint = connection.endpoint
        if endpoint is not None and endpoint.closed is None and not connection.exchanges:
            endpoint.write(b"", None, fin=True)

    def _drop(self, connection: _Connection) -> None:
        if self._lives(connection):
            del self._connections[connection.attempt.client_ip, connection.attempt.client_port]
        self._note_full()

    # --- limits and outages ----------------------------------------------------------------------------------------

    def _connections_full(self) -> bool:
        limit = self.settings.max_connections
        return limit is not None and len(self._connections) >= limit

    def _queue_full(self) -> bool:
        backlog = self.settings.backlog
        return self._paused is not None and backlog is not None and len(self._queue) >= backlog

    def _note_full(self) -> None:
        """Begin or end the silence of a server without room."""
        now = self._schedule.now
        if self._queue_full():
            cause = "rate_limit"
        elif self._connections_full():
            cause = "max_connections"
        else:
            if self._full is not None:
                self._full.end = now
                self._full = None
            return
        if self._full is None:
            self._full = Silence(cause, now)
            self.silences.append(self._full)

    def _count(self, what: str) -> None:
        """Count one towards the rate limit, if this is what it counts; reaching the limit begins a pause."""
        rate = self._rate
        if rate is None or rate.settings.counts != what or self._paused is not None:
            return
        if rate.count(self._schedule.now):
            self._pause(rate.settings)

    def _pause(self, rate: RateLimit) -> None:
        silence = Silence("rate_limit", self._schedule.now, kind=rate.reaction)
        self._paused = silence
        if self.settings.backlog is None:
            self.silences.append(silence)
        self._schedule.after(round(rate.pause * SECOND), self._resume)

    def _resume(self) -> None:
        if self._paused is not None and self._rate is not None:
            self._paused.end = self._schedule.now
            self._paused = None
            self._rate.pause_over()
            while self._queue and self._paused is None:
                connection = self._queue.popleft()
                self._take(connection)
                self._serve(connection)
            self._note_full()

    def _go_out(self, outage: Outage) -> None:
        kind = "refusing" if outage.kind == "refusing" else "silent"
        cause = "refused" if kind == "refusing" else "outage"
        self._out = Silence(cause, self._schedule.now, kind=kind)
        self.silences.append(self._out)
        if outage.kind == "restart":
            for connection in list(self._connections.values()):
                if connection.endpoint is not None:
                    connection.endpoint.closed = "restart"
            self._connections.clear()
            self._queue.clear()
            self._note_full()
        if outage.end is not None:
            self._schedule.at(self._began + round(outage.end * SECOND), self._come_back)

    def _come_back(self) -> None:
        if self._out is not None:
            self._out.end = self._schedule.now
            self._out = None

    # --- HTTP ------------------------------------------------------------------------------------------------------

    def _data(self, connection: _Connection, data: bytes) -> None:
        connection.buffer += data
        if connection.accepted:
            self._serve(connection)

    def _serve(self, connection: _Connection) -> None:
        """Answer every whole request that is waiting."""
        while b"\r\n\r\n" in connection.buffer:
            _, _, connection.buffer = connection.buffer.partition(b"\r\n\r\n")
            exchange = self._pending(connection)
            if exchange is None:
                return
            connection.exchanges.append(exchange)
            self._count("requests")
            # Sums and a square instead of a distribution's logarithms: these are equal on every machine.
            spread = 0.5 + 2.5 * self._rng.random() ** 2
            self._schedule.after(round(self.settings.service * spread * SECOND), self._answer, connection, exchange)

    def _pending(self, connection: _Connection) -> Exchange | None:
        asked = connection.attempt.exchanges
        return asked[len(connection.exchanges)] if len(connection.exchanges) < len(asked) else None

    def _answer(self, connection: _Connection, exchange: Exchange) -> None:
        endpoint = connection.endpoint
        if endpoint is None or endpoint.closed is not None or (self._out is not None and self._out.kind == "silent"):
            return
        status, body, content_type = self._body(exchange)
        data = scep.response(status, body, content_type, self._schedule.now, exchange.keep_alive)
        exchange.status = status
        exchange.response = Message(len(data), len("HTTP/1.1 404"), self._schedule.now)
        endpoint.write(data, exchange.response, fin=not exchange.keep_alive)

    def _body(self, exchange: Exchange) -> tuple[int, bytes, str | None]:
        shadow = self.settings.shadow_from
        match exchange.operation:
            case "GetCACaps":
                return 200, scep.CAPABILITIES, "text/plain"
            case "GetCACert":
                return 200, self._ca, "application/x-x509-ca-cert"
            case "PKIOperation" if exchange.transaction_id is not None:
                reply = scep.certificate_reply(exchange.transaction_id, self._rng)
                return 200, reply, "application/x-pki-message"
            case "GetNextCACert" if shadow is not None and self._schedule.now >= self._began + round(shadow * SECOND):
                return 200, scep.next_ca_certificate(self._shadow, self._rng), "application/x-x509-next-ca-cert"
            case _:
                return 404, scep.NOT_FOUND, None

    def _client_ended(self, connection: _Connection) -> None:
        endpoint = connection.endpoint
        answered = all(exchange.response is not None for exchange in connection.exchanges)
        if endpoint is not None and answered and endpoint.closed is None:
            endpoint.write(b"", None, fin=True)

    # --- segments outside an open connection -----------------------------------------------------------------------

    def _put(self, attempt: Attempt, flags: int, seq: int, ack: int, options: str = "") -> None:
        self._transmit(
            Segment(
                attempt,
                False,
                flags,
                seq & SEQUENCE,
                ack & SEQUENCE,
                self._stack.window if not flags & RST else 0,
                next(self._identification) & 0xFFFF,
                self._stack.ttl,
                options,
            )
        )

    def _transmit(self, segment: Segment) -> None:
        """To the wire, unless the server is switched off: then its timers still run, but nothing leaves it."""
        if self._out is None or self._out.kind != "silent":
            self._wire(segment)

    def _reset(self, attempt: Attempt, seq: int, flags: int = 0, ack: int = 0) -> None:
        self._put(attempt, RST | flags, seq, ack)
