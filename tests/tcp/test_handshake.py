"""What becomes of an attempt, and which packet proves it."""

from __future__ import annotations

import pytest

from tests.tcp.wire import ACK, FIN, PSH, RST, SYN, Wire, track


def test_a_handshake() -> None:
    seen = track(Wire().handshake())
    assert seen.outcomes == ["established"]
    assert seen.closes == ["open"]
    assert (seen.seconds("start"), seen.seconds("synack_time"), seen.seconds("established_time")) == (0, 0.01, 0.02)
    assert (seen.value("synack_frame"), seen.value("established_frame"), seen.value("answer_frame")) == (2, 3, 2)
    assert (seen.value("isn"), seen.value("syn_packets"), seen.value("handshake_rtt")) == (1000, 1, 10_000_000)
    assert (seen.value("packets_up"), seen.value("packets_down")) == (2, 1)


def test_a_retransmitted_syn_answered_at_the_third_try() -> None:
    seen = track(Wire().syn(0).syn(1).syn(3).synack(3.05).up(3.06, ACK, 1, 1))
    assert seen.outcomes == ["established"]
    assert seen.value("syn_packets") == 3
    assert seen.seconds("last_syn_time") == 3
    assert seen.value("handshake_rtt") == 50_000_000
    assert len(seen.result.syns) == 3


def test_a_late_answer_to_the_first_syn_counts_from_the_last() -> None:
    seen = track(Wire().syn(0).syn(1).synack(1.6).up(1.61, ACK, 1, 1))
    assert seen.outcomes == ["established"]
    assert seen.value("handshake_rtt") == 600_000_000


def test_a_syn_that_nothing_answers() -> None:
    seen = track(Wire().syn(0).syn(1).syn(3).syn(7))
    assert seen.outcomes == ["unanswered"]
    assert seen.closes == [None]
    assert seen.value("answer_time") is None


def test_half_open_however_often_the_server_answers() -> None:
    seen = track(Wire().syn(0).synack(0.01).synack(1.01, ip_id=0).synack(3.01, ip_id=0))
    assert seen.outcomes == ["half_open"]
    assert seen.seconds("synack_time") == 0.01
    assert seen.value("packets_down") == 3


def test_a_stealth_scan_is_half_open() -> None:
    seen = track(Wire().syn(0).synack(0.01).up(0.02, RST, 1))
    assert (seen.outcomes, seen.closes) == (["half_open"], [None])


def test_what_a_scanner_reset_is_not_established_by_what_it_sends_later() -> None:
    wire = Wire().syn(0).synack(0.01).up(0.02, RST, 1).up(15, ACK, 1, 1, 109).down(15.01, RST, 1)
    assert track(wire).outcomes == ["half_open"]


def test_an_attempt_that_was_reset_and_tried_again() -> None:
    wire = Wire().syn(0).synack(0.01).up(0.02, RST, 1).syn(1).synack(1.01).up(1.02, ACK, 1, 1)
    assert track(wire).outcomes == ["established"]


def test_refused() -> None:
    seen = track(Wire().syn(0).down(0.01, RST | ACK, -777_000_000, 1))
    assert seen.outcomes == ["refused"]
    assert (seen.seconds("answer_time"), seen.value("answer_frame")) == (0.01, 2)
    assert seen.closes == [None]


def test_data_in_the_syn_refused() -> None:
    seen = track(Wire().syn(0, length=100).down(0.01, RST | ACK, -777_000_000, 101))
    assert seen.outcomes == ["refused"]


@pytest.mark.parametrize("ack", [0, 2, 5000, 1 << 31])
def test_a_reset_with_a_wrong_acknowledgement_refuses_nothing(ack: int) -> None:
    seen = track(Wire().syn(0).down(0.01, RST | ACK, -777_000_000, ack).syn(1).syn(3))
    assert seen.outcomes == ["answered_otherwise"]


def test_refused_first_and_answered_later() -> None:
    wire = Wire().syn(0).down(0.01, RST | ACK, -777_000_000, 1).syn(0.5).synack(0.51).up(0.52, ACK, 1, 1)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert (seen.seconds("answer_time"), seen.value("answer_frame")) == (0.01, 4)


