"""What each cause says of one pause: the whole of it, just below and just above each border."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shown import counted, met, pause, server

from pcapinspect.load.judgement.bounds import Room
from pcapinspect.load.judgement.causes import capture, insufficient, max_connections, no_response, outage, rate_limit
from pcapinspect.load.judgement.causes import refused as refusing
from pcapinspect.load.judgement.evidence import Evidence, PauseCause
from pcapinspect.load.judgement.fullness import Fullness
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Estimate

SERVER = server()
"""A hundred attempts in 200 s, from second 0 on; the limit of 80 in 60 s and its 15 s; 76 are enough."""


def alike(evidence: Evidence, others: int) -> Evidence:
    """With so many more pauses as long as the limit's."""
    return met(evidence, *evidence.pauses, *[pause(14.5, 15.5)] * others)


REACHED = "About 80 in 60 s had been reached when it began: 80 accepts."
SHORT = "Accepts alone did not come to 80 in 60 s."
PASSED = "Elsewhere 80 in 60 s were passed without a pause."
WIDE = "Few asked around its begin and end, so its length is not known well."


@pytest.mark.parametrize(
    ("at_least", "at_most", "models", "others", "sure", "against"),
    [
        (14.0, 16.0, [counted(80)], 0, 0.9, ()),
        (14.0, 16.0, [counted(76)], 0, 0.9, ()),
        (14.0, 16.0, [counted(75)], 0, None, ()),
        (14.0, 16.0, [counted(80, stands=False)], 0, None, ()),
        (12.0, 17.0, [counted(80)], 0, 0.9, ()),  # 5 s wide is narrow enough
        (12.0, 17.1, [counted(80)], 0, 0.8, (WIDE,)),
        (14.0, 16.0, [counted(80, counts="attempts")], 0, 0.85, (SHORT,)),
        (14.0, 16.0, [counted(80, counts="attempts"), counted(80)], 0, 0.9, ()),
        (14.0, 16.0, [counted(80)], 1, 0.9, ()),
        (14.0, 16.0, [counted(80)], 2, 0.95, ()),  # three alike are a pattern
        (14.0, 16.0, [counted(80, over=1)], 0, 0.8, (PASSED,)),
        (14.0, 16.0, [counted(80, over=1), counted(80, window="fixed")], 0, 0.9, ()),
        (10.0, 13.75, [counted(80)], 0, 0.56, ()),  # 1.25 s too short: a quarter is left, and 0.9 * (0.5 + 0.125)
        (10.0, 13.5, [counted(80)], 0, None, ()),
        (16.25, 17.0, [counted(80)], 0, 0.56, ()),
        (16.5, 17.0, [counted(80)], 0, None, ()),
        (
            14.0,
            None,
            [counted(80)],
            0,
            0.8,
            ("The capture begins or ends within it: its whole length is not known.",),
        ),
    ],
)
def test_a_limit_that_was_counted(
    at_least: float, at_most: float | None, models: Any, others: int, sure: float | None, against: Any
) -> None:
    models = tuple(counted(*model.at_onset * (1 + others), **_rest(model)) for model in models)
    evidence = alike(met(SERVER, pause(at_least, at_most), models=models), others)
    found = rate_limit.of_pause(evidence, 0)
    if sure is None:
        assert found is None
        return
    assert found is not None
    assert (found.confidence, found.evidence_against) == (sure, against)
    assert (found.by_estimate, found.by_waiting) == (False, False)


def _rest(model: Any) -> dict[str, Any]:
    return {
        "counts": model.counts,
        "window": model.window,
        "over": model.over_without_pause,
        "stands": model.stands,
    }


@pytest.mark.parametrize(
    ("at_least", "at_most", "words"),
    [
        (14.0, 15.2, "Its length, 14.0 to 15.2 s, fits the 15 s for which IOS stops listening."),
        (10.0, 14.0, "Its length, 10.0 to 14.0 s, is near the 15 s for which IOS stops listening."),
        (9.0, None, "Its length, at least 9.0 s, allows for the 15 s for which IOS stops listening."),
    ],
)
def test_how_well_its_length_fits(at_least: float, at_most: float | None, words: str) -> None:
    found = rate_limit.of_pause(met(SERVER, pause(at_least, at_most), models=(counted(80),)), 0)
    assert found is not None
    assert found.evidence_for == (REACHED, words)


