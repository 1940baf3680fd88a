"""The verdict matrix: simulated truth by what the report says, over all scenarios and many seeds.

    python -m tests.verdict_matrix --seeds 20 --write docs/verdict-matrix.md
    python -m tests.verdict_matrix --seeds 1 --only storm --only mtu

Every capture goes through the whole pipeline as a file, and what is compared is the report that users get. Truth is
what the simulator's clients, paths and servers lived. A field that the report does not have counts as not there. Exit
code 1 where a figure is worse than `verdict_page.DEMANDED`; each wrong answer is listed with its scenario and seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pcapinspect
from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.simulate import scenarios, simulate

EDGE = 0.05
"""Seconds. A SYN that the capture saw at the edge of a pause may have been on its way, and the last answer of a service
that took its time may come after the pause began: by so much a pause may seem to be off."""

SHOWN_ATTEMPTS, SHOWN_SYNS, SHOWN_SPAN = 2, 3, 1.0
"""What of a true pause must be in the capture for it to show: a single attempt may as well have lost its SYNs."""

LIMITS = ("rate_limit", "max_connections")


@dataclass(frozen=True, slots=True)
class PauseResult:
    """A pause that was found, and the true one that it overlaps most."""

    true_cause: str
    right: tuple[str, ...]
    """The causes that may be named, the best first."""
    cause: str
    confidence: float
    in_range: bool | None
    """None: the true length is not known, for the capture ended first."""
    form_right: bool | None = None
    """None: the report does not tell forms."""


@dataclass(frozen=True, slots=True)
class ServerResult:
    """The verdict on a server."""

    right: tuple[str, ...]
    """The verdicts that are right, the best first."""
    cause: str
    confidence: float
    explains: float | None = None
    true_share: float | None = None
    """Of the falls: what the judged cause truly made."""
    unnamed: tuple[str, ...] | None = None
    """Strong causes that stand neither in the verdict nor in `also`; None: the report has no `also`."""
    to_name: int = 0
    ladder_right: bool | None = None
    """None: the report has no ladder, or the reader cannot know all of it."""


@dataclass(slots=True)
class Result:
    """What came of one capture, or of several."""

    attempts: int = 0
    wrong_outcomes: int = 0
    placed: int = 0
    """Attempts of which the report says how far they came, and the truth, too."""
    wrong_places: int = 0
    pauses: list[PauseResult] = field(default_factory=list)
    false_pauses: int = 0
    missed_pauses: int = 0
    hidden_pauses: int = 0
    """True pauses in which too few asked for them to show, and that were not found."""
    servers: list[ServerResult] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """A line for each wrong answer."""

    def add(self, other: Result) -> None:
        for one in fields(Result):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def judge(name: str, seed: int) -> Result:
    """Simulate one capture, analyse it, and compare with the truth."""
    simulation = simulate(name, seed)
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / f"{name}.pcap"
        capture.write_bytes(simulation.packets)
        report = pcapinspect.analyze([str(capture)])
    result = compare(simulation.truth, report)
    result.wrong = [f"{name} {seed}: {line}" for line in result.wrong]
    return result


def compare(truth: dict[str, Any], report: Any) -> Result:
    """What of the truth the report says."""
    result = Result()
    _compare_attempts(truth["attempts"], report.tables["connections"], result)
    reported = {(server["ip"], server["port"]): server for server in report.document["servers"]}
    for true_server in truth["servers"]:
        server = reported.get((true_server["ip"], true_server["port"]))
        if server is not None:
            judged = _server(true_server, server, result)
            # Of two hundred addresses that a scanner tried there is nothing to tell.
            if true_server["exists"] or judged.cause not in judged.right:
                result.servers.append(judged)
            _compare_pauses(true_server, server, not truth["capture"]["missed"], result)
    return result


def _compare_attempts(attempts: Sequence[dict[str, Any]], table: Any, result: Result) -> None:
    told = table.to_dict("list")
    rows = len(told["client_ip"])
    rungs, fell = told.get("rung", [None] * rows), told.get("fell", [None] * rows)
    names = ("client_ip", "client_port", "server_ip", "isn")
    keys = zip(*([None if value != value else value for value in told[name]] for name in names), strict=True)
    found = dict(zip(keys, zip(told["outcome"], rungs, fell, strict=True), strict=True))
    for attempt in attempts:
        ends = (attempt["client_ip"], attempt["client_port"], attempt["server_ip"])
        outcome, rung, why = found.get((*ends, attempt["isn"])) or found.get((*ends, None)) or (None, None, None)
        result.attempts += 1
        if outcome not in attempt["any_of"]:
            result.wrong_outcomes += 1
            result.wrong.append(f"{ends[0]}:{ends[1]} outcome {outcome}, not {' or '.join(attempt['any_of'])}")
        if rung is None or attempt["places"] is None:
            continue
        result.placed += 1
        place = [rung, why if isinstance(why, str) else None]
        if place not in attempt["places"]:
            result.wrong_places += 1
            result.wrong.append(f"{ends[0]}:{ends[1]} place {place}, not {attempt['places']}")


def _server(true: dict[str, Any], server: dict[str, Any], result: Result) -> ServerResult:
    verdict = server["verdict"]
    cause, also = verdict["cause"], verdict.get("also")
    falls = true["falls"]
    whole = sum(falls.values())
    named = {cause, *(other["cause"] for other in also or [])}
    unnamed = tuple(names[0] for names in true["to_name"] if not named & set(names))
    told = server.get("ladder")
    ladder_right = None
    if told is not None and true["ladder"] is not None and true["ladder_is_exact"]:
        ladder_right = all(told.get(rung) == count for rung, count in true["ladder"].items() if rung != "fell")
        if not ladder_right:
            result.wrong.append(f"ladder {told}, not {true['ladder']}")
    if cause not in true["any_of"]:
        right = " or ".join(true["any_of"])
        result.wrong.append(f"verdict {cause} {verdict['confidence']}, not {right}: {verdict['sentence']}")
    if also is not None and unnamed:
        result.wrong.append(f"not named: {', '.join(unnamed)}, beside {', '.join(sorted(named))}")
    return ServerResult(
        right=tuple(true["any_of"]),
        cause=cause,
        confidence=verdict["confidence"],
        explains=verdict.get("explains"),
        true_share=falls.get(cause, 0) / whole if whole else None,
        unnamed=None if also is None else unnamed,
        to_name=len(true["to_name"]),
        ladder_right=ladder_right,
    )


# --- pauses ----------------------------------------------------------------------------------------------------------


def _compare_pauses(true_server: dict[str, Any], server: dict[str, Any], whole_capture: bool, result: Result) -> None:
    truth = [*true_server["pauses"], *true_server["partial"]]
    whole = len(true_server["pauses"])
    found: set[int] = set()
    told: set[int] = set()
    for pause in server["pauses"]:
        overlaps = [(*_overlap(pause, true), n) for n, true in enumerate(truth)]
        # Of two that begin and end within the edge, the one that the SYNs truly met.
        met = [(exact, number) for generous, exact, number in overlaps if generous >= 0]
        best = max(met)[1] if met else None
        if best is None or (best in told and best < whole):
            result.false_pauses += 1
            result.wrong.append(f"pause {pause['first_unanswered']} {'is none' if best is None else 'in pieces'}")
            continue
        found.update(number for _, number in met)
        # A SYN that passed just before the pause began leaves the pause to the SYNs after it.
        if parse_iso(pause["last_unanswered"]) - parse_iso(truth[best]["begin"]) > EDGE * SECOND:
            told.add(best)
        _judge_pause(pause, truth[best], best >= whole, whole_capture, result)
    for number, true in enumerate(truth[:whole]):
        if number not in found:
            shows = _shows(true)
            result.missed_pauses += shows
            result.hidden_pauses += not shows
            if shows:
                result.wrong.append(f"pause {true['begin']} of {true['length']} s ({true['cause']}) is missed")


def _judge_pause(pause: dict[str, Any], true: dict[str, Any], part: bool, whole_capture: bool, result: Result) -> None:
    """`part`: others were served in the true pause; what of it looks like one is shorter, and need not be explained.
    `whole_capture`: else what was captured of a pause may have another form."""
    in_range = None if part else _in_range(pause, true)
    form = pause.get("form")
    form_right = form in _forms(true) if form is not None and whole_capture and not part else None
    cause, told = pause["cause"], f"pause {pause['first_unanswered']}"
    right = (*true["any_of"], *(["insufficient"] if part else []))
    result.pauses.append(PauseResult(true["cause"], right, cause, pause["confidence"], in_range, form_right))
    if in_range is False:
        span = f"{pause['silence_at_least']} to {pause['silence_at_most']}"
        result.wrong.append(f"{told}: {span} s, not {true['length']}")
    if form_right is False:
        result.wrong.append(f"{told}: form {form}, not {true['form']}")
    if cause not in right and cause != "capture":
        result.wrong.append(f"{told}: cause {cause} {pause['confidence']}, not {' or '.join(right)}")


def _forms(true: dict[str, Any]) -> tuple[str, ...]:
    """A pause in which a few were under way when it began may be called mixed, but not one of plain silence."""
    return (true["form"],) if true["form"] == "silence" and true["cause"] in LIMITS else (true["form"], "mixed")


def _shows(true: dict[str, Any]) -> bool:
    span = (parse_iso(true["last_syn"]) - parse_iso(true["first_syn"])) / SECOND
    return bool(true["attempts"] >= SHOWN_ATTEMPTS and true["syns"] >= SHOWN_SYNS and span >= SHOWN_SPAN)


def _overlap(pause: dict[str, Any], true: dict[str, Any]) -> tuple[float, float]:
    """Seconds by which they overlap, generously and exactly."""
    first, last = parse_iso(pause["first_unanswered"]), parse_iso(pause["last_unanswered"])
    begin = parse_iso(true["begin"])
    end = parse_iso(true["end"]) if true["end"] else last
    exact = (min(end, last) - max(begin, first)) / SECOND
    edge = round(EDGE * SECOND)
    return (min(end + edge, last) - max(begin - edge, first)) / SECOND, exact


def _in_range(pause: dict[str, Any], true: dict[str, Any]) -> bool | None:
    """Whether the range holds the true length: of the whole pause, or of its part in which the queue was full."""
    if true["length"] is None:
        return None
    low, high = pause["silence_at_least"], pause["silence_at_most"]
    lengths = [true["length"], *([true["closed_length"]] if true["closed_length"] is not None else [])]
    slack = EDGE if true["form"] != "silence" else 0.0
    return any(low - slack <= length and (high is None or length <= high + slack) for length in lengths)


# --- all of them -----------------------------------------------------------------------------------------------------


def play(names: Sequence[str], seeds: range, processes: int) -> dict[str, Result]:
    """The result of each scenario."""
    jobs = [(name, seed) for name in names for seed in seeds]
    results = {name: Result() for name in names}
    with ProcessPoolExecutor(processes) as workers:
        judged = workers.map(judge, *zip(*jobs, strict=True), chunksize=2)
        for (name, _), result in zip(jobs, judged, strict=True):
            results[name].add(result)
    return results


def main() -> int:
    """Run the matrix."""
    from tests.verdict_page import page, worse

    parser = argparse.ArgumentParser(description="Compare reports with simulated truth.")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each scenario (default 20)")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--only", action="append", metavar="NAME", help="only scenarios whose names begin so")
    parser.add_argument("--processes", type=int, default=1, help="worker processes (default 1)")
    parser.add_argument("--write", type=Path, help="write the page to this file")
    parser.add_argument("--wrong", type=int, default=200, help="wrong answers to list (default 200)")
    options = parser.parse_args()
    names = [name for name in scenarios() if not options.only or name.startswith(tuple(options.only))]
    results = play(names, range(options.first_seed, options.first_seed + options.seeds), options.processes)
    text = page(results, options.seeds)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    wrong = [line for result in results.values() for line in result.wrong]
    for line in wrong[: options.wrong]:
        print(f"WRONG {line}")
    if len(wrong) > options.wrong:
        print(f"and {len(wrong) - options.wrong} more")
    return int(bool(worse(results)))


if __name__ == "__main__":
    sys.exit(main())
