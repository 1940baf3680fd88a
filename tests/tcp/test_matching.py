"""Port reuse, late packets and copies: which connection of a 4-tuple a packet belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tcp.wire import ACK, FIN, PSH, RST, SYN, Packet, Wire, track


def reuse(first: Wire, second: Wire) -> list[Packet]:
    """The packets of two connections on one 4-tuple, in the order of time."""
    return sorted(first.packets + second.packets, key=lambda packet: packet.time)


@pytest.mark.parametrize("isn", [1001, 2_000_000, 3_000_000_000])
def test_port_reuse_is_a_new_attempt(isn: int) -> None:
    old = Wire().handshake().close(1)
    new = Wire(isn=isn, server_isn=4_000_000_000).syn(2).synack(2.01).up(2.02, ACK, 1, 1)
    seen = track(reuse(old, new))
    assert seen.outcomes == ["established", "established"]
    assert seen.closes == ["fin", "open"]
    assert seen.connections.isn.tolist() == [1000, isn]


def test_a_four_tuple_used_three_times_within_a_second() -> None:
    packets: list[Packet] = []
    for k in range(3):
        wire = Wire(isn=861_422_066 + 6_000_000 * k, server_isn=1_736_967_865 + 6_000_000 * k).handshake(0.3 * k)
        packets += wire.up(0.3 * k + 0.03, PSH | ACK, 1, 1, 79).up(0.3 * k + 0.05, RST | ACK, 80, 1).packets
    seen = track(packets)
    assert seen.outcomes == ["established"] * 3
    assert seen.closes == ["rst_client"] * 3
    assert seen.connections.bytes_up.tolist() == [79, 79, 79]


def test_reuse_while_the_old_connection_lingers() -> None:
    old = Wire().handshake().up(0.1, PSH | ACK, 1, 1, 50).down(5.005, PSH | ACK, 1, 51, 900).down(5.015, ACK, 901, 51)
    new = Wire(isn=50_000_000, server_isn=90_000_000).syn(5).synack(5.01).up(5.02, ACK, 1, 1)
    seen = track(reuse(old, new))
    assert seen.outcomes == ["established", "established"]
    assert seen.connections.bytes_down.tolist() == [900, 0]
    assert seen.closes == ["timeout", "open"]


def test_a_late_synack_belongs_to_the_attempt_that_it_acknowledges() -> None:
    old = Wire().syn(0).syn(1).synack(4.5)
    new = Wire(isn=9_000_000, server_isn=90_000_000).syn(4)
    seen = track(reuse(old, new))
    assert seen.outcomes == ["half_open", "undetermined"]
    assert seen.seconds("synack_time", 0) == 4.5
    assert seen.value("synack_time", 1) is None


def test_a_refusal_of_the_old_attempt_says_nothing_about_the_new() -> None:
    old = Wire().syn(0).down(4.5, RST | ACK, 0, 1)
    new = Wire(isn=9_000_000, server_isn=90_000_000).syn(4).syn(5).syn(7)
    seen = track(reuse(old, new))
    assert seen.outcomes == ["refused", "unanswered"]


def test_a_challenge_ack_of_a_tracked_connection_is_its_own() -> None:
    old = Wire().handshake().up(0.1, PSH | ACK, 1, 1, 50)
    new = Wire(isn=50_000_000, server_isn=90_000_000).syn(5)
    old.down(5.01, ACK, 1, 51).up(5.02, RST, 51)
    new.syn(6).synack(6.01).up(6.02, ACK, 1, 1)
    seen = track(reuse(old, new))
    assert seen.outcomes == ["established", "established"]
    assert seen.closes == ["rst_client", "open"]
    assert seen.seconds("synack_time", 1) == 6.01


def test_a_challenge_ack_of_an_unseen_connection_answers_nothing() -> None:
    wire = Wire(isn=3_000_000_000).syn(0)
    wire.down(0.01, ACK, 5, 1_500_000_000).up(0.02, RST, 1_500_000_000).syn(1).syn(3)
    seen = track(wire)
    assert seen.outcomes == ["answered_otherwise"]
    assert seen.value("answer_time") is None


def test_a_challenge_ack_and_then_the_handshake() -> None:
    wire = Wire(isn=3_000_000_000).syn(0)
    wire.down(0.01, ACK, 5, 1_500_000_000).up(0.02, RST, 1_500_000_000)
    seen = track(wire.syn(1).synack(1.01).up(1.02, ACK, 1, 1))
    assert seen.outcomes == ["established"]
    assert (seen.value("syn_packets"), seen.value("handshake_rtt")) == (2, 10_000_000)


def test_old_data_beside_a_new_attempt_is_a_midstream_connection() -> None:
    wire = Wire(isn=3_000_000_000).syn(0).down(0.01, PSH | ACK, 5, 1_500_000_000, 100).syn(1).syn(3)
    seen = track(wire)
    assert seen.outcomes == ["unanswered", "midstream"]


def test_a_syn_flood_on_one_four_tuple_does_not_hide_the_answer() -> None:
    flood = [Wire(isn=7_000_000 * k).syn(0.01 * k) for k in range(1, 40)]
    real = Wire(isn=4_291_095_205).syn(0.105).syn(0.605).synack(0.61).up(0.62, ACK, 1, 1)
    packets = sorted([p for wire in [*flood, real] for p in wire.packets], key=lambda packet: packet.time)
    seen = track(packets)
    assert seen.outcomes.count("established") == 1
    assert seen.value("syn_packets", seen.outcomes.index("established")) == 2


def test_a_syn_with_the_old_number_after_four_minutes_is_a_new_attempt() -> None:
    seen = track(Wire().syn(0).syn(1).syn(300).syn(301))
    assert seen.outcomes == ["unanswered", "unanswered"]
    assert seen.connections.syn_packets.tolist() == [2, 2]


def test_an_attempt_may_pause_for_two_minutes() -> None:
    seen = track(Wire().syn(0).syn(120).synack(120.1).up(120.2, ACK, 1, 1))
    assert seen.outcomes == ["established"]


def test_a_wrong_time_stamp_does_not_cut_a_connection() -> None:
    wire = Wire().syn(0).synack(0.01).up(36_000, ACK, 1, 1).up(0.03, PSH | ACK, 1, 1, 10).close(0.1, up=11)
    seen = track(wire)
    assert (seen.outcomes, seen.closes) == (["established"], ["fin"])


def test_a_clock_that_steps_back() -> None:
    seen = track(Wire().handshake(7200).up(0.5, PSH | ACK, 1, 1, 10).close(1, up=11))
    assert (seen.outcomes, seen.value("bytes_up")) == (["established"], 10)


def copied(wire: Wire, gap: float, **changes: int) -> list[Packet]:
    """Every packet twice."""
    return [p for packet in wire.packets for p in (packet, replace(packet, time=packet.time + gap, **changes))]


@pytest.mark.parametrize("gap", [0.000002, 0.00004, 0.005])
@pytest.mark.parametrize("changes", [{}, {"ttl": 63}, {"ttl": 63, "checksum": 7}])
def test_copies_of_a_span_port_are_not_retransmissions(gap: float, changes: dict[str, int]) -> None:
    wire = Wire().syn(0).syn(1).synack(1.1).up(1.2, ACK, 1, 1).up(1.3, PSH | ACK, 1, 1, 100).close(2, up=101)
    seen = track(copied(wire, gap, **changes))
    assert (seen.value("syn_packets"), seen.value("packets_up"), seen.value("packets_down")) == (2, 6, 2)
    assert len(seen.result.syns) == 2
    assert seen.result.quality.duplicates == len(wire.packets)
    assert seen.result.quality.retransmissions == 1
    assert seen.stream(0) == [(0, 100, 0), (100, 0, 1)]


def test_copies_that_come_interleaved() -> None:
    wire = Wire().handshake().up(0.03, PSH | ACK, 1, 1, 100).up(0.03001, PSH | ACK, 101, 1, 100)
    late = [replace(p, time=p.time + 0.00003) for p in wire.packets]
    seen = track(sorted(wire.packets + late, key=lambda packet: packet.time))
    assert (seen.result.quality.duplicates, seen.result.quality.retransmissions) == (5, 0)


def test_copies_of_a_burst() -> None:
    wire = Wire().handshake()
    for k in range(8):
        wire.up(1 + k * 0.00001, PSH | ACK, 1 + 100 * k, 1, 100)
    late = [replace(p, time=p.time + 0.0005) for p in wire.packets]
    seen = track(sorted(wire.packets + late, key=lambda packet: packet.time))
    assert (seen.result.quality.duplicates, seen.result.quality.retransmissions) == (11, 0)
    assert seen.value("packets_up") == 10


def test_without_identification_a_copy_is_told_by_its_haste() -> None:
    wire = Wire(client="2001:db8::1", server="2001:db8::80")
    wire.syn(0, ip_id=0).syn(0.00002, ip_id=0).synack(0.01, ip_id=0).up(0.02, ACK, 1, 1, ip_id=0)
    wire.up(0.03, PSH | ACK, 1, 1, 100, ip_id=0, checksum=5).up(0.03002, PSH | ACK, 1, 1, 100, ip_id=0, checksum=5)
    wire.up(0.25, PSH | ACK, 1, 1, 100, ip_id=0, checksum=5)
    seen = track(wire)
    assert (seen.value("syn_packets"), seen.value("bytes_up")) == (1, 100)
    assert (seen.result.quality.duplicates, seen.result.quality.retransmissions) == (2, 1)


def test_a_synack_sent_again_has_no_identification_either() -> None:
    seen = track(Wire().syn(0).synack(0.01, ip_id=0).synack(0.01004, ip_id=0).synack(1.01, ip_id=0))
    assert (seen.value("packets_down"), seen.result.quality.duplicates) == (2, 1)


def test_what_is_sent_twice_without_identification_is_no_copy() -> None:
    """Of a laboratory capture at the client: SYN/ACKs 7.5 ms apart, and two equal acknowledgements at once."""
    wire = Wire().syn(0).synack(0.01, ip_id=0).synack(0.0175, ip_id=0).up(0.02, ACK, 1, 1)
    wire.down(0.03, ACK, 1, 1, ip_id=0).down(0.03002, ACK, 1, 1, ip_id=0)
    seen = track(wire)
    assert (seen.value("packets_down"), seen.value("synack_packets")) == (4, 2)
    assert seen.result.quality.duplicates == 0


def test_a_retransmission_has_its_own_identification() -> None:
    wire = Wire().handshake().up(0.03, PSH | ACK, 1, 1, 100).up(0.031, PSH | ACK, 1, 1, 100)
    seen = track(wire)
    assert (seen.result.quality.duplicates, seen.result.quality.retransmissions) == (0, 1)
    assert seen.value("packets_up") == 4


def test_an_open_connection_that_was_silent_for_hours_goes_on() -> None:
    seen = track(Wire().handshake().up(7200, ACK, 0, 1).down(7200.1, ACK, 1, 1).up(7300, FIN | ACK, 1, 1))
    assert seen.outcomes == ["established"]


def test_other_numbers_after_hours_are_another_connection() -> None:
    old = Wire().handshake()
    new = Wire(isn=30_000_000, server_isn=800_000_000).up(8000, PSH | ACK, 1, 1, 10)
    assert track(old.packets + new.packets).outcomes == ["established", "midstream"]


@pytest.mark.parametrize("flags", [SYN | ACK, SYN])
def test_packets_of_one_side_are_not_taken_for_the_other(flags: int) -> None:
    seen = track(Wire().handshake().down(1, flags, 50_000, 1))
    assert seen.outcomes[0] == "established"
    assert seen.value("syn_packets") == 1
