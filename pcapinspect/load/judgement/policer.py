"""A policer: a bucket of tokens that fills at a steady rate, and a SYN that finds none is dropped.

"80 a minute" may be counted so: `limit rate 80/minute burst 5` of a firewall is one, and nothing excludes that IOS
counts alike. Tried are rates and bursts; told is the pair by which the bucket was empty when SYNs were dropped, and not
empty when they passed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import MINUTE
from pcapinspect.columns import Bool, Int64
from pcapinspect.kernel import kernel
from pcapinspect.load.measures.rates import Rate

BURSTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200)
"""Bursts that are tried."""

STEPS, MOST_OF_PEAK = 64, 1.5
"""Rates that are tried, and up to which part of the busiest minute's: no minute need have had SYNs for all tokens."""

MOST_MISJUDGED = 0.05
"""Share of the SYNs on the wrong side of the bucket at which it still fits: SYNs that arrive while a token is made."""

HALF = 0.5
"""Part of a token with which a SYN may pass while a rate is looked for: those that are tried lie apart."""

MOST_TRIED = 20_000
"""SYNs, from shortly before the first that was dropped, by which a rate and a burst are chosen; all are then held
against these. Some hours of the limit's own rate."""

WHOLE, MOST_ON_CREDIT = 0.9, 0.25
"""Part of a token with which a SYN passes a bucket of the highest rate that fits, and the share of those that passed
with less: more, and the bucket tells nothing, for what passed and what was dropped found the same. Of real buckets 3 %
do, of servers that drop every third or every other SYN at a steady demand 60 % and more."""

FEWEST_DROPPED = 20
"""SYNs dropped, and as many passed, from which a rate and a burst can be told."""


@dataclass(frozen=True, slots=True)
class Policer:
    """A bucket that explains which SYNs passed."""

    rates: tuple[float, float]
    """A minute: the least and the highest that explain as much."""
    burst: int
    misjudged: float
    """Share of the SYNs that it does not explain."""


def policer_of(times: Int64, passed: Bool) -> Policer | None:
    """By the sorted times of SYNs (ns), and which were answered. None: no bucket explains them."""
    through = int(np.count_nonzero(passed))
    if min(through, len(times) - through) < FEWEST_DROPPED:
        return None
    peak = Rate(times[passed], MINUTE).peak()
    assert peak is not None
    begin = max(0, int(np.argmin(passed)) - MOST_TRIED // 4)
    part = slice(begin, begin + MOST_TRIED)
    most = _most_misjudged(passed[part])
    tried = [
        (_misjudged(times[part], passed[part], rate / MINUTE, float(burst), HALF, most), burst, float(rate))
        for rate in np.linspace(peak.count / 2, MOST_OF_PEAK * peak.count, STEPS)
        for burst in BURSTS
        if burst <= through
    ]
    wrong = min(tried)[0]
    if wrong > most:
        return None
    best = [(rate, burst) for misjudged, burst, rate in tried if misjudged == wrong]
    credit = int(MOST_ON_CREDIT * np.count_nonzero(passed[part]))
    if _misjudged(times[part], passed[part], best[-1][0] / MINUTE, float(best[-1][1]), WHOLE, credit) > credit:
        return None
    step = (MOST_OF_PEAK - 0.5) * peak.count / (STEPS - 1)  # the next rates that were tried explain less
    rates = best[0][0] - step, best[-1][0] + step
    burst = best[len(best) // 2][1]
    most = _most_misjudged(passed)
    wrong = _misjudged(times, passed, (rates[0] + rates[1]) / 2 / MINUTE, float(burst), HALF, most)
    return Policer(rates, burst, wrong / len(times)) if wrong <= most else None


def _most_misjudged(passed: Bool) -> int:
    """SYNs on the wrong side of a bucket that still fits. The rarer kind must be told apart, not only the commoner."""
    through = int(np.count_nonzero(passed))
    return int(min(MOST_MISJUDGED * len(passed), min(through, len(passed) - through) / 4))


@kernel
def _misjudged(times: Int64, passed: Bool, rate: float, burst: float, least: float, most: int) -> int:
    """SYNs that passed with less than the `least` part of a token, and that were dropped though there was a whole one;
    where they are more than `most`, no more are counted. `rate`: tokens a nanosecond."""
    tokens, wrong, before = burst, 0, times[0]
    for row in range(times.size):
        tokens = min(burst, tokens + (times[row] - before) * rate)
        before = times[row]
        if passed[row]:
            if tokens < least:
                wrong += 1
            tokens = max(0.0, tokens - 1.0)
        elif tokens >= 1.0:
            wrong += 1
        if wrong > most:
            break
    return wrong
