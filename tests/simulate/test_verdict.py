"""What each scenario was written for, against the verdict that follows from what the model did."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from pcapinspect.simulate import scenarios, simulate

MEANT = {
    "storm-one-way": "capture",
    "both-limits-5": "max_connections",
    "both-limits-16": "max_connections",
    "max-connections-5": "max_connections",
    "max-connections-16": "max_connections",
    "max-connections-8": "max_connections",
    "max-connections-lossy": "max_connections",
    "max-connections-capture-loss": "max_connections",
    "over-limit": "over_limit_unthrottled",
    "over-limit-outage": "outage",
    "late-answers": "rate_limit",
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
    "hung": "no_response",
    "hung-a-while": "no_response",
    "proxy-dead": "no_response",
    "proxy-shut": "no_response",
    "mtu-hole-behind": "path_mtu",
    "mtu-hole-before": "path_mtu",
    "policer": "selective_drop",
    "policer-burst-80": "selective_drop",
    "workers-5": "max_connections",
    "workers-5-queue": "max_connections",
    "workers-16": "max_connections",
    "half-throttled": "selective_drop",
    "half-stopped": "blocked_client",
    "half-stopped-by-port": "selective_drop",
    "acl-midway": "blocked_client",
    "flood-half-open": "selective_drop",
    "stale-stuck": "stale_connections",
    "stale-healed": "stale_connections",
    "errors-503": "error_responses",
    "errors-429": "error_responses",
    "gateway-502": "error_responses",
    "outages-alike": "outage",
    "outages-short": "outage",
    "outage-icmp": "outage",
    "flaps-icmp": "outage",
    "flood": "healthy",
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
    "no_response",
    "path_mtu",
    "loss",
    "selective_drop",
    "stale_connections",
    "blocked_client",
    "refused",
    "error_responses",
    "capture",
    "over_limit_unthrottled",
    "healthy",
    "insufficient",
}
"""Those of the design but for `path`, which takes two capture points."""


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


def test_a_reader_may_not_abstain_where_the_packets_are_plain() -> None:
    for name in scenarios():
        for server in servers_of(name):
            if server["exists"] and not name.startswith(("short", "storm-branch", "flaps")):
                one_way = name in ("storm-one-way", "one-way-up", "one-way-down")
                assert ("insufficient" in server["any_of"]) == one_way, name


def test_three_outages_after_equal_counts_may_be_taken_for_a_limit_and_after_others_may_not() -> None:
    assert "insufficient" in servers_of("flaps-regular")[0]["any_of"]
    assert servers_of("outages-alike")[0]["any_of"] == ["outage"]
    assert servers_of("outages-short")[0]["any_of"] == ["outage"]


def test_both_of_two_limits_are_to_be_named() -> None:
    for name in ("both-limits-5", "both-limits-16"):
        (server,) = servers_of(name)
        assert set(server["any_of"]) == {"rate_limit", "max_connections"}
        assert sorted(server["to_name"]) == [["max_connections"], ["rate_limit"]]
    assert servers_of("storm")[0]["to_name"] == [["rate_limit"]]
    assert servers_of("storm-queue")[0]["to_name"] == [["rate_limit", "no_response"]]
    assert servers_of("healthy")[0]["to_name"] == []
