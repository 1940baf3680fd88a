"""Who reads accepted connections, and in which order."""

from __future__ import annotations

from pcapinspect.simulate.connection import Connection, Readers
from pcapinspect.simulate.record import Attempt


def connections(number: int) -> list[Connection]:
    return [Connection(Attempt(n, "r", "10.0.0.1", n, "10.0.0.2", 80, 0, 0, 0), 0) for n in range(number)]


class Process:
    """A process that may be stopped; `read` holds the ports that it has read, in order."""

    def __init__(self, workers: int | None) -> None:
        self.stopped = False
        self.read: list[int] = []
        self.readers = Readers(workers, lambda: self.stopped, lambda one: self.read.append(one.attempt.client_port))


def test_without_workers_everybody_is_read_at_once() -> None:
    process = Process(None)
    assert [process.readers.arrive(one) for one in connections(3)] == [True, True, True]
    assert (process.read, process.readers.waiting) == ([0, 1, 2], 0)


def test_workers_take_who_waited_longest_when_one_is_free() -> None:
    process, made = Process(2), connections(5)
    assert [process.readers.arrive(one) for one in made] == [True, True, False, False, False]
    assert process.readers.waiting == 3
    process.readers.leave(made[1])
    assert process.read == [0, 1, 2]
    process.readers.leave(made[3])  # gave up in the queue
    process.readers.leave(made[0])
    assert process.read == [0, 1, 2, 4]
    assert process.readers.waiting == 0


def test_a_stopped_process_reads_everybody_when_it_goes_on() -> None:
    process, made = Process(None), connections(3)
    process.stopped = True
    assert [process.readers.arrive(one) for one in made] == [False, False, False]
    process.readers.go_on()
    assert process.read == []
    process.stopped = False
    process.readers.go_on()
    assert process.read == [0, 1, 2]


def test_a_restart_forgets_who_waited_and_who_was_read() -> None:
    process, made = Process(1), connections(4)
    for one in made[:2]:
        process.readers.arrive(one)
    process.readers.forget()
    assert process.readers.waiting == 0
    assert process.readers.arrive(made[2])
    assert not process.readers.arrive(made[3])
