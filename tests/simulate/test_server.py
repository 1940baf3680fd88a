"""The limits of the server, counted in what its capture shows."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import RawPcapReader

from pcapinspect.clock import parse_iso
from pcapinspect.simulate import simulate

SERVER = "10.0.0.80"


def segments(capture: bytes) -> Iterator[tuple[bool, tuple[str, int], str]]:
    """Direction (towards the server), client and flags of every segment."""
    for data, _ in RawPcapReader(io.BytesIO(capture)):
        packet = Ether(data)
        up = packet[IP].dst == SERVER
        client = (packet[IP].src, packet[TCP].sport) if up else (packet[IP].dst, packet[TCP].dport)
        yield up, client, str(packet[TCP].flags)


@pytest.mark.parametrize(("name", "limit"), [("max-connections-5", 5), ("max-connections-16", 16)])
def test_never_more_connections_are_open_than_the_limit(name: str, limit: int) -> None:
    simulation = simulate(name, 1)
    open_now: dict[tuple[str, int], set[bool]] = {}
    most = 0
    for up, client, flags in segments(simulation.packets):
        if flags == "SA":
            open_now.setdefault(client, set())
            most = max(most, len(open_now))
        elif "R" in flags:
            open_now.pop(client, None)
        elif "F" in flags and client in open_now:
            open_now[client].add(up)
            if len(open_now[client]) == 2:
                del open_now[client]
    assert most == limit


def test_a_full_server_s_pause_ends_when_a_connection_closes() -> None:
    truth = simulate("max-connections-16", 1).truth
    ends = {parse_iso(pause["end"]) for pause in truth["servers"][0]["pauses"] if pause["end"]}
    assert ends
    # The server knows of the close some hundred microseconds after the client's FIN passed the capture point.
    closings = sorted(parse_iso(attempt["end"]) for attempt in truth["attempts"] if attempt["outcome"] == "established")
    for end in ends:
        assert any(abs(end - closing) < 2_000_000 for closing in closings)


def test_late_answers_are_late_by_up_to_the_pause() -> None:
    truth = simulate("late-answers", 1).truth
    waits = [
        (parse_iso(exchange["response"]["sent"]) - parse_iso(exchange["request"]["sent"])) / 1e9
        for exchange in truth["exchanges"]
        if exchange["response"]
    ]
    assert 14 < max(waits) < 16


def test_the_shadow_certificate_ends_the_404s() -> None:
    truth = simulate("storm-ends", 1).truth
    change = parse_iso(truth["capture"]["begin"]) + 200 * 10**9
    for exchange in truth["exchanges"]:
        if exchange["operation"] == "GetNextCACert" and exchange["response"]:
            assert exchange["status"] == (200 if parse_iso(exchange["response"]["sent"]) >= change else 404)


def test_a_restart_forgets_connections() -> None:
    simulation = simulate("restart", 1)
    assert any(not up and flags == "R" for up, _, flags in segments(simulation.packets))


def test_a_dead_server_sends_nothing() -> None:
    assert all(up for up, _, _ in segments(simulate("down", 1).packets))
