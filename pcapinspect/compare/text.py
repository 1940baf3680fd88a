"""A comparison as text: for the terminal, and as Markdown to send."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from pcapinspect.compare.comparison import Comparison, ServerChange
from pcapinspect.compare.figures import rows_of
from pcapinspect.compare.words import sentences
from pcapinspect.report import markdown_text
from pcapinspect.report.inert import inert

WIDTH = 80


def render_terminal(comparison: Comparison) -> str:
    """Lines of at most WIDTH columns, but for what cannot be broken."""
    return "\n".join(map(inert, _terminal(comparison))) + "\n"


def _terminal(comparison: Comparison) -> Iterator[str]:
    yield f"before: {comparison.before}"
    yield f"after:  {comparison.after}"
    for server in comparison.servers:
        yield ""
        yield f"CHANGE  {server.change.verdict}, of {server.address}"
        for sentence in (server.change.sentence, *server.change.reasons):
            yield from wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")
        yield ""
        yield f"  {'':34} {'before':>20} {'after':>20}"
        yield from (f"  {name:34} {before:>20} {after:>20}" for name, before, after in rows_of(server))
        yield ""
        for sentence in sentences(server.clients):
            yield from wrap(sentence, WIDTH, initial_indent="  ", subsequent_indent="    ")
    if not comparison.servers:
        yield comparison.change.sentence


def render_markdown(comparison: Comparison) -> str:
    """The same, as Markdown in which nothing of a capture becomes markup."""
    return "\n".join(_markdown(comparison)) + "\n"


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"# Comparison: {comparison.change.verdict}"
    yield ""
    yield f"- before: {markdown_text.code(comparison.before)}"
    yield f"- after: {markdown_text.code(comparison.after)}"
    for server in comparison.servers:
        yield from _markdown_server(server)


def _markdown_server(server: ServerChange) -> Iterator[str]:
    yield ""
    yield f"## {markdown_text.escape(server.address)}: {server.change.verdict}"
    yield ""
    yield markdown_text.prose(server.change.sentence)
    yield ""
    yield from markdown_text.items(server.change.reasons)
    yield ""
    yield from markdown_text.table(("", "before", "after"), list(rows_of(server)))
    yield ""
    yield from markdown_text.items(list(sentences(server.clients)))
