"""Events against the simulator's record of what its server did, and against counts made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.settings import Settings
from pcapinspect.watch.episodes import Event, risings
from pcapinspect.watch.watcher import Watcher


def events_of(parts, capture: str, piece: int = 30_000, begin: int = 0) -> list[Event]:
    watcher = Watcher(Settings(), 3600 * SECOND, begin)
    return [event for part in parts(capture, piece) for moment in watcher.take(part) for event in moment.events]


def of_kind(events: list[Event], kind: str) -> list[int]:
    return [event.time for event in events if event.kind == kind]


def test_a_count_that_trembles_around_a_threshold_rises_once():
    counts = np.array([10, 58, 60, 59, 60, 61, 80, 60, 50, 48, 60, 61])
    assert risings(counts, 60, 48, armed=True) == ([2, 10], False)
    assert risings(counts, 60, 47, armed=True) == ([2], False)
    assert risings(counts[2:6], 60, 48, armed=False) == ([], False)
    assert risings(np.array([30, 20]), 60, 48, armed=False) == ([], True)


@pytest.mark.parametrize("piece", [2_000, 30_000, 5_000_000])
def test_the_storm_as_its_server_lived_it(parts, piece):
    truth = json.loads(Path("captures/storm.truth.json").read_text())["servers"][0]["pauses"]
    events = events_of(parts, "captures/storm.pcap", piece)
    begins, ends = of_kind(events, "pause-begins"), of_kind(events, "pause-ends")
    assert len(begins) == len(ends) == len(truth) == 12
    for pause, begin, end in zip(truth, begins, ends, strict=True):
        assert parse_iso(pause["begin"]) <= begin <= parse_iso(pause["end"])
        assert parse_iso(pause["end"]) <= end <= parse_iso(pause["end"]) + 2 * SECOND
    assert len(of_kind(events, "served-again")) == 12
    near, over = of_kind(events, "near"), of_kind(events, "over")
    assert near[0] < over[0] < begins[0]
    assert len(near) == 1  # from then on the server is above three quarters of its limit


def test_what_is_well_makes_no_event(parts):
    assert [event.kind for event in events_of(parts, "captures/healthy.pcap")] == []


def test_a_run_that_begins_again_says_nothing_twice_and_loses_nothing(parts):
    whole = events_of(parts, "captures/storm.pcap")
    for place in (1, 5, 20):
        again = events_of(parts, "captures/storm.pcap", begin=whole[place].time)
        assert [(e.kind, e.time) for e in again] == [(e.kind, e.time) for e in whole if e.time > whole[place].time]
