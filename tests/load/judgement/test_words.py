"""How numbers are said, and how a verdict is put together from what the causes say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shown import counted, fallen, met, pause, seen, server, told, which

from pcapinspect.load.judgement.causes import cause_of, selective_drop, well
from pcapinspect.load.judgement.causes.loss import Remainder
from pcapinspect.load.judgement.control import Control
from pcapinspect.load.judgement.evidence import Caused, Explanation, PauseCause, percent, plural, times
from pcapinspect.load.judgement.pauses import caused
from pcapinspect.load.judgement.policer import Policer
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.judgement.verdict import _rest, _verdict, verdict_of
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import RESET, Also

SERVER = server()
"""A hundred attempts, one each two seconds, all answered."""


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.0099, "under 1 %"), (0.01, "1 %"), (0.124, "12 %"), (1.0, "100 %")],
)
def test_shares(share: float, said: str) -> None:
    assert percent(share) == said


def test_numbers() -> None:
    assert (times(1), times(2), times(1200)) == ("once", "2 times", "1,200 times")
    assert (plural(1, "pause"), plural(0, "pause"), plural(1000, "pause")) == ("1 pause", "0 pauses", "1,000 pauses")
    assert plural(2, "stretch", "stretches") == "2 stretches"


def said(cause: str, rows: range, *, cost: int = 0, grave: bool = True, sure: float = 0.9) -> Explanation:
    return Explanation(
        cause, which(SERVER, rows), sure, f"By {cause}.", ("For.",), ("Against.",), ("Unseen.",), cost, grave
    )


@pytest.mark.parametrize(
    ("share", "also", "rest"),
    [
        (0.5, (), ""),
        (0.49, (), " That explains 49 % of 1,000 attempts that were not served at once."),
        (
            0.2,
            (Also("loss", 0.5, ""), Also("path", 0.3, "")),
            " That explains 20 % of 1,000 attempts that were not served at once; also loss, path.",
        ),
        (None, (), ""),
    ],
)
def test_less_than_half_is_said_with_the_rest(share: float | None, also: Any, rest: str) -> None:
    assert _rest(said("refused", range(5)), share, also, 1000) == rest
    assert _rest(said("healthy", range(0)), share, also, 1000) == ""


def test_the_verdict_names_the_others_by_what_those_before_leave() -> None:
    evidence = fallen(SERVER, vain=range(12))
    best = said("refused", range(6))
    others = [said("loss", range(5, 9)), said("path", range(4, 12)), said("capture", range(20, 40))]
    found = _verdict(evidence, replace(best, confidence=0.777), others)
    assert (found.cause, found.confidence, found.sentence, found.explains) == ("refused", 0.78, "By refused.", 0.5)
    assert found.also == (Also("path", 0.5, "By path."),)
    assert found.evidence_for == ("For.",)
    assert found.evidence_against == ("Against.", "By path.")
    assert found.not_shown == ("Unseen.",)
    alone = _verdict(evidence, said("refused", range(8)), [said("loss", range(8, 10)), said("path", range(10, 11))])
    assert alone.explains == 0.667
    assert alone.also == (Also("loss", 0.167, "By loss."), Also("path", 0.083, "By path."))
    well_off = _verdict(evidence, said("healthy", range(0)), [])
    assert (well_off.explains, well_off.also) == (None, ())
    assert _verdict(SERVER, said("refused", range(6)), []).explains is None


@pytest.mark.parametrize(("count", "cause"), [(76, "rate_limit"), (75, "outage")])
def test_the_surest_cause_has_the_pause(count: int, cause: str) -> None:
    evidence = met(SERVER, pause(14, 15.2), models=(counted(count),))
    assert cause_of(evidence, 0).cause == cause
    (found,) = caused(evidence)
    assert found.cause == cause
    unexplained = met(SERVER, pause(1.5, 2.5), fitting=np.array([False]))
    assert cause_of(unexplained, 0).cause == "insufficient"


@pytest.mark.parametrize(("jumped", "sure"), [(False, 0.9), (True, 0.6)])
def test_a_cause_is_no_surer_than_the_clock(jumped: bool, sure: float) -> None:
    (found,) = caused(met(SERVER, pause(14, 15.2, jumped=jumped), models=(counted(80),)))
    assert (found.cause, found.confidence) == ("rate_limit", sure)
    assert found.evidence_against == (
        ("The capture's clock jumped during it: neither its whole length nor what came just before is known.",)
        if jumped
        else ()
    )


# healthy and over_limit_unthrottled


def lone(number: int) -> Strangers:
    nobody = np.zeros(len(SERVER.traffic.syn_time), np.bool_)
    none = np.empty(0, np.int64)
    return Strangers(nobody, nobody, none, none, nobody, number)


def test_a_server_that_is_well_in_words() -> None:
    served = seen(SERVER, requested=dict.fromkeys(range(100), 0), served=dict.fromkeys(range(100), 10**9 // 2))
    assert told(well.explain(served)) == (
        0,
        0.95,
        "The server answered whoever asked, at most 30 times in 60 s.",
        ("100 of 100 attempts were accepted.",),
        (),
        0,
        True,
    )
    late = seen(replace(served, strangers=lone(12)), served={3: 7 * 10**9, 4: 6 * 10**9})
    found = well.explain(late)
    assert found.evidence_against == (
        "12 attempts were a single SYN, never repeated: a flood or a scan, no TCP clients.",
        "2 requests waited long, up to 7.0 s.",
    )


PASSED = "A server that counts to 80 in another way (fixed), or passes it by a few, need not have paused."
JUMPED = "The capture's clock jumped: what is counted in one window may have come at several times."


@pytest.mark.parametrize(
    ("models", "jumps", "sure", "no_limit", "against"),
    [
        ((counted(over=3),), 0, 0.9, True, ()),
        ((counted(over=3), counted(window="fixed")), 0, 0.7, False, (PASSED,)),
        ((counted(over=3), counted(counts="syns")), 0, 0.9, True, ()),
        ((counted(over=3),), 1, 0.6, False, (JUMPED,)),
        ((counted(over=3), counted(window="fixed")), 1, 0.6, False, (JUMPED, PASSED)),
    ],
)
def test_a_limit_that_was_passed_in_words(models: Any, jumps: int, sure: float, no_limit: bool, against: Any) -> None:
    busy = server(200, 0.5, models=models, quality=CaptureQuality(clock_jumps=jumps))
    tail = "it has no limit of 80." if no_limit else "a limit of 80 did not show."
    assert told(well.explain(busy)) == (
        0,
        sure,
        f"The server accepted 120 connections in 60 s and never paused: {tail}",
        ("Somebody who asked was served all the time.",),
        against,
        0,
        True,
    )


@pytest.mark.parametrize(("every", "cause"), [(0.75, "healthy"), (0.74, "over_limit_unthrottled")])
def test_eighty_in_a_minute_do_not_pass_the_limit(every: float, cause: str) -> None:
    assert well.explain(server(200, every)).cause == cause


# selective_drop


def left(vain: int, syns: int, at_once: int = 90, repeated: int = 0, rows: range | None = None) -> Remainder:
    return Remainder(which(SERVER, range(vain) if rows is None else rows), vain, repeated, syns, at_once)


def dropped(vain: int, syns: int, at_once: int = 90, others: int = 4000) -> Explanation | None:
    evidence = replace(SERVER, control=Control(others, 0))
    return selective_drop.explain(evidence, Caused(()), left(vain, syns, at_once))


UNKNOWN_WHAT = "What drops them: the queue of a listener, one of several servers, a policer or a filter before it."


def test_dropped_syns_in_words() -> None:
    found = dropped(40, 200)
    assert found is not None
    assert found.not_shown == (UNKNOWN_WHAT,)
    assert told(found) == (
        40,
        0.85,
        "SYNs of 40 of 100 attempts, or their answers, were dropped, and no other packets: a rule or a full queue "
        "before the server, or one of several servers behind its address.",
        (
            "40 of 200 SYNs were not answered (20 %); of 4,000 other packets 0 had to be sent again (0 %): no path "
            "loses like that.",
        ),
        (),
        0,
        True,
    )
    never = dropped(40, 200, at_once=0, others=0)
    assert never is not None
    assert never.sentence == "No first SYN was answered: all 40 attempts needed another, and nothing else was lost."
    assert dropped(0, 200) is None
    assert dropped(40, 200, others=0) is None


@pytest.mark.parametrize(("vain", "syns", "grave"), [(3, 100, True), (2, 100, False), (3, 300, True), (3, 301, False)])
def test_three_dropped_and_a_hundredth_are_grave(vain: int, syns: int, grave: bool) -> None:
    found = dropped(vain, syns, others=100_000)
    assert found is not None
    assert found.grave is grave


def test_runs_without_a_cause_are_of_the_same_drops_but_not_the_limits() -> None:
    short = pause(5, 6, attempts=np.arange(50, 54))
    like = pause(14, 15, attempts=np.arange(60, 64))
    evidence = met(replace(SERVER, control=Control(4000, 0)), short, like)
    none = PauseCause("insufficient", 0.2, ())
    found = selective_drop.explain(evidence, Caused((none, none), evidence.pauses), left(40, 200))
    assert found is not None
    assert np.flatnonzero(found.falls).tolist() == [*range(40), *range(50, 54)]


@pytest.mark.parametrize(
    ("rates", "near", "said_as"),
    [
        ((70.0, 75.0), True, "70 to 75 a minute"),
        ((60.0, 71.9), False, "60 to 72 a minute"),
        ((60.0, 72.1), True, "60 to 72 a minute"),
        ((87.9, 120.0), True, "88 to 120 a minute"),
        ((88.1, 120.0), False, "88 to 120 a minute"),
        ((79.8, 80.2), True, "80 a minute"),
    ],
)
def test_a_rate_within_a_tenth_of_the_limit_is_told_beside_it(
    rates: tuple[float, float], near: bool, said_as: str
) -> None:
    text = selective_drop._bucket(SERVER, Policer(rates, 1200, 0.004))
    assert text == (
        f"A bucket of 1,200 tokens that fills at {said_as} says which SYNs passed, but for under 1 %."
        + (" A limit of 80 connections in 60 s may be counted so: how IOS counts is not public." if near else "")
    )


@pytest.mark.parametrize(("clients", "few"), [(25, "25 of 50 clients"), (26, "")])
def test_half_of_the_clients_are_few(clients: int, few: str) -> None:
    """Fifty clients of eight calls each. By chance 200 dropped calls would meet all of them."""
    calls = server(400)
    rows = [row for row in range(400) if row % 50 < clients][: 8 * clients]
    part = Remainder(which(calls, rows), len(rows), 0, 400, 90)
    assert selective_drop._few(calls, part) == few


@pytest.mark.parametrize(("attempts", "cause"), [(4, "insufficient"), (5, "healthy")])
def test_five_attempts_are_enough_to_judge(attempts: int, cause: str) -> None:
    assert verdict_of(server(attempts), Caused(())).cause == cause


def test_a_cost_as_high_as_what_it_explains_is_no_cause_against() -> None:
    """Of the causes that are grave, the one that explains most at the least cost; of equals the surer."""
    evidence = fallen(SERVER, unserved=range(10))
    assert verdict_of(evidence, Caused(())).cause == "insufficient"
    assert verdict_of(fallen(SERVER, unserved=range(4)), Caused(())).cause == "healthy"


@pytest.mark.parametrize(("fell", "cause"), [(3, "insufficient"), (4, "refused")])
def test_of_few_attempts_it_is_told_when_all_fell(fell: int, cause: str) -> None:
    few = fallen(
        seen(server(4), fell=dict.fromkeys(range(fell), RESET), accepted=dict.fromkeys(range(4), False)),
        vain=range(fell),
    )
    found = verdict_of(few, Caused(()))
    assert found.cause == cause
    if cause == "insufficient":
        assert found.sentence == "4 attempts in the capture: too few to judge the server by."
        assert found.confidence == 0.8
