"""A report as a notebook shows it: its answer, in a few lines of HTML without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pcapinspect.load.causes import CAUSES
from pcapinspect.report.answer import answer_of
from pcapinspect.report.html_view import with_code
from pcapinspect.report.ladder import rungs_of
from pcapinspect.report.people import Zone

if TYPE_CHECKING:
    from pcapinspect.report.document import Report


def answer_html(report: Report) -> str:
    """Verdict, what it rests on, how far attempts came, and what to do."""
    answer = answer_of(report.sections, Zone.of(report.sections))
    verdict = answer.verdict
    rows = [(label, with_code(text)) for label, text in answer.facts]
    ladder = report.servers[0]["ladder"] if report.servers else None
    if ladder is not None:
        rows.append(("service", Markup(", ").join(f"{count:,} {rung}" for rung, count in rungs_of(ladder))))
    if answer.root is not None:
        rows.append(("root cause", with_code(answer.root["title"])))
    facts = Markup().join(Markup("<tr><th>{}</th><td>{}</td></tr>").format(*row) for row in rows)
    steps = Markup().join(Markup("<li>{}</li>").format(with_code(step)) for step in answer.remedy)
    parts = [
        Markup("<p><strong>{}</strong></p>").format(with_code(verdict["sentence"])),
        Markup("<p>{}{}, confidence {:.2f}</p>").format(
            f"{verdict['server']}: " if verdict["server"] else "", CAUSES[verdict["cause"]].words, verdict["confidence"]
        ),
        Markup("<table>{}</table>").format(facts) if facts else Markup(),
        Markup("<ol>{}</ol>").format(steps) if steps else Markup(),
    ]
    return str(Markup("<div>{}</div>").format(Markup().join(parts)))
