"""The verdict matrix itself, and a small part of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.verdict_matrix import PauseResult, Result, ServerResult, compare, judge
from tests.verdict_page import DEMANDED, page, shares, worse


@pytest.mark.parametrize(
    "name",
    [
        "storm",
        "storm-fixed-attempts",
        "storm-40-30-10",
        "storm-lossy",
        "overflow",
        "max-connections-5",
        "outage",
        "blocked-client",
        "flood",
        "one-way-up",
        "capture-loss-heavy",
        "cut",
    ],
)
def test_a_scenario_is_judged_as_it_was_simulated(name: str) -> None:
    result = judge(name, 101)
    assert [server.cause for server in result.servers if server.cause not in server.right] == []
    assert result.false_pauses == 0
    assert [pause for pause in result.pauses if pause.in_range is False] == []
    assert result.wrong_outcomes <= 0.001 * result.attempts
    assert result.wrong_places <= 0.001 * result.placed


RIGHT = ServerResult(("loss",), "loss", 0.9)
WRONG = ServerResult(("loss",), "rate_limit", 0.6)


def test_figures_are_shares_of_what_can_be_known() -> None:
    result = Result(attempts=100, wrong_outcomes=1, placed=10, wrong_places=2, missed_pauses=1, false_pauses=3)
    result.servers = [RIGHT, WRONG]
    result.pauses = [
        PauseResult("rate_limit", ("rate_limit",), "rate_limit", 0.95, True, True),
        PauseResult("outage", ("outage",), "insufficient", 0.6, None, False),
        PauseResult("rate_limit", ("capture", "insufficient"), "capture", 0.95, False),
    ]
    assert list(shares(result).values()) == [0.99, 0.8, None, 0.5, 0.75, 0.5, 0.5, 0.5, 0.5, 1.0, None, 0.5]
    text = page({"made-up": result}, 1)
    assert "| made-up | 1 of 2 | 2 | 3 | 3 | 1 | 1 of 2 | 1 of 2 |" in text
    assert "| 0.95 | 100.00% | 1 |  |  |" in text
    assert "| servers whose ladder has the right counts | 100.0% | not there |" in text
    assert worse({"made-up": result}) == [name for name, share in shares(result).items() if share not in (None, 1.0)]
    assert worse({"fine": Result(servers=[RIGHT])}) == []
    assert len(DEMANDED) == len(shares(result))


# --- a report made by hand -------------------------------------------------------------------------------------------


class Table(dict[str, list[Any]]):
    def to_dict(self, orient: str) -> dict[str, list[Any]]:
        assert orient == "list"
        return self


class Made:
    """A report of one server that paused from second 10 to 25, as the truth below has it."""

    def __init__(self, **verdict: Any) -> None:
        rows = {"client_ip": ["a", "b"], "client_port": [1, 2], "server_ip": ["s", "s"], "isn": [7, float("nan")]}
        rows |= {"outcome": ["established", "unanswered"], "rung": ["asked", "dialled"]}
        rows |= {"fell": ["no_response", "silence"]}
        self.tables = {"connections": Table(rows)}
        said = {"cause": "rate_limit", "confidence": 0.95, "sentence": "", "explains": 0.5, "also": [], **verdict}
        self.pause: dict[str, Any] = {
            "first_unanswered": "2026-03-02T08:00:10.100000000Z",
            "last_unanswered": "2026-03-02T08:00:24.000000000Z",
            "silence_at_least": 13.9,
            "silence_at_most": 15.2,
            "form": "silence",
            "cause": "rate_limit",
            "confidence": 0.95,
        }
        self.ladder = {"dialled": 2, "accepted": 1, "asked": 1, "answered": 0, "succeeded": 0}
        self.server = {"ip": "s", "port": 80, "verdict": said, "pauses": [self.pause], "ladder": self.ladder}
        self.document = {"servers": [self.server]}


def truth(**server: Any) -> dict[str, Any]:
    pause = {
        "cause": "rate_limit",
        "any_of": ["rate_limit"],
        "form": "silence",
        "begin": "2026-03-02T08:00:10.000000000Z",
        "end": "2026-03-02T08:00:25.000000000Z",
        "length": 15.0,
        "first_syn": "2026-03-02T08:00:10.100000000Z",
        "last_syn": "2026-03-02T08:00:24.000000000Z",
        "closed_length": None,
        "syns": 9,
        "attempts": 5,
    }
    whole = {
        "ip": "s",
        "port": 80,
        "exists": True,
        "any_of": ["rate_limit"],
        "to_name": [["rate_limit"], ["outage", "loss"]],
        "falls": {"rate_limit": 3, "outage": 1},
        "pauses": [pause],
        "partial": [],
        "ladder_is_exact": True,
        "ladder": {"dialled": 2, "accepted": 1, "asked": 1, "answered": 0, "succeeded": 0, "fell": {}},
        **server,
    }
    first = {"client_ip": "a", "client_port": 1, "server_ip": "s", "isn": 7, "any_of": ["established"]}
    second = {"client_ip": "b", "client_port": 2, "server_ip": "s", "isn": 9, "any_of": ["unanswered"]}
    attempts = [{**first, "places": [["asked", "no_response"]]}, {**second, "places": [["dialled", "silence"]]}]
    return {"capture": {"missed": 0}, "attempts": attempts, "servers": [whole]}


def test_a_right_report_has_only_what_it_does_not_name_wrong() -> None:
    result = compare(truth(), Made())
    assert result.wrong == ["not named: outage, beside rate_limit"]
    assert (result.attempts, result.wrong_outcomes, result.placed, result.wrong_places) == (2, 0, 2, 0)
    (server,) = result.servers
    assert (server.true_share, server.explains, server.unnamed, server.ladder_right) == (0.75, 0.5, ("outage",), True)
    assert (result.false_pauses, result.missed_pauses) == (0, 0)
    assert result.pauses == [PauseResult("rate_limit", ("rate_limit",), "rate_limit", 0.95, True, True)]
    assert compare(truth(), Made(also=[{"cause": "outage"}])).wrong == []


def test_each_wrong_answer_is_found_and_said() -> None:
    made = Made(cause="healthy")
    made.tables["connections"]["outcome"][0] = "refused"
    made.tables["connections"]["fell"][1] = None
    made.ladder["asked"] = 2
    made.pause |= {"silence_at_most": 14.9, "form": "reset", "cause": "outage"}
    result = compare(truth(), made)
    assert [line.split(",")[0] for line in result.wrong] == [
        "a:1 outcome refused",
        "b:2 place ['dialled'",
        "ladder {'dialled': 2",
        "verdict healthy 0.95",
        "not named: rate_limit",
        "pause 2026-03-02T08:00:10.100000000Z: 13.9 to 14.9 s",
        "pause 2026-03-02T08:00:10.100000000Z: form reset",
        "pause 2026-03-02T08:00:10.100000000Z: cause outage 0.95",
    ]


def test_a_pause_told_twice_is_in_pieces_and_one_not_told_is_missed() -> None:
    made = Made()
    later = {**made.pause, "first_unanswered": made.pause["last_unanswered"]}
    elsewhere = {**made.pause, "first_unanswered": "2026-03-02T08:01:00Z", "last_unanswered": "2026-03-02T08:01:09Z"}
    made.server["pauses"] = [made.pause, later, elsewhere]
    result = compare(truth(), made)
    assert (len(result.pauses), result.false_pauses, result.missed_pauses) == (1, 2, 0)
    made.server["pauses"] = []
    result = compare(truth(), made)
    assert (result.false_pauses, result.missed_pauses, result.hidden_pauses) == (0, 1, 0)
    brief = {**truth()["servers"][0]["pauses"][0], "syns": 2}
    assert compare(truth(pauses=[brief]), made).hidden_pauses == 1


def test_what_the_report_does_not_have_is_not_there_and_not_wrong() -> None:
    made = Made()
    for name in ("rung", "fell"):
        del made.tables["connections"][name]
    del made.server["ladder"], made.server["verdict"]["also"], made.pause["form"]  # type: ignore[attr-defined]
    result = compare(truth(), made)
    assert result.wrong == []
    told = shares(result)
    assert [name for name, share in told.items() if share is None] == [
        "attempts on the right rung, for the right reason",
        "servers whose ladder has the right counts",
        "pauses with the right form",
        "strong causes that are named",
        "servers without a limit that are not called throttled",
    ]
