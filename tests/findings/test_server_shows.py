"""What the server's own counters say, tied to the server of the capture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.findings import server_shows
from pcapinspect.findings.finding import Finding
from tests.findings.scene import Scene

STATISTICS = """CA#show clock
*08:00:00.000 UTC Mon Mar 2 2026
CA#show ip http server statistics
HTTP server statistics:
Accepted connections total: 1000
CA#terminal exec prompt timestamp
CA#show ip http server statistics
Load for five secs: 9%/1%; one minute: 8%; five minutes: 8%
Time source is NTP, 08:02:00.000 UTC Mon Mar 2 2026
HTTP server statistics:
Accepted connections total: 1180
"""

TCP = """CA#show tcp brief all
TCB       Local Address               Foreign Address             (state)
7F1A2B3C  10.0.0.1.80                 10.1.1.1.1025               SYNRCVD
7F1A2B3D  10.0.0.1.80                 10.1.1.2.1025               SYNRCVD
7F1A2B3E  10.0.0.1.22                 10.1.1.2.1026               ESTAB
7F1A2B3F  *.80                        *.*                         LISTEN
"""


@pytest.fixture
def judged(tmp_path):
    def of(text: str) -> Finding | None:
        path = tmp_path / "show.txt"
        path.write_text(text)
        scene = Scene()
        scene.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
        analysis = replace(scene.analysis(), configuration=read_configuration([str(path)]))
        return server_shows.judge(analysis.cases[0])

    return of


def test_the_counter_between_two_prints_is_a_rate(judged):
    found = judged(STATISTICS)
    assert found.figures["accepted_per_minute"] == 90
    assert (found.severity, "at or above the limit of 80" in found.title) == ("warning", True)
    assert "180 connections from 2026-03-02T08:00:00Z to 2026-03-02T08:02:00Z" in found.explanation
    below = judged(STATISTICS.replace("1180", "1100"))
    assert (below.severity, below.figures["accepted_per_minute"]) == ("info", 50)


def test_a_counter_that_began_anew_or_has_no_time_is_no_rate(judged):
    assert judged(STATISTICS.replace("1180", "7")) is None
    assert (
        judged("CA#show ip http server statistics\nAccepted connections total: 1\nAccepted connections total: 9\n")
        is None
    )


def test_connections_stuck_in_synrcvd(judged):
    few = judged(TCP)
    assert (few.severity, few.figures["half_open_connections"]) == ("info", 2)
    many = judged(TCP + "".join(f"7F1A2C{n:02X}  10.0.0.1.80   10.1.2.{n}.1025   SYNRCVD\n" for n in range(1, 9)))
    assert (many.severity, many.figures["half_open_connections"]) == ("warning", 10)
    assert "cisco-sa-20100812-tcp" in many.remedy[0]


def test_enrolments_that_wait(judged):
    text = """CA#show crypto pki server CA requests
Enrollment Request Database:

Subordinate CA certificate requests:
ReqID  State      Fingerprint                      SubjectName
--------------------------------------------------------------

Router certificates requests:
ReqID  State      Fingerprint                      SubjectName
--------------------------------------------------------------
5      pending    6C227C78605E139220B7BCBF008AED31 serialNumber=67109104+hostname=R15
4      granted    2FFF5B5F83EBC46256E432A361E00765 serialNumber=67109105+hostname=R16
"""
    found = judged(text)
    assert found.figures["waiting_enrolments"] == 1
    assert found.title.endswith("1 enrolment waits to be granted")


def test_nothing_given_nothing_said(judged):
    assert judged("hostname R\n") is None
