"""The figures of the verdict matrix, and its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.verdict_matrix import LIMITS, SHOWN_ATTEMPTS, SHOWN_SYNS, PauseResult, Result, ServerResult

DEMANDED = {
    "attempts with the right outcome": 0.999,
    "attempts on the right rung, for the right reason": 0.999,
    "servers whose ladder has the right counts": 1.0,
    "pauses found that are pauses (precision)": 0.99,
    "pauses found of those that show (recall)": 0.99,
    "pauses whose true length lies in the range": 1.0,
    "pauses with the right form": 0.99,
    "pauses with the right cause": 0.97,
    "servers with the right verdict": 0.99,
    "verdicts of 0.9 and more that are right": 0.97,
    "strong causes that are named": 0.95,
    "servers without a limit that are not called throttled": 1.0,
}
"""The least share of each that is right. To abstain where the packets are plain is wrong."""

CERTAIN = 0.9


def shares(result: Result) -> dict[str, float | None]:
    """The figures that DEMANDED names; None: the report does not have what it takes."""
    known = [pause.in_range for pause in result.pauses if pause.in_range is not None]
    caused = _caused(result)
    forms = [pause.form_right for pause in result.pauses if pause.form_right is not None]
    ladders = [server.ladder_right for server in result.servers if server.ladder_right is not None]
    naming = [server for server in result.servers if server.unnamed is not None]
    to_name = sum(server.to_name for server in naming)
    unlimited = [server for server in result.servers if not set(server.right) & set(LIMITS)]
    found = len(result.pauses)
    values = (
        _share(result.attempts - result.wrong_outcomes, result.attempts),
        _share(result.placed - result.wrong_places, result.placed),
        _share(sum(ladders), len(ladders)),
        _share(found, found + result.false_pauses),
        _share(found, found + result.missed_pauses),
        _share(sum(known), len(known)),
        _share(sum(forms), len(forms)),
        _share(sum(_pause_right(pause) for pause in caused), len(caused)),
        _share(sum(map(_right, result.servers)), len(result.servers)),
        _of_certain(result.servers),
        _share(to_name - sum(len(server.unnamed or ()) for server in naming), to_name),
        _share(sum(server.cause not in LIMITS for server in unlimited), len(unlimited)),
    )
    return dict(zip(DEMANDED, values, strict=True))


def worse(results: dict[str, Result]) -> list[str]:
    """The figures that are worse than demanded."""
    reached = shares(_whole(results))
    return [name for name, share in reached.items() if share is not None and share < DEMANDED[name]]


def page(results: dict[str, Result], seeds: int) -> str:
    """The matrix as Markdown."""
    whole = _whole(results)
    explained = [
        abs(server.explains - server.true_share)
        for server in whole.servers
        if server.explains is not None and server.true_share and _right(server)
    ]
    explains = f"{sum(explained) / len(explained):.3f} from the truth on average" if explained else "not there"
    lines = [
        "# Verdict matrix",
        "",
        f"{len(results)} simulated scenarios, {seeds} seeds of each, through the whole pipeline as capture files.",
        f"Made by `python -m tests.verdict_matrix --seeds {seeds} --write docs/verdict-matrix.md`.",
        "",
        f"- {whole.attempts:,} attempts, {len(whole.servers):,} servers.",
        f"- {len(whole.pauses):,} pauses found. {whole.hidden_pauses:,} true pauses were not found and cannot be told",
        f"  from loss: fewer than {SHOWN_ATTEMPTS} attempts or {SHOWN_SYNS} SYNs met them, or all within a second.",
        f"- `explains` of right verdicts, where something fell: {explains}.",
        "",
        "| figure | demanded | reached |",
        "|---|---|---|",
        *(f"| {name} | {DEMANDED[name]:.1%} | {_percent(share)} |" for name, share in shares(whole).items()),
        "",
        "## Servers: cause simulated by cause judged",
        "",
        "Where several verdicts are right (a lossy path that is over the limit), the one that was judged is shown.",
        "",
        *_matrix((s.cause if _right(s) else s.right[0], s.cause) for s in whole.servers),
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
        "| scenario | verdicts right | rungs wrong | pauses found | false | missed | cause right | length in range |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(name, result) for name, result in results.items()),
        "",
    ]
    return "\n".join(lines)


def _whole(results: dict[str, Result]) -> Result:
    whole = Result()
    for result in results.values():
        whole.add(result)
    return whole


def _right(server: ServerResult) -> bool:
    return server.cause in server.right


def _pause_right(pause: PauseResult) -> bool:
    return pause.cause in pause.right


def _caused(result: Result) -> list[PauseResult]:
    """What a one-way capture shows of pauses is the capture's, whatever the server did."""
    return [pause for pause in result.pauses if pause.cause != "capture"]


def _of_certain(servers: Iterable[ServerResult]) -> float | None:
    certain = [_right(server) for server in servers if server.confidence >= CERTAIN]
    return _share(sum(certain), len(certain))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "not there" if share is None else f"{share:.2%}"


def _matrix(pairs: Iterable[tuple[str, str]]) -> list[str]:
    counts = Counter(pairs)
    columns = sorted({judged for _, judged in counts})
    lines = [f"| simulated \\ judged | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for cause in sorted({true for true, _ in counts}):
        cells = (str(counts[cause, judged] or "") for judged in columns)
        lines.append(f"| {cause} | {' | '.join(cells)} |")
    return lines


def _calibration(whole: Result) -> list[str]:
    pauses = [(p.confidence, _pause_right(p)) for p in _caused(whole)]
    servers = [(s.confidence, _right(s)) for s in whole.servers]
    lines = []
    for confidence in sorted({round(confidence, 2) for confidence, _ in pauses + servers}):
        cells = []
        for judged in (pauses, servers):
            these = [right for at, right in judged if round(at, 2) == confidence]
            cells += [_percent(_share(sum(these), len(these))) if these else "", str(len(these) or "")]
        lines.append(f"| {confidence:.2f} | {' | '.join(cells)} |")
    return lines


def _row(name: str, result: Result) -> str:
    caused = _caused(result)
    known = [pause.in_range for pause in result.pauses if pause.in_range is not None]
    rungs = str(result.wrong_places) if result.placed else ""
    return (
        f"| {name} | {sum(map(_right, result.servers))} of {len(result.servers)} | {rungs} | {len(result.pauses)} "
        f"| {result.false_pauses} | {result.missed_pauses} "
        f"| {sum(map(_pause_right, caused))} of {len(caused)} | {sum(known)} of {len(known)} |"
    )
