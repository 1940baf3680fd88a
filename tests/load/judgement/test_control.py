"""The control of loss, and the policer that it gives way to."""

from __future__ import annotations

import numpy as np
import pytest

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.control import Control
from pcapinspect.load.judgement.policer import policer_of


@pytest.mark.parametrize(
    ("packets", "again", "share", "tells", "spared"),
    [
        (490, 0, 0.01, False, False),  # five packets that might have been lost are the least
        (500, 0, 0.01, True, False),
        (614, 0, 0.47, True, True),  # a token bucket of the lab
        (491, 39, 0.05, True, False),  # five per cent of everything
        (1000, 0, 0.012, True, True),
        (1000, 0, 0.0119, True, False),
        (1000, 24, 0.11, True, True),
        (1000, 24, 0.10, True, False),
    ],
)
def test_other_packets_say_whether_it_is_loss(
    packets: int, again: int, share: float, tells: bool, spared: bool
) -> None:
    control = Control(packets, again)
    assert control.tells(share) is tells
    assert control.spared(share) is spared


def bucket(times: list[float], rate: float, burst: int) -> list[bool]:
    """Which SYNs pass a bucket that fills at `rate` a second."""
    tokens, before, passed = float(burst), times[0], []
    for now in times:
        tokens, before = min(burst, tokens + (now - before) * rate), now
        passed.append(tokens >= 1)
        tokens -= passed[-1]
    return passed


@pytest.mark.parametrize(("rate", "burst"), [(80, 5), (40, 20), (120, 1)])
def test_rate_and_burst_of_a_bucket_are_told(rate: int, burst: int) -> None:
    random = np.random.default_rng(5)
    times = np.cumsum(random.exponential(0.25, 900)).tolist()
    passed = bucket(times, rate / 60, burst)
    found = policer_of(np.array([round(time * SECOND) for time in times]), np.array(passed))
    assert found is not None
    assert found.rates[0] <= rate * 1.05
    assert found.rates[1] >= rate * 0.95
    assert abs(found.burst - burst) <= max(1, 0.3 * burst)
    assert found.misjudged < 0.02


def test_chance_is_no_bucket() -> None:
    random = np.random.default_rng(6)
    times = np.cumsum(random.exponential(0.25, 900))
    assert policer_of((times * SECOND).astype(np.int64), random.random(900) < 0.5) is None


def test_a_few_drops_tell_no_rate() -> None:
    times = [n * 1.0 for n in range(100)]
    passed = [n % 6 != 0 for n in range(100)]
    assert policer_of(np.array([round(time * SECOND) for time in times]), np.array(passed)) is None