@pytest.mark.parametrize("ack", [0, 2, 1 << 20, 1 << 31])
def test_a_synack_with_a_wrong_acknowledgement_is_no_answer(ack: int) -> None:
    seen = track(Wire().syn(0).down(0.01, SYN | ACK, 0, ack).up(0.02, RST, ack).syn(1).syn(3))
    assert seen.outcomes == ["answered_otherwise"]
    assert seen.value("synack_time") is None
    assert seen.value("syn_packets") == 3


def test_a_wrong_synack_and_then_the_right_one() -> None:
    seen = track(Wire().syn(0).down(0.01, SYN | ACK, 0, 99).synack(0.02).up(0.03, ACK, 1, 1))
    assert seen.outcomes == ["established"]
    assert seen.seconds("synack_time") == 0.02


def test_the_synack_that_the_capture_missed() -> None:
    seen = track(Wire().syn(0).up(0.02, ACK, 1, 1).down(0.1, PSH | ACK, 1, 1, 50))
    assert seen.outcomes == ["established"]
    assert seen.value("synack_time") is None
    assert seen.value("established_frame") == 2
    assert seen.result.quality.synack_not_captured == 1


def test_only_the_clients_half() -> None:
    wire = Wire().syn(0).up(0.02, ACK, 1, 1).up(0.03, PSH | ACK, 1, 1, 100).up(0.5, FIN | ACK, 101, 900)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert seen.closes == ["fin"]
    assert seen.seconds("close_time") == 0.5
    assert (seen.value("answer_time"), seen.value("bytes_up")) == (None, 100)
    assert (seen.result.quality.client_only, seen.result.quality.gaps) == (1, 0)


def test_only_the_servers_half() -> None:
    wire = Wire().synack(0.01).down(0.1, ACK, 1, 101).down(0.2, PSH | ACK, 1, 101, 900).down(0.3, FIN | ACK, 901, 102)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert (seen.value("isn"), seen.value("syn_packets"), seen.value("last_syn_time")) == (1000, 0, None)
    assert (seen.closes, seen.value("bytes_down")) == (["fin"], 900)
    assert seen.result.quality.server_only == 1


def test_a_synack_before_its_syn_in_the_file() -> None:
    seen = track(Wire().synack(0.01).syn(0).up(0.02, ACK, 1, 1))
    assert seen.outcomes == ["established"]
    assert (seen.seconds("start"), seen.value("first_frame"), seen.value("syn_packets")) == (0, 1, 1)
    assert seen.value("handshake_rtt") == 10_000_000


def test_simultaneous_open() -> None:
    wire = Wire().syn(0).down(0.5, SYN, 0).up(0.51, SYN | ACK, 0, 1).down(0.52, SYN | ACK, 0, 1)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert (seen.value("syn_packets"), seen.seconds("synack_time")) == (1, 0.52)
    assert seen.seconds("established_time") == 0.52


def test_simultaneous_open_of_two_watched_ports() -> None:
    wire = Wire(port=80).syn(0).down(0.5, SYN, 0).up(0.51, SYN | ACK, 0, 1).down(0.52, SYN | ACK, 0, 1)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert seen.value("client_low") == int(seen.connections.client_low[0]) == 0xFFFF_0A00_0001


@pytest.mark.parametrize("bare_ack", [False, True])
def test_split_handshake(bare_ack: bool) -> None:
    wire = Wire().syn(0)
    if bare_ack:
        wire.down(0.005, ACK, 5, 1)
    wire.down(0.01, SYN, 0).up(0.02, SYN | ACK, 0, 1).down(0.03, ACK, 1, 1).up(0.04, PSH | ACK, 1, 1, 4)
    seen = track(wire)
    assert seen.outcomes == ["established"]
    assert seen.value("synack_time") is None


