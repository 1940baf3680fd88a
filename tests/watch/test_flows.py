"""A server watched by exports that a real exporter made, sent to the port as its router would."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest

from pcapinspect.errors import UsageError
from pcapinspect.settings import Settings
from pcapinspect.watch.flows import FlowWatcher, Listener

HOUR = 3600 * 10**9


def v5(records: list[tuple[int, int, int, bool]]) -> bytes:
    """Cisco's v5 datagram: (client number, start, end, towards the server), times in ms since boot."""
    head = struct.pack("!HHIIIIBBH", 5, len(records), 1_000_000, 1_700_000_000, 0, 0, 0, 0, 0)
    body = b""
    for client, start, end, up in records:
        ends = [socket.inet_aton(f"10.0.0.{client}"), socket.inet_aton("10.0.1.80")]
        ports = [10_000 + start % 50_000, 80]
        if not up:
            ends, ports = ends[::-1], ports[::-1]
        body += ends[0] + ends[1] + bytes(4) + bytes(4) + struct.pack("!IIII", 5, 300, start, end)
        body += struct.pack("!HHBBBB", *ports, 0, 0x1B, 6, 0) + bytes(8)
    return head + body


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_that_is_taken_is_an_error_of_the_system():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="in use"):
            Listener(f"127.0.0.1:{other.getsockname()[1]}")


@pytest.fixture
def sent():
    """Sends datagrams to a listener on a port of its own, and yields what the listener makes of them."""
    port = free_port()
    listener = Listener(f"127.0.0.1:{port}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def send(payload: bytes) -> list | None:
            sender.sendto(payload, ("127.0.0.1", port))
            return listener.next(0.05)

        yield send
    listener.stop()


def both(client: int, start: int) -> list[tuple[int, int, int, bool]]:
    return [(client, start, start + 200, True), (client, start, start + 200, False)]


def test_rates_and_crossings_are_those_of_the_flows(sent):
    watcher = FlowWatcher(Settings(), HOUR)
    events, readings = [], ()
    for number in range(100):  # a connection each half second
        came = sent(v5(both(number + 1, 500_000 + 500 * number)))
        for moment in watcher.take(came) if came else ():
            events += moment.events
            readings = moment.readings
    (reading,) = readings
    assert reading.counts["accepts"] == 100
    assert reading.headroom == -20
    assert [event.kind for event in events] == ["near", "over"]
    boot = 1_700_000_000 * 10**9 - 1_000_000 * 10**6
    # The 60th and the 80th connection.
    assert [event.time - boot for event in events] == [(500_000 + 500 * n) * 10**6 for n in (59, 79)]
    assert reading.running is None


def test_what_is_no_export_is_passed_over(sent):
    assert sent(b"hello" * 10) is None


@pytest.mark.parametrize("address", ["", "x", "70000", "127.0.0.1:", "127.0.0.1:0"])
def test_an_address_that_is_none(address):
    with pytest.raises(UsageError):
        Listener(address)


def test_the_documentation_says_what_flows_cannot_show():
    assert "--netflow" in (Path(__file__).resolve().parents[2] / "docs" / "watch.md").read_text()
