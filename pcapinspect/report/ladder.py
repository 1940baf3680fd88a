"""The ladder of service as text: how many attempts came how far, and why the others did not."""

from __future__ import annotations

from pcapinspect.report.model import Ladder

FELL_WORDS = {
    "silence": "without any answer to the SYN",
    "reset": "reset by the server",
    "icmp": "rejected by an ICMP error",
    "otherwise": "answered, but neither accepted nor refused",
    "no_request": "accepted, and no whole request sent",
    "not_delivered": "sent, and never acknowledged",
    "no_response": "delivered, and without response",
    "error": "answered with an error",
    "pending": "answered with PENDING",
}
"""What became of attempts that came no farther, after their number."""

UNKNOWN_WORDS = "of which the capture does not show it"

BAR = 40
"""Columns of the longest bar."""


def fell_of(ladder: Ladder) -> list[tuple[str, int]]:
    """Why attempts came no farther and how many, the most frequent first."""
    fell = [(FELL_WORDS[name], count) for name, count in ladder["fell"].items() if count]
    fell.sort(key=lambda pair: -pair[1])
    return [*fell, (UNKNOWN_WORDS, ladder["unknown"])] if ladder["unknown"] else fell


def rungs_of(ladder: Ladder) -> list[tuple[str, int]]:
    """How many attempts came at least so far, from the lowest rung."""
    return [
        ("dialled", ladder["dialled"]),
        ("accepted", ladder["accepted"]),
        ("asked", ladder["asked"]),
        ("answered", ladder["answered"]),
        ("succeeded", ladder["succeeded"]),
    ]


def funnel(ladder: Ladder) -> list[str]:
    """A line a rung, its bar as long as its share of the attempts."""
    most = max(1, ladder["dialled"])
    width = len(f"{most:,}")
    return [
        f"{rung:<10} {count:>{width},}  {'#' * -(-BAR * count // most)}".rstrip() for rung, count in rungs_of(ladder)
    ]


def fell_sentence(ladder: Ladder) -> str:
    """`fell: 204 answered with an error, 100 reset by the server`; empty where nobody fell."""
    fell = ", ".join(f"{count:,} {words}" for words, count in fell_of(ladder))
    return fell and f"fell: {fell}"
