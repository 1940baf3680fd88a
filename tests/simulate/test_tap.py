"""The capture point: what it leaves out, doubles and cuts, read back with scapy."""

from __future__ import annotations

import io
import itertools
from collections import Counter

from scapy.layers.inet import IP
from scapy.layers.l2 import Dot1Q, Ether
from scapy.utils import RawPcapReader

from pcapinspect.clock import parse_iso
from pcapinspect.simulate import simulate


def packets(name: str) -> list[tuple[int, bytes, int]]:
    """Time in microseconds, bytes, length on the wire."""
    return [
        (meta.sec * 1_000_000 + meta.usec, data, meta.wirelen)
        for data, meta in RawPcapReader(io.BytesIO(simulate(name, 1).packets))
    ]


def test_times_never_go_back() -> None:
    for name in ("span-copies", "healthy-shuffled", "storm"):
        times = [time for time, _, _ in packets(name)]
        assert times == sorted(times)


def test_a_clock_that_is_set_back_shows_times_twice() -> None:
    """It is set back once, by 5 s; the truth of the pauses is in its terms, their length is not."""
    times = [time for time, _, _ in packets("storm-clock-step")]
    steps = [later - earlier for earlier, later in itertools.pairwise(times) if later < earlier]
    assert len(steps) == 1
    assert -5_000_000 <= steps[0] < -4_000_000
    pauses = simulate("storm-clock-step", 1).truth["servers"][0]["pauses"]
    shown = [(parse_iso(pause["end"]) - parse_iso(pause["begin"])) / 1e9 for pause in pauses[:-1]]
    assert shown[0] == 10.0
    assert set(shown[1:]) == {15.0}
    assert {pause["length"] for pause in pauses[:-1]} == {15.0}


def test_a_span_port_holds_every_packet_twice_within_40_microseconds() -> None:
    found = packets("span-copies")
    seen: dict[bytes, list[int]] = {}
    for time, data, _ in found:
        seen.setdefault(data, []).append(time)
    assert set(map(len, seen.values())) == {2}
    assert all(2 <= second - first <= 41 for first, second in seen.values())


def test_one_way_holds_one_direction() -> None:
    for name, field in (("one-way-up", "dst"), ("one-way-down", "src")):
        addresses = Counter(getattr(Ether(data)[IP], field) for _, data, _ in packets(name))
        assert set(addresses) == {"10.0.0.80"}


def test_a_snaplen_cuts_and_keeps_the_length() -> None:
    found = packets("snaplen")
    assert max(len(data) for _, data, _ in found) == 68
    assert max(length for _, _, length in found) == 1514


def test_a_tag_is_on_every_frame_of_a_trunk() -> None:
    assert {Ether(data)[Dot1Q].vlan for _, data, _ in packets("storm-ipv6-vlan")[:500]} == {42}


def test_a_branch_sees_its_own_clients_only() -> None:
    ends = {address for _, data, _ in packets("storm-branch") for address in (Ether(data)[IP].src, Ether(data)[IP].dst)}
    assert {address for address in ends if not address.startswith("10.24.")} == {"10.0.0.80"}


def test_the_capture_lies_between_its_begin_and_end() -> None:
    truth = simulate("storm-cut", 1).truth["capture"]
    times = [time * 1000 for time, _, _ in packets("storm-cut")]
    assert (times[0], times[-1]) == (parse_iso(truth["first_time"]), parse_iso(truth["last_time"]))
    assert parse_iso(truth["begin"]) <= times[0] < times[-1] < parse_iso(truth["end"])
