"""Files of evidence and the clocks of logs, for the page's template."""

from __future__ import annotations

from pcapinspect.report import evidence_words
from pcapinspect.report.html_flows import rows_view
from pcapinspect.report.model import Document

View = dict[str, object]


def evidence_view(document: Document) -> View | None:
    """The account of every file, and sentences; None where nothing was given beside the captures."""
    account = document["evidence"]["account"]
    if not account:
        return None
    lists = (
        ("Not as it should be", evidence_words.warnings(account)),
        ("Used of the configuration", evidence_words.used(document)),
        ("Does not belong, and is not used", evidence_words.not_used(document)),
        ("Clocks of the logs, and what has no place on the time axis", evidence_words.clock_sentences(document)),
    )
    return {
        "table": rows_view("Files of evidence", evidence_words.FILES, evidence_words.file_rows(account)),
        "lists": [(title, sentences) for title, sentences in lists if sentences],
    }
