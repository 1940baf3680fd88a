"""The clients: routers that poll, and the TCP attempts that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate import scep
from pcapinspect.simulate.endpoint import STACKS, Endpoint, Stack
from pcapinspect.simulate.path import Path
from pcapinspect.simulate.record import Attempt, Exchange, Message, Record
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import RST, SEQUENCE, SYN, Segment

FIRST_PORT, LAST_PORT = 11000, 64999
"""Source ports are taken in turn, each address from a place of its own."""

HELD_FOR = 200.0
"""Seconds after which a client that asks nothing closes its connection, if the server has not (its idle time: 180)."""

ANSWER_PATIENCE = 60.0
"""Seconds for which a client waits for its response before it resets the connection. Not known of IOS; a minute keeps
a late answer (up to a pause of 15 s) and ends a connection that a restart forgot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Routers of one kind. Times in seconds."""

    routers: int
    poll: float
    """From the end of one try to the next."""
    jitter: float = 0.1
    """Share of `poll` by which each wait differs, up or down."""
    spread: float | None = None
    """Over how long the first polls are spread; None: over one `poll`, so that the load is even from the start."""
    aligned: bool = False
    """Whether each polls by the clock, `poll` after its last beginning, whatever became of that."""
    chain: tuple[str, ...] = ("GetNextCACert",)
    """Operations of one try, a connection each, in order; ("HOLD",): open a connection, ask nothing, hold it;
    (..., "HOLD") with `keep_alive`: hold it after the last answer; ("KNOCK",): open and close it, as a monitor does."""
    labels: tuple[str, ...] = ("GETVPN",)
    """Trustpoint labels; router n uses the nth, round and round."""
    stack: str = "ios"
    network: str = "10.20"
    """First two octets of their IPv4 addresses, or an IPv6 prefix that ends with `::`."""
    behind: int = 0
    """How many NAT addresses they share; 0: each router has its own address."""
    same_port: bool = False
    """Every call of a router comes from the same port: one 4-tuple, a new ISN each time."""
    keep_alive: bool = False
    """All operations of the chain on one HTTP/1.1 connection."""
    enrolled: bool = True
    """Whether PKIOperation is a renewal (signed by the CA's certificate) or a first enrolment (self-signed)."""
    distance: tuple[float, float] = (0.002, 0.03)
    """Range of the one-way delay to the capture point."""
    server: int = 0
    """Which server they ask."""
    begin: float = 0.0
    """When the first of them begins to call, from the beginning of all."""
    until: float | None = None
    """From when on none of them calls any more, from the capture's begin."""
    reload: tuple[float, float] | None = None
    """When they lose their power, from the capture's begin, and after how long they call again, from the same ports if
    `same_port`."""

    def address(self, number: int) -> str:
        """The address that router `number` is seen with."""
        place = (number % self.behind if self.behind else number) + 1
        if self.network.endswith("::"):
            return f"{self.network}{place:x}"
        return f"{self.network}.{place // 250}.{place % 250 + 1}"


class Dialler:
    """Makes attempts: numbers them, chooses port and ISN, and sends SYNs until an answer or the end of patience."""

    def __init__(self, schedule: Schedule, path: Path, record: Record, rng: Random, begin: int) -> None:
        self.schedule = schedule
        self.path = path
        self.record = record
        self.rng = rng
        self.begin = begin
        self._ports: dict[str, int] = {}
        self._identifications: dict[str, count[int]] = {}

    def port(self, ip: str) -> int:
        """The next source port of an address."""
        port = self._ports.get(ip)
        if port is None:
            port = self.rng.randrange(FIRST_PORT, LAST_PORT)
        port = FIRST_PORT if port >= LAST_PORT else port + 1
        self._ports[ip] = port
        return port

    def attempt(
        self, router: str, client: tuple[str, int], server: tuple[str, int], distance: int, stack: Stack
    ) -> Attempt:
        """A new attempt, with an ISN of its own."""
        now = self.schedule.now
        attempt = Attempt(
            number=len(self.record.attempts),
            router=router,
            client_ip=client[0],
            client_port=client[1],
            server_ip=server[0],
            server_port=server[1],
            isn=self.rng.getrandbits(32),
            distance=distance,
            started=now,
            patience_ends=now + round(stack.patience * SECOND),
        )
        self.record.attempts.append(attempt)
        return attempt

    def identification(self, ip: str) -> int:
        """The next IP identification of an address."""
        counter = self._identifications.get(ip)
        if counter is None:
            counter = self._identifications[ip] = count(self.rng.randrange(1, 40000))
        return next(counter) & 0xFFFF

    def put(self, attempt: Attempt, stack: Stack, flags: int, seq: int, ack: int = 0) -> None:
        """Send a segment without payload."""
        self.path.send(
            Segment(
                attempt,
                True,
                flags,
                seq & SEQUENCE,
                ack & SEQUENCE,
                0 if flags & RST else stack.window,
                self.identification(attempt.client_ip),
                stack.ttl,
                stack.options if flags & SYN else "",
            )
        )


class Dial:
    """One attempt of a client, from its first SYN to its end. `on_open` gets the open end, `on_failed` no argument."""

    def __init__(
        self,
        dialler: Dialler,
        stack: Stack,
        attempt: Attempt,
        on_open: Callable[[Endpoint], None],
        on_failed: Callable[[], None],
    ) -> None:
        self._dialler = dialler
        self._stack = stack
        self._attempt = attempt
        self._on_open = on_open
        self._on_failed = on_failed
        self._endpoint: Endpoint | None = None
        self._over = False
        dialler.path.attach_client(attempt.client_ip, attempt.client_port, self.receive)
        self._syn(0)
        dialler.schedule.after(round(stack.patience * SECOND), self._give_up)

    def _syn(self, tries: int) -> None:
        if self._over or self._endpoint is not None:
            return
        self._attempt.syns_sent += 1
        self._dialler.put(self._attempt, self._stack, SYN, self._attempt.isn)
        times = self._stack.syn_times
        if tries + 1 < len(times):
            wait = times[tries + 1] - times[tries]
            self._dialler.schedule.after(round(wait * SECOND), self._syn, tries + 1)

    def _give_up(self) -> None:
        if self._endpoint is None and not self._over:
            self._fail()

    def _fail(self) -> None:
        self._over = True
        self._attempt.failed = self._dialler.schedule.now
        self._on_failed()

    def receive(self, segment: Segment) -> None:
        """A segment for this port arrives."""
        if segment.attempt is not self._attempt:
            return
        if self._endpoint is not None:
            if segment.flags & SYN:
                self._endpoint.acknowledge()  # our ACK was lost
            else:
                self._endpoint.receive(segment)
        elif self._over:
            if segment.flags & SYN:
                self._dialler.put(self._attempt, self._stack, RST, segment.ack)
        elif segment.quoted is not None or segment.flags & RST:
            self._fail()
        elif segment.flags & SYN:
            self._open(segment)
        else:
            # An ACK of nothing that was sent: RFC 9293, 3.10.7.3.
            self._dialler.put(self._attempt, self._stack, RST, segment.ack)

    def vanish(self) -> None:
        """Power off."""
        self._over = True
        self._on_failed = lambda: None
        if self._endpoint is not None:
            self._endpoint.vanish()
        self._dialler.path.detach_client(self._attempt.client_ip, self._attempt.client_port)

    def _open(self, synack: Segment) -> None:
        attempt = self._attempt
        attempt.completed = self._dialler.schedule.now
        endpoint = Endpoint(
            self._dialler.schedule,
            self._dialler.path.send,
            self._stack,
            attempt,
            True,
            attempt.isn + 1,
            synack.seq + 1,
            lambda: self._dialler.identification(attempt.client_ip),
        )
        self._endpoint = endpoint
        if synack.window == 0:
            endpoint.shut()
        endpoint.acknowledge()
        self._on_open(endpoint)


class Router:
    """A client that goes through its chain of operations, waits, and begins again."""

    def __init__(self, dialler: Dialler, population: Population, number: int, server: tuple[str, int]) -> None:
        self._dialler = dialler
        self._population = population
        self._server = server
        self._stack = STACKS[population.stack]
        self._rng = dialler.rng
        self._ip = population.address(number)
        self.name = f"r{number + 1}.{population.network.rstrip(':').replace(':', '-')}.example"
        self._port = dialler.port(self._ip) if population.same_port else None
        self._label = population.labels[number % len(population.labels)]
        low, high = population.distance
        self._distance = round((low + (high - low) * self._rng.random()) * SECOND)
        self._identity: scep.Identity | None = None
        self._request: str | None = None
        self._begun = 0
        self._call: Dial | None = None
        self._lives = 0
        """How often it was switched on again: what an earlier life has planned is void."""
        if population.reload is not None:
            dialler.schedule.at(dialler.begin + round(population.reload[0] * SECOND), self._power_off)

    def start(self, life: int = 0) -> None:
        """Go through the chain."""
        until = self._population.until
        gone = until is not None and self._dialler.schedule.now >= self._dialler.begin + round(until * SECOND)
        if life == self._lives and not gone:
            self._begun = self._dialler.schedule.now
            self._dial(list(self._population.chain))

    def _rest(self) -> None:
        jitter = self._population.jitter * (2 * self._rng.random() - 1)
        wait = round(self._population.poll * (1 + jitter) * SECOND)
        if self._population.aligned:
            wait = max(0, self._begun + wait - self._dialler.schedule.now)
        self._dialler.schedule.after(wait, self.start, self._lives)

    def _power_off(self) -> None:
        self._lives += 1
        if self._call is not None:
            self._call.vanish()
        if self._population.reload is not None:
            boot = self._population.reload[1] * (1 + self._rng.random())
            self._dialler.schedule.after(round(boot * SECOND), self.start, self._lives)

    def _dial(self, operations: list[str]) -> None:
        port = self._port or self._dialler.port(self._ip)
        attempt = self._dialler.attempt(self.name, (self._ip, port), self._server, self._distance, self._stack)
        self._call = Dial(
            self._dialler, self._stack, attempt, lambda end: self._opened(attempt, end, operations), self._rest
        )

    def _opened(self, attempt: Attempt, end: Endpoint, operations: list[str]) -> None:
        buffer = bytearray()
        keep_alive = self._population.keep_alive

        def on_data(data: bytes) -> None:
            buffer.extend(data)
            if keep_alive and self._whole(buffer):
                buffer.clear()
                operations.pop(0)
                self._go_on(attempt, end, operations)

        end.on_data = on_data
        end.on_end = lambda: end.write(b"", None, fin=True)
        end.on_closed = lambda how: self._closed(how, operations)
        self._go_on(attempt, end, operations)

    def _go_on(self, attempt: Attempt, end: Endpoint, operations: list[str]) -> None:
        """Do what comes next on an open connection."""
        if not operations or operations[0] == "KNOCK":
            end.write(b"", None, fin=True)
        elif operations[0] == "HOLD":
            self._dialler.schedule.after(round(HELD_FOR * SECOND), end.on_end)
        else:
            self._ask(attempt, end, operations[0])

    @staticmethod
    def _whole(buffer: bytearray) -> bool:
        """Whether a response with a Content-Length has arrived."""
        head, blank, body = bytes(buffer).partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        return bool(blank) and len(body) >= int(length)

    def _closed(self, how: str, operations: list[str]) -> None:
        if not self._population.keep_alive and how == "fin":
            operations = operations[1:]
            if operations:
                self._dial(operations)
                return
        self._rest()

    def _ask(self, attempt: Attempt, end: Endpoint, operation: str) -> None:
        message = self._message() if operation == "PKIOperation" else self._label
        keep_alive = self._population.keep_alive
        head = scep.request_head(operation, message, attempt.server_ip, keep_alive)
        pki = operation == "PKIOperation"
        # What tells the operation is the request line up to the label; a PKIOperation is told before its message.
        needed = head.index(b"&message=") + (len(b"&message=") if pki else len(b"&message=") + len(message) + 1)
        request = Message(len(head), needed, self._dialler.schedule.now)
        exchange = Exchange(
            attempt,
            len(attempt.exchanges),
            operation,
            None if pki else message,
            self._identity.transaction_id if pki and self._identity else None,
            keep_alive,
            request,
        )
        attempt.exchanges.append(exchange)
        end.write(head, request)
        self._dialler.schedule.after(round(ANSWER_PATIENCE * SECOND), self._lose_patience, end, exchange)

    @staticmethod
    def _lose_patience(end: Endpoint, exchange: Exchange) -> None:
        if exchange.response is None:
            end.abort()

    def _message(self) -> str:
        """The router's request, made once: IOS sends the same message again while it waits."""
        if self._request is None or self._identity is None:
            self._identity = scep.Identity.of(self.name, self._rng)
            now = self._dialler.schedule.now // SECOND
            der = scep.certification_request(self._identity, now, self._population.enrolled, self._rng)
            self._request = scep.wrapped_base64(der)
        return self._request
