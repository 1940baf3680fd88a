"""The verdict matrix: simulated cause by judged cause, over all scenarios and many seeds.

    python tests/verdict_matrix.py --seeds 20 --write docs/verdict-matrix.md

Every capture goes through the whole pipeline as a file; truth is what the simulator's model lived. Exit code 1 where a
figure is worse than `DEMANDED`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcapinspect.address import texts
from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.columns import MISSING
from pcapinspect.findings.analysis import Analysis
from pcapinspect.load.model import Pause, ServerLoad
from pcapinspect.pipeline import Evidence, inspect
from pcapinspect.settings import Settings
from pcapinspect.simulate import scenarios, simulate
from pcapinspect.tcp.connections import OUTCOMES

DEMANDED = {
    "attempts with the right outcome": 0.999,
    "pauses found that are pauses (precision)": 0.99,
    "pauses found of those that show (recall)": 0.99,
    "pauses whose true length lies in the range": 1.0,
    "pauses with the right cause": 0.95,
    "servers with the right verdict": 1.0,
}
"""The least share of each that is right."""

EDGE = SECOND // 20
"""A SYN that the capture saw at the edge of a pause may have been on its way: by so much a pause may seem to be off."""

SHOWN_ATTEMPTS, SHOWN_SYNS, SHOWN_SPAN = 2, 3, SECOND
"""What of a true pause must be in the capture for it to show: a single attempt may as well have lost its SYNs."""


@dataclass(frozen=True, slots=True)
class PauseResult:
    """A pause that was found, and the true one that it overlaps most."""

    true_cause: str
    cause: str
    confidence: float
    in_range: bool | None
    """None: the true length is not known, for the capture ended first."""


@dataclass(frozen=True, slots=True)
class ServerResult:
    right: tuple[str, ...]
    """The verdicts that are right, the best first."""
    cause: str
    confidence: float


@dataclass(slots=True)
class Result:
    """What came of one capture, or of several."""

    attempts: int = 0
    wrong_outcomes: int = 0
    pauses: list[PauseResult] = field(default_factory=list)
    false_pauses: int = 0
    missed_pauses: int = 0
    hidden_pauses: int = 0
    """True pauses in which too few asked for them to show, and that were not found."""
    servers: list[ServerResult] = field(default_factory=list)

    def add(self, other: Result) -> None:
        self.attempts += other.attempts
        self.wrong_outcomes += other.wrong_outcomes
        self.pauses += other.pauses
        self.false_pauses += other.false_pauses
        self.missed_pauses += other.missed_pauses
        self.hidden_pauses += other.hidden_pauses
        self.servers += other.servers

    def shares(self) -> dict[str, float]:
        """The figures that DEMANDED names."""
        known = [pause for pause in self.pauses if pause.in_range is not None]
        # What a one-way capture shows of pauses is the capture's, whatever the server did.
        caused = [pause for pause in self.pauses if pause.cause != "capture"]
        return dict(
            zip(
                DEMANDED,
                (
                    _share(self.attempts - self.wrong_outcomes, self.attempts),
                    _share(len(self.pauses), len(self.pauses) + self.false_pauses),
                    _share(len(self.pauses), len(self.pauses) + self.missed_pauses),
                    _share(sum(pause.in_range is True for pause in known), len(known)),
                    _share(sum(pause.cause == pause.true_cause for pause in caused), len(caused)),
                    _share(sum(server.cause in server.right for server in self.servers), len(self.servers)),
                ),
                strict=True,
            )
        )


def judge(name: str, seed: int) -> Result:
    """Simulate one capture, analyse it, and compare with the truth."""
    simulation = simulate(name, seed)
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / f"{name}.pcap"
        capture.write_bytes(simulation.packets)
        analysis = inspect([str(capture)], Settings(), Evidence(), None)
    return compare(simulation.truth, analysis)


def compare(truth: dict[str, Any], analysis: Analysis) -> Result:
    """What of the truth the analysis found."""
    result = Result()
    _compare_attempts(truth["attempts"], analysis, result)
    for true_server in truth["servers"]:
        for server in analysis.load.servers:
            if (server.ip, server.port) == (true_server["ip"], true_server["port"]):
                verdict = server.verdict
                right = tuple(true_server["any_of"])
                result.servers.append(ServerResult(right, verdict.cause, verdict.confidence))
                _compare_pauses(true_server["pauses"], server, result)
    return result


def _compare_attempts(attempts: Sequence[dict[str, Any]], analysis: Analysis, result: Result) -> None:
    table = analysis.connections
    clients, servers = texts(table.client_high, table.client_low), texts(table.server_high, table.server_low)
    rows = zip(clients, table.client_port.tolist(), servers, table.isn.tolist(), table.outcome.tolist(), strict=True)
    found = {(client, port, server, isn): OUTCOMES[outcome] for client, port, server, isn, outcome in rows}
    for attempt in attempts:
        ends = (attempt["client_ip"], attempt["client_port"], attempt["server_ip"])
        outcome = found.get((*ends, attempt["isn"])) or found.get((*ends, MISSING))
        result.attempts += 1
        result.wrong_outcomes += outcome not in attempt["any_of"]


def _compare_pauses(truth: Sequence[dict[str, Any]], server: ServerLoad, result: Result) -> None:
    found: set[int] = set()
    for pause in server.pauses:
        overlaps = [(_overlap(pause, true, EDGE), _overlap(pause, true, 0), n) for n, true in enumerate(truth)]
        # Of two that begin and end within the edge, the one that the SYNs truly met.
        met = [(exact, number) for generous, exact, number in overlaps if generous >= 0]
        if not met:
            result.false_pauses += 1
            continue
        found.update(number for _, number in met)
        true = truth[max(met)[1]]
        result.pauses.append(PauseResult(true["cause"], pause.cause, pause.confidence, _in_range(pause, true)))
    for number, true in enumerate(truth):
        if number not in found:
            span = parse_iso(true["last_syn"]) - parse_iso(true["first_syn"])
            shows = true["attempts"] >= SHOWN_ATTEMPTS and true["syns"] >= SHOWN_SYNS and span >= SHOWN_SPAN
            result.missed_pauses += shows
            result.hidden_pauses += not shows


def _overlap(pause: Pause, true: dict[str, Any], edge: int) -> int:
    begin = parse_iso(true["begin"]) - edge
    end = parse_iso(true["end"]) + edge if true["end"] else pause.last_unanswered
    return min(end, pause.last_unanswered) - max(begin, pause.first_unanswered)


def _in_range(pause: Pause, true: dict[str, Any]) -> bool | None:
    if true["length"] is None:
        return None
    length = round(true["length"] * SECOND)
    return pause.silence_at_least <= length and (pause.silence_at_most is None or length <= pause.silence_at_most)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


# --- the page --------------------------------------------------------------------------------------------------------


def page(results: dict[str, Result], seeds: int) -> str:
    """The matrix as Markdown."""
    whole = Result()
    for result in results.values():
        whole.add(result)
    lines = [
        "# Verdict matrix",
        "",
        f"{len(results)} simulated scenarios, {seeds} seeds of each, through the whole pipeline as capture files.",
        f"Made by `python tests/verdict_matrix.py --seeds {seeds} --write docs/verdict-matrix.md`.",
        "",
        f"- {whole.attempts:,} attempts, {len(whole.servers):,} servers.",
        f"- {len(whole.pauses):,} pauses found. {whole.hidden_pauses:,} true pauses were not found and cannot be told",
        f"  from loss: fewer than {SHOWN_ATTEMPTS} attempts or {SHOWN_SYNS} SYNs met them, or all within a second.",
        "",
        "| figure | demanded | reached |",
        "|---|---|---|",
        *(f"| {name} | {DEMANDED[name]:.1%} | {share:.2%} |" for name, share in whole.shares().items()),
        "",
        "## Servers: cause simulated by cause judged",
        "",
        "Where several verdicts are right (a lossy path that is over the limit), the first is shown.",
        "",
        *_matrix((s.right[0] if s.cause not in s.right else s.cause, s.cause) for s in whole.servers),
        "",
        "## Pauses: cause simulated by cause judged",
        "",
        "In a one-way capture every pause is the capture's, whatever the server did.",
        "",
        *_matrix((p.true_cause, p.cause) for p in whole.pauses),
        "",
        "## Confidence: how many of the judgements that carry it were right",
        "",
        "| confidence | pauses right | of | verdicts right | of |",
        "|---|---|---|---|---|",
        *_calibration(whole),
        "",
        "## By scenario",
        "",
        "| scenario | verdicts right | pauses found | false | missed | cause right | length in range |",
        "|---|---|---|---|---|---|---|",
        *(_row(name, result) for name, result in results.items()),
        "",
    ]
    return "\n".join(lines)


def _matrix(pairs: Iterable[tuple[str, str]]) -> list[str]:
    counts = Counter(pairs)
    columns = sorted({judged for _, judged in counts})
    lines = [f"| simulated \\ judged | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for cause in sorted({true for true, _ in counts}):
        cells = (str(counts[cause, judged] or "") for judged in columns)
        lines.append(f"| {cause} | {' | '.join(cells)} |")
    return lines


def _calibration(whole: Result) -> list[str]:
    pauses = [(p.confidence, p.cause == p.true_cause) for p in whole.pauses if p.cause != "capture"]
    servers = [(s.confidence, s.cause in s.right) for s in whole.servers]
    lines = []
    for confidence in sorted({round(confidence, 2) for confidence, _ in pauses + servers}):
        cells = []
        for judged in (pauses, servers):
            these = [right for at, right in judged if round(at, 2) == confidence]
            cells += [f"{_share(sum(these), len(these)):.1%}" if these else "", str(len(these) or "")]
        lines.append(f"| {confidence:.2f} | {' | '.join(cells)} |")
    return lines


def _row(name: str, result: Result) -> str:
    caused = [pause for pause in result.pauses if pause.cause != "capture"]
    known = [pause for pause in result.pauses if pause.in_range is not None]
    return (
        f"| {name} | {sum(s.cause in s.right for s in result.servers)} of {len(result.servers)} | {len(result.pauses)} "
        f"| {result.false_pauses} | {result.missed_pauses} "
        f"| {sum(p.cause == p.true_cause for p in caused)} of {len(caused)} "
        f"| {sum(p.in_range is True for p in known)} of {len(known)} |"
    )


def main() -> int:
    """Run the matrix."""
    parser = argparse.ArgumentParser(description="Compare verdicts with simulated truth.")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each scenario (default 20)")
    parser.add_argument("--first-seed", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--scenario", action="append", help="only this scenario (repeatable)")
    parser.add_argument("--processes", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--write", type=Path, help="write the page to this file")
    options = parser.parse_args()
    names = options.scenario or scenarios()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    jobs = [(name, seed) for name in names for seed in seeds]
    results = {name: Result() for name in names}
    with ProcessPoolExecutor(options.processes) as workers:
        judged = workers.map(judge, *zip(*jobs, strict=True), chunksize=4)
        for (name, _), result in zip(jobs, judged, strict=True):
            results[name].add(result)
    text = page(results, options.seeds)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    whole = Result()
    for result in results.values():
        whole.add(result)
    return int(any(share < DEMANDED[name] for name, share in whole.shares().items()))


if __name__ == "__main__":
    sys.exit(main())
