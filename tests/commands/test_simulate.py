"""`pcapinspect simulate` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pcapinspect.cli import main
from pcapinspect.simulate import scenarios, simulate


def test_it_writes_a_capture_and_its_truth(tmp_path: Path) -> None:
    capture = tmp_path / "storm.pcap"
    assert main(["simulate", "storm", "--seed", "3", "--minutes", "1", "-w", str(capture)]) == 0
    expected = simulate("storm", 3, minutes=1)
    assert capture.read_bytes() == expected.packets
    assert json.loads((tmp_path / "storm.truth.json").read_text()) == expected.truth


@pytest.mark.parametrize("existing", ["storm.pcap", "storm.truth.json"])
def test_it_overwrites_nothing_without_force(existing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / existing).write_text("mine")
    arguments = ["simulate", "storm", "--minutes", "0.1", "-w", str(tmp_path / "storm.pcap")]
    assert main(arguments) == 2
    assert existing in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert (tmp_path / existing).read_text() == "mine"
    assert main([*arguments, "--force"]) == 0
    assert (tmp_path / existing).read_bytes() != b"mine"


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == scenarios()


def test_what_if_answers_in_a_sentence_and_in_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "healthy-busy", "--routers", "130", "--what-if"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert answer["limit_passed"] is True
    assert answer["sentence"] == said.err.strip()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["storm"],
        ["storm", "-w", "-"],
        ["strom", "-w", "x.pcap"],
        ["storm", "--routers", "0", "-w", "x.pcap"],
        ["storm", "--minutes", "1", "-w", "nowhere/x.pcap"],
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not list(tmp_path.iterdir())