def test_fast_open() -> None:
    wire = Wire().syn(0, length=126).down(0.01, SYN | ACK, 0, 127).down(0.011, PSH | ACK, 1, 127, 500)
    seen = track(wire.up(0.02, ACK, 127, 1))
    assert seen.outcomes == ["established"]
    assert (seen.value("bytes_up"), seen.value("bytes_down")) == (126, 500)
    assert seen.seconds("established_time") == 0.011
    assert seen.stream(0) == [(0, 126, 0)]


def test_fast_open_data_that_the_server_did_not_take() -> None:
    seen = track(Wire().syn(0, length=126).synack(0.01).up(0.02, PSH | ACK, 1, 1, 126))
    assert seen.outcomes == ["established"]
    assert (seen.value("bytes_up"), seen.value("packets_up")) == (126, 2)
    assert seen.stream(0) == [(0, 126, 0), (0, 126, 0)]


def test_accepted_and_reset_by_an_overflowing_server() -> None:
    seen = track(Wire().handshake().down(0.03, RST, 1))
    assert (seen.outcomes, seen.closes) == (["established"], ["rst_server"])
    assert seen.seconds("close_time") == 0.03


def test_server_data_proves_the_ack_that_was_lost() -> None:
    seen = track(Wire().syn(0).synack(0.01).down(0.2, PSH | ACK, 1, 1, 10))
    assert seen.outcomes == ["established"]
    assert seen.value("established_frame") == 3


def test_a_bare_acknowledgement_of_the_syn_is_half_open() -> None:
    seen = track(Wire().syn(0).syn(1).down(1.01, ACK, 1, 1).syn(3))
    assert seen.outcomes == ["half_open"]
    assert seen.value("synack_time") is None
    assert seen.seconds("answer_time") == 1.01


def test_an_acknowledgement_of_data_proves_the_handshake() -> None:
    seen = track(Wire().syn(0).down(0.1, ACK, 1, 101))
    assert seen.outcomes == ["established"]


@pytest.mark.parametrize("flags", [SYN, 0])
def test_an_icmp_error_that_quotes_the_syn(flags: int) -> None:
    seen = track(Wire().syn(0).error(0.01, flags=flags))
    assert seen.outcomes == ["unreachable"]
    assert (seen.seconds("answer_time"), seen.value("answer_frame"), seen.value("packets_up")) == (0.01, 2, 1)
    assert (seen.value("syn_packets"), len(seen.result.syns)) == (1, 1)


def test_an_icmpv6_error_that_quotes_the_syn() -> None:
    seen = track(Wire(client="2001:db8::1", server="2001:db8::80").syn(0).error(0.01, kind=1, code=4))
    assert seen.outcomes == ["unreachable"]


@pytest.mark.parametrize("kind", [4, 5])
def test_advice_is_not_an_error(kind: int) -> None:
    seen = track(Wire().syn(0).error(0.01, kind=kind).syn(1).syn(3))
    assert seen.outcomes == ["unanswered"]


def test_an_icmp_error_about_another_syn() -> None:
    seen = track(Wire().syn(0).error(0.01, seq=77).syn(1).syn(3))
    assert seen.outcomes == ["unanswered"]


def test_a_handshake_after_an_icmp_error() -> None:
    seen = track(Wire().syn(0).error(0.01).syn(1).synack(1.01).up(1.02, ACK, 1, 1))
    assert seen.outcomes == ["established"]


def test_an_icmp_error_alone_makes_no_connection() -> None:
    assert len(track(Wire().error(0.01)).connections) == 0


def test_closing() -> None:
    seen = track(Wire().handshake().close(1))
    assert (seen.closes, seen.seconds("close_time"), seen.seconds("end")) == (["fin"], 1.01, 1.02)


def test_a_half_closed_connection_is_open() -> None:
    seen = track(Wire().handshake().up(1, FIN | ACK, 1, 1).down(1.01, ACK, 1, 2).down(2, PSH | ACK, 1, 2, 500))
    assert (seen.closes, seen.value("bytes_down")) == (["open"], 500)


