"""The PKI server: TCP connections of all its clients, and the requests on them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate.authority import Authority
from pcapinspect.simulate.connection import Connection, Readers
from pcapinspect.simulate.endpoint import STACKS, Endpoint
from pcapinspect.simulate.gate import Gate
from pcapinspect.simulate.limits import RateCounter, RateLimit, TokenBucket
from pcapinspect.simulate.record import Attempt, Exchange, Message, Record
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import ACK, RST, SEQUENCE, SYN, Segment
from pcapinspect.simulate.settings import ServerSettings

LAST_ROUTER = "10.0.0.1"
"""Who says that a server is cut off."""

HOST_UNREACHABLE, PROHIBITED = 1, 13
"""ICMP codes of destination unreachable (RFC 792, RFC 1812, 5.2.7.1)."""

BAD_GATEWAY = 502

HALF_OPEN_PATIENCE = 3.0
"""Seconds for which a server whose room for half-open connections is limited waits for the ACK of a handshake."""


class Server:
    """Answers the segments of all clients as its settings say. `begin`: of the capture, in nanoseconds.

    `part`: it is one of several real servers behind the address.
    """

    def __init__(
        self,
        schedule: Schedule,
        settings: ServerSettings,
        send: Callable[[Segment], None],
        record: Record,
        rng: Random,
        begin: int,
        part: bool = False,
    ) -> None:
        self._schedule = schedule
        self._settings = settings
        self._stack = STACKS[settings.stack]
        self._send = send
        self._rng = rng
        self._connections: dict[tuple[str, int], Connection] = {}
        self._half_open = 0
        self._identification = count(rng.randrange(1, 40000))
        key = (settings.ip, settings.port)
        self._accepts = record.accepts.setdefault(key, [])
        silences = record.silences.setdefault(key, [])
        self._gate = Gate(schedule, settings, silences, part, rng, self._resume, self._restart)
        self._readers = Readers(settings.workers, lambda: self._gate.waiting, self._read)
        self._bucket = TokenBucket(settings.policer) if settings.policer else None
        self._quota = (
            RateCounter(RateLimit(limit=settings.errors.limit + 1, window=settings.errors.window))
            if settings.errors
            else None
        )
        shadow = None if settings.shadow_from is None else begin + round(settings.shadow_from * SECOND)
        self._authority = Authority(begin, shadow, settings.capabilities, rng)
        for outage in settings.outages:
            end = None if outage.end is None else begin + round(outage.end * SECOND)
            schedule.at(begin + round(outage.begin * SECOND), self._gate.begin_outage, outage, end)

    def receive(self, segment: Segment) -> None:
        """A segment arrives."""
        attempt = segment.attempt
        if self._gate.dark:
            if segment.flags & SYN:
                self._syn(segment, False)
            return
        connection = self._connections.get((attempt.client_ip, attempt.client_port))
        known = connection is not None and connection.attempt is attempt
        if segment.flags & SYN:
            reached = self._gate.count_syn(attempt)
            if connection is not None and known:
                self._syn_again(connection)
            elif connection is not None and connection.endpoint is not None and self._settings.challenge:
                self._challenge(attempt, connection.endpoint)
            else:
                self._syn(segment, reached)
        elif connection is not None and known:
            self._segment(connection, segment)
        elif connection is not None and self._settings.challenge:
            self._stranger(connection, segment)
        elif not segment.flags & RST:
            self._put(attempt, RST, segment.ack, 0)

    # --- the handshake ---------------------------------------------------------------------------------------------

    def _syn(self, segment: Segment, reached: bool) -> None:
        attempt = segment.attempt
        if not self._passes(attempt):
            return
        silence = self._gate.knock(segment)
        if silence is not None:
            if silence.reaction == "refusing":
                self._put(attempt, RST | ACK, 0, attempt.isn + 1)
            elif silence.reaction == "icmp":
                self._reject(segment)
            return
        connection = Connection(attempt, self._rng.getrandbits(32))
        self._connections[connection.client] = connection
        self._half_open += 1
        attempt.answered = self._schedule.now
        self._accepts.append(self._schedule.now)
        keeping = self._gate.keeping
        if keeping is not None:
            self._gate.keep(attempt, keeping)
            connection.turned_away = keeping.reaction == "abort"
            connection.mute = not connection.turned_away
            connection.window = 0 if keeping.reaction == "shut" else None
        self._room()
        self._synack(connection, 0)
        if reached:
            self._gate.pause()
        if self._settings.backlog is None:
            self._gate.count("accepts")

    def _passes(self, attempt: Attempt) -> bool:
        """Whether a SYN gets as far as the listener."""
        if self._bucket is not None and not self._bucket.take(self._schedule.now):
            attempt.silence("selective_drop")
            return False
        if self._settings.half_open is not None and self._half_open >= self._settings.half_open:
            attempt.silence("half_open_full")
            return False
        return True

    def _reject(self, syn: Segment) -> None:
        """An ICMP error to a SYN: from a router where the host is cut off, else from the host itself."""
        gone = self._gate.dark
        error = Segment(syn.attempt, False, 0, 0, 0, 0, next(self._identification) & 0xFFFF, 254, quoted=syn)
        error.reporter = LAST_ROUTER if gone else self._settings.ip
        error.icmp_code = HOST_UNREACHABLE if gone else PROHIBITED
        self._send(error)

    def _challenge(self, attempt: Attempt, old: Endpoint) -> None:
        """Answer the SYN with the numbers of the connection that is still open here."""
        attempt.silence("stale_connections")
        sequence, expected = old.numbers
        self._put(attempt, ACK, sequence, expected, challenge=True)

    def _stranger(self, old: Connection, segment: Segment) -> None:
        """Only the RST that a challenge ACK provokes ends the connection that is still open here."""
        if segment.flags & RST and old.endpoint is not None and segment.seq == old.endpoint.numbers[1] & SEQUENCE:
            old.endpoint.closed = "reset"
            self._drop(old)

    def _synack(self, connection: Connection, tries: int) -> None:
        """SYN/ACK, and again until the client's ACK comes or the patience of the stack ends."""
        if connection.acknowledged or not self._lives(connection):
            return
        self._syn_again(connection)
        times = self._stack.syn_times
        if self._settings.half_open is not None:
            self._schedule.after(round(HALF_OPEN_PATIENCE * SECOND), self._forget, connection)
        elif tries + 1 < len(times):
            self._schedule.after(round((times[tries + 1] - times[tries]) * SECOND), self._synack, connection, tries + 1)
        else:
            self._schedule.after(round((self._stack.patience - times[-1]) * SECOND), self._forget, connection)

    def _syn_again(self, connection: Connection) -> None:
        if not connection.acknowledged:
            self._put(
                connection.attempt,
                SYN | ACK,
                connection.isn,
                connection.attempt.isn + 1,
                self._stack.options,
                window=connection.window,
            )

    def _forget(self, connection: Connection) -> None:
        """Give up a half-open connection."""
        if not connection.acknowledged:
            self._drop(connection)

    def _lives(self, connection: Connection) -> bool:
        return self._connections.get(connection.client) is connection

    def _drop(self, connection: Connection) -> None:
        if self._lives(connection):
            del self._connections[connection.client]
            self._half_open -= not connection.acknowledged
        self._readers.leave(connection)
        self._room()

    def _room(self) -> None:
        self._gate.room(len(self._connections), self._readers.waiting)

    def _segment(self, connection: Connection, segment: Segment) -> None:
        if segment.flags & RST and connection.endpoint is None:
            self._drop(connection)
            return
        if not connection.acknowledged:
            connection.acknowledged = True
            self._half_open -= 1
        if connection.mute:
            return
        if connection.endpoint is None:
            connection.endpoint = self._open(connection)
            if connection.turned_away:
                connection.endpoint.abort()
                return
            if not self._readers.arrive(connection):
                self._gate.wait(connection.attempt)
                self._room()
        connection.endpoint.receive(segment)

    def _open(self, connection: Connection) -> Endpoint:
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

    def _read(self, connection: Connection) -> None:
        """The HTTP process takes the connection; with a backlog, this is the accept that the limit counts."""
        if self._settings.backlog is not None:
            self._gate.count("accepts")
        self._serve(connection)

    def _resume(self) -> None:
        self._readers.go_on()
        self._room()

    def _data(self, connection: Connection, data: bytes) -> None:
        connection.buffer += data
        if connection.read:
            self._serve(connection)

    def _serve(self, connection: Connection) -> None:
        """Have every whole request answered, each after a time of its own."""
        while b"\r\n\r\n" in connection.buffer:
            _, _, connection.buffer = connection.buffer.partition(b"\r\n\r\n")
            exchange = connection.attempt.exchanges[len(connection.exchanges)]
            connection.exchanges.append(exchange)
            self._gate.count("requests")
            # A square instead of a distribution's logarithms: it is equal on every machine.
            spread = 0.5 + 2.5 * self._rng.random() ** 2
            self._schedule.after(round(self._settings.service * spread * SECOND), self._answer, connection, exchange)

    def _answer(self, connection: Connection, exchange: Exchange) -> None:
        endpoint = connection.endpoint
        if endpoint is None or endpoint.closed is not None or self._gate.dark:
            return
        hung = self._gate.hung
        if hung is not None:
            self._gate.keep(connection.attempt, hung)
            return
        data = self._authority.answer(exchange, self._schedule.now, self._error())
        exchange.response = Message(len(data), len("HTTP/1.1 404"), self._schedule.now)
        endpoint.write(data, exchange.response, fin=not exchange.keep_alive)

    def _error(self) -> int | None:
        """The status with which something in front of the CA answers this request, or None."""
        if self._gate.gateway:
            return BAD_GATEWAY
        if self._quota is not None and self._settings.errors is not None and self._quota.count(self._schedule.now):
            return self._settings.errors.status
        return None

    def _client_ended(self, connection: Connection) -> None:
        endpoint = connection.endpoint
        if endpoint is not None and all(exchange.response is not None for exchange in connection.exchanges):
            endpoint.write(b"", None, fin=True)

    def _idle(self, connection: Connection) -> None:
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
        self._half_open = 0
        self._readers.forget()
        self._room()

    # --- the wire --------------------------------------------------------------------------------------------------

    def _transmit(self, segment: Segment) -> None:
        """Send, unless the server is switched off: then its timers still run, but nothing leaves it."""
        if not self._gate.dark:
            self._send(segment)

    def _put(
        self,
        attempt: Attempt,
        flags: int,
        seq: int,
        ack: int,
        options: str = "",
        window: int | None = None,
        challenge: bool = False,
    ) -> None:
        offered = self._stack.window if window is None else window
        self._transmit(
            Segment(
                attempt,
                False,
                flags,
                seq & SEQUENCE,
                ack & SEQUENCE,
                0 if flags & RST else offered,
                next(self._identification) & 0xFFFF,
                self._stack.ttl,
                options,
                challenge=challenge,
            )
        )
