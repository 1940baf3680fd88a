"""Findings about what was read beside the captures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pcapinspect.evidence.account import Account
from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.log_model import Clock, LogFile, LogRecord, Logs
from pcapinspect.evidence.request_log import RequestTimes
from pcapinspect.findings import (
    connections_failed_logged,
    enrolment_failed_logged,
    http_server_disabled,
    max_connections_low,
    queue_limit_logged,
    requests_logged,
)
from pcapinspect.findings.finding import Finding
from pcapinspect.tcp.connections import REFUSED
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


ACCOUNT = Account(lines=3, understood=3, not_understood=0)
FILE = LogFile(
    path="dir/server.log", lines=3, stamped=3, first=None, last=None, year_from=None, zones=(), zone_known=True,
    not_kept=0, account=ACCOUNT,
)  # fmt: skip
RECORD = LogRecord(
    kind="queue_limit",
    time=0,
    stamped_by="device",
    synchronised=True,
    file=0,
    line=1,
    clock=0,
    text="",
    peer="10.0.0.1",
)
CLOCK = Clock(
    file=0, device=None, relay=False, records=3, first=None, last=None, year_from=None, zones=(), zone_known=True
)


def logs(*records: tuple[LogRecord, float | None], device: str | None = None) -> Logs:
    """Records with their times by the capture's clock, in seconds of the scene; None: not placed."""
    return Logs(
        files=(FILE,),
        records=tuple(record for record, _ in records),
        counts=(),
        messages=(),
        clocks=(replace(CLOCK, device=device),),
        skews=(None,),
        placed=tuple(None if second is None else at(second) for _, second in records),
    )


def test_discarded_syns_are_put_on_the_clock_of_the_capture() -> None:
    analysis = Scene().analysis(pauses=(pause(10, 22, "rate_limit"),))
    found = queue_limit_logged.judge(replace(analysis, logs=logs((RECORD, 5), (RECORD, 12), (RECORD, 21))))
    assert found is not None
    assert {name: found.figures[name] for name in ("lines", "clients", "timed", "in_a_pause")} == {
        "lines": 3,
        "clients": 1,
        "timed": 3,
        "in_a_pause": 2,
    }
    assert found.start == at(5)
    assert "in the log of server.log (3)" in found.explanation
    assert "By the capture's clock 2 of 3 fall into a pause." in found.explanation


def test_a_log_that_nothing_ties_to_the_capture_has_no_times() -> None:
    analysis = Scene().analysis(pauses=(pause(10, 22, "rate_limit"),))
    found = queue_limit_logged.judge(replace(analysis, logs=logs((RECORD, None))))
    assert found is not None
    assert found.figures["timed"] == 0
    assert found.start is None
    assert "have no place on its time axis" in found.explanation


def scene() -> Scene:
    scene = Scene()
    for number in range(3):
        scene.attempt("10.0.0.1", {number: float(number)})
    return scene


def test_lines_of_other_ports_and_of_no_captured_attempt_are_not_the_servers_word() -> None:
    analysis = scene().analysis()
    isn = int(analysis.connections.isn[1])
    own, other_port = replace(RECORD, port=80, isn=isn), replace(RECORD, port=1720, isn=isn)
    strange, of_another = replace(RECORD, isn=isn + 77), replace(RECORD, isn=isn, peer="10.9.9.9")
    every = [(record, None) for record in (own, other_port, strange, of_another)]
    found = queue_limit_logged.judge(replace(analysis, logs=logs(*every)))
    assert found is not None
    assert (found.severity, found.figures["lines"]) == ("warning", 1)
    assert (found.figures["of_other_ports"], found.figures["not_in_the_capture"]) == (1, 2)
    none = queue_limit_logged.judge(replace(analysis, logs=logs(*every[1:])))
    assert none is not None
    assert (none.severity, none.figures["lines"]) == ("info", 0)
    assert "1 line of another port" in none.explanation


def test_lines_that_two_files_hold_count_once() -> None:
    analysis = scene().analysis()
    first, second = (replace(RECORD, isn=int(analysis.connections.isn[row])) for row in (0, 1))
    again = replace(first, file=1)
    given = logs((first, 1), (first, 3), (again, 1), (second, 5))
    given = replace(given, files=(FILE, replace(FILE, path="relay.log")))
    found = queue_limit_logged.judge(replace(analysis, logs=given))
    assert found is not None
    assert found.figures["lines"] == 3


