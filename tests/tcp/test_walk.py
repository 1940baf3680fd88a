"""Which packets make connections, and which side is the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pcapinspect.address import texts
from pcapinspect.settings import Settings
from tests.tcp.wire import ACK, FIN, PSH, RST, SYN, Wire, feed, track


def test_only_the_ports_and_servers_asked_for() -> None:
    packets = [
        *Wire(port=1, server_port=8080).syn(0).packets,
        *Wire(port=2).syn(0.1).packets,
        *Wire(port=3, server="10.0.0.81", server_port=8080).syn(0.2).packets,
        *Wire(port=4, server="10.0.0.80", server_port=443).syn(0.3).packets,
    ]
    by_port = feed(packets, settings=Settings(ports=(8080, 443)))
    assert by_port.connections.client_port.tolist() == [1, 3, 4]
    by_server = feed(packets, settings=Settings(ports=(80, 8080), servers=("10.0.0.80",)))
    assert by_server.connections.client_port.tolist() == [1, 2]
    assert by_server.connections.tcp_stream.tolist() == [0, 1]


def test_a_server_that_is_a_client_of_another() -> None:
    """With both ports watched, who received the SYN is the server."""
    seen = track(Wire(client="10.0.0.80", port=80, server="10.0.0.81").handshake())
    assert texts(seen.connections.server_high, seen.connections.server_low).tolist() == ["10.0.0.81"]


def test_files_of_one_capture() -> None:
    wire = Wire().handshake().up(1, PSH | ACK, 1, 1, 10).close(2, up=11)
    packets = [replace(p, file=k // 2, frame=k % 2 + 1) for k, p in enumerate(wire.packets)]
    seen = track(packets)
    assert (seen.outcomes, seen.closes) == (["established"], ["fin"])
    assert (seen.value("file"), seen.value("first_frame"), seen.value("synack_file")) == (0, 1, 0)
    assert (seen.value("established_frame"), seen.segments.file.tolist()) == (1, [1, 2, 2])


def test_rows_are_in_the_order_of_their_first_packets() -> None:
    packets = [p for k in range(5) for p in Wire(port=100 - k).syn(k * 0.1).packets]
    assert feed(packets).connections.client_port.tolist() == [100, 99, 98, 97, 96]


def test_a_syn_scan_from_the_watched_port_is_no_attempt() -> None:
    scan = Wire(client="10.0.0.9", port=80, server="10.0.0.5", server_port=50_000)
    assert len(track(scan.syn(0).down(0.01, RST | ACK, 0, 1).up(0.02, RST, 1)).connections) == 0


def test_a_server_that_opened_a_connection_may_still_be_asked() -> None:
    wire = Wire(client="10.0.0.5", port=50_000, server="10.0.0.9").down(0, SYN, 0).up(0.01, RST | ACK, 0, 1)
    seen = track(wire.syn(5).synack(5.01).up(5.02, ACK, 1, 1))
    assert (seen.outcomes, seen.seconds("start")) == (["established"], 5)


@pytest.mark.parametrize("flags", [ACK, PSH | ACK, FIN | ACK, RST, RST | ACK])
def test_midstream(flags: int) -> None:
    seen = track(Wire().up(0, flags, 500, 700, 10 if flags & PSH else 0))
    assert seen.outcomes == ["midstream"]
    assert seen.value("isn") is None
    assert (seen.value("client_port"), seen.value("server_port")) == (4000, 80)


def test_midstream_that_begins_with_the_server() -> None:
    seen = track(Wire().down(0, PSH | ACK, 500, 700, 10).up(0.1, ACK, 700, 510))
    assert (seen.outcomes, seen.value("client_port")) == (["midstream"], 4000)
    assert (seen.value("packets_up"), seen.value("packets_down")) == (1, 1)
