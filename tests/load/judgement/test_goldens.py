"""Whole judgements of simulated captures, kept word by word: what a user reads of cause, confidence, evidence, pauses.

    python -m pytest tests/load/judgement/test_goldens.py --update-goldens

writes them anew. Look at each difference beside the scenario's truth (`pcapinspect simulate NAME -w FILE`) before it is
kept: that a judgement changed says nothing of whether it is right. `CASES` says what each is there for.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.load.analyse import analyse
from pcapinspect.settings import Settings
from tests.load.followed import CASES, followed

FOLDER = Path(__file__).parent / "goldens"

WHOLE_PAUSES = 3
"""So many of a server's pauses are kept whole; of all of them the causes, forms and confidences are counted."""

FRAMES = ("frames", "connections", "connection_rows")
"""What a pause has beside its judgement: other tests hold where it is."""


def judged(name: str) -> list[dict[str, Any]]:
    """Verdict and pauses of each server of the case."""
    return [_server(server) for server in analyse(*followed(name), Settings()).servers]


def _server(server: Any) -> dict[str, Any]:
    pauses = [{key: value for key, value in asdict(pause).items() if key not in FRAMES} for pause in server.pauses]
    kinds = Counter(f"{p['cause']} {p.get('form', '')} {p['confidence']}" for p in pauses)
    return {
        "server": f"{server.ip}:{server.port}",
        "verdict": asdict(server.verdict),
        "pauses": dict(sorted(kinds.items())),
        "first_pauses": pauses[:WHOLE_PAUSES],
    }


@pytest.mark.parametrize("name", CASES)
def test_the_judgement_is_word_by_word_what_was_looked_at(name: str, request: pytest.FixtureRequest) -> None:
    text = json.dumps(judged(name), indent=1, ensure_ascii=False) + "\n"
    path = FOLDER / f"{name}.json"
    if request.config.getoption("--update-goldens"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{name}: look at the difference, then --update-goldens"


def test_every_golden_is_of_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(CASES)
