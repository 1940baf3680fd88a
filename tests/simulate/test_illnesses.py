"""What each illness does to its clients, counted in the packets."""

from __future__ import annotations

import pytest

from tests.simulate.played import ACK, FIN, RST, SERVER, SYN, calls, most_open, packets, pauses, played

LONG = 1460


def falls(name: str) -> dict[str, int]:
    found: dict[str, int] = played(name).truth["servers"][0]["falls"]
    return found


# --- accepted, and not served ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "begin", "end"), [("hung", 0, 240), ("hung-a-while", 120, 210)])
def test_a_hung_application_acknowledges_and_never_answers(name: str, begin: float, end: float) -> None:
    asked = [call for call in calls(name) if begin < call.start < end - 1]
    assert len(asked) > 25
    for call in asked:
        request = sum(len(p.payload) for p in {p.seq: p for p in call.of(True) if p.payload}.values())
        assert call.delivered >= request > 0
        assert not [p for p in call.of(False) if p.payload]
    others = [call for call in calls(name) if not begin - 1 < call.start < end]
    assert all(call.response is not None for call in others if call.start < 350)
    assert falls(name) == {"no_response": len([c for c in calls(name) if begin <= c.start < end and c.delivered])}


def test_a_dead_proxy_accepts_everybody_and_acknowledges_nothing() -> None:
    assert all(call.answer is not None and call.delivered == 0 for call in calls("proxy-dead"))
    assert {p.flags for p in packets("proxy-dead") if not p.up} == {SYN | ACK}


def test_a_shut_proxy_offers_no_window_and_gets_no_request() -> None:
    ((begin, end),) = pauses("proxy-shut")
    assert (begin, end) == (120, 220)
    inside = [call for call in calls("proxy-shut") if begin < call.start < end - 0.1]
    assert len(inside) == falls("proxy-shut")["no_response"] > 20
    for call in inside:
        assert {p.window for p in call.of(False)} == {0}
        assert not [p for p in call.of(True) if p.payload]
        # It asks for a window with the number before its first byte.
        assert any(p.seq == call.isn for p in call.of(True, ACK))
    assert all(call.response for call in calls("proxy-shut") if call.start < begin - 1)


@pytest.mark.parametrize("name", ["mtu-hole-behind", "mtu-hole-before"])
def test_in_an_mtu_black_hole_no_enrolment_is_delivered_and_all_else_is(name: str) -> None:
    enrolments = [e for e in played(name).truth["exchanges"] if e["operation"] == "PKIOperation"]
    keys = {(e["client_ip"], e["client_port"]) for e in enrolments}
    assert len(enrolments) > 40
    for call in calls(name):
        long = [p for p in call.of(True) if len(p.payload) == LONG]
        if call.client in keys:
            assert call.delivered == 0
            assert call.response is None
            # Before the capture point the hole hides them; behind it they show, again and again.
            assert bool(long) == (name == "mtu-hole-behind")
        elif call.start < 350:
            assert call.status in (200, 404)
            assert not long
    assert falls(name) == {"path_mtu": len(enrolments)}


# --- some SYNs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "burst"), [("policer", 5), ("policer-burst-80", 80)])
def test_a_token_bucket_passes_no_more_than_its_rate_and_burst(name: str, burst: int) -> None:
    """RFC 2697: in any stretch at most burst + rate x length pass; one was dropped only where the bucket was empty."""
    rate = 80 / 60
    tokens, before = float(burst), None
    answers = {call.isn: call.answer for call in calls(name)}
    for packet in packets(name):
        if not (packet.up and packet.flags == SYN) or packet.time > 359:
            continue
        answer = answers[packet.seq]
        if before is not None:
            tokens = min(burst, tokens + (packet.time - before) * rate)
        before = packet.time
        passed = answer is not None and 0 < answer - packet.time < 0.005
        # The policer sees the SYN half a millisecond later than the capture: 0.001 of a token.
        assert tokens > 0.99 if passed else tokens < 1.01
        tokens -= passed
    accepted = [call.answer for call in calls(name) if call.answer is not None]
    for minute in range(2, 5):
        count = sum(minute * 60 <= time < (minute + 1) * 60 for time in accepted)
        assert count <= 80 + burst
    assert falls(name)["selective_drop"] > 150