def test_all_that_was_counted_is_named_once() -> None:
    models = (
        counted(80),
        counted(84, window="fixed"),
        counted(92, counts="syns"),
        counted(110, counts="syns", window="fixed"),
        counted(80, window="rearmed"),
    )
    assert rate_limit.in_counts(models, 0) == "80 to 84 accepts, 92 to 110 SYNs"


OTHER = Estimate(limit=40, window=60.0, pause=(9.8, 10.4), sentence="In this capture forty.")


@pytest.mark.parametrize(
    ("at_least", "at_most", "fits"),
    [(10.9, 11.5, True), (10.91, 11.5, False), (8.0, 9.3, True), (8.0, 9.29, False), (8.0, None, True)],
)
def test_a_limit_of_other_numbers_has_its_own_length(at_least: float, at_most: float | None, fits: bool) -> None:
    """Half a second beyond the range that most share."""
    found = rate_limit.of_pause(met(SERVER, pause(at_least, at_most), estimate=OTHER), 0)
    assert (found is not None) is fits
    if found is not None:
        assert found.by_estimate
        assert not found.by_waiting
        assert found.confidence == 0.9
        assert found.evidence_for[0] == "In this capture forty."
        assert found.evidence_for[1].startswith("The length of this one is ")
        assert found.evidence_against == ("The limit that was asked for is 80 in 60 s.",)


@pytest.mark.parametrize(
    ("estimate"),
    [
        Estimate(limit=None, window=None, pause=(9.8, 10.4), sentence="A length."),
        Estimate(limit=40, window=60.0, pause=None, sentence="A count."),
    ],
)
def test_half_an_estimate_is_no_limit(estimate: Estimate) -> None:
    assert rate_limit.of_pause(met(SERVER, pause(10.0, 10.3), estimate=estimate), 0) is None


@pytest.mark.parametrize(
    ("waited", "stalled", "sure"),
    [(12.0, 3, 0.6), (11.99, 3, None), (15.5, 3, 0.6), (15.51, 3, None), (14.0, 0, None)],
)
def test_requests_that_waited_as_long_as_the_pause_tell_of_it(waited: float, stalled: int, sure: float | None) -> None:
    """The pause begins at 120 s: thirty were accepted in the minute before it, and that at once."""
    one = pause(13.0, 15.2, waited=round(waited * 10**9), stalled=stalled)
    found = rate_limit.of_pause(met(SERVER, one), 0)
    assert (None if found is None else found.confidence) == sure
    if found is not None:
        assert found.by_waiting
        assert found.evidence_for == (
            f"3 requests that were accepted before it waited up to {waited:.1f} s: 15 s without service fit that.",
            "Nobody was served for as long, although a queue went on accepting.",
        )
        assert found.evidence_against == (
            "Only 30 were accepted in the 60 s before it: if it is a limit, it is below 80.",
        )


def test_a_queue_that_took_more_than_the_limit_tells_no_count() -> None:
    busy = server(400, 0.5)
    found = rate_limit.of_pause(met(busy, pause(13.0, 15.2, waited=14 * 10**9, stalled=2), models=()), 0)
    assert found is not None
    assert found.confidence == 0.85
    assert found.evidence_against == (
        "A queue accepts more connections than the server behind it counts: 120 in the 60 s before it do not tell its "
        "count.",
    )


def test_what_came_before_the_capture_is_not_held_against_the_limit() -> None:
    """At 59 s the minute before it is not whole."""
    for begins, sure in ((60.0, 0.6), (59.0, 0.85)):
        found = rate_limit.of_pause(met(SERVER, pause(13, 15.2, begins=begins, waited=14 * 10**9, stalled=2)), 0)
        assert found is not None
        assert found.confidence == sure


def full(limit: int = 5, **more: Any) -> Fullness:
    """Every SYN of a pause that has SYNs met a full server."""
    room = Room(np.ones(len(SERVER.traffic.syn_time), np.bool_), np.empty(0, np.int64))
    return Fullness(
        **{
            "limit": limit,
            "room": room,
            "estimated": False,
            "exact": True,
            "dropped_full": 1.0,
            "dropped_free": 0.0,
            **more,
        }
    )