def test_a_reset_after_both_fins_changes_nothing() -> None:
    seen = track(Wire().handshake().close(1).up(1.5, RST, 2))
    assert (seen.closes, seen.seconds("close_time")) == (["fin"], 1.01)


def test_a_reset_after_one_fin() -> None:
    seen = track(Wire().handshake().down(1, FIN | ACK, 1, 1).up(1.01, RST | ACK, 1, 2))
    assert (seen.closes, seen.seconds("close_time")) == (["rst_client"], 1.01)


@pytest.mark.parametrize("seq", [-5000, 50_000_000])
def test_a_reset_out_of_the_window_ends_nothing(seq: int) -> None:
    wire = Wire().handshake().up(0.1, PSH | ACK, 1, 1, 100).down(0.11, ACK, 1, 101, window=0)
    seen = track(wire.up(0.2, RST | ACK, 101 + seq, 1).down(0.3, PSH | ACK, 1, 101, 10))
    assert seen.closes == ["open"]


def test_text_in_a_reset_is_not_payload() -> None:
    seen = track(Wire().handshake().down(0.1, RST | ACK, 1, 1, 12))
    assert (seen.closes, seen.value("bytes_down")) == (["rst_server"], 0)
    assert seen.stream(1) == [(0, 0, 2)]


def test_a_reset_at_the_second_syn_after_a_lost_answer_is_a_refusal() -> None:
    seen = track(Wire().syn(0).synack(0.01).syn(1).down(1.01, RST | ACK, 0, 1))
    assert seen.outcomes == ["refused"]
    assert (seen.value("answer_frame"), seen.seconds("answer_time"), seen.value("syn_packets")) == (4, 1.01, 2)


def through_a_proxy() -> Wire:
    """Both sides of a SYN proxy, as a capture on `any` holds them: the server's numbers differ."""
    near, far = Wire(), Wire(server_isn=3_000_000_000)
    near.handshake()
    far.syn(0.021).synack(0.022).up(0.023, ACK, 1, 1)
    near.up(0.03, ACK | PSH, 1, 1, 50)
    far.up(0.031, ACK | PSH, 1, 1, 50).down(0.04, ACK | PSH, 1, 51, 99)
    near.down(0.041, ACK | PSH, 1, 51, 99)
    near.packets.extend(far.packets)
    near.packets.sort(key=lambda packet: packet.time)
    return near


def test_the_far_side_of_a_syn_proxy_is_no_repeated_syn() -> None:
    seen = track(through_a_proxy())
    assert seen.outcomes == ["established"]
    assert (seen.value("syn_packets"), len(seen.result.syns)) == (1, 1)
    assert (seen.value("bytes_up"), seen.value("bytes_down")) == (50, 99)
    assert (seen.result.quality.gaps, seen.result.quality.acked_unseen) == (0, 0)
    assert seen.result.quality.duplicates == 5


def test_a_syn_after_its_own_answer_is_no_repeated_one() -> None:
    wire = Wire().synack(0).down(0.01, ACK | PSH, 1, 51, 30).syn(0.4).up(0.41, ACK, 1, 1).up(0.42, ACK | PSH, 1, 1, 50)
    seen = track(wire)
    assert (seen.outcomes, seen.value("syn_packets")) == (["established"], 1)
    assert seen.result.quality.retransmissions == 0


def test_a_forged_reset_after_which_the_client_goes_on_does_not_close() -> None:
    wire = Wire().handshake().up(0.1, RST, 1).up(0.2, PSH | ACK, 1, 1, 100).down(0.21, ACK, 1, 101)
    seen = track(wire.down(0.3, PSH | ACK, 1, 101, 50))
    assert seen.closes == ["open"]
    assert seen.seconds("reset_up") is None
    assert track(wire.close(1, 101, 51)).closes == ["fin"]


def test_bytes_that_a_reset_overtook_do_not_disprove_it() -> None:
    wire = Wire().handshake().up(0.1, PSH | ACK, 1, 1, 50).up(0.2, RST | ACK, 101, 1).up(0.201, PSH | ACK, 51, 1, 50)
    assert track(wire).closes == ["rst_client"]