@pytest.mark.parametrize(("name", "workers", "queue"), [("workers-5", 5, 1), ("workers-16", 16, 1)])
def test_workers_and_queue_full_is_when_syns_are_dropped(name: str, workers: int, queue: int) -> None:
    # A few more are open for a moment: in their handshake, or between the response's FIN and the client's.
    assert workers + queue <= most_open(name) <= workers + queue + 4
    asked = [p.time for p in packets(name) if p.up and p.payload]
    answered = [p.time for p in packets(name) if not p.up and p.payload]
    assert asked
    assert answered
    assert falls(name)["max_connections"] > 100
    (server,) = played(name).truth["servers"]
    assert server["pauses"] == [], "somebody is always served"
    assert len(server["partial"]) > 50


def test_a_longer_queue_makes_answers_late_before_it_drops() -> None:
    waits = [call.response - call.answer for call in calls("workers-5-queue") if call.response and call.answer]
    # 20 that wait for 5 workers of 6 s each: some 24 s.
    assert 15 < max(waits) < 45
    assert min(waits) > 1.9


def test_half_of_the_clients_meet_the_limit_and_the_others_never_do() -> None:
    hit = {call.client[0] for call in calls("half-throttled") if len(call.of(True, SYN)) > 1}
    (server,) = played("half-throttled").truth["servers"]
    assert server["pauses"] == []
    assert [pause["length"] for pause in server["partial"] if pause["length"]] == [15.0] * 7
    never = {call.client[0] for call in calls("half-throttled")} - hit
    assert len(hit) > 80
    assert len(never) > 100


def test_who_meets_the_stopped_one_of_two_servers_is_never_served_again() -> None:
    late = [call for call in calls("half-stopped") if 61 < call.start < 358]
    lost = {call.client[0] for call in late if call.answer is None}
    assert len(lost) > 10
    assert all((call.answer is None) == (call.client[0] in lost) for call in late)
    assert all(call.answer is not None for call in calls("half-stopped") if call.start < 59)


def test_a_stopped_listener_costs_syns_and_nothing_else() -> None:
    for call in calls("half-stopped-by-port"):
        times = [p.time for p in call.of(True, SYN)]
        if len(times) > 1:
            assert any(begin <= times[0] < begin + 25 for begin in (60, 160, 260))
        data = [p.seq for p in call.of(True) if p.payload]
        assert len(data) == len(set(data))
    assert 30 < falls("half-stopped-by-port")["outage"] < 80


def test_an_access_list_in_mid_capture_ends_the_service_of_its_clients_alone() -> None:
    for call in calls("acl-midway"):
        listed = call.client[0].startswith("10.24.")
        if call.start < 179 or not listed:
            assert call.answer is not None or call.start > 358
        elif call.start > 180.1:
            assert call.answer is None
    before = {c.client[0] for c in calls("acl-midway") if c.start < 179 and c.client[0].startswith("10.24.")}
    after = {c.client[0] for c in calls("acl-midway") if c.start > 181 and c.client[0].startswith("10.24.")}
    assert before == after
    assert len(before) == 14


def test_a_flood_fills_the_room_for_half_open_connections() -> None:
    forged = [call for call in calls("flood-half-open") if call.client[0].startswith("198.")]
    (server,) = played("flood-half-open").truth["servers"]
    assert len(forged) == server["flood"] > 1200
    assert not [call for call in forged if call.of(True, ACK)]
    events = [(call.answer, 1) for call in forged if call.answer] + [(c.answer + 3, -1) for c in forged if c.answer]
    open_now = most = 0
    for _, change in sorted(events):
        open_now += change
        most = max(most, open_now)
    assert most in (48, 49), "the capture sees an answer a little later than the server frees its place"
    routers = [call for call in calls("flood-half-open") if not call.client[0].startswith("198.")]
    # About half of all SYNs find no room: one router in sixteen has no luck with any of four.
    in_flood = [call.answer is not None for call in routers if 60 <= call.start < 120]
    assert 0.8 < sum(in_flood) / len(in_flood) <= 1
    assert {60 <= call.start < 130 for call in routers if len(call.of(True, SYN)) > 1} == {True}


