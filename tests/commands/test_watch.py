"""`pcapinspect watch`, as a user calls it."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pcapinspect import cli
from pcapinspect.commands.watch import _seconds

WATCH = [sys.executable, "-m", "pcapinspect", "watch"]


def watch(capture: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    with Path(capture).open("rb") as file:
        return subprocess.run([*WATCH, "-", "--quiet", *arguments], stdin=file, capture_output=True, text=True)


def test_a_pipe_to_its_end():
    done = watch("captures/storm.pcap")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-03-02T08:02:09Z pause-begins 10.0.0.80:80: Nobody is served since then" in done.stdout
    assert "VERDICT  rate_limit" in done.stdout


def test_every_outlet(tmp_path):
    program = tmp_path / "alert.sh"
    program.write_text(f'#!/bin/sh\necho "$PCAPINSPECT_EVENT $PCAPINSPECT_SERVER" >> {tmp_path}/alerts\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    events, metrics, page, evidence = (tmp_path / name for name in ("e.jsonl", "m.prom", "p.html", "evidence"))
    done = watch(
        "captures/storm.pcap", "--json", "--events", str(events), "--metrics", str(metrics), "--html", str(page),
        "--evidence", str(evidence), "--exec", str(program),
    )  # fmt: skip
    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert events.read_text().splitlines() == done.stdout.splitlines()
    assert {line["event"] for line in lines} == {"near", "over", "pause-begins", "pause-ends", "served-again"}
    assert 'pcapinspect_limit{server="10.0.0.80:80"} 80.0' in metrics.read_text()
    assert "<!doctype html>" in page.read_text()[:100].lower()
    assert len(list(evidence.glob("*.pcapng"))) == len(lines)
    assert (tmp_path / "alerts").read_text().count("pause-begins 10.0.0.80:80") == 12


def test_the_evidence_of_an_event_holds_the_90_seconds_around_it(tmp_path):
    watch("captures/storm.pcap", "--evidence", str(tmp_path))
    first = sorted(tmp_path.glob("*pause-begins*"))[0]
    of_tshark = subprocess.run(
        ["tshark", "-r", str(first), "-T", "fields", "-e", "frame.time_epoch"], capture_output=True, text=True
    )
    times = [float(line) for line in of_tshark.stdout.split()]
    begin = 1_772_438_529.275302  # 2026-03-02T08:02:09.275302Z
    assert begin - 45 <= times[0] < begin - 43
    assert begin + 43 < times[-1] <= begin + 45


def test_a_second_run_says_nothing_again(tmp_path):
    events = tmp_path / "events.jsonl"
    first = watch("captures/storm.pcap", "--events", str(events))
    second = watch("captures/storm.pcap", "--events", str(events))
    assert first.stdout.count("pause-begins") == 12
    assert second.stdout.count("pause-begins") == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "name one of SOURCE"),
        (["-", "-i", "lo"], "name one of SOURCE"),
        (["--netflow", "2055", "--evidence", "x"], "has none"),
        (["captures/storm.pcap"], "is no folder"),
        (["-", "--horizon", "5"], "not a time from 60s to 24h"),
    ],
)
def test_what_makes_no_sense_is_one_line(arguments, reason, capsys):
    assert cli.main(["watch", *arguments]) == 2
    err = capsys.readouterr().err
    assert reason in err
    assert err.count("\n") == 1


def test_no_capture_is_one_line(tmp_path):
    text = tmp_path / "text"
    text.write_text("no capture at all\n" * 100)
    done = watch(str(text))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_times_of_the_horizon():
    assert [_seconds(text) for text in ("60", "90s", "60m", "2h")] == [60, 90, 3600, 7200]


def test_metrics_are_served(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    code = (
        "import urllib.request, sys; from pcapinspect.watch.outlets import Metrics; m = Metrics();"
        f"m.serve('{address}');"
        f"print(urllib.request.urlopen('http://{address}/metrics').status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ})
    assert done.stdout == "200\n"
