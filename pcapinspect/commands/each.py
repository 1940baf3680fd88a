"""`pcapinspect analyze --each`: every capture, or ring of them, is a case of its own; one line each, worst first."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from pcapinspect.capture.control import Control
from pcapinspect.errors import OutputError, PcapInspectError, UsageError
from pcapinspect.report import output

if TYPE_CHECKING:
    from pcapinspect.pipeline import Evidence
    from pcapinspect.report.document import Report
    from pcapinspect.settings import Settings

BROKEN = "error"
"""The cause of a case that could not be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one case."""

    files: tuple[str, ...]
    cause: str
    confidence: float | None
    server: str | None
    since: str | None
    sentence: str
    command: str
    exit_code: int
    page: str | None = None
    """Its page in the folder of `--html`."""


def run_each(options: argparse.Namespace, settings: Settings, evidence: Evidence, control: Control) -> int:
    """Analyzes every case, writes what was asked for; the exit code is that of the worst."""
    _check(options)
    cases = cases_of(options.capture)
    lines = []
    for number, files in enumerate(cases, 1):
        if control.ended:
            break
        _progress(f"{number:,} of {len(cases):,}  {files[0]}", options)
        lines.append(_analyze(files, number, options, settings, evidence, control))
    _progress("", options)
    lines.sort(key=_rank)
    if options.html is not None:
        output.write(str(Path(options.html) / "index.html"), [_index(lines).encode()])
    _tell(lines, options)
    return max((line.exit_code for line in lines), default=0)


def cases_of(captures: Sequence[str]) -> list[tuple[str, ...]]:
    """The files of each case, in the order given: a ring is one, every other file is one of its own."""
    from pcapinspect.capture.fileset import find_captures
    from pcapinspect.points.rings import SUFFIX

    rings: dict[str, list[str]] = {}
    for path in find_captures(captures):
        name = Path(path)
        rings.setdefault(str(name.with_name(SUFFIX.sub("", name.name))), []).append(path)
    return [tuple(files) for files in rings.values()]


def _check(options: argparse.Namespace) -> None:
    idle = ("markdown", "csv", "parquet", "dask", "stages", "verify")
    left_out = [name for name in idle if getattr(options, name)]
    if left_out:
        raise UsageError(f"--each writes pages (--html DIR) and JSON Lines (--json): leave out --{left_out[0]}")
    if options.html is not None:
        folder = Path(options.html)
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder}: is not a folder; --each --html writes a page for every capture into one")
        folder.mkdir(parents=True, exist_ok=True)
        output.check(str(folder / "index.html"), force=options.force, inputs=())
    if options.json not in (None, output.STANDARD_OUTPUT):
        output.check(options.json, force=options.force, inputs=options.capture)


def _analyze(
    files: tuple[str, ...],
    number: int,
    options: argparse.Namespace,
    settings: Settings,
    evidence: Evidence,
    control: Control,
) -> Line:
    from pcapinspect.pipeline import analyze

    command = shlex.join(("pcapinspect", "analyze", *files))
    try:
        report = analyze(
            files, settings, evidence=evidence, command=["pcapinspect", "analyze", *files], control=control
        )
    except PcapInspectError as error:
        return Line(files, BROKEN, None, None, None, str(error), command, 2)
    page = None
    if options.html is not None:
        from pcapinspect.report.html import render_html

        page = f"{number:04d}.html"
        output.write(str(Path(options.html) / page), [render_html(report, options.paths).encode("utf-8", "replace")])
    return _line(files, report, command, page, options)


def _line(files: tuple[str, ...], report: Report, command: str, page: str | None, options: argparse.Namespace) -> Line:
    from pcapinspect.findings.finding import SEVERITIES
    from pcapinspect.report.answer import answer_of
    from pcapinspect.report.people import Zone, setting_arguments

    sections = report.sections
    verdict = sections["verdict"]
    facts = dict(answer_of(sections, Zone.of(sections)).facts)
    code = 0
    if options.fail_on is not None:
        level = SEVERITIES.index(options.fail_on)
        code = int(any(SEVERITIES.index(found["severity"]) >= level for found in sections["findings"]))
    more = shlex.join(setting_arguments(sections))
    return Line(
        files,
        verdict["cause"],
        verdict["confidence"],
        verdict["server"],
        facts.get("since"),
        verdict["sentence"],
        f"{command} {more}".rstrip(),
        code,
        page,
    )


def _rank(line: Line) -> tuple[int, float, tuple[str, ...]]:
    from pcapinspect.load.analyse import SEVERITY

    if line.cause == BROKEN:
        return len(SEVERITY) + 1, 0, line.files
    return SEVERITY.index(line.cause), -(line.confidence or 0), line.files


def _tell(lines: Sequence[Line], options: argparse.Namespace) -> None:
    """JSON Lines where they are asked for; for people otherwise."""
    if options.json is not None:
        pieces = [(json.dumps(asdict(line)) + "\n").encode() for line in lines]
        if options.json != output.STANDARD_OUTPUT:
            output.write(options.json, pieces)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.writelines(pieces)
            return
    sys.stdout.flush()
    sys.stdout.buffer.writelines(line.encode("utf-8", "replace") for line in _for_people(lines))


def _for_people(lines: Sequence[Line]) -> Iterator[str]:
    from pcapinspect.report.inert import inert

    width = max((len(line.cause) for line in lines), default=0)
    for line in lines:
        sure = "    " if line.confidence is None else f"{line.confidence:.2f}"
        named = line.files[0] if len(line.files) == 1 else f"{line.files[0]} and {len(line.files) - 1} more"
        since = "" if line.since is None else f" Since {line.since}."
        said = line.sentence if line.cause == BROKEN else f"{named}: {line.sentence}{since}"
        yield f"{line.cause:<{width}}  {sure}  {inert(said)}\n"
    worst = next((line for line in lines if line.cause != BROKEN), None)
    if worst is not None:
        yield f"\nMore of the first: {inert(worst.command)}\n"


def _index(lines: Sequence[Line]) -> str:
    """A page that needs nothing: a table of all cases with a link to the page of each."""
    cells = [(escape(line.cause), _linked(line), escape(line.sentence), escape(line.since or "")) for line in lines]
    rows = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{len(lines)} captures</title>\n"
        "<style>body{font:15px/1.4 sans-serif;margin:2em}"
        "td,th{padding:.3em .8em;text-align:left;vertical-align:top}</style>\n"
        f"</head>\n<body>\n<h1>{len(lines)} captures, worst first</h1>\n<table>\n"
        "<tr><th>Verdict</th><th>Capture</th><th>What was found</th><th>Since</th></tr>\n"
        f"{rows}\n</table>\n</body>\n</html>\n"
    )


def _linked(line: Line) -> str:
    name = escape(", ".join(Path(file).name for file in line.files[:3]))
    return name if line.page is None else f'<a href="{line.page}">{name}</a>'


def _progress(text: str, options: argparse.Namespace) -> None:
    if not options.quiet and sys.stderr.isatty():
        from pcapinspect.report.inert import inert

        sys.stderr.write(f"\r\x1b[K{inert(text)[:100]}")
        sys.stderr.flush()
