"""A connection as the server holds it, and who reads it: all at once, or workers one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from pcapinspect.simulate.endpoint import Endpoint
from pcapinspect.simulate.record import Attempt, Exchange


class Connection:
    """An attempt that the server answered."""

    def __init__(self, attempt: Attempt, isn: int) -> None:
        self.attempt = attempt
        self.isn = isn
        self.window: int | None = None
        """What its SYN/ACK offers, where that is not the stack's."""
        self.mute = False
        """Whether nothing that comes is taken, and nothing sent: it was accepted in the server's place."""
        self.turned_away = False
        """Whether it is reset as soon as it is there."""
        self.acknowledged = False
        """Whether the client's ACK of the handshake is there."""
        self.endpoint: Endpoint | None = None
        """From then on, unless it is mute."""
        self.read = False
        """Whether the HTTP process reads it, or it still waits in the backlog."""
        self.buffer = b""
        self.exchanges: list[Exchange] = []

    @property
    def client(self) -> tuple[str, int]:
        return (self.attempt.client_ip, self.attempt.client_port)


class Readers:
    """Hands connections to `read`, at most as many at once as there are workers; the others wait in order.

    `stopped` says whether nobody reads now.
    """

    def __init__(self, workers: int | None, stopped: Callable[[], bool], read: Callable[[Connection], None]) -> None:
        self._workers = workers
        self._stopped = stopped
        self._read = read
        self._waiting: deque[Connection] = deque()
        self._busy: set[Connection] = set()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def arrive(self, connection: Connection) -> bool:
        """A connection is accepted. False: it has to wait."""
        self._waiting.append(connection)
        self.go_on()
        return connection.read

    def leave(self, connection: Connection) -> None:
        """A connection is over; its worker is free for the next."""
        self._busy.discard(connection)
        if self._workers is not None:
            if not connection.read and connection in self._waiting:
                self._waiting.remove(connection)
            self.go_on()

    def go_on(self) -> None:
        """Read who waits, as far as there are workers."""
        while self._waiting and not self._stopped() and (self._workers is None or len(self._busy) < self._workers):
            connection = self._waiting.popleft()
            self._busy.add(connection)
            connection.read = True
            self._read(connection)

    def forget(self) -> None:
        """The process restarts."""
        self._waiting.clear()
        self._busy.clear()
