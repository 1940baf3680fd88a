"""Where outputs go, and what is refused before anything is written."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import pytest

from pcapinspect.commands.outputs import add_output_arguments, check_outputs, write_outputs
from pcapinspect.errors import OutputError, UsageError
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.document import Report
from pcapinspect.report.terminal import render_terminal
from tests.report import example


@pytest.fixture(scope="module")
def report() -> Report:
    return example.report()


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quiet", action="store_true")
    add_output_arguments(parser)
    return parser.parse_args(arguments)


def test_the_terminal_report_is_what_comes_without_options(report: Report, capfd: pytest.CaptureFixture[str]) -> None:
    write_outputs(report, options())
    out, err = capfd.readouterr()
    assert out == render_terminal(report)
    assert err == ""


def test_every_output_is_written_and_named(report: Report, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = {name: tmp_path / name for name in ("json", "markdown", "html", "csv", "parquet")}
    write_outputs(report, options(*(part for name, path in paths.items() for part in (f"--{name}", str(path)))))
    out, err = capfd.readouterr()
    assert json.loads(paths["json"].read_text())["schema_version"] == 1
    assert paths["markdown"].read_text().startswith("# Outage report")
    assert "<html" in paths["html"].read_text()
    assert len(list(paths["csv"].iterdir())) == len(list(paths["parquet"].iterdir())) == len(TABLES)
    assert out.startswith("storm.pcapng")
    assert err.count("Wrote ") == 5


def test_data_on_standard_output_is_alone_there(report: Report, capfd: pytest.CaptureFixture[str]) -> None:
    write_outputs(report, options("--json", "-", "--quiet"))
    out, err = capfd.readouterr()
    assert out == report.to_json()
    assert err == ""


def test_only_one_output_can_go_to_standard_output() -> None:
    with pytest.raises(UsageError):
        check_outputs(options("--json", "-", "--markdown", "-"), [])


@pytest.mark.parametrize("name", ["--json", "--markdown", "--html"])
def test_an_existing_file_stays(report: Report, tmp_path: Path, name: str) -> None:
    path = tmp_path / "there"
    path.write_text("old")
    other = tmp_path / "other"
    with pytest.raises(OutputError):
        write_outputs(report, options(name, str(path), "--csv", str(other)))
    assert path.read_text() == "old"
    assert not other.exists()
    write_outputs(report, options(name, str(path), "--force", "--quiet"))
    assert path.read_text() != "old"


def test_an_existing_table_stays(report: Report, tmp_path: Path) -> None:
    (tmp_path / "minutes.csv").write_text("old")
    with pytest.raises(OutputError, match=r"minutes\.csv"):
        write_outputs(report, options("--csv", str(tmp_path)))
    assert [path.name for path in tmp_path.iterdir()] == ["minutes.csv"]
    (tmp_path / "notes.txt").write_text("mine")
    write_outputs(report, options("--csv", str(tmp_path), "--force", "--quiet"))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_is_no_folder_for_tables(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(OutputError, match="not a folder"):
        write_outputs(report, options("--parquet", str(path), "--force"))


def test_two_outputs_cannot_share_a_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x")
    with pytest.raises(UsageError, match="same name"):
        check_outputs(options("--json", path, "--html", path), [])


def test_the_capture_itself_is_never_overwritten(tmp_path: Path) -> None:
    capture = tmp_path / "storm.pcap"
    capture.write_bytes(b"packets")
    with pytest.raises(OutputError, match="input"):
        check_outputs(options("--json", str(capture), "--force"), [str(capture)])


def test_a_saved_report_with_a_part_of_a_table_says_so(
    report: Report, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(report.to_json())
    document["tables"]["connections"]["rows"] = 1_000_000
    write_outputs(Report.from_json(json.dumps(document)), options("--csv", str(tmp_path)))
    assert "connections: 2,410 of 1,000,000 rows" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(
    report: Report, environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write_outputs(report, options())
    terminal.flush()
    assert (b"\x1b[" in terminal.buffer.getvalue()) is coloured  # type: ignore[attr-defined]
