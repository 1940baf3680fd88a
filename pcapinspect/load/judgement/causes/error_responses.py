"""`error_responses`: the server takes the attempts and answers, and what it answers are errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, percent

NAME = "error_responses"

SURE = 0.9
"""The codes are plain; what they mean of the server is inferred."""

MIN_ATTEMPTS, OVERLOADED, MOST = 2, 0.05, 0.5
"""Attempts from which it makes a verdict, and their share of the answered ones: of those that say that the server
cannot serve, and of all others, which may be of what was asked."""

WORDS = {
    "overload": "an overload or gateway error (429, 502, 503, 504)",
    "rejected": "a rejection (pkiStatus FAILURE)",
    "other": "an error",
    "not_there": "an error to GetNextCACert (404, 403, 501)",
}
"""Classes of errors (`measures.errors`)."""

NEARLY_ALL = 0.9
"""Share of the answered attempts that got an error from which even `not_there` makes a verdict, where nothing worse
does: below, the server serves other requests well, and says truthfully that there is no next certificate yet."""


def counted(errors: Mapping[str, Bool]) -> Bool:
    """Attempts whose error says something of the server. `errors`: by class."""
    return errors["overload"] | errors["rejected"] | errors["other"]


def explain(evidence: Evidence, _caused: Caused) -> Explanation | None:
    """Attempts that were answered with an error that says something of the server, by class."""
    return _of(evidence, evidence.falls.failed)


def explain_polls(evidence: Evidence) -> Explanation | None:
    """Nearly everybody got an error, because nearly everybody asks for a certificate that is not there yet."""
    every = (counted(evidence.errors) | evidence.errors["not_there"]) & evidence.falls.counted
    answered = np.count_nonzero(evidence.falls.counted & evidence.traffic.replied)
    return _of(evidence, every) if np.count_nonzero(every) >= max(1, NEARLY_ALL * answered) else None


def _of(evidence: Evidence, failed: Bool) -> Explanation | None:
    number = int(np.count_nonzero(failed))
    answered = int(np.count_nonzero(evidence.falls.counted & evidence.traffic.replied))
    if not number or not answered:
        return None
    counts = {name: int(np.count_nonzero(evidence.errors[name] & failed)) for name in WORDS}
    worst = max(counts, key=lambda name: counts[name])
    overload = counts["overload"]
    listed = ", ".join(f"{count:,} with {WORDS[name]}" for name, count in counts.items() if count)
    return Explanation(
        NAME,
        failed,
        SURE,
        f"The server answers, but {number:,} of {answered:,} answered attempts ({percent(number / answered)}) got "
        f"{WORDS[worst] if counts[worst] == number else 'an error: ' + listed}.",
        (f"By class: {', '.join(f'{name} {count:,}' for name, count in counts.items() if count)}.",),
        (),
        ("Why the server answers so: its logs say.",),
        grave=number >= MIN_ATTEMPTS and (overload >= OVERLOADED * answered or number >= MOST * answered),
    )
