"""`pcapinspect plan`, as a user calls it."""

from __future__ import annotations

import pytest

from pcapinspect import cli


@pytest.fixture
def run(capsys):
    def of(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["plan", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return of


def test_without_anything(run):
    code, out, _ = run()
    assert code == 0
    assert "Assumed" in out
    assert "LACKED" not in out
    assert "permit tcp any any eq 80" in out


def test_the_words_of_the_command_line_are_used(run):
    _, out, _ = run("--server", "192.0.2.80", "--port", "8080", "--interface", "Gi0/1", "--minutes", "45")
    assert "permit tcp any host 192.0.2.80 eq 8080" in out
    assert "monitor capture PKI interface Gi0/1 both" in out
    assert "duration 2700" in out


def test_of_a_capture_and_of_its_report_it_says_the_same(run, tmp_path, capsys):
    report = tmp_path / "report.json"
    assert cli.main(["analyze", "captures/storm.pcap", "--quiet", "--json", str(report)]) == 0
    capsys.readouterr()
    _, of_capture, _ = run("captures/storm.pcap", "--quiet")
    _, of_report, _ = run(str(report))
    assert of_report == of_capture
    assert "at most 139 attempts in a minute at 10.0.0.80" in of_capture
    assert "The capture was made at one point." in of_capture


def test_the_applet(run):
    code, out, _ = run("--eem", "--limit", "40")
    assert code == 0
    assert out.startswith("event manager environment pcapinspect_total 0\n")
    assert "Not tried on a router" in out


def test_what_is_no_report_is_said_in_one_line(run, tmp_path):
    broken = tmp_path / "x.json"
    broken.write_text("{}")
    code, out, err = run(str(broken))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
