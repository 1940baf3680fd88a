"""Findings about what was read beside the captures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.log_model import LogFile, LogRecord, Logs, Skew
from pcapinspect.findings import max_connections_low, queue_limit_logged
from pcapinspect.findings.finding import Finding
from tests.findings.scene import Scene, at, pause


def configured(tmp_path: Path, text: str, **server: object) -> Finding | None:
    path = tmp_path / "ca.txt"
    path.write_text(text)
    analysis = Scene().analysis(**server)
    return max_connections_low.judge(replace(analysis, configuration=read_configuration([str(path)])))


@pytest.mark.parametrize(("number", "severity"), [(2, "warning"), (5, "notice"), (16, None)])
def test_max_connections_is_judged_against_what_ios_can_hold(tmp_path: Path, number: int, severity: str | None) -> None:
    found = configured(tmp_path, f"hostname CA-1\nip http server\nip http max-connections {number}\n")
    assert (found and found.severity) == severity
    assert found is None or f"CA-1: {number}." in found.explanation


def test_a_low_limit_beside_a_pause_is_a_warning(tmp_path: Path) -> None:
    found = configured(tmp_path, "ip http max-connections 5\n", pauses=(pause(10, 22, "max_connections"),))
    assert found is not None
    assert found.severity == "warning"


def test_no_configuration_no_finding() -> None:
    assert max_connections_low.judge(Scene().analysis()) is None
    assert queue_limit_logged.judge(Scene().analysis()) is None


def logs(*times: float, skewed: bool) -> Logs:
    record = LogRecord(kind="queue_limit", time=0, synchronised=True, file=0, line=1, text="", peer="10.0.0.1")
    skew = Skew(offset=5_000_000_000, zone=0, spread=0, pairs=3, method="syn", sentence="")
    file = LogFile(
        path="log", lines=3, stamped=3, first=None, last=None, year_from=None, zones=(), zone_known=True, not_kept=0
    )
    return Logs(
        files=(file,),
        records=tuple(replace(record, time=at(time) + 5_000_000_000) for time in times),
        counts=(),
        messages=(),
        skews=(skew if skewed else None,),
    )


def test_discarded_syns_are_put_on_the_clock_of_the_capture() -> None:
    analysis = Scene().analysis(pauses=(pause(10, 22, "rate_limit"),))
    found = queue_limit_logged.judge(replace(analysis, logs=logs(5, 12, 21, skewed=True)))
    assert found is not None
    assert found.figures == {"lines": 3, "clients": 1, "timed": 3, "in_a_pause": 2}
    assert found.start == at(5)


def test_a_log_that_nothing_ties_to_the_capture_has_no_times() -> None:
    analysis = Scene().analysis(pauses=(pause(10, 22, "rate_limit"),))
    found = queue_limit_logged.judge(replace(analysis, logs=logs(12, skewed=False)))
    assert found is not None
    assert found.figures["timed"] == 0
    assert found.start is None
