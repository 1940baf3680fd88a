"""How far each attempt came, and why no further: the design's ladder, as a reader of the capture must tell it.

The first place of a list is the best answer; where the reader cannot know, others are right, too. Not asked for is an
attempt of which the capture misses packets, or that began before it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pcapinspect.clock import SECOND
from pcapinspect.simulate.clients import ANSWER_PATIENCE
from pcapinspect.simulate.record import Attempt, Exchange

RUNGS = ("dialled", "accepted", "asked", "answered", "succeeded")

Place = tuple[str, str | None]
"""The highest rung that was reached, and why no higher one: null where it succeeded, or where nothing tells."""

_NOT_ACCEPTED = {
    "unanswered": "silence",
    "refused": "reset",
    "unreachable": "icmp",
    "answered_otherwise": "otherwise",
}
ERRORS = 400
"""HTTP statuses from here on are no success (RFC 9110, 15)."""


def places(attempt: Attempt, outcomes: list[str], end: int) -> list[Place] | None:
    """What may be said of the attempt, the best first; None: nothing is asked for. `end`: of the capture."""
    if attempt.sight.missed or "midstream" in outcomes:
        return None
    found: list[Place] = []
    for outcome in outcomes:
        if outcome in _NOT_ACCEPTED:
            found.append(("dialled", _NOT_ACCEPTED[outcome]))
        elif outcome == "undetermined":
            found.append(("dialled", None))
        elif outcome == "half_open":
            found += [("accepted", "no_request"), ("accepted", None), ("accepted", "silence"), ("accepted", "reset")]
        else:
            found += _accepted(attempt, end)
    return found


def _accepted(attempt: Attempt, end: int) -> list[Place]:
    sight = attempt.sight
    if not attempt.exchanges:
        if sight.reset is not None:
            return [("accepted", "reset"), ("accepted", "no_request")]
        return [("accepted", "no_request"), ("accepted", None)]
    return min((_of_exchange(attempt, exchange, end) for exchange in attempt.exchanges), key=_height)


def _height(found: list[Place]) -> int:
    return RUNGS.index(found[0][0])


def _of_exchange(attempt: Attempt, exchange: Exchange, end: int) -> list[Place]:
    sight, request, response = attempt.sight, exchange.request, exchange.response
    # Who still waits when the capture ends has not fallen yet.
    open_end: list[Place] = []
    if response is not None and response.first_time is not None:
        # A client that acknowledges nothing of its response may not have got it.
        untaken: list[Place] = (
            [] if sight.taken >= response.reach else [("answered", None), ("answered", "not_delivered")]
        )
        if exchange.status is None or exchange.status < ERRORS:
            # A response of which a part never passed may hold a failure of SCEP in that part.
            cut: list[Place] = [("answered", None)] if response.captured() < response.size else []
            return [("succeeded", None), *cut, *untaken]
        return [("answered", "error")]
    asked = sight.acknowledged >= request.reach > 0
    rung = "asked" if asked else "accepted"
    begun = request.first_time if request.first_time is not None else sight.first_time
    if begun is None or end - begun <= ANSWER_PATIENCE * SECOND:
        open_end = [(rung, None)]
    if sight.reset is not None:
        return [(rung, "reset"), (rung, "no_response" if asked else "not_delivered"), *open_end]
    if asked:
        return [(rung, "no_response"), *open_end]
    unsent: list[Place] = [] if request.pieces else [(rung, "no_request")]
    return [*unsent, (rung, "not_delivered"), *open_end]


def ladder(found: list[list[Place] | None]) -> dict[str, Any] | None:
    """The counts of a server: each rung holds all that got at least so far. None where an attempt is not asked for."""
    known = [one[0] for one in found if one is not None]
    if len(known) < len(found):
        return None
    heights = [RUNGS.index(rung) for rung, _ in known]
    counts = {rung: sum(1 for height in heights if height >= low) for low, rung in enumerate(RUNGS)}
    return {**counts, "fell": dict(sorted(Counter(why for _, why in known if why is not None).items()))}


def loose(found: list[list[Place] | None]) -> bool:
    """Whether a right reader may count otherwise."""
    return any(one is not None and len({rung for rung, _ in one}) > 1 for one in found)
