"""The curve keeps every peak."""

from __future__ import annotations

import pytest
from build import Made, ns, steady

from pcapinspect.clock import SECOND
from pcapinspect.load.measures import curve


def made() -> Made:
    some = Made()
    steady(some, 0, 90, 0.6, clients=200)
    some.answered("10.2.0.1", 30.0, lasts=15.0)
    some.unanswered("10.2.0.2", 200.0)
    return some


def test_the_highest_points_are_the_peaks() -> None:
    load = made().analyse()
    found, server = load.curve, load.servers[0]
    assert server.peak_accepted_60s is not None
    assert server.concurrency is not None
    assert found.accepted_60s.max() == server.peak_accepted_60s.count == 101
    assert found.open.max() == server.concurrency.peak
    peak = found.time[found.accepted_60s.argmax()]
    assert peak <= server.peak_accepted_60s.end < peak + SECOND


def test_rates_fall_when_the_window_leaves_them_behind() -> None:
    found = made().analyse().curve
    at = {time // SECOND: rate for time, rate in zip(found.time.tolist(), found.accepted_60s.tolist(), strict=True)}
    assert at[149] <= 2
    assert at[200] == 0
    attempts = dict(zip((found.time // SECOND).tolist(), found.attempts_60s.tolist(), strict=True))
    assert attempts[200] == 1


def test_long_captures_get_coarser_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "MOST_ROWS", 20)
    load = made().analyse()
    assert len(load.curve) <= 21
    assert load.servers[0].peak_accepted_60s is not None
    assert load.curve.accepted_60s.max() == load.servers[0].peak_accepted_60s.count
    assert all(time % ns(1.0) == 0 for time in load.curve.time.tolist())
