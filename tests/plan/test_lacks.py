"""What a capture lacked, from whole reports of captures that lack it."""

from __future__ import annotations

import copy

import pytest

from pcapinspect import analyze
from pcapinspect.plan.lacks import lacks_of


@pytest.fixture(scope="module")
def storm() -> dict:
    return analyze(["captures/storm.pcap"]).document


def said(document: dict) -> str:
    return "\n".join(f"{lack.what} {lack.hides} {lack.next_time}" for lack in lacks_of(document))


def with_quality(document: dict, **values: object) -> dict:
    changed = copy.copy(document)
    changed["capture"] = document["capture"] | values
    return changed


def test_a_good_capture_of_one_point_lacks_the_other(storm):
    (only,) = lacks_of(storm)
    assert only.what == "The capture was made at one point."


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"one_way": "to_server"}, "Only packets towards the server"),
        ({"one_way": "from_server"}, "Only packets from the server"),
        ({"snaplen_cut": 1_200}, "1,200 packets are cut by the snaplen"),
        ({"drops": 7}, "dropped 7 packets"),
        ({"synack_not_captured": 3}, "3 SYN/ACKs"),
        ({"truncated": 1}, "ends in the middle of a packet"),
        ({"clock_jumps": 2}, "clock jumped, 2 in all"),
        ({"flows_only": True}, "flows and no packets"),
    ],
)
def test_each_lack_is_named(storm, values, word):
    assert word not in said(storm)
    assert word in said(with_quality(storm, **values))


def test_a_capture_that_begins_in_the_storm(storm):
    # The first pause of the storm begins at 08:02:09, the capture at 08:00:05.
    assert "began less than" not in said(storm)
    assert "began less than 60 s" in said(with_quality(storm, first_time="2026-03-02T08:02:00.000000000Z"))


def test_a_capture_that_ends_in_a_pause(storm):
    changed = copy.deepcopy({name: storm[name] for name in ("servers", "capture", "settings")})
    changed["servers"][0]["pauses"][-1]["next_answer"] = None
    assert "ended while the server was silent" in said(changed)