def met_full(count: int = 1, fullness: Fullness | None = None, **more: Any) -> Evidence:
    """So many pauses of 8 s, each with SYNs that met a full server."""
    one = pause(7.9, 8.1, syns=np.arange(4))
    return met(SERVER, *[one] * count, fullness=fullness or full(), **{"fitting": np.zeros(count, np.bool_), **more})


HOUSE = "5 connections were open whenever a SYN came that was not answered, and never more."
CLOSED = "The next answer came when one had closed."


@pytest.mark.parametrize(
    ("count", "fullness", "sure"),
    [
        (3, full(), 0.95),
        (2, full(), 0.8),
        (3, full(estimated=True), 0.85),
        (3, full(exact=False), 0.85),
        (2, full(estimated=True), 0.8),
    ],
)
def test_a_full_server_is_told_the_surer_the_more_it_showed(count: int, fullness: Fullness, sure: float) -> None:
    found = max_connections.of_pause(met_full(count, fullness), 0)
    assert found is not None
    assert found.confidence == sure


def test_a_full_server_in_words() -> None:
    assert max_connections.of_pause(met_full(), 0) == PauseCause("max_connections", 0.8, (HOUSE, CLOSED))
    partly = full(7, exact=False, estimated=True, dropped_full=0.8, dropped_free=0.015)
    lossy = CaptureQuality(drops=4)
    assert max_connections.of_pause(met_full(1, partly, quality=lossy), 0) == PauseCause(
        "max_connections",
        0.8,
        (
            "With 7 or more connections open 80 % of the SYNs were not answered, with fewer 2 %.",
            "How many were open is not known exactly: the capture lacks packets.",
            CLOSED,
        ),
        (
            "7 is estimated from this capture, a queue in front included: IOS takes 5 by default and 16 at most, and "
            "the settings say 16.",
        ),
    )


def test_a_full_server_to_the_end_has_no_next_answer() -> None:
    evidence = met_full()
    one = pause(8, None, syns=np.arange(4))
    found = max_connections.of_pause(met(evidence, one, fitting=np.array([False])), 0)
    assert found is not None
    assert found.evidence_for == (HOUSE,)


@pytest.mark.parametrize(("fitting", "sure"), [([True, False], 0.8), ([True, True], 0.5), ([False, True, True], 0.95)])
def test_most_pauses_as_long_as_the_limits_are_a_doubt(fitting: list[bool], sure: float) -> None:
    evidence = met_full(len(fitting), fitting=np.array(fitting))
    found = max_connections.of_pause(evidence, 0)
    assert found is not None
    assert found.confidence == sure
    assert found.evidence_against == (("A pause of 15 s fits its length, too.",) if sure == 0.5 else ())


@pytest.mark.parametrize(
    ("stalled", "fullness", "explained"),
    [
        (3, full(6), True),  # known exactly
        (2, full(6, estimated=True), True),
        (3, full(6, estimated=True), False),  # half of them are a queue that nobody reads
        (3, full(6, exact=False), False),
        (0, None, False),
    ],
)
def test_a_queue_is_no_full_server(stalled: int, fullness: Fullness | None, explained: bool) -> None:
    one = pause(8, 8.2, syns=np.arange(4), stalled=stalled)
    found = max_connections.of_pause(met(SERVER, one, fullness=fullness, fitting=np.array([False])), 0)
    assert (found is not None) is explained


@pytest.mark.parametrize(("hit", "explained"), [(2, True), (1, False)])
def test_half_of_the_syns_must_have_met_it(hit: int, explained: bool) -> None:
    one = pause(8, 8.2, syns=np.arange(4))
    room = Room(np.arange(len(SERVER.traffic.syn_time)) < hit, np.empty(0, np.int64))
    evidence = met(SERVER, one, fullness=full(room=room), fitting=np.array([False]))
    assert (max_connections.of_pause(evidence, 0) is not None) is explained


@pytest.mark.parametrize(("fitting", "sure"), [([True, False], None), ([True, True], 0.8)])
def test_where_both_limits_explain_it_the_lengths_decide(fitting: list[bool], sure: float | None) -> None:
    evidence = met_full(2, fitting=np.array(fitting), models=(counted(80, 80),))
    both = met(
        evidence, *[pause(14.5, 15.2, syns=np.arange(4))] * 2, fitting=np.array(fitting), models=(counted(80, 80),)
    )
    found = rate_limit.of_pause(both, 0)
    assert (None if found is None else found.confidence) == sure
    if found is not None:
        assert found.evidence_against == (
            "5 connections, as many as the server takes, were open when SYNs were not answered.",
        )


