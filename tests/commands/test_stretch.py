"""`analyze --from --to`: the report of a stretch is that of a capture which begins and ends there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.cli import main

STORM = Path(__file__).parents[2] / "captures" / "storm.pcap"
BEGIN, END = "2026-03-02T08:03:00Z", "2026-03-02T08:05:59.999999Z"


def report(*arguments: str, capture: Path = STORM, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["analyze", str(capture), "--quiet", *arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """What editcap leaves of the storm: its end is exclusive."""
    program = shutil.which("editcap")
    assert program is not None, "editcap is needed for this test"
    target = tmp_path / "cut.pcap"
    bounds = ("-A", BEGIN.replace("Z", ".0Z"), "-B", "2026-03-02T08:06:00.0Z")
    subprocess.run([program, "-F", "pcap", *bounds, str(STORM), str(target)], check=True, env={"TZ": "UTC"})
    return target


def test_a_stretch_is_judged_like_the_capture_that_is_cut_there(cut: Path, capsys: pytest.CaptureFixture[str]) -> None:
    within = report("--from", BEGIN, "--to", END, capsys=capsys)
    alone = report(capture=cut, capsys=capsys)
    assert 300 < within["servers"][0]["attempts"] == alone["servers"][0]["attempts"]
    for count in ("established", "unanswered", "undetermined", "midstream", "exchanges", "syn_packets", "ladder"):
        assert within["servers"][0][count] == alone["servers"][0][count], count
    pauses = [[pause["first_unanswered"] for pause in one["servers"][0]["pauses"]] for one in (within, alone)]
    assert pauses[0] == pauses[1]
    assert all("2026-03-02T08:03" <= moment < "2026-03-02T08:06" for moment in pauses[0])
    assert within["tables"]["minutes"]["columns"]["minute"] == alone["tables"]["minutes"]["columns"]["minute"]


def test_a_stretch_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    within = report("--from", "2026-03-02 09:03", "--to", "2026-03-02 09:06", "--tz", "Europe/Berlin", capsys=capsys)
    begin, end = "2026-03-02T08:03:00.000000000Z", "2026-03-02T08:06:00.000000000Z"
    assert (within["settings"]["begin"], within["settings"]["end"]) == (begin, end)
    assert (within["inputs"][0]["first_time"], within["inputs"][0]["last_time"]) == (begin, end)
    said = f"Judged is only what was captured from {begin} to {end}, as asked with --from and --to."
    assert within["capture"]["notes"][0] == said


def test_one_bound_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    whole = report(capsys=capsys)["servers"][0]["syn_packets"]
    before = report("--to", "2026-03-02T08:05:59.999999999Z", capsys=capsys)["servers"][0]["syn_packets"]
    after = report("--from", "2026-03-02T08:06:00Z", capsys=capsys)["servers"][0]["syn_packets"]
    assert 0 < before < whole
    assert before + after == whole


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--from", "2027-01-01"],
            "no packet of it was captured from 2027-01-01T00:00:00.000000000Z: it goes from 2026",
        ),
        (["--from", "2026-03-02T09:00Z", "--to", "2026-03-02T08:00Z"], "is later than --to"),
        (["--to", "noon"], "--to: 'noon' is not an ISO 8601 time"),
        (["--from", "2026-03-02", "--dask", "local"], "--dask judges whole captures: leave out --from and --to"),
        (["--from", "2026-03-02", "--verify"], "leave out --from"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(STORM), *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.strip().count("\n") == 0
