"""`pcapinspect explain`: what a cause or a finding means, how it is found, and what to read beside it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from textwrap import fill

HELP = "Say what a cause or a finding means and how it is found; without a name, list all."

WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name, as reports give it."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="a cause (rate_limit) or the id of a finding (root-cause)"
    )


def run(options: argparse.Namespace) -> int:
    """Print it. Raises UsageError for a name that is none."""
    from pcapinspect.errors import UsageError
    from pcapinspect.findings.kinds import KINDS
    from pcapinspect.load.causes import CAUSES

    name = None if options.name is None else options.name.split("@")[0]
    if name is None:
        lines = [
            "Causes, of pauses and of servers:",
            *(f"  {cause:26} {words.words}" for cause, words in CAUSES.items()),
            "Findings:",
            *(f"  {kind}" for kind in KINDS),
        ]
    elif name in CAUSES:
        lines = list(_cause(name))
    elif name in KINDS:
        lines = list(_finding(name))
    else:
        from difflib import get_close_matches

        near = get_close_matches(name, [*CAUSES, *KINDS], 1)
        raise UsageError(f"explain: {name!r} is no cause and no finding" + (f"; {near[0]}?" if near else ""))
    print("\n".join(lines))
    return 0


def _cause(name: str) -> Iterator[str]:
    from pcapinspect.load.causes import CAUSES

    cause = CAUSES[name]
    yield f"{name}: {cause.words}"
    yield ""
    yield fill(f"Expects: {cause.expects}", WIDTH)
    if cause.findings:
        yield ""
        yield fill("Findings that explain it, and what to do: " + ", ".join(cause.findings), WIDTH)
    yield ""
    yield "How causes compete, and what a confidence means: docs/judgement.md"


def _finding(name: str) -> Iterator[str]:
    from importlib import import_module

    from pcapinspect.findings.kinds import KINDS
    from pcapinspect.load.causes import CAUSES

    kind = KINDS[name]
    module = import_module(f"pcapinspect.findings.{name.replace('-', '_')}")
    yield name
    yield ""
    yield fill(f"Found when: {kind.fires}", WIDTH)
    yield ""
    yield fill(" ".join((module.__doc__ or "").split()), WIDTH)
    if kind.figures:
        yield ""
        yield "Figures:"
        yield from (f"  {figure.name:34} {figure.label}" for figure in kind.figures)
    causes = [cause for cause, words in CAUSES.items() if name in words.findings]
    if causes:
        yield ""
        yield f"It explains the verdicts: {', '.join(causes)}"
    yield ""
    yield "What it does not show and what to do depend on the capture: the report says both with the finding."
