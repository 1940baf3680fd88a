"""Packets that are held and read again: the same as the capture, in any pieces; and what is forgotten."""

from __future__ import annotations

import json

import pytest

from pcapinspect import analyze
from pcapinspect.clock import SECOND
from pcapinspect.findings.registry import find
from pcapinspect.pipeline import Evidence, follow
from pcapinspect.report.document import build
from pcapinspect.settings import Settings
from pcapinspect.simulate import simulate
from pcapinspect.watch import held as held_module
from pcapinspect.watch.held import Held

DAY = 86_400 * SECOND


def report(held: Held) -> dict:
    analysis = follow(held.since(None), Settings(), Evidence())
    return build(analysis, find(analysis), ()).document


def comparable(document: dict) -> str:
    """All of a report, but for what names the file and how it was read."""
    text = json.dumps({name: part for name, part in document.items() if name not in ("tool", "inputs", "points")})
    return text.replace("captures/", "").replace('"storm.pcap"', '"-"').replace('"lab-overflow.pcap"', '"-"')


@pytest.mark.parametrize("name", ["storm", "lab-overflow"])
@pytest.mark.parametrize("piece", [999, 100_000, 1 << 20])
def test_the_end_result_is_that_of_analyze(parts, name, piece):
    held = Held(DAY, (80,))
    for part in parts(f"captures/{name}.pcap", piece):
        held.add(part)
    assert comparable(report(held)) == comparable(analyze([f"captures/{name}.pcap"]).document)


def test_fragments_that_were_joined_keep_their_payload(parts):
    capture = "../shared/captures/derived/ipv4-fragments.pcap"
    held = Held(DAY, (80,))
    try:
        for part in parts(capture, 5_000):
            held.add(part)
    except FileNotFoundError:
        return  # the captures of others lie beside the checkout only
    kept = report(held)["tables"]["exchanges"]["columns"]["uri"]
    assert kept == analyze([capture]).document["tables"]["exchanges"]["columns"]["uri"]


def test_what_is_older_than_the_horizon_is_counted_and_forgotten(parts):
    held = Held(120 * SECOND, (80,))
    total = 0
    for part in parts("captures/storm.pcap", 50_000):
        total += len(part.packets)
        held.add(part)
    kept = sum(len(batch.packets) for batch in held.since(None))
    assert kept + held.forgotten == total
    analysis = follow(held.since(None), Settings(), Evidence())
    first = min(int(batch.packets.time[0]) for batch in held.since(None))
    last = max(int(batch.packets.time[-1]) for batch in held.since(None))
    assert 120 * SECOND <= last - first < 150 * SECOND
    assert analysis.inputs[0].first_time == first


def test_memory_is_bounded_whatever_the_horizon(parts, monkeypatch):
    monkeypatch.setattr(held_module, "MOST_BYTES", 300_000)
    held = Held(DAY, (80,))
    for part in parts("captures/storm.pcap", 20_000):
        held.add(part)
        assert sum(batch.data.size + 150 * len(batch.packets) for batch in held.since(None)) <= 300_000 + 4_096 * 300
    assert held.forgotten > 4_000


def test_a_flood_is_sampled_by_clients_and_they_stay_whole(parts, monkeypatch):
    monkeypatch.setattr(held_module, "MOST_A_SECOND", 5)
    held = Held(DAY, (80,))
    for part in parts("captures/storm.pcap", 400_000):
        held.add(part)
    assert held.shed > 0
    analysis = follow(held.since(None), Settings(), Evidence())
    whole = analyze(["captures/storm.pcap"]).document["tables"]["connections"]["columns"]
    rows = {
        (client, port, isn): packets
        for client, port, isn, packets in zip(
            whole["client_ip"], whole["client_port"], whole["isn"], whole["packets_up"], strict=True
        )
    }
    sampled = build(analysis, (), ()).document["tables"]["connections"]["columns"]
    assert 0 < len(sampled["isn"]) < len(whole["isn"])
    kept = zip(sampled["client_ip"], sampled["client_port"], sampled["isn"], sampled["packets_up"], strict=True)
    differing = [(client, port) for client, port, isn, packets in kept if rows.get((client, port, isn)) != packets]
    assert len(differing) < len(sampled["isn"]) / 10  # where the sample changed its size


def test_frames_are_those_of_the_capture(parts):
    data = simulate("short").packets
    held = Held(DAY, (80,))
    for part in parts(data):
        held.add(part)
    frames = [frame for frame, *_ in held.frames(0, 1 << 62)]
    assert len(frames) == sum(len(batch.packets) for batch in held.since(None))
    at = 24
    for frame in frames:
        size = int.from_bytes(data[at + 8 : at + 12], "little")
        assert data[at + 16 : at + 16 + size] == frame
        at += 16 + size
