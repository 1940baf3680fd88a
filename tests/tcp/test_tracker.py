"""The tracker as a whole: batches, wraps, settings, quality, and what clients and servers recorded themselves."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.address import texts
from pcapinspect.columns import MISSING
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import OUTCOMES
from pcapinspect.tcp.result import TcpResult
from pcapinspect.tcp.sequence import MODULUS
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.wire import ACK, FIN, PSH, RST, SYN, Packet, Tracked, Wire, feed, same

FLAGS = st.sampled_from([SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, SYN | FIN, 0, FIN, SYN | RST])
PLACES = st.sampled_from([0, 1, 2, 101, 102, 201, -1, 5000, 1 << 27, 1 << 31])
STEPS = st.sampled_from([0.0, 0.00001, 0.01, 1.0, 130.0, 300.0, 9000.0, -5.0])


@st.composite
def conversations(draw: st.DrawFn) -> list[Packet]:
    """Any packets of three clients, two of which share a 4-tuple."""
    wires = [Wire(), Wire(isn=900_000, server_isn=80_000_000), Wire(port=4001)]
    packets, time = [], 0.0
    for _ in range(draw(st.integers(1, 40))):
        time += draw(STEPS)
        wire = wires[draw(st.integers(0, 2))]
        send = wire.up if draw(st.booleans()) else wire.down
        send(time, draw(FLAGS), draw(PLACES), draw(PLACES), draw(st.sampled_from([0, 0, 1, 100])))
        packets.append(wire.packets[-1])
    return packets


@settings(deadline=None, max_examples=150)
@given(conversations(), st.integers(1, 10))
def test_results_do_not_depend_on_batches(packets: list[Packet], batch: int) -> None:
    same(feed(packets), feed(packets, batch=batch))


@settings(deadline=None, max_examples=100)
@given(conversations(), st.integers(0, MODULUS - 1))
def test_results_do_not_depend_on_where_numbers_begin(packets: list[Packet], shift: int) -> None:
    moved = [
        replace(p, seq=(p.seq + shift) % MODULUS, ack=(p.ack + shift) % MODULUS if p.flags & ACK else p.ack)
        for p in packets
    ]
    left, right = feed(packets), feed(moved)
    isn = left.connections.isn
    expected = np.where(isn == MISSING, MISSING, (isn + shift) % MODULUS)
    connections = replace(left.connections, isn=expected)
    same(Tracked(replace(left.result, connections=connections), left.segments, []), right)


@settings(deadline=None, max_examples=100)
@given(conversations())
def test_every_packet_is_somewhere(packets: list[Packet]) -> None:
    """A packet is one of a connection's, a copy, or to no watched server; segments are of packets."""
    seen = feed(packets)
    counted = int(seen.connections.packets_up.sum() + seen.connections.packets_down.sum())
    assert counted + seen.result.quality.duplicates <= len(packets)
    assert int(seen.connections.syn_packets.sum()) == len(seen.result.syns)
    assert set(seen.segments.frame.tolist()) <= set(range(1, len(packets) + 1))
    assert (seen.connections.end >= MISSING).all()


def outcomes_of(result: TcpResult) -> dict[tuple[str, int], str]:
    """The outcome of each client's address and port; of several, all."""
    found: dict[tuple[str, int], list[str]] = {}
    connections = result.connections
    addresses = texts(connections.client_high, connections.client_low)
    for row in range(len(connections)):
        key = (addresses[row], int(connections.client_port[row]))
        found.setdefault(key, []).append(OUTCOMES[connections.outcome[row]])
    return {key: "+".join(words) for key, words in found.items()}


def read(path: Path) -> TcpResult:
    tracker = ConnectionTracker(Settings())
    for batch in CaptureReader([str(path)]):
        tracker.feed(batch)
    return tracker.finish()


TRUTH = {"response": "established", "connect-timeout": "unanswered", "connect-ECONNREFUSED": "refused"}
"""What a client's own record says of its connection, and the outcome that this is."""


@pytest.mark.parametrize(
    ("capture", "truth"),
    [
        ("blackhole-full-retries.pcap", "blackhole-full-retries"),
        ("dup-any-bridge.pcapng", "dup-any-bridge"),
        ("lossy5pct-at-client.pcap", "lossy5pct"),
        ("lossy5pct-at-server.pcap", "lossy5pct"),
        ("mix.pcapng", "mix"),
        ("mix-any-sll.pcap", "mix"),
        ("mix-any-sll2.pcap", "mix"),
        ("mix-fromserver-only.pcap", "mix"),
        ("mix-snap54.pcap", "mix"),
        ("mix-toserver-only.pcap", "mix"),
        ("overflow-abort-rst.pcap", "overflow-abort-rst"),
        ("overflow-ios-80-15.pcap", "overflow-ios-80-15"),
        ("overflow-ios-impatient.pcap", "overflow-ios-impatient"),
        ("overflow-snap.pcap", "overflow-snap"),
        ("ratelimit-nft-80min.pcap", "ratelimit-nft-80min"),
        ("ratelimit-nft-rst.pcap", "ratelimit-nft-rst"),
        ("reorder-dup-at-client.pcap", "reorder-dup"),
        ("reorder-dup-at-server.pcap", "reorder-dup"),
        ("synack-loss-at-client.pcap", "synack-loss"),
        ("synack-loss-at-server.pcap", "synack-loss"),
        ("synflood-plus-good.pcap", "synflood-plus-good"),
        ("throttle-windows-80-15.pcap", "throttle-windows-80-15"),
    ],
)
def test_outcomes_are_those_that_the_clients_recorded(shared_captures: Path, capture: str, truth: str) -> None:
    record = json.loads((shared_captures / "lab" / f"{truth}.truth.json").read_text())
    found = outcomes_of(read(shared_captures / "lab" / capture))
    told = {(client["src"], client["sport"]): TRUTH[client["outcome"]] for client in record["clients"]}
    assert {key: found.get(key) for key in told} == told


DERIVED = (
    "caploss-all-server-packets-of-some",
    "caploss-http-request-head",
    "caploss-http-response-head",
    "caploss-random5",
    "caploss-syn-missing",
    "caploss-synack-missing",
    "clock-step-back-1h",
    "duplicated-span",
    "file-order-swapped",
    "sequence-wrap",
)


@pytest.mark.parametrize("name", DERIVED)
def test_what_the_capture_lost_is_no_failure_of_the_server(shared_captures: Path, name: str) -> None:
    """All 68 connections behind these captures worked (their truth files say so)."""
    result = read(shared_captures / "derived" / f"{name}.pcap")
    assert [OUTCOMES[k] for k in result.connections.outcome] == ["established"] * 68
    assert int((result.connections.syn_packets > 1).sum()) == 0


def test_copies_leave_the_same_connections(shared_captures: Path) -> None:
    once = read(shared_captures / "lab" / "mix-full.pcap").connections
    twice = read(shared_captures / "derived" / "duplicated-span.pcap").connections
    for f in fields(once):
        if "frame" not in f.name:
            assert getattr(once, f.name).tolist() == getattr(twice, f.name).tolist(), f.name


def test_addresses_cannot_be_made_to_collide() -> None:
    """Bits that undo each other in a hash whose secret is only xored in: both clients were one connection."""
    one = Wire(client="2001:db8::1", server="fd00::80").handshake()
    other = Wire(client="a001:db8::8000:4:0:1", server="fd00::80").handshake()
    assert len(feed([*one.packets, *other.packets]).connections) == 2
