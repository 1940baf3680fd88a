"""Whatever the path loses, doubles or shuffles, both ends get all bytes in order and close."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from pcapinspect.simulate.endpoint import IOS, RETRANSMISSIONS, Endpoint
from pcapinspect.simulate.record import Attempt
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import PSH, RST, Segment

MILLISECOND = 1_000_000
NEAR_WRAP = 0xFFFFFFFF - 2000
"""An initial number whose stream wraps around 2**32."""


class Wire:
    """Two ends, and what the path does to each packet: a list of delays in milliseconds, one a copy."""

    def __init__(self, fate: Callable[[Segment], list[float]]) -> None:
        self.schedule = Schedule(0)
        self.sent: list[Segment] = []
        self.received: dict[bool, bytes] = {True: b"", False: b""}
        self.ended: list[bool] = []
        self.closed: dict[bool, str] = {}
        attempt = Attempt(0, "r", "10.0.0.1", 1, "10.0.0.2", 80, NEAR_WRAP, 0, 0)
        numbers = {True: (NEAR_WRAP + 1, 501), False: (501, NEAR_WRAP + 1)}

        def send(segment: Segment) -> None:
            self.sent.append(segment)
            for delay in fate(segment):
                receiver = self.ends[not segment.up]
                self.schedule.after(round(delay * MILLISECOND), receiver.receive, segment)

        self.ends = {
            up: Endpoint(self.schedule, send, IOS, attempt, up, *numbers[up], lambda: 7) for up in (True, False)
        }
        for up, end in self.ends.items():
            end.on_data = lambda data, up=up: self._take(up, data)  # type: ignore[misc]
            end.on_end = lambda up=up: self.ended.append(up)  # type: ignore[misc]
            end.on_closed = lambda how, up=up: self.closed.__setitem__(up, how)  # type: ignore[misc]

    def _take(self, up: bool, data: bytes) -> None:
        self.received[up] += data

    def run(self, seconds: int) -> None:
        self.schedule.run(seconds * 1000 * MILLISECOND)


@pytest.mark.parametrize("seed", range(20))
def test_everything_arrives_in_order_over_a_bad_path(seed: int) -> None:
    rng = Random(seed)

    def fate(_segment: Segment) -> list[float]:
        if rng.random() < 0.2:
            return []
        copies = 2 if rng.random() < 0.2 else 1
        return [rng.uniform(1, 60) for _ in range(copies)]

    wire = Wire(fate)
    request, response = rng.randbytes(9000), rng.randbytes(7001)
    wire.ends[True].write(request, None, fin=True)
    wire.ends[False].write(response, None, fin=True)
    wire.run(400)
    assert wire.received == {True: response, False: request}
    assert sorted(wire.ended) == [False, True]


def test_without_loss_nothing_is_sent_twice_and_both_ends_close() -> None:
    wire = Wire(lambda _segment: [10.0])
    wire.ends[True].write(b"a" * 5000, None)
    wire.run(1)
    wire.ends[False].write(b"b" * 118, None, fin=True)
    wire.run(2)
    wire.ends[True].write(b"", None, fin=True)
    wire.run(5)
    data = [(segment.up, segment.seq) for segment in wire.sent if segment.payload]
    assert len(data) == len(set(data)) == 5
    assert wire.closed == {True: "fin", False: "fin"}


def test_the_last_segment_of_a_message_is_pushed() -> None:
    wire = Wire(lambda _segment: [1.0])
    wire.ends[True].write(b"a" * 3000, None)
    wire.run(1)
    assert [bool(segment.flags & PSH) for segment in wire.sent if segment.payload] == [False, False, True]


def test_an_end_that_hears_nothing_gives_up_with_a_reset() -> None:
    wire = Wire(lambda _segment: [])
    wire.ends[True].write(b"a", None)
    wire.run(1000)
    *data, reset = wire.sent
    assert [segment.payload for segment in data] == [b"a"] * (1 + RETRANSMISSIONS)
    assert reset.flags & RST
    assert wire.closed == {True: "abort"}
