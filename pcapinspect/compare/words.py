"""What every output of a comparison says of its clients, and which of them it names."""

from __future__ import annotations

from collections.abc import Iterator

from pcapinspect.compare.comparison import Clients

MOST_NAMED = 10
"""Clients that are named; the JSON has all."""


def sentences(clients: Clients) -> Iterator[str]:
    """How many stayed, and who is gone, new, or polls with another period."""
    yield f"{clients.stayed:,} clients on both sides."
    for names, what in (
        (clients.gone, "asked before only"),
        (clients.new, "asked after only"),
        (clients.other_period, "poll with another period"),
    ):
        if names:
            more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
            yield f"{len(names):,} {what}: {', '.join(names[:MOST_NAMED])}{more}."
