"""What is counted for a verdict, seen in its sentences."""

from __future__ import annotations

from build import Made, steady

from pcapinspect.load.model import Verdict


def verdict(made: Made) -> Verdict:
    return made.analyse().servers[0].verdict


def test_lost_syns_are_counted_and_answered_repeats_with_them() -> None:
    made = Made()
    steady(made, 0, 100, 2)
    for number in range(4):
        made.answered(f"10.2.0.{number + 1}", 12 + number * 15.0, earlier=(10 + number * 15.0,))
    again = made.answered("10.2.0.9", 90.5)
    made.syns.append((91.5, again))
    found = verdict(made)
    assert found.cause == "loss"
    assert found.sentence.startswith("5 of 60 SYNs")
    assert any("4 SYNs were not answered, and 1 were sent again" in text for text in found.evidence_for)


def test_a_flood_is_told_apart_from_what_was_lost() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(40):
        made.unanswered(f"198.51.100.{number + 1}", 10.0 + number * 0.5, (0.0,))
    found = verdict(made)
    assert found.cause == "healthy"
    assert any(text.startswith("40 attempts were a single SYN") for text in found.evidence_against)


def test_a_client_that_gets_icmp_errors_only_is_blocked() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(3):
        rejected = made.refused("10.2.0.1", 10.0 + number * 10)
        made.connections[rejected]["outcome"] = 4
    found = verdict(made)
    assert found.cause == "blocked_client"
    assert any("ICMP" in text for text in found.evidence_against)
