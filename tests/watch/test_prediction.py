"""When the limit is crossed next: against polls that are played on by hand, each client at its own period."""

from __future__ import annotations

import numpy as np
import pytest

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.load.model import Clients
from pcapinspect.settings import Settings
from pcapinspect.watch.prediction import predicted

NOW = 1_800_000_000 * SECOND


def clients(periods: list[float], last: list[float], spread: float = 0.0) -> Clients:
    """`last`: seconds before NOW of each one's last poll."""
    count = len(periods)
    zeros = np.zeros(count, np.int64)
    nothing = np.full(count, None, object)
    columns = {name: nothing if dtype.hasobject else zeros for name, dtype in Clients.dtypes().items()}
    columns["poll_period"] = np.array([MISSING if p == 0 else int(p * SECOND) for p in periods])
    columns["poll_spread"] = np.full(count, int(spread * SECOND))
    columns["last"] = NOW - (np.array(last) * SECOND).astype(np.int64)
    return Clients(**columns)


def none() -> np.ndarray:
    return np.empty(0, np.int64)


def test_pollers_that_are_exact_cross_when_their_polls_say():
    # 100 clients, one each 0.5 s, every 60 s: the 80th poll of a minute comes 40 s from now.
    phase = [60 - 0.5 * (number + 1) for number in range(100)]
    found = predicted(clients([60.0] * 100, phase), 0, none(), Settings(), NOW)
    assert found.crossing == NOW + 40 * SECOND
    assert (found.earliest, found.latest) == (found.crossing, found.crossing)
    assert (found.sure, found.clients) == (1.0, 100)


def test_what_was_accepted_already_counts():
    phase = [60 - 0.5 * (number + 1) for number in range(100)]
    accepts = NOW - np.arange(30, 0, -1) * SECOND
    # 30 in the last half minute; the 50 that are missing come within 25 s, when 29 or more of these are still in it.
    found = predicted(clients([60.0] * 100, phase), 0, accepts, Settings(), NOW)
    assert NOW + 25 * SECOND <= found.crossing <= NOW + 26 * SECOND


def test_too_few_never_cross():
    assert predicted(clients([60.0] * 79, [30.0] * 79), 0, none(), Settings(), NOW) is None
    assert predicted(clients([0.0] * 200, [30.0] * 200), 0, none(), Settings(), NOW) is None


def test_clients_that_stopped_polling_are_not_waited_for():
    assert predicted(clients([60.0] * 100, [121.0] * 100), 0, none(), Settings(), NOW) is None


@pytest.mark.parametrize("seed", range(8))
def test_the_range_holds_what_happens_then(seed):
    """Clients of 50 to 70 s with jitter; played on by another random generator than the one that predicts."""
    random = np.random.default_rng(1000 + seed)
    periods = random.uniform(50, 70, 90)
    last = random.uniform(0, 50, 90)
    found = predicted(clients(periods.tolist(), last.tolist(), spread=1.0), 0, none(), Settings(), NOW)
    assert found is not None
    polls = np.sort(np.concatenate([-last + random.normal(0, 0.74, 90) + periods * turn for turn in range(1, 12)]))
    polls = polls[polls > 0]
    full = np.flatnonzero(polls[79:] - polls[:-79] < 60)
    truth = NOW + int(polls[full[0] + 79] * SECOND)
    assert found.earliest - 3 * SECOND <= truth <= found.latest + 3 * SECOND
