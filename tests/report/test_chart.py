from __future__ import annotations

from dataclasses import asdict

import numpy as np

from pcapinspect.clock import MINUTE, parse_iso
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.chart import MOST_LINES, attempts_chart
from pcapinspect.report.document import Report
from pcapinspect.report.people import Zone
from pcapinspect.report.tables import Source, Tables
from pcapinspect.settings import Settings

BEGIN = parse_iso("2026-03-01T23:58:00Z")


def chart(established: list[int], unanswered: list[int], paused: tuple[int, ...] = (), limit: int = 80) -> list[str]:
    total = len(established)
    columns: dict[str, np.ndarray] = {name: np.zeros(total, dtype=np.int64) for name in TABLES["minutes"].kinds}
    columns |= {
        "server_ip": np.array(["192.0.2.1"] * total, dtype=object),
        "server_port": np.full(total, 80),
        "network": np.full(total, None, object),
        "minute": BEGIN + MINUTE * np.arange(total),
        "established": np.array(established),
        "unanswered": np.array(unanswered),
        "attempts": np.array(established) + np.array(unanswered),
    }
    columns["paused_seconds"][list(paused)] = 1
    report = Report({"settings": asdict(Settings(limit=limit))}, Tables({"minutes": Source.of(columns)}))
    return attempts_chart(report, {"ip": "192.0.2.1", "port": 80, "network": None}, Zone.of(report.sections), 80)


def test_bars_are_as_long_as_their_counts() -> None:
    lines = chart([80, 40, 0], [20, 0, 0], paused=(0,))
    assert lines[0] == "ATTEMPTS A MINUTE  192.0.2.1:80"
    bars = lines[1:4]
    assert [line[2:9] for line in bars] == ["23:58 *", "23:59  ", "00:00  "]
    assert abs(bars[0].count("#") - 4 * bars[0].count("x")) <= 4  # 80 to 20, to the nearest sign
    assert bars[1].count("#") * 2 in range(bars[0].count("#") - 1, bars[0].count("#") + 2)
    assert bars[0].split()[-1] == "100"
    assert bars[2].count("#") == 0
    assert len({line.index("|") for line in bars}) == 1
    assert bars[0][bars[0].index("|") - 1] == "#"  # 80 established end at the limit
    assert bars[0][bars[0].index("|") + 1] == "x"


def test_one_unanswered_attempt_beside_a_thousand_is_seen() -> None:
    assert "x" in chart([1000], [1])[1]


def test_a_long_capture_shows_its_busiest_minutes() -> None:
    established = [1] * 600
    established[333] = 99
    lines = chart(established, [0] * 600)
    assert len(lines) <= MOST_LINES + 2
    assert lines[0].endswith("busiest minute of every 25")
    assert any(line.split()[-1] == "99" for line in lines[1:-1])


def test_more_than_a_day_shows_the_date() -> None:
    assert chart([1] * 2000, [0] * 2000)[1].startswith("  03-01 23:58")


def test_nobody_asked_nothing_drawn() -> None:
    assert chart([0, 0], [0, 0]) == []
