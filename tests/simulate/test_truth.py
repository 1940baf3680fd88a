"""The truth of a simulation against what tshark finds in its capture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.clock import parse_iso
from pcapinspect.simulate import Simulation, scenario, simulate

SECOND = 1_000_000_000

WHOLE_CAPTURES = (
    "storm",
    "storm-linux",
    "storm-nat",
    "storm-ipv6-vlan",
    "storm-refusing",
    "storm-lossy",
    "overflow",
    "max-connections-5",
    "max-connections-16",
    "restart",
    "lossy",
    "lossy-clients",
    "prohibited-client",
    "healthy-keep-alive",
    "healthy-scan",
    "flood-limit",
    "two-servers",
    "storm-icmp",
    "storm-abort",
    "proxy-shut",
    "mtu-hole-before",
    "stale-stuck",
    "errors-503",
    "outage-icmp",
)
"""Scenarios whose capture holds every packet once: tshark can say what became of each attempt."""

BROKEN_CAPTURES = ("storm-span", "cut", "one-way-up", "one-way-down", "capture-loss", "snaplen", "healthy-shuffled")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Simulation, Path]]:
    """Plays a scenario once, and writes its capture."""
    folder = tmp_path_factory.mktemp("played")
    kept: dict[str, tuple[Simulation, Path]] = {}

    def play(name: str) -> tuple[Simulation, Path]:
        if name not in kept:
            simulation = simulate(name, 1)
            path = folder / f"{name}.pcap"
            path.write_bytes(simulation.packets)
            kept[name] = simulation, path
        return kept[name]

    return play


def key(attempt: dict[str, Any]) -> tuple[str, int, str, int]:
    return attempt["client_ip"], attempt["client_port"], attempt["server_ip"], attempt["isn"]


@pytest.mark.parametrize("name", WHOLE_CAPTURES)
def test_every_attempt_is_in_the_capture_as_the_truth_says(name: str, played: Any, dissect: Any) -> None:
    simulation, path = played(name)
    truth, found = simulation.truth, dissect(path)
    assert found.frames == truth["capture"]["packets"]
    attempts = {key(attempt): attempt for attempt in truth["attempts"]}
    assert set(found.attempts) == set(attempts)
    for place, packets in found.attempts.items():
        attempt = attempts[place]
        assert packets.syns == attempt["syn_packets"], place
        if packets.outcome != "unanswered":
            assert attempt["any_of"] == [packets.outcome], place
        else:
            assert set(attempt["any_of"]) <= {"unanswered", "undetermined"}, place
    operations, statuses = Counter[str](), Counter[int]()
    for row in truth["totals"]["operations"]:
        operations[row["operation"]] += row["count"]
        statuses[row["status"]] += row["count"]
    assert Counter(found.requests_by_operation()) == operations
    if "lossy" in name:
        # tshark does not dissect a response whose FIN it sees before its first segment.
        assert not Counter(found.statuses) - statuses
    else:
        del statuses[None]  # type: ignore[arg-type]
        assert Counter(found.statuses) == statuses


@pytest.mark.parametrize("name", [*WHOLE_CAPTURES, "cut", "one-way-up", "capture-loss", "snaplen", "healthy-shuffled"])
def test_tshark_has_nothing_to_complain_about(name: str, played: Any, complaints: Any) -> None:
    assert complaints(played(name)[1]) == []


@pytest.mark.parametrize("name", BROKEN_CAPTURES)
def test_a_broken_capture_shows_no_more_than_the_truth_grants(name: str, played: Any, dissect: Any) -> None:
    simulation, path = played(name)
    truth, found = simulation.truth, dissect(path)
    assert found.frames == truth["capture"]["packets"]
    for attempt in truth["attempts"]:
        if attempt["syn_packets"]:
            packets = found.attempts[key(attempt)]
            certain = packets.outcome in ("established", "refused", "unreachable", "half_open")
            assert not certain or packets.outcome == attempt["outcome"], attempt
            assert bool(packets.synacks) == (attempt["synack_time"] is not None), attempt


@pytest.mark.parametrize("name", WHOLE_CAPTURES)
def test_no_answer_falls_into_a_pause(name: str, played: Any) -> None:
    """The true length of each pause lies between what its SYNs and its neighbouring answers allow."""
    truth = played(name)[0].truth
    for server in truth["servers"]:
        mine = [a for a in truth["attempts"] if (a["server_ip"], a["server_port"]) == (server["ip"], server["port"])]
        answers = sorted(parse_iso(a["really"]["answered"]) for a in mine if a["really"]["answered"])
        closed = ("silence", "reset", "icmp")
        for pause in (p for p in server["pauses"] if p["form"] in closed and name != "storm-abort"):
            begin = parse_iso(pause["begin"])
            end = parse_iso(pause["end"]) if pause["end"] else parse_iso(truth["capture"]["end"])
            assert not [time for time in answers if begin < time < end], pause
            first, last = parse_iso(pause["first_syn"]), parse_iso(pause["last_syn"])
            assert begin - SECOND // 100 < first <= last < end
            assert pause["cause"] in server["any_of"]


@pytest.mark.parametrize("name", [*WHOLE_CAPTURES, *BROKEN_CAPTURES])
def test_the_figures_agree_with_each_other(name: str, played: Any) -> None:
    truth = played(name)[0].truth
    outcomes = Counter(attempt["outcome"] for attempt in truth["attempts"])
    assert outcomes == truth["totals"]["outcomes"]
    assert truth["totals"]["syn_packets"] == sum(a["syn_packets"] for a in truth["attempts"])
    for server in truth["servers"]:
        assert server["attempts"] == sum(minute["attempts"] for minute in server["minutes"])
        assert server["syn_packets"] == sum(minute["syn_packets"] for minute in server["minutes"])
        accepted = sum(minute["accepted"] for minute in server["minutes"])
        assert server["peak_accepted_60s"] <= accepted
        assert server["any_of"][0] == server["cause"]
    starts = [parse_iso(attempt["start"]) for attempt in truth["attempts"]]
    assert starts == sorted(starts)
    for attempt in truth["attempts"]:
        assert attempt["any_of"][0] == attempt["outcome"]
        assert attempt["really"]["syns_sent"] >= attempt["syn_packets"]


def test_a_pause_of_80_60_15_lasts_15_seconds_and_follows_80_accepts(played: Any) -> None:
    server = played("storm")[0].truth["servers"][0]
    truth = played("storm")[0].truth
    answers = [parse_iso(a["really"]["answered"]) for a in truth["attempts"] if a["really"]["answered"]]
    for pause in server["pauses"]:
        begin = parse_iso(pause["begin"])
        assert pause["length"] == 15.0
        assert sum(begin - 60 * SECOND < time <= begin for time in answers) >= 80


def test_fewer_routers_than_the_limit_make_no_pause() -> None:
    truth = simulate("storm", 1, routers=40).truth
    assert truth["servers"][0]["any_of"] == ["healthy", "error_responses"], "nearly all of them get 404"
    assert truth["servers"][0]["pauses"] == []


@pytest.mark.parametrize("minutes", [0.001, 0.05])
def test_a_capture_that_ends_at_once_is_still_a_truth(minutes: float) -> None:
    truth = simulate("storm", 3, minutes=minutes).truth
    assert truth["servers"][0]["cause"] == "insufficient"


def test_the_ends_of_the_capture_leave_attempts_open() -> None:
    assert not scenario("cut").quiet_start
    outcomes = simulate("cut", 1).truth["totals"]["outcomes"]
    assert outcomes["midstream"] > 0
