"""`pcapinspect simulate`: a capture with known truth."""

from __future__ import annotations

import argparse

HELP = "Write a simulated capture and the truth of what happened in it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The scenario, where to write, and the numbers that may differ from the scenario's own."""
    parser.add_argument("scenario", metavar="SCENARIO", nargs="?", help="name of a scenario (see --list)")
    parser.add_argument("--list", action="store_true", help="print the scenarios and what happens in them")
    parser.add_argument(
        "-w", "--write", metavar="FILE", help="capture to write; its truth goes to FILE without .pcap, with .truth.json"
    )
    parser.add_argument("--force", action="store_true", help="overwrite existing files")
    parser.add_argument("--quiet", action="store_true", help="no remarks on standard error")
    parser.add_argument("--what-if", action="store_true", help="say whether and when the limit is passed; print JSON")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="start of the random numbers (default 1)")
    numbers = parser.add_argument_group("numbers other than the scenario's own")
    numbers.add_argument("--routers", metavar="N", type=int, help="routers in all")
    numbers.add_argument("--poll", metavar="S", type=float, help="seconds between the polls of a router")
    numbers.add_argument("--minutes", metavar="M", type=float, help="length of the capture")
    numbers.add_argument("--limit", metavar="N", type=int, help="connections of the rate limit")
    numbers.add_argument("--window", metavar="S", type=float, help="seconds in which they are counted")
    numbers.add_argument("--pause", metavar="S", type=float, help="seconds for which the server then stops listening")
    numbers.add_argument("--max-connections", metavar="N", type=int, help="connections open at once")


def run(options: argparse.Namespace) -> int:
    """List, write, or answer what if."""
    from pcapinspect.errors import UsageError
    from pcapinspect.simulate import scenario, scenarios

    if options.list:
        for name in scenarios():
            print(f"{name:24} {scenario(name).description}")
        return 0
    if options.scenario is None:
        raise UsageError("simulate: name a SCENARIO, or ask for --list")
    if options.what_if:
        return _what_if(options)
    if options.write in (None, "-"):
        raise UsageError("simulate: say with -w FILE where the capture and its truth go")
    return _write(options)


def _numbers(options: argparse.Namespace) -> dict[str, float | None]:
    names = ("routers", "poll", "minutes", "limit", "window", "pause", "max_connections")
    return {name: getattr(options, name) for name in names}


def _write(options: argparse.Namespace) -> int:
    import sys
    from pathlib import Path

    from pcapinspect.report import output
    from pcapinspect.simulate import simulate
    from pcapinspect.simulate.document import truth_json

    capture = options.write
    truth = str(Path(capture).with_suffix(".truth.json"))
    for path in (capture, truth):
        output.check(path, force=options.force)
    simulation = simulate(options.scenario, options.seed, **_numbers(options))
    with output.whole(capture) as partial:
        partial.write_bytes(simulation.packets)
    output.write_text(truth, truth_json(simulation.truth))
    if not options.quiet:
        print(f"Wrote {capture} and {truth}", file=sys.stderr)
    return 0


def _what_if(options: argparse.Namespace) -> int:
    import json
    import sys

    from pcapinspect.simulate import adjusted, scenario
    from pcapinspect.simulate.whatif import what_if

    answer = what_if(adjusted(scenario(options.scenario), **_numbers(options)), options.seed)
    if not options.quiet:
        print(answer["sentence"], file=sys.stderr)
    print(json.dumps(answer, indent=2))
    return 0
