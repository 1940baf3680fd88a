"""What flows say, for the page's template."""

from __future__ import annotations

from collections.abc import Sequence

from pcapinspect.load.causes import CAUSES
from pcapinspect.report import flow_words
from pcapinspect.report.model import Document
from pcapinspect.report.people import Zone

View = dict[str, object]

NOT_IN_FLOWS = frozenset({"service", "pause", "operations", "latency", "handshakes", "open"})
"""Panels of what flows cannot show: an empty one would say that there was nothing."""


def flows_view(document: Document) -> View | None:
    """Tables and sentences of the section `evidence.netflow`; None without flows."""
    netflow = document["evidence"]["netflow"]
    if netflow is None:
        return None
    settings = document["settings"]
    minutes = flow_words.minute_rows(netflow, settings, Zone.of(document))
    tables = [
        rows_view(
            f"What flows show of each server; the limit is {settings['limit']} in {settings['window']} s",
            flow_words.SERVERS,
            [(*row, CAUSES[str(cause)].words) for *row, cause in flow_words.server_rows(netflow)],
        ),
        rows_view("The busiest minutes of the first server", flow_words.MINUTES, minutes),
        rows_view("Files with flows", flow_words.FILES, flow_words.file_rows(netflow)),
    ]
    return {
        "tables": [table for table in tables if table["rows"]],
        "sentences": [server["verdict"]["sentence"] for server in netflow["servers"][: flow_words.MOST_SERVERS]],
        "comparison": flow_words.comparison(netflow),
        "lists": [
            (title, sentences)
            for title, sentences in (
                ("What is missing from the files", flow_words.concerns(netflow)),
                ("What flows cannot show", flow_words.not_shown(netflow)),
            )
            if sentences
        ],
    }


def rows_view(caption: str, head: Sequence[str], rows: Sequence[flow_words.Row]) -> View:
    """Cells as texts, each with whether it is a number."""
    cells = [[(f"{cell:,}" if isinstance(cell, int) else cell, isinstance(cell, int)) for cell in row] for row in rows]
    heads = [(text, bool(rows) and isinstance(rows[0][place], int)) for place, text in enumerate(head)]
    return {"caption": caption, "heads": heads, "rows": cells}
