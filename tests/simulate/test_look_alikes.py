"""Innocent look-alikes are innocent: everybody is accepted, and has what it came for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pcapinspect.simulate.look_alikes import LOOK_ALIKES
from tests.simulate.played import SYN, calls, packets, played

NAMES = [scenario.name for scenario in LOOK_ALIKES]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_falls_and_the_verdict_is_healthy(name: str, seed: int) -> None:
    (server,) = played(name, seed).truth["servers"]
    assert server["any_of"][0] == "healthy"
    assert server["falls"] == {}
    assert server["pauses"] == []
    assert server["peak_accepted_60s"] < 80 or "clock" in name, "stamps that lie twice on the clock fold minutes"
    assert set(server["outcomes"]) <= {"established", "undetermined", "half_open"}


@pytest.mark.parametrize("name", NAMES)
def test_each_call_needs_one_syn_and_gets_its_answer(name: str) -> None:
    for call in calls(name):
        if call.start < 340:
            assert len(call.of(True, SYN)) == 1
            asked = any(p.payload for p in call.of(True))
            assert asked == (call.response is not None)


def test_slow_answers_are_slow_and_the_longest_has_no_other_before_it() -> None:
    waits = [call.response - call.answer for call in calls("healthy-slow") if call.response and call.answer]
    assert min(waits) >= 1.5
    assert 6 < max(waits) < 9.3


def test_monitors_ask_nothing() -> None:
    looking = [call for call in calls("healthy-knocks") if call.client[0].startswith("10.27.")]
    assert len(looking) > 60
    assert not [p for call in looking for p in call.packets if p.payload]


def test_in_quiet_stretches_nobody_calls() -> None:
    starts = [call.start for call in calls("healthy-quiet")]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert sum(gap > 60 for gap in gaps) == 4


def test_routers_leave_and_join_when_they_are_said_to() -> None:
    leaving = [call.start for call in calls("healthy-leaving") if call.client[0].startswith("10.24.")]
    joining = [call.start for call in calls("healthy-joining") if call.client[0].startswith("10.24.")]
    assert 170 < max(leaving) < 180.1
    assert 180 < min(joining) < 200


def test_reloaded_routers_are_away_for_20_to_40_s_and_take_other_ports() -> None:
    mine = [call for call in calls("healthy-reload") if call.client[0].startswith("10.26.")]
    for address in {call.client[0] for call in mine}:
        starts = [call.start for call in mine if call.client[0] == address]
        assert not [time for time in starts if 150.1 < time < 170]
        assert [time for time in starts if 170 <= time <= 190.1]
    assert len({call.client for call in mine}) == len(mine)


def test_a_server_without_capabilities_answers_404_to_them_alone() -> None:
    statuses = {(e["operation"], e["status"]) for e in played("healthy-old-caps").truth["exchanges"] if e["response"]}
    assert statuses == {("GetCACaps", 404), ("GetCACert", 200), ("PKIOperation", 200)}


@pytest.mark.parametrize(("name", "step"), [("healthy-clock-back", -20), ("healthy-clock-forward", 40)])
def test_the_clock_is_set_once(name: str, step: int) -> None:
    times = [packet.time for packet in packets(name)]
    changes = [later - earlier for earlier, later in pairwise(times)]
    (change,) = [change for change in changes if (change > 38 if step > 0 else change < -1)]
    assert step < change < step + 20