@pytest.mark.parametrize(
    ("begins", "limited", "at_most", "cause"),
    [
        (59.9, 2, 15.0, "rate_limit"),
        (60.0, 2, 15.0, "insufficient"),  # the whole minute before it was captured
        (59.9, 0, 15.0, "insufficient"),
        (59.9, 2, 13.6, "rate_limit"),
        (59.9, 2, 13.5, "insufficient"),
    ],
)
def test_the_likes_of_a_pause_tell_what_it_cannot(begins: float, limited: int, at_most: float, cause: str) -> None:
    evidence = met(SERVER, pause(10, at_most, begins=begins))
    found = rate_limit.among(evidence, 0, PauseCause("insufficient", 0.2, ()), limited)
    assert found.cause == cause
    if cause == "rate_limit":
        assert found == PauseCause(
            "rate_limit",
            0.9,
            (
                "2 other pauses of this server follow the pattern of the rate limit.",
                f"Its length, 10.0 to {at_most:.1f} s, fits the 15 s for which IOS stops listening.",
            ),
            ("What came before it is not known: the capture began too late, or its clock jumped.",),
        )


def test_a_pause_with_another_cause_keeps_it() -> None:
    alone = PauseCause("outage", 0.75, ())
    assert rate_limit.among(met(SERVER, pause(14, 15, begins=10)), 0, alone, 3) is alone


def test_a_pause_whose_clock_jumped_is_told_by_its_likes_too() -> None:
    evidence = met(SERVER, pause(10, None, jumped=True))
    assert rate_limit.among(evidence, 0, PauseCause("insufficient", 0.2, ()), 1).cause == "rate_limit"


LIMIT_TOO = "80 in 60 s had been reached when it began."
NOT_FAR = "It is not far longer than a pause of 15 s."


@pytest.mark.parametrize(
    ("at_least", "count", "sure", "against"),
    [
        (30.0, 20, 0.95, ()),
        (29.9, 20, 0.85, (NOT_FAR,)),
        (30.0, 76, 0.95, (LIMIT_TOO,)),
        (29.9, 76, 0.85, (LIMIT_TOO, NOT_FAR)),  # nothing like 15 s
        (29.9, 75, 0.85, (NOT_FAR,)),
        (15.75, 76, 0.59, (LIMIT_TOO, NOT_FAR)),  # three quarters of 0.35 less
        (15.75, 75, 0.85, (NOT_FAR,)),
    ],
)
def test_longer_than_the_limit_is_an_outage(at_least: float, count: int, sure: float, against: Any) -> None:
    evidence = met(SERVER, pause(at_least, at_least + 1), models=(counted(count),))
    shown = f"Nobody was served for {at_least:.1f} to {at_least + 1:.1f} s: longer than a pause of 15 s."
    if at_least == 15.75:
        shown = "Nobody was served for 15.8 to 16.8 s: longer than a pause of 15 s."
    assert outage.of_pause(evidence, 0) == PauseCause("outage", sure, (shown,), against)


@pytest.mark.parametrize(("at_least", "longer"), [(15.5, False), (15.51, True)])
def test_half_a_second_more_is_still_the_limits(at_least: float, longer: bool) -> None:
    found = outage.of_pause(met(SERVER, pause(at_least, 17), models=(counted(20),)), 0)
    assert found is not None
    assert ("longer than a pause" in found.evidence_for[0]) is longer


@pytest.mark.parametrize(
    ("at_least", "attempts", "stalled", "outage_"),
    [(2.0, 5, 0, True), (1.99, 5, 0, False), (2.0, 4, 0, False), (2.0, 5, 1, False)],
)
def test_a_short_silence_is_an_outage_where_several_met_it(
    at_least: float, attempts: int, stalled: int, outage_: bool
) -> None:
    one = pause(at_least, at_least + 1, attempts=np.arange(attempts), stalled=stalled)
    found = outage.of_pause(met(SERVER, one, fitting=np.array([False])), 0)
    assert (found is not None) is outage_
    if found is not None:
        assert found == PauseCause(
            "outage",
            0.75,
            ("Nobody was served for 2.0 to 3.0 s, and no way of counting to 80 explains it.",),
            ("It is no longer than a pause of 15 s.",),
        )


