"""The answer says of one server what its figures say, and advises what cures its verdict."""

from __future__ import annotations

import copy
from datetime import UTC

import pytest

from pcapinspect.findings.kinds import KINDS
from pcapinspect.load.causes import CAUSES
from pcapinspect.report.answer import answer_of
from pcapinspect.report.model import Sections
from pcapinspect.report.people import Zone
from pcapinspect.report.terminal import _first_sentence
from tests.report import example

ZONE = Zone(UTC)


@pytest.fixture
def sections() -> Sections:
    return copy.deepcopy(example.report().sections)


def test_since_when_how_often_and_how_long(sections: Sections) -> None:
    server = sections["servers"][0]
    facts = dict(answer_of(sections, ZONE).facts)
    pauses = server["pauses"]
    assert facts["since"].startswith(pauses[0]["first_unanswered"][:19].replace("T", " ") + "Z")
    assert facts["since"].endswith(f"the last pause began {pauses[-1]['first_unanswered'][11:19]}")
    met = sum(pause["unanswered_attempts"] for pause in pauses)
    assert facts["pauses"].startswith(f"{len(pauses)}, at least ")
    assert facts["pauses"].endswith(f"{met} attempts met them")
    peak = server["peak_accepted_60s"]
    assert peak is not None
    assert f"at most {peak['count']} accepted in 60 s" in facts["rate"]


def test_what_was_counted_stands_beside_what_lies_in_the_window(sections: Sections) -> None:
    server = sections["servers"][0]
    for place, pause in enumerate(server["pauses"]):
        pause["cause"], pause["accepted_before_60s"] = "rate_limit", 80 + place
    anew = {"counts": "accepts", "window": "rearmed", "fits": True, "over_without_pause": 0}
    server["models"] = [{**anew, "at_onset": [80] * len(server["pauses"])}]  # type: ignore[typeddict-item]
    facts = dict(answer_of(sections, ZONE).facts)
    most = 80 + len(server["pauses"]) - 1
    assert facts["counted"] == f"80 accepted since the pause before, 81 to {most} in the 60 s before"
    server["models"][0]["fits"] = False
    assert "counted" not in dict(answer_of(sections, ZONE).facts)


def test_a_healthy_server_is_advised_nothing(sections: Sections) -> None:
    assert answer_of(sections, ZONE).remedy
    sections["verdict"]["cause"] = "healthy"
    answer = answer_of(sections, ZONE)
    assert answer.remedy == ()
    assert answer.root is None
    assert "root-cause" in {found["id"] for found in answer.also}


def test_the_finding_of_another_server_is_none_of_this_answer(sections: Sections) -> None:
    for found in sections["findings"]:
        found["server"] = "203.0.113.9:80"
    answer = answer_of(sections, ZONE)
    assert (answer.explaining, answer.root, answer.remedy, answer.also) == ((), None, (), ())


def test_other_servers_that_are_not_well_are_counted(sections: Sections) -> None:
    tones = [CAUSES[server["verdict"]["cause"]].tone for server in sections["servers"][1:]]
    assert answer_of(sections, ZONE).others == tones.count("bad") == 1


def test_every_kind_that_explains_a_cause_is_one() -> None:
    assert {kind for cause in CAUSES.values() for kind in cause.findings} <= set(KINDS)
    assert CAUSES["healthy"].findings == ()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("On CA: `a. b`, `c`. It helps. More.", "On CA: `a. b`, `c`."),
        ("Only one `command`", "Only one `command`"),
        ("First. Second.", "First."),
    ],
)
def test_of_a_step_the_terminal_shows_what_is_done(step: str, said: str) -> None:
    assert _first_sentence(step) == said
