"""The habits of clients, as their SYNs show them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest

from pcapinspect.clock import parse_iso
from pcapinspect.simulate import scenario
from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.limits import Outage
from pcapinspect.simulate.model import run
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.truth import truth

SECOND = 1_000_000_000
MILLISECONDS = 1_000_000


def attempts(population: Population, minutes: float = 5, *, dead: bool = False) -> list[dict]:  # type: ignore[type-arg]
    """The truth of a population's attempts at a server that answers, or one that is dead."""
    outages = (Outage(begin=-1.0, end=None),) if dead else ()
    plan = replace(
        scenario("healthy"), populations=(population,), servers=(ServerSettings(outages=outages),), minutes=minutes
    )
    found: list[dict] = truth(run(plan, 1))["attempts"]  # type: ignore[type-arg]
    return found


@pytest.mark.parametrize(
    ("stack", "gaps", "patience"),
    [("ios", [2, 4, 8], 30), ("ios-impatient", [2], 5), ("linux", [1, 2, 4, 8, 16], 63)],
)
def test_syns_are_sent_again_as_the_stack_does(stack: str, gaps: list[int], patience: int) -> None:
    given_up = [
        attempt
        for attempt in attempts(Population(routers=5, poll=20, stack=stack), dead=True)
        if attempt["really"]["failed"]
    ]
    assert given_up
    for attempt in given_up:
        times = [parse_iso(time) for time in attempt["syn_times"]]
        # Jitter of the path aside.
        found = [round((later - earlier) / SECOND, 2) for earlier, later in pairwise(times)]
        assert found == gaps
        waited = parse_iso(attempt["really"]["failed"]) - parse_iso(attempt["really"]["started"])
        assert waited == patience * SECOND


def test_a_router_polls_with_its_period_and_jitter() -> None:
    started = defaultdict(list)
    for attempt in attempts(Population(routers=6, poll=20, jitter=0.1), minutes=6):
        started[attempt["router"]].append(parse_iso(attempt["really"]["started"]))
    gaps = [b - a for times in started.values() for a, b in pairwise(times)]
    assert len(started) == 6
    # The wait begins when the exchange is over, a few round trips after the call.
    assert all(18 * SECOND <= gap <= 22.5 * SECOND for gap in gaps)
    assert max(gaps) - min(gaps) > SECOND


def test_routers_behind_nat_share_addresses_but_no_port() -> None:
    found = attempts(Population(routers=30, poll=30, behind=3))
    assert len({attempt["client_ip"] for attempt in found}) == 3
    assert len({attempt["router"] for attempt in found}) == 30
    assert len({(a["client_ip"], a["client_port"]) for a in found}) == len(found)


def test_a_client_with_one_port_takes_a_new_isn_each_time() -> None:
    found = attempts(Population(routers=1, poll=10, same_port=True))
    assert len(found) > 10
    assert len({attempt["client_port"] for attempt in found}) == 1
    assert len({attempt["isn"] for attempt in found}) == len(found)


def test_a_chain_goes_on_only_after_an_answer() -> None:
    chain = ("GetCACaps", "GetCACert", "PKIOperation")
    answered = attempts(Population(routers=1, poll=60, chain=chain), minutes=0.9)
    assert [attempt["outcome"] for attempt in answered] == ["established"] * 3
    dead = attempts(Population(routers=1, poll=60, chain=chain), minutes=0.9, dead=True)
    assert len(dead) == 1


def test_a_kept_connection_carries_the_whole_chain() -> None:
    chain = ("GetCACaps", "GetCACert", "PKIOperation")
    found = attempts(Population(routers=3, poll=30, chain=chain, keep_alive=True, stack="linux"), minutes=4)
    done = [attempt for attempt in found if attempt["outcome"] == "established"]
    assert {attempt["exchanges"] for attempt in done[:-3]} == {3}
