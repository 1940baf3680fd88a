from __future__ import annotations

from pcapinspect.findings import rate_limit_pattern
from pcapinspect.load.model import CountingModel, Estimate
from tests.findings.scene import Scene, pause, verdict


def test_other_causes_are_no_rate_limit() -> None:
    assert rate_limit_pattern.judge(Scene().case(pauses=(pause(10, 22, "outage"),))) is None


def test_pauses_of_one_length_bound_it_from_both_sides() -> None:
    pauses = (
        pause(10, 22, "rate_limit", silence_at_least=12_000_000_000, silence_at_most=16_000_000_000),
        pause(70, 84, "rate_limit", silence_at_least=14_000_000_000, silence_at_most=15_500_000_000),
    )
    models = (CountingModel("accepts", "fixed", (80, 81), True), CountingModel("syns", "rolling", (9, 9), False))
    found = rate_limit_pattern.judge(Scene().case(pauses=pauses, models=models, verdict=verdict("rate_limit", 0.85)))
    assert found is not None
    assert "between 14 s and 15.5 s" in found.explanation
    assert found.confidence == 0.85
    assert found.figures["accepts_at_onset"] == "80 to 81 (fixed)"
    assert not any("syns" in name for name in found.figures)
    assert "SYNs" not in found.explanation


def test_pauses_of_different_lengths_are_said_to_be_so() -> None:
    pauses = (
        pause(10, 30, "rate_limit", silence_at_least=20_000_000_000, silence_at_most=21_000_000_000),
        pause(70, 84, "rate_limit", silence_at_least=14_000_000_000, silence_at_most=15_500_000_000),
    )
    found = rate_limit_pattern.judge(Scene().case(pauses=pauses))
    assert found is not None
    assert "did not all last equally long" in found.explanation


def test_numbers_are_those_that_made_the_cause() -> None:
    """Ways of counting to 80 say nothing where the pauses follow another limit."""
    estimate = Estimate(120, 60.0, (9.964, 10.025), "In this capture pauses begin after about 120.", limit_anew=40)
    models = (CountingModel("accepts", "rolling", (120, 120), True),)
    pauses = tuple(pause(at, at + 10, "rate_limit", by_estimate=True) for at in (10, 70))
    found = rate_limit_pattern.judge(Scene().case(pauses=pauses, estimate=estimate, models=models))
    assert found is not None
    assert "a limit of about 120 or about 40 connections in 60 s and a pause of 10.0 s" in found.title
    assert "limit of 80" not in found.title
    assert (found.figures["limit"], found.figures["limit_if_counted_anew"]) == (120, 40)
    assert found.figures["pause_seconds_at_most"] == 10.025
    assert "Ways of counting" not in found.explanation
    by_settings = tuple(pause(at, at + 10, "rate_limit") for at in (10, 70))
    found = rate_limit_pattern.judge(Scene().case(pauses=by_settings, estimate=estimate, models=models))
    assert found is not None
    assert "the limit of 80 connections in 60 s and the 15 s pause" in found.title
    assert found.figures["limit"] == 80


def test_it_is_never_told_as_a_fact() -> None:
    found = rate_limit_pattern.judge(Scene().case(pauses=(pause(10, 22, "rate_limit", confidence=0.6),)))
    assert found is not None
    assert found.confidence == 0.6
    assert "Inferred: " in found.explanation
    assert any("limiter of IOS fired" in sentence for sentence in found.not_shown)
    assert any("CSCuj83430" in step for step in found.remedy)


def test_ways_of_counting_are_told_by_their_windows() -> None:
    models = tuple(
        CountingModel(counts, window, (80,), not (counts == "requests" and window == "rolling"))
        for counts in ("accepts", "syns", "requests")
        for window in ("rolling", "fixed")
    )
    found = rate_limit_pattern.judge(Scene().case(pauses=(pause(10, 22, "rate_limit"),), models=models))
    assert found is not None
    assert "accepts and SYNs (rolling, fixed window); requests (fixed window)." in found.explanation
    assert found.title.startswith("1 pause of 192.0.2.1:80 fits ")
