"""What pcapinspect says of captures from a real kernel, against what its clients and servers recorded.

The captures kept in `captures/` are judged always; with `-m lab` all cases are played again, all at once, and judged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.clock import parse_iso
from pcapinspect.pipeline import analyze

CASES = ("throttle", "overflow", "closed", "lossy", "blackhole")
KEPT = ("throttle", "overflow")
CAPTURES = Path(__file__).resolve().parents[2] / "captures"
SECOND = 1_000_000_000

OUTCOMES = {
    "answered": "established",
    "connected": "established",
    "refused": "refused",
    "timeout": "unanswered",
    "unreachable": "unreachable",
}
"""What a capture shows of a client's fate."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the captures of all cases, played now."""
    folder = tmp_path_factory.mktemp("lab")
    script = Path(__file__).with_name("lab.py")
    running = {
        case: subprocess.Popen([sys.executable, str(script), case, str(folder)], stderr=subprocess.PIPE, text=True)
        for case in CASES
    }
    for case, process in running.items():
        _, complaint = process.communicate(timeout=240)
        assert process.returncode == 0, f"{case}: {complaint}"
    return folder


@pytest.mark.lab
@pytest.mark.parametrize("case", CASES)
def test_a_case_played_now_is_judged_as_its_clients_and_server_lived_it(case: str, lab: Path) -> None:
    judge(lab, case)


@pytest.mark.parametrize("case", KEPT)
def test_a_kept_capture_is_judged_as_its_clients_and_server_lived_it(case: str) -> None:
    judge(CAPTURES, case)


def judge(folder: Path, case: str) -> None:
    truth: dict[str, Any] = json.loads((folder / f"lab-{case}.truth.json").read_text())
    report = analyze([str(folder / f"lab-{case}.pcap")])
    (server,) = report.document["servers"]
    connections = report.tables.columns("connections")
    clients = zip(connections["client_ip"], connections["client_port"], strict=True)
    said = dict(zip(clients, connections["outcome"], strict=True))
    lived = {(call["client_ip"], call["client_port"]): OUTCOMES[call["outcome"]] for call in truth["clients"]}
    assert said == lived
    assert server["verdict"]["cause"] in truth["any_of"]
    silent = truth["pauses"] if case in ("throttle", "overflow") else []
    assert len(server["pauses"]) == len(silent)
    for found, real in zip(server["pauses"], silent, strict=True):
        assert found["silence_at_least"] <= (real["end"] - real["begin"]) / SECOND
        assert real["begin"] < parse_iso(found["first_unanswered"]) < parse_iso(found["last_unanswered"]) < real["end"]
        assert parse_iso(found["next_answer"]) >= real["end"]
        if case == "throttle":
            assert (real["end"] - real["begin"]) / SECOND <= found["silence_at_most"]