def test_a_disabled_http_server_is_told_with_the_resets_that_it_fits() -> None:
    said = replace(RECORD, kind="http_disabled", text="rootca:HTTP Server is disabled.", time=1_749_495_643 * 10**9)
    found = http_server_disabled.judge(replace(scene().analysis(), logs=logs((said, None), device="ca1")))
    assert found is not None
    assert found.title == "The CA's own log says: HTTP Server is disabled"
    assert "in the log of ca1 (1)" in found.explanation
    assert "first at 2025-06-09T19:00:43.000 by its own clock" in found.explanation
    refused = http_server_disabled.judge(replace(scene().analysis(refused=7), logs=logs((said, None))))
    assert refused is not None
    assert (found.severity, refused.severity) == ("warning", "critical")
    assert "It fits the 7 dials of the capture that were answered by RST" in refused.explanation


def test_a_line_of_an_unknown_zone_is_held_against_the_first_reset() -> None:
    resets = Scene()
    for number in range(3):
        resets.attempt("10.0.0.1", {number: float(number)}, outcome=REFUSED)
    india = at(-2.0) + (5 * 3600 + 1800) * 10**9
    said = replace(RECORD, kind="http_disabled", text="x", time=india)
    found = http_server_disabled.judge(replace(resets.analysis(refused=3), logs=logs((said, None))))
    assert found is not None
    assert "In a zone of +05:30 the line of" in found.explanation
    assert "is 2.000 s before the first." in found.explanation
    later = replace(said, time=india + 300 * 10**9)
    found = http_server_disabled.judge(replace(resets.analysis(refused=3), logs=logs((later, None))))
    assert found is not None
    assert "In a zone" not in found.explanation


def test_errors_of_enrolment_are_named_and_counted() -> None:
    failed = replace(RECORD, kind="failed", state="E_ENCRYPT_ALG_NOT_SUPPORTED", text="CRYPTO_PKI: status = 0x762")
    message = replace(RECORD, kind="message", mnemonic="PKI-6-CERTFAIL")
    other = replace(RECORD, kind="message", mnemonic="PKI-6-CS_ENABLED")
    given = logs((failed, 1), (failed, 2), (message, 3), (other, 4))
    found = enrolment_failed_logged.judge(replace(scene().analysis(), logs=given))
    assert found is not None
    assert found.title == (
        "Routers logged that enrolment failed: E_ENCRYPT_ALG_NOT_SUPPORTED (2) and %PKI-6-CERTFAIL (1)"
    )
    assert found.figures == {"lines": 3, "failed": 1}
    assert any("newer release" in remedy for remedy in found.remedy)
    assert enrolment_failed_logged.judge(replace(scene().analysis(), logs=logs((other, 4)))) is None


def test_failed_connections_of_clients_are_counted_by_log() -> None:
    timeout = replace(RECORD, kind="socket_timeout")
    message = replace(RECORD, kind="message", mnemonic="PKI-3-SOCKETSEND")
    analysis = scene().analysis(pauses=(pause(10, 22, "rate_limit"),))
    given = logs((timeout, 12), (message, 13), (message, None), device="R7")
    found = connections_failed_logged.judge(replace(analysis, logs=given))
    assert found is not None
    assert found.title == "Clients logged 3 lines of failed connections to the CA, in R7 (3)"
    assert "1 line `Socket timeout` and 2 `%PKI-3-SOCKETSEND`" in found.explanation
    assert "2 of 2 fall into a pause. 1 cannot be placed." in found.explanation


def test_requests_that_a_server_logged_are_held_against_the_limit() -> None:
    times = np.array([1_636_630_591 * 10**9 + k * 10**9 // 2 for k in range(100)], np.int64)
    asked = replace(RECORD, kind="server_request", operation="GetCACaps")
    signed = replace(RECORD, kind="server_request", operation="PKIOperation", transaction_id="AA")
    given = replace(logs((asked, None), (signed, None), (signed, None)), requests=(RequestTimes("ra", times, True),))
    (found,) = requests_logged.judge(replace(scene().analysis(), logs=given))
    assert found.title == "ra logged 100 requests, 100 in the busiest 60 s; the limit is 80"
    assert found.severity == "warning"
    assert "PKIOperation (2) and GetCACaps (1); 1 transaction." in found.explanation
    assert "from 2021-11-11T11:36:31.000 by its own clock" in found.explanation
    few = replace(given, requests=(RequestTimes(None, times[:50], False),))
    (found,) = requests_logged.judge(replace(scene().analysis(), logs=few))
    assert (found.severity, found.figures["busiest"]) == ("info", 50)
    assert "by its own clock" not in found.explanation
