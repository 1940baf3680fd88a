"""`pcapinspect render` from a saved report, through the command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pcapinspect.cli import main
from pcapinspect.report.markdown import render_markdown
from pcapinspect.report.terminal import render_terminal
from tests.report import example


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "report.json"
    path.write_text(example.report().to_json())
    return path


def test_the_outputs_are_those_of_the_analysis(saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["render", str(saved), "--markdown", str(tmp_path / "report.md"), "--json", str(tmp_path / "r.json")]) == 0
    )
    assert capfd.readouterr().out == render_terminal(example.report())
    assert (tmp_path / "report.md").read_text() == render_markdown(example.report())
    assert (tmp_path / "r.json").read_bytes() == saved.read_bytes()


def test_the_zone_can_be_another(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(saved), "--tz", "Asia/Tokyo"]) == 0
    assert "2026-03-01 17:00:00+09:00" in capfd.readouterr().out
    assert main(["render", str(saved), "--tz", "Nowhere"]) == 2


def test_from_standard_input(saved: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(saved.read_bytes())))
    assert main(["render", "-"]) == 0
    assert capfd.readouterr().out.startswith("storm.pcapng")


def test_the_report_itself_is_not_overwritten(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = saved.read_bytes()
    assert main(["render", str(saved), "--html", str(saved), "--force"]) == 2
    assert saved.read_bytes() == before
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"not json", b'{"schema_version": 1}', b"[" * 10_000])
def test_what_is_no_report_is_one_line_of_error(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert main(["render", str(path)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"pcapinspect: {path}: ")
    assert err.count("\n") == 1


def test_a_missing_report(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capfd.readouterr().err
