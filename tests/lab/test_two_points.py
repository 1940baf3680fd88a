"""What pcapinspect says of captures at both ends of a real path, against what the kernel's rule counted on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.pipeline import analyze
from pcapinspect.report.document import Report

PLACES = ("router", "server")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the captures of both places, played now, side by side."""
    folder = tmp_path_factory.mktemp("points")
    script = Path(__file__).with_name("two_points.py")
    running = [
        subprocess.Popen([sys.executable, str(script), place, str(folder)], stderr=subprocess.PIPE, text=True)
        for place in PLACES
    ]
    for process in running:
        _, complaint = process.communicate(timeout=240)
        assert process.returncode == 0, complaint
    return folder


def captures(lab: Path, place: str) -> list[str]:
    return [str(lab / f"{place}-{side}.pcap") for side in ("client", "server")]


def lost(report: Report) -> set[tuple[str, int]]:
    """Clients' addresses and ports of the attempts that lost a SYN between the points."""
    columns = report.tables.columns("connections")
    rows = zip(columns["client_ip"], columns["client_port"], columns["lost_between"], strict=True)
    return {(ip, int(port)) for ip, port, what in rows if what == "syn"}


@pytest.mark.lab
@pytest.mark.parametrize("place", PLACES)
def test_drops_are_placed_where_the_rule_counted_them(lab: Path, place: str) -> None:
    truth: dict[str, Any] = json.loads((lab / f"{place}.truth.json").read_text())
    met = {(ip, port) for ip, port in truth["attempts"]}
    assert len(met) >= 10
    near, far = captures(lab, place)
    report = analyze([far, near])
    (point,) = report.sections["points"]
    (server,) = report.sections["servers"]
    assert (point["kind"], point["client_side"], point["server_side"]) == ("two_points", [near], [far])
    sent, came = (analyze(file).sections["servers"][0]["syn_packets"] for file in (near, far))
    if place == "router":
        assert lost(report) == met
        assert point["lost"] == {"syn": len(met), "answer": 0, "request": 0, "response": 0}
        assert sent - came == truth["packets"]
        assert server["verdict"]["cause"] == "path"
        assert f"{len(met)} of {truth['calls']} attempts lost packets" in server["verdict"]["sentence"]
    else:
        assert lost(report) == set()
        assert not any(point["lost"].values())
        assert sent == came
        assert server["verdict"]["cause"] == "selective_drop"
        assert f"SYNs of {len(met)} of {truth['calls']} attempts" in server["verdict"]["sentence"]


@pytest.mark.lab
@pytest.mark.parametrize("place", PLACES)
def test_one_clock_is_found_to_be_one(lab: Path, place: str) -> None:
    (point,) = analyze(captures(lab, place)).sections["points"]
    assert abs(point["offset"]) <= point["uncertainty"] < 0.005
    assert point["delay_up"] >= 0
    assert point["delay_down"] >= 0
