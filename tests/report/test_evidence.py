"""What every output says of files read beside the captures: the account, clocks, and reports without traffic."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from pcapinspect.pipeline import Evidence, analyze
from pcapinspect.report.document import Report
from pcapinspect.report.html import render_html
from pcapinspect.report.markdown import render_markdown
from pcapinspect.report.terminal import render_terminal

SERVER = """\
Nov 11 2021 11:36:31.583: CRYPTO_PKI_SCEP: CS received GetCACaps request
Nov 11 2021 11:36:31.625: CRYPTO_PKI_SCEP: CS received PKIOperation request
Nov 11 2021 11:36:31.626:  CRYPTO_PKI: Deleting cached key having key id 171
Nov 11 2021 11:36:31.627: CRYPTO_CS: scep msg type - 19
Nov 11 2021 11:36:31.627: CRYPTO_CS: trans id - 00112233445566778899AABBCCDDEEFF

Nov 11 2021 11:36:32.000 XYZ: %PKI-6-CERTFAIL: Certificate enrollment failed.
"""
CONFIGURATION = "hostname CA-1\nclock timezone XYZ 2 0\ncrypto pki server CA\n auto-rollover\n!\nip http server\nend\n"


def report(tmp_path: Path, **texts: str) -> Report:
    """Of files named `log_1`, `config_1`, ... with these texts, without any traffic."""
    given: dict[str, list[str]] = {"log": [], "config": []}
    for name, text in texts.items():
        path = tmp_path / f"{name}.txt"
        path.write_text(text)
        given[name.partition("_")[0]].append(str(path))
    return analyze([], evidence=Evidence(configuration=given["config"], logs=given["log"]))


def everywhere(made: Report) -> dict[str, str]:
    """The report as people read it, white space as one blank."""
    texts = {"terminal": render_terminal(made), "markdown": render_markdown(made), "page": render_html(made)}
    return {name: " ".join(unescape(text).replace("\\", "").split()) for name, text in texts.items()}


def test_logs_alone_are_a_job_of_their_own(tmp_path: Path) -> None:
    made = report(tmp_path, log_1=SERVER)
    verdict = made.sections["verdict"]
    assert (verdict["server"], verdict["cause"]) == (None, "insufficient")
    assert "%PKI-6-CERTFAIL (1)" in verdict["sentence"]
    logs = made.sections["evidence"]["logs"]
    assert logs is not None
    assert [(one["requests"], one["minutes"], one["received"]) for one in logs["requests"]] == [
        (2, ["2021-11-11T11:36:00.000000000Z"], [2])
    ]
    signed = next(record for record in logs["records"] if record["operation"] == "PKIOperation")  # type: ignore[typeddict-item]
    assert signed["message_type"] == 19  # type: ignore[typeddict-item]
    assert signed["transaction_id"] == "00112233445566778899AABBCCDDEEFF"  # type: ignore[typeddict-item]
    for name, text in everywhere(made).items():
        assert "No capture and no flows were given, so no server is judged." in text, name
        assert "logged 2 requests, 2 in the busiest 60 s; the limit is 80" in text, name
        assert "No TCP connection" not in text, name


def test_the_account_of_every_file_is_in_every_output(tmp_path: Path) -> None:
    strange = "one\ntwo words\ntwo more\n" * 3
    made = report(tmp_path, log_1=SERVER, log_2=strange, config_1=CONFIGURATION, config_2=SERVER)
    account = {Path(file["path"]).name: file for file in made.sections["evidence"]["account"]}
    log, nothing, config, wrong = (account[f"{name}.txt"] for name in ("log_1", "log_2", "config_1", "config_2"))
    assert (log["option"], log["lines"], log["understood"], log["not_understood"]) == ("--log", 6, 5, 1)
    assert log["kinds"] == [["CRYPTO_PKI", 1]]
    assert (nothing["lines"], nothing["understood"], nothing["kinds"]) == (9, 0, [["two", 6], ["one", 3]])
    assert (config["option"], config["whose"], config["warning"]) == ("--config", ["CA-1"], None)
    assert wrong["warning"] == "it looks like a log, which --log reads"
    assert [nothing["warning"], log["warning"]] == ["no line of it was understood: is it a log or debug of IOS?", None]
    for name, text in everywhere(made).items():
        assert "no line of it was understood: is it a log or debug of IOS?" in text, name
        assert "it looks like a log, which" in text, name
        assert "CRYPTO_PKI (1)" in text, name


def test_a_log_that_is_a_configuration_says_so(tmp_path: Path) -> None:
    made = report(tmp_path, log_1="hostname R1\ninterface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n")
    assert "it looks like a configuration, which --config reads" in everywhere(made)["terminal"]


def test_zones_of_the_configuration_are_used_and_said(tmp_path: Path) -> None:
    made = report(tmp_path, log_1=SERVER.replace("11:36:32.000 XYZ", "11:36:32.000 XYZ"), config_1=CONFIGURATION)
    logs = made.sections["evidence"]["logs"]
    assert logs is not None
    failed = next(record for record in logs["records"] if record["mnemonic"] == "PKI-6-CERTFAIL")
    assert failed["time"] == "2021-11-11T09:36:32.000000000Z"
    for name, text in everywhere(made).items():
        assert "zones of the log's clock (XYZ) are read as" in text, name
    alone = everywhere(report(tmp_path, log_1=SERVER))
    assert "has a zone of unknown offset (XYZ): its times are read as UTC" in alone["markdown"]


@pytest.mark.parametrize("name", ["log", "config"])
def test_an_empty_file_is_said(tmp_path: Path, name: str) -> None:
    made = report(tmp_path, **{f"{name}_1": "\n\n"})
    assert "the file is empty" in everywhere(made)["markdown"]
