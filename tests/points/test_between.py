"""Two points of known offset, drift, delay and losses: what is measured, and where each packet is said to be lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.http.exchanges import Exchanges, HttpQuality
from pcapinspect.pki.facts import PkiFacts
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.points.between import LOST, NOT_LOST, Joined, join
from tests.tcp.wire import ACK, FIN, PSH, START, Packet, Wire, track

SECOND = 1_000_000_000

EVERY = 4.0
"""Seconds from dial to dial."""


@dataclass(frozen=True)
class Path:
    """What lies between the points. Times in seconds."""

    offset: float
    """What the server's point's clock is ahead."""
    ppm: float
    up: float
    down: float

    def stamp(self, time: float) -> float:
        """The server's point's clock at a true time."""
        return time + self.offset + time * self.ppm / 1e6


def dial(number: int, path: Path, lost: str | None) -> tuple[list[Packet], list[Packet]]:
    """The packets of one dial at the clients' point and at the server's. `never`: it is not sent again."""
    at = EVERY * number
    near = Wire(isn=1000 + 70_000 * number, server_isn=9_000_000 + 80_000 * number, port=4000 + number)
    far = replace(near, packets=[])
    there, back = path.up, path.down

    def up(time: float, *what: int, arrives: bool = True) -> None:
        near.up(time, *what)
        if arrives:
            far.packets.append(replace(near.packets[-1], time=path.stamp(time + there)))

    def down(time: float, *what: int, arrives: bool = True) -> None:
        far.down(0, *what)
        far.packets[-1] = replace(far.packets[-1], time=path.stamp(time))
        if arrives:
            near.packets.append(replace(far.packets[-1], time=time + back))

    up(at, 2, 0, arrives=lost not in ("syn", "never"))
    if lost == "never":
        up(at + 1, 2, 0, arrives=False)
        return near.packets, far.packets
    begin = at + 1 if lost == "syn" else at
    if lost == "syn":
        up(begin, 2, 0)
    now = begin + there + 0.001
    down(now, 18, 0, 1, arrives=lost != "answer")
    if lost == "answer":
        now += 1
        down(now, 18, 0, 1)
    now += back + 0.001
    up(now, ACK | PSH, 1, 1, 50, arrives=lost != "request")
    if lost == "request":
        now += 0.5
        up(now, ACK | PSH, 1, 1, 50)
    now += there + 0.002
    down(now, ACK | PSH, 1, 51, 90, arrives=lost != "response")
    if lost == "response":
        now += 0.5
        down(now, ACK | PSH, 1, 51, 90)
    now += back + 0.001
    up(now, FIN | ACK, 51, 91)
    down(now + there + 0.001, FIN | ACK, 91, 52)
    return near.packets, far.packets


def followed(packets: list[Packet]) -> Followed:
    result = track(sorted(packets, key=lambda packet: packet.time)).result
    return Followed(result, Exchanges.empty(), Operations.empty(), HttpQuality(), PkiFacts())


def joined(path: Path, fates: list[str | None]) -> Joined:
    dials = [dial(number, path, lost) for number, lost in enumerate([None, *fates, None, None])]
    near = [packet for packets, _ in dials for packet in packets]
    far = [packet for _, packets in dials for packet in packets]
    end = START + round(path.stamp(EVERY * (len(dials) + 1)) * SECOND)
    return join(followed(near), followed(far), (START + round(path.stamp(-1) * SECOND), end))


paths = st.builds(
    Path,
    offset=st.one_of(st.just(0.0), st.floats(-60, 60), st.sampled_from([3600.0, -3600.0, 49.0])),
    ppm=st.sampled_from([0.0, 50.0, -50.0]),
    up=st.floats(0.0002, 0.15),
    down=st.floats(0.0002, 0.15),
)

fates = st.lists(st.sampled_from([None, None, None, None, *LOST, "never"]), min_size=8, max_size=40)


@settings(max_examples=60)
@given(paths, fates)
def test_offsets_lie_within_their_uncertainty_and_losses_where_they_were(path: Path, fates: list[str | None]) -> None:
    # With half of all lost nobody could tell a usual delay from a late one.
    if sum(fate is not None for fate in fates) > len(fates) // 2:
        fates = [None, *fates, *[None] * len(fates)]
    seen = joined(path, fates)
    clocks = seen.between.clocks
    assert clocks.both_ways
    at = np.arange(0, EVERY * len(fates), EVERY)
    true = path.offset * SECOND + at * path.ppm * 1000
    drifted = abs(path.ppm) * 1000 * EVERY * 6  # one number stands for a stretch of a few dials
    found = clocks.at(START + (at * SECOND).astype(np.int64))
    assert (np.abs(found - true) <= clocks.uncertainty + drifted + 1000).all()
    assert clocks.uncertainty <= (path.up + path.down + 0.001) * SECOND / 2 + drifted + 1000
    connections = seen.followed.tcp.connections
    number = connections.client_port.astype(int) - 4000
    told = {port: None if what == NOT_LOST else LOST[what] for port, what in zip(number, seen.lost, strict=True)}
    expected = {k: "syn" if fate == "never" else fate for k, fate in enumerate([None, *fates, None, None])}
    wrong = [k for k, fate in expected.items() if told.get(k) != fate]
    assert len(wrong) <= 0.01 * len(expected)
    assert seen.between.client_only == fates.count("never")
    for course in seen.between.courses:
        assert course.lost == told[int(course.client.rpartition(":")[2]) - 4000]
        gone = [passage.what for passage in course.steps if passage.lost]
        assert (gone[:1] or [None])[0] == course.lost
    over_time = seen.between.over_time
    assert sum(stretch.attempts for stretch in over_time) == len(expected)
    assert sum(stretch.lost for stretch in over_time) == sum(fate is not None for fate in told.values())
    # The server is judged by what came to it: no SYN of the others is its own.
    assert len(seen.followed.tcp.syns) == len(expected) - fates.count("never")
