"""What a capture cannot tell: its end, and captures of one direction."""

from __future__ import annotations

import numpy as np
import pytest

from pcapinspect.clock import SECOND
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import OUTCOMES
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.wire import ACK, FIN, PSH, RST, START, Packet, Wire, columns, feed, track


def until(time: float) -> list[Packet]:
    """Another connection that goes on until then."""
    return Wire(client="10.0.0.7", port=7, isn=5, server="10.0.0.90").up(time, ACK, 1, 1).packets


@pytest.mark.parametrize(("end", "outcome"), [(0.0, "undetermined"), (0.9, "undetermined"), (1.1, "unanswered")])
def test_an_attempt_at_the_end_of_the_capture(end: float, outcome: str) -> None:
    assert track(Wire().syn(0).packets + until(end)).outcomes[0] == outcome


@pytest.mark.parametrize(("later", "outcome"), [(0.9, "undetermined"), (1.1, "unanswered")])
def test_packets_that_are_not_tcp_tell_that_the_capture_went_on(later: float, outcome: str) -> None:
    tracker = ConnectionTracker(Settings())
    tracker.feed(PacketBatch(columns(Wire().syn(0).packets), np.empty(0, np.uint8)))
    connections = tracker.finish(START + int(later * SECOND)).connections
    assert [OUTCOMES[code] for code in connections.outcome] == [outcome]


def test_a_first_syn_long_without_answer_is_unanswered_though_the_client_still_tries() -> None:
    assert track(Wire().syn(0).syn(1).syn(3)).outcomes == ["unanswered"]


def test_a_slow_server_has_more_time() -> None:
    """Its answers take 3 s here (the SYNs sent again are lost before the capture)."""
    slow = [p for k in range(20) for p in Wire(port=100 + k).syn(k).down(k + 3, 18, 0, 1).packets]
    slow.sort(key=lambda packet: packet.time)
    late = Wire(port=9).syn(20).packets
    assert track([*slow, *late]).outcomes[-1] == "undetermined"
    assert track(sorted([*slow, *late, *until(22)], key=lambda p: p.time)).outcomes[-2] == "undetermined"
    assert track(sorted([*slow, *late, *until(24)], key=lambda p: p.time)).outcomes[-2] == "unanswered"


def test_a_reset_at_the_end_is_an_answer() -> None:
    assert track(Wire().syn(0).down(0.01, RST | ACK, 0, 1)).outcomes == ["refused"]


def test_a_capture_of_the_clients_half_cannot_tell_what_became_of_a_lone_syn() -> None:
    proven = Wire(port=1).syn(0).up(0.01, ACK, 1, 1).up(0.02, PSH | ACK, 1, 1, 10).packets
    lone = Wire(port=2).syn(1).syn(2).packets
    assert track(proven + lone + until(9)).outcomes == ["established", "undetermined", "midstream"]


def test_old_connections_to_a_dead_server_do_not_excuse_it() -> None:
    old = Wire(port=1).up(0, PSH | ACK, 500, 700, 10).up(1, PSH | ACK, 500, 700, 10).up(3, PSH | ACK, 500, 700, 10)
    seen = track(old.packets + Wire(port=2).syn(4).syn(5).packets + until(9))
    assert seen.outcomes[1] == "unanswered"
    assert seen.result.quality.client_only == 0


def test_old_connections_that_go_on_prove_a_capture_of_one_half() -> None:
    old = Wire(port=1).up(0, ACK, 500, 700).up(1, ACK, 500, 2100).up(2, ACK, 500, 3500)
    seen = track(old.packets + Wire(port=2).syn(4).syn(5).packets + until(9))
    assert seen.outcomes[1] == "undetermined"
    assert seen.result.quality.client_only == 1


def test_a_dead_server_is_not_a_one_way_capture() -> None:
    packets = [p for k in range(5) for p in Wire(port=k + 1).syn(k).syn(k + 0.5).packets]
    assert feed(sorted(packets, key=lambda p: p.time)).outcomes == ["unanswered"] * 3 + ["unanswered", "undetermined"]


def test_one_server_heard_and_another_not() -> None:
    heard = Wire(port=1).handshake().packets + Wire(port=2).syn(1).packets
    other = Wire(port=3, server="10.0.0.81").syn(2).up(2.1, ACK, 1, 1).packets
    lone = Wire(port=4, server="10.0.0.81").syn(3).packets
    found = track(heard + other + lone + until(9)).outcomes
    assert found == ["established", "unanswered", "established", "undetermined", "midstream"]


def test_a_synack_whose_client_the_capture_does_not_hold() -> None:
    once = Wire(port=1).synack(0).packets
    again = Wire(port=2).synack(1).synack(2.5).packets
    proven = Wire(port=3).synack(3).down(3.1, PSH | ACK, 1, 200, 10).packets
    assert track(once + again + proven).outcomes == ["undetermined", "half_open", "established"]


def test_a_synack_without_its_ack_where_clients_are_heard() -> None:
    heard = Wire(port=1).handshake().packets
    assert track(heard + Wire(port=2).synack(1).packets).outcomes == ["established", "half_open"]


def test_a_midstream_connection_is_closed_by_the_fin_of_the_only_half() -> None:
    seen = track(Wire().down(0, PSH | ACK, 500, 700, 10).down(1, FIN | ACK, 510, 700))
    assert (seen.outcomes, seen.closes, seen.seconds("close_time")) == (["midstream"], ["fin"], 1)


def test_silent_for_hours_at_the_end_is_a_timeout() -> None:
    seen = track(Wire().handshake().packets + until(8000))
    assert seen.closes == ["timeout", "open"]


def test_nothing() -> None:
    seen = feed([])
    assert (len(seen.connections), len(seen.result.syns), len(seen.segments)) == (0, 0, 0)
