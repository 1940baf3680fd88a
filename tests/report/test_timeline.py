from __future__ import annotations

import copy
from typing import Any

import pytest

from pcapinspect.report.people import Zone
from pcapinspect.report.timeline import MOST_PAUSES, timeline
from tests.report import example


@pytest.fixture
def sections() -> dict[str, Any]:
    return copy.deepcopy(example.report().sections)


def rows(sections: dict[str, Any]) -> list[str]:
    return timeline(sections, Zone.of(sections))[2:]


def test_begin_limit_pauses_and_end(sections: dict[str, Any]) -> None:
    told = rows(sections)
    assert told[0].endswith("| The capture begins. |")
    assert told[-1].endswith("| The capture ends. |")
    pauses = [row for row in told if "stops answering" in row]
    assert len(pauses) == MOST_PAUSES
    first = sections["servers"][0]["pauses"][0]
    assert f"{first['unanswered_attempts']} attempts hit" in pauses[0]
    assert sum("passes 80 connections in 60 s for the first time" in row for row in told) == 1


def test_logs_are_told_by_the_clock_of_the_capture(sections: dict[str, Any]) -> None:
    record = {"kind": "socket_timeout", "mnemonic": None, "text": "CRYPTO_PKI: Socket timeout"}
    sections["evidence"]["logs"] = {
        "records": [
            record | {"capture_time": None},
            record | {"capture_time": "2026-03-01T08:03:00.000000000Z"},
            record | {"capture_time": "2026-03-01T08:04:00.000000000Z"},
        ]
    }
    told = [row for row in rows(sections) if "First in the logs" in row]
    assert told == [r"| 2026-03-01 08:03:00.000Z | First in the logs: CRYPTO_PKI: Socket timeout |"]


def test_a_capture_without_packets(sections: dict[str, Any]) -> None:
    sections["inputs"][0] |= {"first_time": None, "last_time": None}
    assert timeline(sections, Zone.of(sections)) == ["The capture holds no packet."]
