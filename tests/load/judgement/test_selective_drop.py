"""Dropped SYNs, and whether they are of certain clients: only where chance would have hit more."""

from __future__ import annotations

from build import Made


def calls(dropped: list[tuple[int, int]]) -> tuple[str, tuple[str, ...]]:
    """Ten clients call 12 times each, one after the other; those calls (client, number) need a second SYN."""
    made = Made()
    for turn in range(12):
        for client in range(10):
            at = 40.0 * turn + 4 * client
            name = f"10.1.0.{client + 1}"
            if (client, turn) in dropped:
                made.answered(name, at + 2, earlier=(at,))
            else:
                made.answered(name, at)
    verdict = made.analyse().servers[0].verdict
    assert verdict.cause == "selective_drop"
    return verdict.sentence, verdict.evidence_for


def of_clients(number: int) -> list[tuple[int, int]]:
    """16 dropped calls, of so many of the clients."""
    return [(place % number, 1 + place // number) for place in range(16)]


def test_drops_of_four_clients_in_ten_are_told_so() -> None:
    """Of 120 calls 16 are dropped: by chance they hit 8.2 clients, give or take 1.2, so that 4 are too few."""
    sentence, shown = calls(of_clients(4))
    assert "all of them are of 4 of 10 clients: a rule before the server" in sentence
    assert "All of it met 4 of 10 clients; the others were always answered." in shown


def test_drops_of_five_may_be_chance_and_are_no_pattern() -> None:
    sentence, shown = calls(of_clients(5))
    assert "clients" not in sentence
    assert "a rule or a full queue before the server" in sentence
    assert len(shown) == 1
