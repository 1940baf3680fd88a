"""What each scenario was written for, against the verdict that follows from what the model did."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from pcapinspect.simulate import scenarios, simulate

MEANT = {
    "storm-refusing": "refused",
    "storm-one-way": "capture",
    "max-connections-5": "max_connections",
    "max-connections-16": "max_connections",
    "max-connections-8": "max_connections",
    "max-connections-lossy": "max_connections",
    "max-connections-capture-loss": "max_connections",
    "over-limit": "over_limit_unthrottled",
    "over-limit-outage": "outage",
    "late-answers": "over_limit_unthrottled",
    "down": "outage",
    "outage": "outage",
    "outage-sparse": "outage",
    "flaps": "outage",
    "flaps-regular": "outage",
    "restart": "outage",
    "refused": "refused",
    "refused-a-while": "refused",
    "lossy": "loss",
    "lossy-heavy": "loss",
    "lossy-clients": "loss",
    "blocked-client": "blocked_client",
    "blocked-sparse": "blocked_client",
    "prohibited-client": "blocked_client",
    "flood": "over_limit_unthrottled",
    "flood-limit": "rate_limit",
    "overflow": "rate_limit",
    "overflow-capture-loss": "rate_limit",
    "two-servers": "rate_limit",
    "one-way-up": "capture",
    "one-way-down": "capture",
    "capture-loss": "capture",
    "capture-loss-heavy": "capture",
    "short": "insufficient",
}
"""Where the name does not say it: every other storm is a rate limit, everything else is healthy."""


CAUSES = {
    "rate_limit",
    "max_connections",
    "outage",
    "loss",
    "blocked_client",
    "refused",
    "capture",
    "over_limit_unthrottled",
    "healthy",
    "insufficient",
}


@cache
def servers_of(name: str) -> list[dict[str, Any]]:
    """The servers in the truth of a scenario."""
    servers: list[dict[str, Any]] = simulate(name, 11).truth["servers"]
    return servers


@pytest.mark.parametrize("name", scenarios())
def test_the_verdict_is_what_the_scenario_was_written_for(name: str) -> None:
    servers = {server["ip"]: server for server in servers_of(name)}
    server = servers.get("10.0.0.80") or servers["2001:db8::80"]
    expected = MEANT.get(name, "rate_limit" if name.startswith("storm") else "healthy")
    assert server["cause"] == expected, server["any_of"]


def test_every_cause_of_the_design_has_a_scenario() -> None:
    assert len(scenarios()) >= 20
    assert {server["cause"] for name in scenarios() for server in servers_of(name)} == CAUSES


def test_a_healthy_or_broken_capture_may_never_be_called_throttled() -> None:
    for name in scenarios():
        if name.startswith(("healthy", "one-way", "capture-loss", "span", "snaplen", "cut", "short")):
            for server in servers_of(name):
                assert "rate_limit" not in server["any_of"], name
                assert "max_connections" not in server["any_of"], name


def test_addresses_that_nobody_has_get_no_verdict() -> None:
    absent = [server for server in servers_of("healthy-scan") if not server["exists"]]
    assert len(absent) > 100
    assert all(server["cause"] == "insufficient" for server in absent)


def test_who_sees_a_part_of_the_calls_need_not_name_the_limit() -> None:
    (server,) = servers_of("storm-branch")
    assert server["pauses"]
    for pause in server["pauses"]:
        assert pause["cause"] == "rate_limit"
        assert set(pause["any_of"]) > {"rate_limit", "insufficient"}
