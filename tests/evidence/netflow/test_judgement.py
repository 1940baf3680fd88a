"""What is said of servers from flows, and how capture and flows of the same dials agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pcapinspect
from pcapinspect.evidence.netflow.judgement import FlowLoad, compared, judge_flows
from pcapinspect.evidence.netflow.model import FlowEvidence, FlowFile
from pcapinspect.evidence.netflow.nfdump import flows_of
from pcapinspect.pipeline import Evidence
from pcapinspect.settings import Settings

BEGIN = 1_700_000_040 * 10**9  # the begin of a minute
SECOND = 10**9
Row = tuple[object, ...]


def dial(number: int, second: float, *, answered: bool = True, rst: bool = False) -> list[Row]:
    """The flows of one dial of client `number` to the server."""
    client, server, port = f"10.2.0.{number % 200}", "10.1.0.80", 1024 + number
    start = BEGIN + int(second * SECOND)
    end = start + (SECOND // 10 if answered or rst else 14 * SECOND)
    up = ("r1", start, end, client, port, server, 80, 5 if answered else 4, 400, 0x1B if answered else 0x02)
    down = ("r1", start, end, server, 80, client, port, 5, 900, 0x14 if rst else 0x1B)
    return [up, down] if answered or rst else [up]


def judged(rows: list[Row]) -> FlowLoad:
    return judge_flows(FlowEvidence(flows_of(rows), (FlowFile("flows"),)), Settings())


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([row for n in range(50) for row in dial(n, n)], "healthy"),
        # A pause that retransmitted SYNs outlast is not in flows: that it never paused cannot be said.
        ([row for n in range(120) for row in dial(n, n / 2.5)], "insufficient"),
        ([row for n in range(50) for row in dial(n, n, answered=False)], "outage"),
        ([row for n in range(50) for row in dial(n, n, answered=False, rst=True)], "refused"),
        ([row for n in range(40) for row in dial(n, n, answered=n % 5 > 0)], "loss"),
        # 160 dials in a minute, every fourth without an answer: above the limit, but no pause can be shown.
        ([row for n in range(160) for row in dial(n, n * 0.35, answered=n % 4 > 0)], "insufficient"),
    ],
)
def test_verdicts_of_flows(rows: list[Row], cause: str) -> None:
    (server,) = judged(rows).load.servers
    assert server.verdict.cause == cause
    assert server.verdict.confidence <= 0.6
    assert server.pauses == ()
    assert any("silent" in sentence for sentence in server.verdict.not_shown)


def test_counts_by_minute_and_server() -> None:
    flows = judged([row for n in range(90) for row in dial(n, n * 59 / 90)] + dial(100, 70, answered=False))
    (server,) = flows.load.servers
    assert (server.attempts, server.established, server.unanswered) == (91, 90, 1)
    assert server.peak_minute is not None
    assert (server.peak_minute.count, server.peak_minute.minute) == (90, BEGIN)
    assert flows.load.minutes.attempts.tolist()[:2] == [90, 1]
    assert flows.load.minutes.unanswered.tolist()[:2] == [0, 1]
    assert flows.load.minutes.paused.sum() == 0


def test_capture_and_flows_of_the_same_dials_with_clocks_apart() -> None:
    capture = judged([row for n in range(30) for row in dial(n, n)]).connections
    apart = [
        (row[0], row[1] + 37 * SECOND, row[2] + 37 * SECOND, *row[3:])  # type: ignore[operator]
        for n in range(30)
        if n != 7
        for row in dial(n, n)
    ]
    extra = [(row[0], row[1] + 37 * SECOND, row[2] + 37 * SECOND, *row[3:]) for row in dial(99, 12.5)]  # type: ignore[operator]
    comparison = compared(judged(apart + extra), capture).comparison
    assert comparison is not None
    assert (comparison.both, comparison.only_capture, comparison.only_flows) == (29, 1, 1)
    assert comparison.clock_offset == 37 * SECOND


@pytest.mark.parametrize("version", ["v5", "v9", "v10"])
def test_the_lab_capture_and_its_own_export_agree(shared_captures: Path, version: str) -> None:
    packets = str(shared_captures / "lab" / "mix-full.pcap")
    export = str(shared_captures / "derived" / f"softflowd-{version}-mix-full.pcap")
    alone = pcapinspect.analyze([export]).document
    both = pcapinspect.analyze([packets], evidence=Evidence(netflow=[export])).document
    (from_flows,), (from_packets,) = alone["servers"], both["servers"]
    for figure in ("ip", "port", "attempts", "established", "unanswered", "refused", "clients"):
        assert from_flows[figure] == from_packets[figure]
    assert both["evidence"]["netflow"]["comparison"]["both"] == 68
    assert both["evidence"]["netflow"]["comparison"]["only_capture"] == 0
    assert both["tables"]["flows"]["rows"] == 136
    left = {row["client_ip"]: row["attempts"] for row in _rows(alone["tables"]["clients"])}
    right = {row["client_ip"]: row["attempts"] for row in _rows(both["tables"]["clients"])}
    assert left == right


def _rows(table: dict[str, dict[str, list[object]]]) -> list[dict[str, object]]:
    columns = table["columns"]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def test_a_report_of_flows_survives_json(shared_captures: Path) -> None:
    report = pcapinspect.analyze([str(shared_captures / "derived" / "softflowd-v9-overflow-ios-80-15.nfcapd")])
    assert json.loads(report.to_json())["evidence"]["netflow"]["files"][0]["format"] == "nfcapd"
    assert pcapinspect.Report.from_json(report.to_json()).document == report.document