@pytest.mark.parametrize(
    ("begins", "count", "fits", "other_begins", "is_outage"),
    [
        (120.0, 75, True, None, True),  # the limit was not reached
        (120.0, 76, True, None, False),
        (120.0, 76, False, None, True),  # its length is another
        (50.0, 20, True, None, False),  # nobody knows what came before
        (50.0, 20, True, 150.0, True),  # but another tells of it
        (50.0, 20, True, 55.0, False),
    ],
)
def test_a_silence_as_long_as_the_limits_needs_the_count(
    begins: float, count: int, fits: bool, other_begins: float | None, is_outage: bool
) -> None:
    pauses = [pause(14, 15, begins=begins)]
    if other_begins is not None:
        pauses.append(pause(14, 15, begins=other_begins))
    models = (counted(*[count] * len(pauses)), counted(*[90] * len(pauses), window="fixed", stands=False))
    evidence = met(SERVER, *pauses, models=models, fitting=np.array([fits] * len(pauses)))
    found = outage.of_pause(evidence, 0)
    assert (found is not None) is is_outage
    if other_begins == 150.0:
        assert found is not None
        assert found.evidence_for == (
            "Nobody was served for 14.0 to 15.0 s, and no way of counting to 80 explains any of 2 pauses.",
        )


@pytest.mark.parametrize("form", ["silence", "icmp", "mixed"])
def test_errors_of_a_router_are_named(form: str) -> None:
    for at_least in (5.0, 40.0):
        one = pause(at_least, at_least + 1, form=form)
        found = outage.of_pause(met(SERVER, one, fitting=np.array([False])), 0)
        assert found is not None
        said = "A router's ICMP errors say so of some attempts."
        assert found.evidence_for[1:] == (() if form == "silence" else (said,))


@pytest.mark.parametrize("form", ["reset", "waiting"])
def test_who_answers_somehow_is_there(form: str) -> None:
    assert outage.of_pause(met(SERVER, pause(40, 41, form=form)), 0) is None


def test_a_full_server_is_there() -> None:
    evidence = met(met_full(), pause(40, 41, syns=np.arange(4)))
    assert outage.of_pause(evidence, 0) is None


DOWN = "The server was never heard: whether it is down or cannot be reached is not shown."
ERRORS = "ICMP errors came instead, from a router or a filter on the way, or from the server itself."


@pytest.mark.parametrize(
    ("clients", "form", "sure", "against"),
    [
        (3, "silence", 0.95, DOWN),
        (2, "silence", 0.8, DOWN),
        (1, "icmp", 0.8, ERRORS),
        (3, "mixed", 0.95, ERRORS),
    ],
)
def test_a_server_that_nobody_heard(clients: int, form: str, sure: float, against: str) -> None:
    silent = replace(SERVER, traffic=replace(SERVER.traffic, prompt=np.empty(0, np.int64)))
    found = outage.of_pause(met(silent, pause(40, None, form=form, clients=clients)), 0)
    by = "1 client" if clients == 1 else f"{clients} clients"
    assert found == PauseCause("outage", sure, (f"None of 10 attempts by {by} was ever answered.",), (against,))


@pytest.mark.parametrize(("count", "fits", "sure"), [(76, True, 0.5), (75, True, 0.9), (76, False, 0.9)])
def test_everybody_got_a_rst(count: int, fits: bool, sure: float) -> None:
    evidence = met(SERVER, pause(14, 15, form="reset"), models=(counted(count),), fitting=np.array([fits]))
    against = "80 in 60 s had been reached, and 15 s fit: a limit that resets looks like this, too."
    assert refusing.of_pause(evidence, 0) == PauseCause(
        "refused",
        sure,
        ("All of 10 attempts got a RST, for 14.0 to 15.0 s: nobody listened.",),
        (against,) if sure == 0.5 else (),
    )
    assert refusing.of_pause(met(SERVER, pause(14, 15)), 0) is None


