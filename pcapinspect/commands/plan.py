"""`pcapinspect plan`: how to capture next, in exact commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pcapinspect.commands.documents import document_of
from pcapinspect.commands.numbers import whole
from pcapinspect.commands.settings import add_capture_arguments, settings_of

if TYPE_CHECKING:
    from pcapinspect.plan.capture_commands import Recipe
    from pcapinspect.plan.lacks import Lack

HELP = "Print how to capture next: exact commands for IOS, IOS XE, SPAN, tcpdump and dumpcap."

_minutes = whole(1, 60 * 24 * 7, "a number of minutes, up to a week")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What was captured before, where the next capture is made, and the limits that an applet counts against."""
    add_capture_arguments(parser, captures="*")
    parser.add_argument("--interface", metavar="NAME", default="INTERFACE", help="interface that faces the clients")
    parser.add_argument("--minutes", type=_minutes, metavar="N", help="how long (default: as long as the polls ask)")
    parser.add_argument(
        "--eem", action="store_true", help="print an EEM applet that counts accepted connections on the router"
    )


def run(options: argparse.Namespace) -> int:
    """Print the plan: of what was captured before, or of what is to be expected."""
    from pcapinspect.plan import capture_commands, eem, expected, lacks
    from pcapinspect.report.inert import inert

    settings = settings_of(options)
    if options.eem:
        lines: list[str] = [*eem.applet(settings), "", *(f"! {remark}" for remark in eem.REMARKS)]
    else:
        server = settings.servers[0] if settings.servers else None
        document = document_of(options.capture, options) if options.capture else None
        if document is None:
            wanted = expected.assumed(settings, server, options.minutes)
        else:
            wanted = expected.measured(document, settings, server, options.minutes)
        lines = [
            *(_lacking(lacks.lacks_of(document)) if document is not None else ()),
            *_how_long(wanted.basis, wanted.minutes, settings.window),
            *_commands(capture_commands.recipes(wanted, options.interface)),
        ]
    for line in lines:
        print(inert(line))
    return 0


def _lacking(lacking: Sequence[Lack]) -> Iterator[str]:
    yield "WHAT THIS CAPTURE LACKED"
    if not lacking:
        yield "  Nothing that is known of."
    for lack in lacking:
        yield f"  {lack.what}"
        yield f"    so not known: {lack.hides}"
        yield f"    next time:    {lack.next_time}"
    yield ""


def _how_long(basis: str, minutes: int, window: int) -> Iterator[str]:
    yield "HOW LONG, AND WHERE"
    yield f"  {basis}"
    yield f"  Capture for {minutes} minutes, beginning at least {2 * window} s before the storm."
    yield "  At two points at the same time, with clocks set by NTP: at the server's interface, which tells what"
    yield "  reached it, and at the clients' side of the path, which tells what was sent. Then:"
    yield "    pcapinspect analyze server.pcap clients.pcap"
    yield ""


def _commands(recipes: Sequence[Recipe]) -> Iterator[str]:
    for recipe in recipes:
        yield recipe.place.upper()
        yield from (f"    {command}" for command in recipe.commands)
        yield from (f"  {remark}" for remark in recipe.remarks)
        yield ""
