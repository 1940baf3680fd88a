"""`pcapinspect timers`, as a user calls it."""

from __future__ import annotations

import json

import pytest

from pcapinspect import cli

NOTE = ["timers", "--ca-lifetime", "1825", "--lifetime", "600", "--auto-enroll", "70", "--overlap", "30"]


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs the command line with this command alone, so that no other is needed."""
    monkeypatch.setattr(cli, "COMMANDS", ("timers",))

    def of(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main([*arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return of


def lines_of(out: str) -> dict[str, str]:
    return {line[2:30].strip(): line[30:].strip() for line in out.splitlines() if line.startswith("  ")}


def test_the_notes_example(run):
    code, out, _ = run(*NOTE)
    said = lines_of(out)
    assert code == 0
    assert said["clients ask at the earliest"] == "day 1645, 180 days before the CA's expiry"
    assert said["shadow certificate exists"] == "day 1795, 30 days before the CA's expiry"
    assert said["window of errors"] == "150 days"
    assert said["certificates affected"] == "issued on day 1225 to 1725"
    assert said["closed by an overlap of"] == "180 days or more"
    assert "auto-rollover 180" in out
    assert "A1:" in out
    assert "A2:" in out
    assert "#" in out


def test_as_json(run):
    code, out, _ = run(*NOTE, "--clients", "1000", "--poll", "300", "--ca-start", "2020-01-01", "--json", "-")
    document = json.loads(out)
    assert code == 0
    window = document["window"]
    assert (window["earliest_ask_day"], window["shadow_day"], window["length_days"]) == (1645, 1795, 150)
    assert (window["earliest_ask"], window["expiry"]) == ("2024-07-03T00:00:00Z", "2024-12-30T00:00:00Z")
    assert (document["load"]["per_minute"], document["load"]["over_limit"]) == (200, True)
    assert document["sources"]["overlap_days"] == "--overlap"


def test_dates_are_null_where_nothing_tells_them(run):
    document = json.loads(run(*NOTE, "--json", "-")[1])
    assert (document["window"]["shadow"], document["load"]) == (None, None)


def test_from_configuration(run, tmp_path):
    (tmp_path / "ca.txt").write_text(
        "crypto pki server ca\n lifetime certificate 600\n lifetime ca-certificate 1825\n auto-rollover\n"
    )
    (tmp_path / "router.txt").write_text("crypto pki trustpoint t\n enrollment mode ra\n auto-enroll 70\n")
    code, out, _ = run("timers", "--config", str(tmp_path / "ca.txt"), str(tmp_path / "router.txt"))
    said = lines_of(out)
    assert code == 0
    assert said["window of errors"] == "150 days"
    assert said["overlap (auto-rollover)"].startswith("30 days")
    assert "router.txt:1" in said["auto-enroll"]
    assert "crypto pki server ca\n" in out
    assert "crypto pki server <ra-name> rollover" in out


def test_numbers_go_before_files(run, tmp_path):
    (tmp_path / "ca.txt").write_text("crypto pki server ca\n lifetime certificate 10\n auto-rollover 5\n")
    code, out, _ = run(*NOTE, "--config", str(tmp_path / "ca.txt"))
    assert (code, lines_of(out)["window of errors"]) == (0, "150 days")


def test_the_remedy_closes_it(run):
    code, out, _ = run(*NOTE[:-1], "180")
    assert code == 0
    assert lines_of(out)["window of errors"].startswith("none")
    assert "Remedy" not in out


def test_missing_timers_are_named(run):
    code, out, err = run("timers", "--lifetime", "600")
    assert (code, out) == (2, "")
    assert "--ca-lifetime, --auto-enroll, --overlap" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "bad",
    [
        ("--auto-enroll", "0"),
        ("--auto-enroll", "70.5"),
        ("--lifetime", "nan"),
        ("--lifetime", "0"),
        ("--lifetime", "-5"),
        ("--overlap", "2000"),
        ("--ca-start", "yesterday"),
        ("--poll", "0"),
        ("--clients", "many"),
        ("--config", "/nonexistent/file"),
    ],
)
def test_bad_values_are_one_line_and_code_2(run, bad):
    code, out, err = run(*NOTE, *bad)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_an_output_is_not_overwritten(run, tmp_path):
    target = tmp_path / "timers.json"
    assert run(*NOTE, "--json", str(target))[0] == 0
    assert json.loads(target.read_text())["window"]["length_days"] == 150
    code, _, err = run(*NOTE, "--json", str(target))
    assert (code, "--force" in err) == (2, True)
    assert run(*NOTE, "--json", str(target), "--force")[0] == 0
