"""What is said of servers from flows, and how capture and flows of the same dials agree."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pcapinspect
from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow import rows as text_rows
from pcapinspect.evidence.netflow.judgement import FlowLoad, compared, judge_flows
from pcapinspect.evidence.netflow.model import FlowEvidence, FlowFile, Flows
from pcapinspect.evidence.netflow.sampling import poisson_range
from pcapinspect.pipeline import Evidence
from pcapinspect.settings import Settings

BEGIN = 1_700_000_040 * 10**9  # the begin of a minute
SECOND = 10**9
Row = tuple[object, ...]

NAMES = ["exporter", "start", "end", "src_ip", "src_port", "dst_ip", "dst_port", "packets", "bytes", "tcp_flags"]


def flows_of(rows: Iterable[Row]) -> Flows:
    return text_rows.flows_of([text_rows.Row(**dict(zip(NAMES, row, strict=True))) for row in rows])  # type: ignore[arg-type]


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


def sampled(flows: Flows, interval: int) -> FlowLoad:
    flows = replace(flows, sampling=np.full(len(flows), interval, np.int64))
    return judge_flows(FlowEvidence(flows, (FlowFile("flows"),)), Settings())


def test_sampled_flows_get_no_verdict_but_an_estimate() -> None:
    flows = flows_of([row for n in range(40) for row in dial(n, n, answered=n % 5 > 0)])
    (server,) = sampled(flows, 10).load.servers
    assert server.verdict.cause == "insufficient"
    assert server.unanswered == 0
    # 40 SYNs at 1 in 10; the exact 95 % range of the mean of a Poisson distribution of which 40 came is 28.58 to 54.47.
    assert "40 flows with a SYN stand for about 400 SYNs to the server (95 %: 286 to 545)" in server.verdict.sentence
    assert sampled(flows, 1).load.servers[0].verdict.cause == "loss"


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.69), (1, 0.025, 5.57), (10, 4.80, 18.39), (100, 81.36, 121.63)]
)
def test_the_range_of_a_poisson_mean(count: int, low: float, high: float) -> None:
    """The exact 95 % limits, as tables of them print (Garwood, 1936)."""
    found = poisson_range(count)
    assert found == pytest.approx((low, high), abs=0.25)


def undated(rows: list[Row], clocks: list[int]) -> FlowLoad:
    flows = flows_of(rows)
    missing = np.full(len(flows), MISSING, np.int64)
    flows = replace(flows, start=missing, end=missing, clock=np.array(clocks, np.int64))
    return judge_flows(FlowEvidence(flows, (FlowFile("flows"),)), Settings())


def test_flows_without_a_date_are_counted_and_stand_on_no_time_axis() -> None:
    rows = [row for n in range(100) for row in dial(n, n, answered=n % 10 > 0)]
    judged_flows = undated(rows, [MISSING] * len(rows))
    assert (len(judged_flows.connections), judged_flows.load.servers) == (0, ())
    (server,) = judged_flows.undated
    assert (server.attempts, server.established, server.unanswered, server.clients) == (100, 90, 10, 100)
    assert (server.busiest, server.verdict.cause) == (None, "insufficient")
    assert "10 of 100 dials got no answer; the flows have no times" in server.verdict.sentence


def test_times_of_day_tell_the_rate_over_midnight_too() -> None:
    midnight = 86_400 * SECOND
    rows, clocks = [], []
    for n in range(90):
        flows = dial(n, n)
        rows += flows
        clocks += [(midnight - 45 * SECOND + n * SECOND // 2) % midnight] * len(flows)
    (server,) = undated(rows, clocks).undated
    assert (server.busiest, server.verdict.cause) == (90, "insufficient")
    assert "above its limit" in server.verdict.sentence


def test_dials_of_which_no_flow_tells_the_end_are_no_healthy_server() -> None:
    rows = [(*dial(n, n, answered=False)[0][:-1], MISSING) for n in range(20)]
    (server,) = undated(rows, [MISSING] * 20).undated
    assert (server.attempts, server.undetermined, server.verdict.cause) == (20, 20, "insufficient")
    assert "do not tell whether they were answered" in server.verdict.sentence


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