@pytest.mark.parametrize(("count", "sure"), [(76, 0.6), (75, 0.8)])
def test_everybody_was_accepted_and_waited(count: int, sure: float) -> None:
    evidence = met(SERVER, pause(14, 15, form="waiting"), models=(counted(count), counted(5, window="fixed")))
    assert no_response.of_pause(evidence, 0) == PauseCause(
        "no_response", sure, ("10 connections were accepted and none was answered for 14.0 to 15.0 s.",)
    )
    assert no_response.of_pause(met(SERVER, pause(14, 15)), 0) is None


@pytest.mark.parametrize(("missing", "blamed"), [(25, False), (26, True)])
def test_a_quarter_lost_makes_a_pause_the_captures_own(missing: int, blamed: bool) -> None:
    quality = CaptureQuality(established=100, synack_not_captured=missing)
    found = capture.of_pause(met(SERVER, pause(14, 15, syns=np.arange(7)), quality=quality), 0)
    assert (found is not None) is blamed
    if found is not None:
        assert found == PauseCause(
            "capture",
            0.7,
            ("The capture lost 26 % of the SYN/ACKs of connections that are known to have been established.",),
            ("7 SYNs in a row without an answer are more than that loss makes likely.",),
        )


@pytest.mark.parametrize(
    ("models", "length", "begins", "against"),
    [
        ((counted(75),), (14, 15), 120.0, ("No way of counting came to 80 in 60 s before it.",)),
        ((counted(76),), (14, 15), 120.0, ()),
        (
            (counted(76, over=2), counted(10, window="fixed")),
            (14, 15),
            120.0,
            ("80 in 60 s had been reached, but elsewhere it was passed without a pause.",),
        ),
        ((counted(76, over=2), counted(76)), (14, 15), 120.0, ()),
        (
            (counted(76),),
            (40, 41),
            30.0,
            (
                "The capture began only 30 s before: what came earlier is not known.",
                "A pause of 15 s does not fit its length.",
            ),
        ),
    ],
)
def test_what_speaks_against_each_limit(models: Any, length: Any, begins: float, against: Any) -> None:
    evidence = met(SERVER, pause(*length, begins=begins), models=models)
    shown = f"Nobody was served for {length[0]:.1f} to {length[1]:.1f} s."
    assert insufficient.of_pause(evidence, 0) == PauseCause("insufficient", 0.2, (shown,), against)


ALONE = PauseCause("insufficient", 0.2, ())


@pytest.mark.parametrize(
    ("more", "outages", "count", "is_outage"),
    [
        ({}, 1, 75, True),
        ({}, 0, 75, False),  # nothing like it
        ({}, 1, 76, False),  # the limit was reached
        ({"at_least": 1_990_000_000}, 1, 75, False),
        ({"stalled": 1}, 1, 75, False),
        ({"form": "reset"}, 1, 75, False),
        ({"form": "waiting"}, 1, 75, False),
        ({"form": "icmp"}, 1, 75, True),
    ],
)
def test_what_few_met_is_an_outage_among_outages(more: Any, outages: int, count: int, is_outage: bool) -> None:
    one = replace(pause(2.0, 3.0, attempts=np.arange(1)), **more)
    evidence = met(SERVER, one, models=(counted(count),), fitting=np.array([False]))
    found = outage.among(evidence, 0, ALONE, outages)
    assert (found is not ALONE) is is_outage
    if is_outage:
        errors = ("A router's ICMP errors say so of some attempts.",) if more else ()
        assert found == PauseCause(
            "outage",
            0.6,
            ("Nobody was served for 2.0 to 3.0 s.", "It is one of several outages: so is 1 other pause.", *errors),
            ("Only 1 attempt met it.",),
        )


def test_what_few_met_and_the_limit_fits_is_no_outage_among_outages() -> None:
    assert outage.among(met(SERVER, pause(2.0, 15.0)), 0, ALONE, 2) is ALONE
    other = PauseCause("refused", 0.9, ())
    assert outage.among(met(SERVER, pause(2.0, 3.0), fitting=np.array([False])), 0, other, 2) is other
    found = outage.among(met(SERVER, pause(2.0, 3.0), fitting=np.array([False])), 0, ALONE, 2)
    assert found.evidence_for[1] == "It is one of several outages: so are 2 other pauses."
    assert found.evidence_against == ("Only 10 attempts met it.",)