# --- answered otherwise ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stale-stuck", "stale-healed"])
def test_a_challenge_ack_has_the_numbers_of_the_older_connection(name: str) -> None:
    older: dict[tuple[str, int], tuple[int, int]] = {}
    challenged = 0
    for call in calls(name):
        first = call.of(False)[:1]
        if first and first[0].flags == ACK:
            challenged += 1
            sequence, expected = older[call.client]
            assert (first[0].seq, first[0].ack) == (sequence, expected)
            reset = next(p for p in call.of(True) if p.flags == RST)
            assert reset.seq == expected
            healed = call.answer is not None
            assert healed == (name == "stale-healed")
            if healed:
                assert [p.flags for p in call.packets[:4]] == [SYN, ACK, RST, SYN]
        # What the server holds of it: the number after its response, and the one after the client's request.
        ends = [[(p.seq + len(p.payload)) % 2**32 for p in call.of(up) if p.payload] for up in (False, True)]
        if all(ends):
            older[call.client] = (ends[0][-1], ends[1][-1])
    assert challenged == falls(name)["stale_connections"] >= 30


def test_who_is_stuck_behind_a_stale_connection_counts_as_answered_otherwise() -> None:
    truth = played("stale-stuck").truth
    assert truth["totals"]["outcomes"]["answered_otherwise"] == falls("stale-stuck")["stale_connections"]
    assert truth["servers"][0]["ladder"]["fell"]["otherwise"] == falls("stale-stuck")["stale_connections"]


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status", "limit"), [("errors-503", 503, 30), ("errors-429", 429, 25)])
def test_a_limiter_serves_so_many_a_minute_and_no_more(name: str, status: int, limit: int) -> None:
    answers = [(call.response, call.status) for call in calls(name) if call.response is not None]
    served = sorted(time for time, code in answers if code == 200)
    assert {code for _, code in answers} == {200, status}
    # Counted when asked, and answered up to 0.09 s later.
    for time in served:
        assert sum(time - 59.8 < other <= time for other in served) <= limit
    assert sum(code == status for _, code in answers) > 400
    assert all(len(call.of(True, SYN)) == 1 for call in calls(name))


def test_a_gateway_without_its_server_answers_502_to_everything() -> None:
    for call in calls("gateway-502"):
        if call.response is not None:
            assert (call.status == 502) == (60 < call.response < 300.001)


def test_polls_that_find_nothing_get_404() -> None:
    assert {call.status for call in calls("polls-404") if call.response is not None} == {404}


# --- outages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "length", "times"), [("outage-icmp", 50.0, 1), ("flaps-icmp", 5.0, 4), ("outages-alike", 40.0, 3)]
)
def test_an_outage_is_as_long_as_was_asked(name: str, length: float, times: int) -> None:
    spans = pauses(name)
    assert [end - begin for begin, end in spans] == [pytest.approx(length)] * times
    for begin, end in spans:
        assert not [p for p in packets(name) if not p.up and p.icmp is None and begin + 0.001 < p.time < end]


@pytest.mark.parametrize("name", ["outage-icmp", "flaps-icmp"])
def test_the_last_router_says_that_the_host_is_gone(name: str) -> None:
    errors = [p for p in packets(name) if p.icmp]
    assert {p.icmp for p in errors} == {(1, "10.0.0.1")}
    assert {p.client for p in errors} == {call.client for call in calls(name) if call.answer is None}


def test_no_scenario_of_this_file_shows_the_server_under_another_address() -> None:
    for name in ("half-stopped", "half-throttled"):
        assert {attempt["server_ip"] for attempt in played(name).truth["attempts"]} == {SERVER}
        assert any(p.flags & FIN for p in packets(name))
