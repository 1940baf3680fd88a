"""What failed attempts share, held against chance."""

from __future__ import annotations

from math import comb

import pytest

from pcapinspect.findings import contrast, stale_ports, syn_flood
from pcapinspect.tcp import connections as tcp
from tests.findings.scene import Scene, at, pause

ECN = 0x0C2
SYN = 2


def scene(*groups: tuple[int, bool, dict[str, int]], second: bool = False) -> Scene:
    """Groups of so many attempts, served or not, whose SYNs have these columns. Every attempt has a client of its own
    unless `client` says which. `second`: those that are not served at the first SYN are at the second."""
    made = Scene()
    number = 0
    for count, served, marks in groups:
        client = marks.pop("client", None)
        for _ in range(count):
            frame, time = 10 * number + 1, 20.0 * number
            host = f"10.{client if client is not None else number // 200}.{number % 200}.7"
            host = f"198.51.100.{client}" if client is not None else host
            if served:
                made.attempt(host, {frame: time}, answer=(frame + 1, time + 0.01))
            elif second:
                made.attempt(host, {frame: time, frame + 1: time + 3}, answer=(frame + 2, time + 3.01))
            else:
                made.attempt(host, {frame: time, frame + 1: time + 3}, outcome=tcp.UNANSWERED)
            if served or second:
                made.rows[-1] |= {"handshake_rtt": 10_000_000, "first_down": at(time + 4), "bytes_down": 1}
            for syn in made.syns:
                if syn["connection"] == len(made.rows) - 1:
                    syn |= {"flags": SYN, "ttl": 60, "mss": 1460, **marks}
            number += 1
    return made


def test_ecn_is_named_with_its_counts() -> None:
    found = contrast.judge(scene((10, False, {"flags": ECN}), (12, True, {})).case())
    assert found is not None
    assert found.title.endswith("these SYNs offer explicit congestion notification (ECE and CWR are set)")
    assert "10 of 10 that failed and 0 of 12 that were served" in found.explanation
    assert found.figures["mark"] == "ecn"
    assert found.frames[0] == (0, 1)


@pytest.mark.parametrize(
    ("marks", "kind", "words"),
    [
        ({"mss": 1380}, "mss", "offer a maximum segment size of 1,380"),
        ({"ttl": 33}, "ttl", "arrive with a time to live of 33"),
        ({"client": 9}, "client", "come from 198.51.100.9"),
    ],
)
def test_other_marks(marks: dict[str, int], kind: str, words: str) -> None:
    found = contrast.judge(scene((12, False, marks), (30, True, {})).case())
    assert found is not None
    assert found.figures["mark"] == kind
    assert words in found.title


def test_timestamps_that_are_older_than_one_that_was_accepted() -> None:
    groups = []
    for turn in range(12):
        groups += [(1, True, {"client": 7, "tsval": 900_000 + turn}), (1, False, {"client": 7, "tsval": 400 + turn})]
    found = contrast.judge(scene(*groups, (80, True, {"tsval": 5000})).case())
    assert found is not None
    assert found.figures["mark"] == "timestamp"
    assert (found.figures["failed_with_it"], found.figures["served_with_it"]) == (12, 0)
    assert "They also come from 198.51.100.7" in found.explanation


def test_a_timestamp_that_wrapped_is_newer() -> None:
    late = (1 << 32) - 20
    groups = [(1, True, {"client": 7, "tsval": late}), (12, False, {"client": 7, "tsval": 5}), (40, True, {})]
    found = contrast.judge(scene(*groups).case())
    assert found is not None
    assert found.figures["mark"] == "client"


def test_only_repeated_syns_are_answered() -> None:
    found = contrast.judge(scene((30, False, {}), second=True).case())
    assert found is not None
    assert found.figures["mark"] == "first"
    assert "30 of 30 that failed and 0 of 30 that were served" in found.explanation


def test_loss_that_looks_at_nothing_has_no_contrast() -> None:
    groups = [(1, number % 3 > 0, {"ttl": 50 + number % 4, "mss": 1400 + number % 2}) for number in range(60)]
    assert contrast.judge(scene(*groups).case()) is None
    assert contrast.judge(scene(*groups, second=True).case()) is None


def test_few_attempts_and_those_in_a_pause_show_nothing() -> None:
    assert contrast.judge(scene((7, False, {"flags": ECN}), (12, True, {})).case()) is None
    made = scene((10, False, {"flags": ECN}), (12, True, {}))
    assert contrast.judge(made.case(pauses=(pause(0, 200, "outage"),))) is None


@pytest.mark.parametrize(("failed", "of_failed", "served", "of_served"), [(10, 10, 0, 10), (5, 8, 3, 9), (0, 5, 4, 5)])
def test_fishers_test_is_the_hypergeometric_tail(failed: int, of_failed: int, served: int, of_served: int) -> None:
    marked, whole = failed + served, of_failed + of_served
    ways = sum(comb(marked, k) * comb(whole - marked, of_failed - k) for k in range(failed, min(marked, of_failed) + 1))
    expected = ways / comb(whole, of_failed)
    assert contrast.fisher(failed, of_failed, served, of_served) == pytest.approx(expected, rel=1e-9)


def flooded(count: int, repeat: bool = False, half_open: int = 0) -> Scene:
    made = scene((12, True, {}))
    for number in range(count):
        frame, time = 1000 + 3 * number, 30 + number / 10
        syns = {frame: time, frame + 1: time + 3} if repeat else {frame: time}
        if number < half_open:
            made.attempt(f"203.0.113.{number}", syns, outcome=tcp.HALF_OPEN, answer=(frame + 2, time + 0.01))
        else:
            made.attempt(f"203.0.113.{number}", syns, outcome=tcp.UNANSWERED)
    return made


def test_a_flood_is_counted_and_named() -> None:
    found = syn_flood.judge(flooded(50, half_open=9).case())
    assert found is not None
    assert found.title.startswith("50 SYNs to 192.0.2.1:80 from 50 addresses were followed by nothing: a flood")
    assert (found.figures["syns"], found.figures["half_open"], found.figures["attempts"]) == (50, 9, 62)
    assert found.severity == "warning"


def test_clients_that_ask_again_are_no_flood_nor_are_a_few_scans() -> None:
    assert syn_flood.judge(flooded(50, repeat=True).case()) is None
    assert syn_flood.judge(flooded(9).case()) is None


def test_a_flood_is_no_contrast() -> None:
    assert contrast.judge(flooded(50).case()) is None


def test_what_was_answered_otherwise_is_told() -> None:
    made = scene((12, True, {}), (2, False, {}))
    made.rows[-1] |= {"outcome": tcp.ANSWERED_OTHERWISE, "otherwise_time": at(900), "otherwise_frame": 999}
    made.rows[0] |= {"otherwise_time": at(0.001), "otherwise_frame": 998}
    found = stale_ports.judge(made.case())
    assert found is not None
    assert found.title.startswith("192.0.2.1:80 answered 2 attempts with neither an acceptance nor a refusal")
    assert (found.figures["answered_otherwise"], found.figures["came_in"]) == (2, 1)
    assert {(0, 998), (0, 999)} <= set(found.frames)
    assert found.severity == "warning"
    assert stale_ports.judge(scene((3, True, {})).case()) is None
