"""The answer: what every output says first. Whose it is, since when, how often and how long, why, and what cures it.

A remedy is that of the verdict: of the findings that explain it, never of a warning about something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pcapinspect.clock import MINUTE, length, parse_iso
from pcapinspect.findings.figures import plural
from pcapinspect.findings.kinds import kind_of
from pcapinspect.load.causes import CAUSES
from pcapinspect.report.model import Finding, LeadingVerdict, Sections, Server
from pcapinspect.report.people import Zone, limits_of
from pcapinspect.settings import Limits


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it is in the document; here it is chosen and said."""

    verdict: LeadingVerdict
    facts: tuple[tuple[str, str], ...]
    """(`since`, `2026-03-02 08:02:09Z: its first pause`): what, and the sentence."""
    explaining: tuple[Finding, ...]
    """The findings that explain the verdict, the best first."""
    root: Finding | None
    """Why it came to this, where the verdict is of something wrong."""
    remedy: tuple[str, ...]
    also: tuple[Finding, ...]
    """Warnings and worse of this server that the verdict does not explain."""
    others: int
    """Servers beside this one that are not well."""


def answer_of(sections: Sections, zone: Zone) -> Answer:
    """The answer about the first server, the worst."""
    verdict = sections["verdict"]
    kinds = CAUSES[verdict["cause"]].findings
    own = [found for found in sections["findings"] if found["server"] in (verdict["server"], None)]
    explaining = sorted(
        (found for found in own if kind_of(found["id"]) in kinds), key=lambda found: kinds.index(kind_of(found["id"]))
    )
    told = {found["id"] for found in explaining} | {
        found["id"] for found in own if kind_of(found["id"]) == "server-pauses"
    }
    grave = ("critical", "warning")
    bad = [one for one in sections["servers"][1:] if CAUSES[one["verdict"]["cause"]].tone == "bad"]
    return Answer(
        verdict=verdict,
        facts=tuple(_facts(sections, explaining, zone)),
        explaining=tuple(explaining),
        root=next((found for found in explaining if kind_of(found["id"]) == "root-cause"), None),
        remedy=_remedy(explaining),
        also=tuple(found for found in own if found["severity"] in grave and found["id"] not in told),
        others=len(bad),
    )


def _remedy(explaining: Sequence[Finding]) -> tuple[str, ...]:
    """The steps of the best explanation, each once. Where it names the commands for this very CA, those of the kind
    in general are left out."""
    named = any(kind_of(found["id"]) == "root-cause" and found["remedy"] for found in explaining)
    chosen = [found for found in explaining if not (named and kind_of(found["id"]) == "rollover-404-loop")]
    return tuple(dict.fromkeys(step for found in chosen for step in found["remedy"]))


def _facts(sections: Sections, explaining: Sequence[Finding], zone: Zone) -> list[tuple[str, str]]:
    if not sections["servers"]:
        return []
    server, limits = sections["servers"][0], limits_of(sections["settings"])
    found = _pauses(server, zone, limits) if server["pauses"] else _onset(sections, explaining, zone)
    return [*found, *_rate(server, zone, limits)]


def _onset(sections: Sections, explaining: Sequence[Finding], zone: Zone) -> list[tuple[str, str]]:
    start = next((found["start"] for found in explaining if found["start"] is not None), None)
    if start is None:
        return []
    begin = sections["capture"]["first_time"]
    from_the_first = begin is None or parse_iso(start) - parse_iso(begin) < MINUTE
    return [("since", zone.moment(start) + (", as far as the capture goes back" if from_the_first else ""))]


def _pauses(server: Server, zone: Zone, limits: Limits) -> list[tuple[str, str]]:
    pauses = server["pauses"]
    first = pauses[0]["first_unanswered"]
    last = zone.beside(pauses[-1]["first_unanswered"], first)
    met = sum(pause["unanswered_attempts"] for pause in pauses)
    silent = length(round(sum(pause["silence_at_least"] for pause in pauses), 1))
    if len(pauses) == 1:
        return [("since", zone.moment(first)), ("pauses", f"1, at least {silent}; {plural(met, 'attempt')} met it")]
    return [
        ("since", f"{zone.moment(first)}; the last pause began {last}"),
        ("pauses", f"{len(pauses):,}, at least {silent} in all; {plural(met, 'attempt')} met them"),
        *_counted(server, limits),
    ]


def _counted(server: Server, limits: Limits) -> list[tuple[str, str]]:
    """What the server had accepted when pauses of the rate limit began: by the count that fits, and in the window.

    Of pauses that have one before them: for the first, both counts are the same.
    """
    before = [pause["accepted_before_60s"] for pause in server["pauses"][1:] if pause["cause"] == "rate_limit"]
    anew = next(
        (m for m in server["models"] if m["counts"] == "accepts" and m["window"] == "rearmed" and m["fits"]), None
    )
    if not before or anew is None or len(anew["at_onset"]) < 2:
        return []
    since = _range(anew["at_onset"][1:])
    return [("counted", f"{since} accepted since the pause before, {_range(before)} in the {limits.span} before")]


def _rate(server: Server, zone: Zone, limits: Limits) -> list[tuple[str, str]]:
    peak, over = server["peak_accepted_60s"], server["first_over_limit"]
    if peak is None:
        return []
    most = f"at most {peak['count']:,} accepted in {limits.span}"
    if over is None:
        return [("rate", f"{most}, the limit is {limits.limit}")]
    minutes = plural(server["minutes_over_limit"], "minute")
    return [("rate", f"{most}; above {limits.limit} in {minutes}, from {zone.beside(over, server['first_time'])}")]


def _range(counts: Sequence[int]) -> str:
    return f"{min(counts):,}" if min(counts) == max(counts) else f"{min(counts):,} to {max(counts):,}"
