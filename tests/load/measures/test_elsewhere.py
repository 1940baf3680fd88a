"""Who else speaks TCP, counted on packets whose sides are known."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from pcapinspect.address import halves
from pcapinspect.load.measures import elsewhere
from pcapinspect.load.measures.elsewhere import Endpoint, Endpoints
from pcapinspect.packets.batch import ICMP_ERROR, TCP, Packets

SYN, RST, ACK = 2, 4, 16

Packet = tuple[str, int, str, int, int]
"""Source, its port, destination, its port, flags."""


def batch(*packets: Packet, kind: int = TCP) -> Packets:
    columns = {field.name: np.zeros(len(packets), dtype=np.int64) for field in fields(Packets)}
    for row, (src, src_port, dst, dst_port, flags) in enumerate(packets):
        columns["src_low"][row], columns["dst_low"][row] = halves(src)[1], halves(dst)[1]
        columns["src_port"][row], columns["dst_port"][row], columns["flags"][row] = src_port, dst_port, flags
    columns["kind"][:] = kind
    return Packets(
        **{
            name: values.astype(np.uint64 if name.endswith(("high", "low")) else values.dtype)
            for name, values in columns.items()
        }
    )


def test_a_server_is_where_syns_go_even_above_the_clients_port() -> None:
    found = Endpoints()
    found.add(batch(("10.0.0.1", 1000, "10.0.0.9", 8080, SYN), ("10.0.0.9", 8080, "10.0.0.1", 1000, RST | ACK)))
    found.add(batch(("10.0.0.2", 50_000, "10.0.0.9", 8080, SYN), ("10.0.0.9", 8080, "10.0.0.2", 50_000, SYN | ACK)))
    [server, *others] = found.named()
    assert (server.ip, server.port, server.syn_packets, server.synacks) == ("10.0.0.9", 8080, 2, 1)
    # A RST by itself does not say whose it is: the lower port is taken for the server's.
    assert [(other.ip, other.port, other.packets) for other in others] == [("10.0.0.1", 1000, 1)]


def test_resets_of_a_server_with_the_lower_port() -> None:
    found = Endpoints()
    found.add(batch(*[("10.0.0.1", 40_000 + n, "10.0.0.9", 8080, SYN) for n in range(3)]))
    found.add(batch(*[("10.0.0.9", 8080, "10.0.0.1", 40_000 + n, RST | ACK) for n in range(3)]))
    assert found.named() == (Endpoint("10.0.0.9", 8080, 6, 3, 0, 3),)


def test_most_syns_first_then_most_packets() -> None:
    found = Endpoints()
    found.add(batch(*[("10.0.0.1", 40_000, "10.0.0.7", 443, ACK)] * 9, ("10.0.0.1", 40_001, "10.0.0.8", 22, SYN)))
    assert [(server.port, server.packets) for server in found.named()] == [(22, 1), (443, 9)]


def test_a_quoted_segment_is_no_packet() -> None:
    found = Endpoints()
    found.add(batch(("10.0.0.1", 40_000, "10.0.0.9", 8080, SYN), kind=ICMP_ERROR))
    assert found.named() == ()


def test_a_scan_does_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "MOST_KEPT", 20)
    found = Endpoints()
    found.add(batch(*[("10.0.0.1", 40_000, "10.0.0.9", 8080, SYN)] * 3))
    for port in range(100, 200):
        found.add(batch(("10.0.0.1", 40_000, "10.0.0.9", port, SYN)))
        assert len(found._counts) <= 20
    assert found.named()[0].port == 8080
