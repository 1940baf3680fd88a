"""The casebook beside a checkout: what people had in hand, and what every right answer says of it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pcapinspect.cli import main

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
NAMES = sorted(file.parent.name for file in CASES.glob("*/case.json"))


def checker() -> ModuleType:
    """The casebook's own program: what it calls right is right here."""
    spec = importlib.util.spec_from_file_location("check", CASES / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(check: ModuleType, arguments: list[str], report: Path, capture: Any) -> Any:
    """What a command line says, as the casebook's program runs it, but in this process."""
    extra = ["--json", str(report), "--quiet"] if arguments[0] in check.WRITES_JSON else []
    code = main([*arguments, *extra])
    out, err = capture.readouterr()
    return check.Outcome(code, (out + err).decode(errors="replace"), report.read_text() if report.exists() else "")


@pytest.mark.skipif(not CASES.is_dir(), reason="no ../shared/cases beside this checkout")
@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    check = checker()
    case = json.loads((CASES / name / "case.json").read_text())
    monkeypatch.chdir(CASES / name)
    lines = case["run"] if isinstance(case["run"][0], list) else [case["run"]]
    outcomes = [answer(check, line, tmp_path / f"{number}.json", capsysbinary) for number, line in enumerate(lines)]
    problems = [found for each in case["expect"] if (found := check.problem(each, outcomes))]
    assert problems == [], case["right"]
