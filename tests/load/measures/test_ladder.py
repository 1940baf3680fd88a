"""The rungs of a dial and why it fell, from packets made by hand, with the bytes that HTTP reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from build import Made
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.capture.inputs import InputFile
from pcapinspect.load.model import FELLS, RUNGS, Ladder, Load
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.pipeline import Evidence, follow
from pcapinspect.settings import Settings
from tests.tcp.wire import ACK, FIN, PSH, RST, START, SYN, Packet, Wire, columns

REQUEST = b"GET /cgi-bin/pkiclient.exe?operation=GetCACert&message=CA HTTP/1.0\r\n\r\n"
ASKED = 1 + len(REQUEST)
"""The sequence number after it."""

LONG = 60.0
"""Seconds of capture: longer than anything is waited for."""


def response(status: int) -> bytes:
    return f"HTTP/1.1 {status} So\r\nContent-Length: 2\r\n\r\nok".encode()


OK = response(200)


class Talk(Wire):
    """A conversation in which packets say something."""

    def ask(self, time: float, text: bytes = REQUEST, at: int = 1, ack: int = 1, captured: int | None = None) -> Talk:
        self.up(time, PSH | ACK, at, ack, len(text), captured=captured)
        return self._said(text)

    def reply(self, time: float, text: bytes = OK, at: int = 1, ack: int = ASKED) -> Talk:
        self.down(time, PSH | ACK, at, ack, len(text))
        return self._said(text)

    def _said(self, text: bytes) -> Talk:
        packet = self.packets[-1]
        self.packets[-1] = Saying(**{name: getattr(packet, name) for name in Packet.__slots__}, text=text)
        return self


@dataclass(frozen=True, slots=True)
class Saying(Packet):
    """A packet with its payload."""

    text: bytes = b""


def opened(port: int = 4000, time: float = 0.0) -> Talk:
    talk = Talk(port=port)
    talk.handshake(time)
    return talk


class Reader:
    """Batches of the packets in the order of time, as an engine reads them."""

    def __init__(self, packets: Sequence[Packet], seconds: float, batch: int | None, **file: int) -> None:
        self._packets = sorted(packets, key=lambda packet: packet.time)
        self._size = batch or max(1, len(packets))
        last = START + round(seconds * 1_000_000_000)
        self.inputs = [InputFile("made.pcap", packets=len(packets), first_time=START, last_time=last, **file)]

    def __iter__(self) -> Iterator[PacketBatch]:
        for first in range(0, len(self._packets), self._size):
            some = self._packets[first : first + self._size]
            texts = [getattr(packet, "text", b"") for packet in some]
            table = columns(replace(packet, frame=first + n) for n, packet in enumerate(some, 1))
            starts = np.cumsum([0, *map(len, texts)])[:-1]
            yield PacketBatch(replace(table, payload_start=starts), np.frombuffer(b"".join(texts), np.uint8))


def load(packets: Sequence[Packet], seconds: float = LONG, batch: int | None = None, **file: int) -> Load:
    return follow(Reader(packets, seconds, batch, **file), Settings(), Evidence()).load


def climbed(load: Load) -> list[tuple[str | None, str | None]]:
    """Rung and fell of each connection."""
    return [
        ((*RUNGS, None)[rung], (*FELLS, None)[fell])
        for rung, fell in zip(load.service.rung.tolist(), load.service.fell.tolist(), strict=True)
    ]


def one(talk: Wire, seconds: float = LONG, **file: int) -> tuple[str | None, str | None]:
    """Rung and fell of the only connection, read whole and packet by packet."""
    (whole,) = climbed(load(talk.packets, seconds, **file))
    assert climbed(load(talk.packets, seconds, batch=1, **file)) == [whole]
    return whole


def test_a_syn_that_nobody_answers() -> None:
    assert one(Talk().syn(0).syn(2)) == ("dialled", "silence")


def test_a_syn_at_the_end_of_the_capture_may_yet_be_answered() -> None:
    talk = Talk().syn(0).synack(0.01).up(0.02, RST, 1)
    packets = [*talk.packets, *Talk(port=4001).syn(9.5).packets]
    assert climbed(load(packets, 10))[1] == ("dialled", None)


def test_a_syn_that_is_reset() -> None:
    assert one(Talk().syn(0).down(0.01, RST | ACK, 0, 1)) == ("dialled", "reset")


def test_a_syn_that_an_icmp_error_quotes() -> None:
    assert one(Talk().syn(0).error(0.01)) == ("dialled", "icmp")


@pytest.mark.parametrize(("flags", "ack"), [(ACK, 50_000_000), (SYN, None), (SYN | ACK, 50_000_000), (RST, None)])
def test_a_syn_that_is_answered_otherwise(flags: int, ack: int | None) -> None:
    assert one(Talk().syn(0).down(0.01, flags, 5, ack)) == ("dialled", "otherwise")


def test_the_old_connection_on_the_same_ports_answers_otherwise() -> None:
    """Both are in the capture: the old one's numbers fit the challenge, the new one's SYN has brought it about."""
    old = opened().ask(0.1).reply(0.2).up(0.3, ACK, ASKED, 1 + len(OK))
    new = Talk(isn=900_000_000, server_isn=old.server_isn).syn(20).syn(22)
    challenge = Wire().down(20.01, ACK, 1 + len(OK), ASKED).packets
    assert climbed(load([*old.packets, *new.packets, *challenge])) == [("succeeded", None), ("dialled", "otherwise")]


def test_a_challenge_and_then_the_handshake() -> None:
    talk = Talk().syn(0).down(0.01, ACK, 5, 50_000_000).up(0.02, RST, 50_000_000)
    talk.syn(2).synack(2.01).up(2.02, ACK, 1, 1)
    assert one(talk.ask(2.03).reply(2.04)) == ("succeeded", None)


def test_a_handshake_that_the_client_never_completes() -> None:
    assert one(Talk().syn(0).synack(0.01).syn(1).synack(1.01)) == ("accepted", "no_request")


def test_a_handshake_that_the_server_resets_at_the_second_syn() -> None:
    assert one(Talk().syn(0).synack(0.01).syn(1).down(1.01, RST | ACK, 1, 1)) == ("accepted", "reset")


def test_a_handshake_at_the_end_of_the_capture_may_yet_go_on() -> None:
    assert one(Talk().syn(0).synack(0.01), 0.5) == ("accepted", None)
    assert one(opened(), 0.5) == ("accepted", None)


def test_a_client_that_asks_nothing() -> None:
    assert one(opened()) == ("accepted", "no_request")
    assert one(opened().close(5)) == ("accepted", "no_request")


def test_a_reset_right_after_the_handshake() -> None:
    assert one(opened().down(0.03, RST | ACK, 1, 1)) == ("accepted", "reset")


def test_a_reset_before_the_request_was_acknowledged() -> None:
    assert one(opened().ask(0.03).down(0.04, RST, 1)) == ("accepted", "reset")


def test_a_reset_after_the_request_was_acknowledged() -> None:
    talk = opened().ask(0.03).down(0.04, ACK, 1, ASKED).down(5, RST | ACK, 1, ASKED)
    assert one(talk) == ("asked", "reset")


def test_a_request_that_is_never_acknowledged() -> None:
    """As behind a SYN proxy: the handshake works, and nobody is there."""
    talk = opened()
    for time in (0.1, 0.3, 0.7, 1.5):
        talk.ask(time)
    assert one(talk) == ("accepted", "not_delivered")
    assert one(opened().ask(0.1).up(9, FIN | ACK, ASKED, 1)) == ("accepted", "not_delivered")


def test_a_request_that_was_just_sent_may_yet_be_acknowledged() -> None:
    assert one(opened().ask(0.1), 0.6) == ("accepted", None)


def test_a_request_whose_full_size_segment_never_comes() -> None:
    """At the server: the tail comes, and is acknowledged selectively; the first byte is not."""
    talk = opened()
    for time in (0.1, 0.4, 1.0):
        talk.ask(time, bytes(200), at=1449).down(time + 0.001, ACK, 1, 1)
    assert one(talk) == ("accepted", "not_delivered")


def test_a_part_of_a_request_is_no_request() -> None:
    talk = opened().ask(0.1, REQUEST[:20]).down(0.2, ACK, 1, 21)
    assert one(talk) == ("accepted", "no_request")


def test_a_request_without_response() -> None:
    talk = opened().ask(0.1).down(0.2, ACK, 1, ASKED)
    assert one(talk) == ("asked", "no_response")
    assert one(talk, 0.7) == ("asked", None)
    # The client gives up; the server's acknowledgement of its FIN stands where it stood: nothing was sent.
    talk.up(30, FIN | ACK, ASKED, 1).down(30.01, ACK, 1, ASKED + 1)
    assert one(talk) == ("asked", "no_response")


def test_a_server_as_slow_as_others_on_it_may_yet_respond() -> None:
    slow = opened().ask(0.1).down(0.2, ACK, 1, ASKED).reply(8)
    slow.up(8.1, ACK, ASKED, 1 + len(OK))
    waits = opened(4001, 9).ask(9.1).down(9.2, ACK, 1, ASKED)
    assert climbed(load([*slow.packets, *waits.packets], 15))[1] == ("asked", None)
    assert climbed(load([*slow.packets, *waits.packets], 18))[1] == ("asked", "no_response")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("succeeded", None)),
        (302, ("succeeded", None)),
        (404, ("answered", "error")),
        (503, ("answered", "error")),
    ],
)
def test_a_response_says_how_it_went(status: int, expected: tuple[str, str | None]) -> None:
    text = response(status)
    assert one(opened().ask(0.1).reply(0.2, text).up(0.3, ACK, ASKED, 1 + len(text))) == expected


def test_the_least_served_of_several_requests_counts() -> None:
    second = 1 + len(OK)
    talk = opened().ask(0.1).reply(0.2).ask(0.3, at=ASKED, ack=second)
    assert one(talk.down(0.4, ACK, second, 2 * ASKED - 1)) == ("asked", "no_response")
    talk = opened().ask(0.1).reply(0.2).ask(0.3, at=ASKED, ack=second)
    text = response(404)
    talk.reply(0.4, text, second, 2 * ASKED - 1).up(0.5, ACK, 2 * ASKED - 1, second + len(text))
    assert one(talk) == ("answered", "error")


def test_a_response_that_the_client_does_not_take() -> None:
    """It has given up; its reset acknowledges nothing."""
    assert one(opened().ask(0.1).reply(20).up(20.01, RST, ASKED)) == ("answered", "reset")


def test_a_response_that_never_arrives() -> None:
    talk = opened().ask(0.1)
    for time in (0.2, 0.5, 1.1):
        talk.reply(time)
    assert one(talk) == ("answered", "not_delivered")


def test_a_response_that_the_capture_lost() -> None:
    """The client acknowledges what is not there."""
    talk = opened().ask(0.1).down(0.2, ACK, 1, ASKED).up(0.3, ACK, ASKED, 1 + len(OK))
    assert one(talk) == ("answered", None)


def test_a_response_that_was_sent_and_did_not_arrive() -> None:
    """At the client: the server's FIN stands behind bytes that never came."""
    talk = opened().ask(0.1).down(0.2, ACK, 1, ASKED).down(0.3, FIN | ACK, 1500, ASKED).up(0.4, ACK, ASKED, 1)
    assert one(talk) == ("asked", "not_delivered")


def test_a_cut_request_is_one() -> None:
    cut = opened().ask(0.1, REQUEST[:20], captured=20)
    cut.packets[-1] = replace(cut.packets[-1], length=len(REQUEST))
    answered = replace_all(cut).reply(0.2).up(0.3, ACK, ASKED, 1 + len(OK))
    assert one(answered) == ("succeeded", None)
    assert one(replace_all(cut).down(0.2, ACK, 1, ASKED)) == ("asked", "no_response")


def replace_all(talk: Talk) -> Talk:
    """A copy that goes on by itself."""
    copy = Talk()
    copy.packets = list(talk.packets)
    return copy


def test_only_the_client_was_captured() -> None:
    up = [packet for packet in opened().ask(0.1).up(0.3, ACK, ASKED, 1 + len(OK)).packets if packet.dst_port == 80]
    assert climbed(load(up)) == [("answered", None)]
    silent = [packet for packet in opened().ask(0.1).packets if packet.dst_port == 80]
    assert climbed(load(silent)) == [("accepted", None)]


def test_only_the_server_was_captured() -> None:
    talk = opened().ask(0.1).down(0.2, ACK, 1, ASKED)
    assert climbed(load([p for p in talk.packets if p.src_port == 80])) == [("asked", None)]
    talk.reply(0.3)
    assert climbed(load([p for p in talk.packets if p.src_port == 80])) == [("succeeded", None)]


def test_a_connection_that_began_before_the_capture_is_no_attempt() -> None:
    (server,) = load(opened().ask(0.1).reply(0.2).packets[2:]).servers
    assert server.midstream == 1
    assert server.ladder == Ladder(0, 0, 0, 0, 0, 0, dict.fromkeys(FELLS, 0))


def test_what_is_not_http_is_answered_and_no_more_is_known() -> None:
    hello = b"\x16\x03\x01\x00\x05hello"
    talk = opened().ask(0.1, hello).reply(0.2, hello, ack=1 + len(hello)).up(0.3, ACK, 1 + len(hello), 1 + len(hello))
    assert one(talk) == ("answered", None)


@pytest.mark.parametrize(
    ("status", "expected"), [(0, ("succeeded", None)), (2, ("answered", "error")), (3, ("answered", "pending"))]
)
def test_scep_says_how_it_went(status: int, expected: tuple[str, str | None]) -> None:
    made = Made()
    made.asked(made.answered("10.1.0.1", 1.0), "PKIOperation", scep_status=status)
    assert climbed(made.analyse()) == [expected]


def test_a_capture_that_is_known_to_lack_packets_blames_nobody_for_one_that_is_not_there() -> None:
    talk = opened().ask(0.1).close(9, ASKED, 1)
    del talk.packets[-2]  # the server's FIN, which acknowledges
    assert one(talk) == ("accepted", "not_delivered")
    assert one(talk, interface_drops=7) == ("accepted", None)


def mixed() -> list[Packet]:
    """One of each, and two of what succeeds."""
    talks = [
        opened(5000).ask(0.1).reply(0.2),
        opened(5001).ask(0.1).reply(0.2),
        opened(5002).ask(0.1).reply(0.2, response(404)),
        opened(5003).ask(0.1).down(0.2, ACK, 1, ASKED),
        opened(5004),
        Talk(port=5005).syn(0),
        Talk(port=5006).syn(0).down(0.01, RST | ACK, 0, 1),
        Talk(port=5007).syn(59.9),
    ]
    return [packet for talk in talks for packet in talk.packets]


def test_counts_are_cumulative() -> None:
    (server,) = load(mixed()).servers
    fell = dict.fromkeys(FELLS, 0) | dict.fromkeys(("error", "no_response", "no_request", "silence", "reset"), 1)
    assert server.ladder == Ladder(8, 5, 4, 3, 2, 1, fell)
    assert server.errors_by_class == {"other": 1}


def test_minutes_count_those_that_began_in_them() -> None:
    minutes = load(mixed()).minutes
    assert (minutes.asked.sum(), minutes.answered.sum(), minutes.succeeded.sum()) == (4, 3, 2)
    assert minutes.attempts.sum() == 8


FLAGS = st.sampled_from([SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK])
TEXTS = st.sampled_from([b"", b"", REQUEST, REQUEST[:9], OK, response(500), b"\x00\x01"])


@st.composite
def conversations(draw: st.DrawFn) -> list[Packet]:
    """Any packets of two clients, as they come."""
    talks = [Talk(), Talk(port=4001)]
    time = 0.0
    for _ in range(draw(st.integers(1, 25))):
        time += draw(st.sampled_from([0.001, 0.4, 2.0, 70.0]))
        talk = talks[draw(st.integers(0, 1))]
        send = talk.up if draw(st.booleans()) else talk.down
        text, place = draw(TEXTS), st.sampled_from([0, 1, ASKED, 1 + len(OK)])
        send(time, draw(FLAGS), draw(place), draw(place), len(text))
        talk._said(text)
    return [packet for talk in talks for packet in talk.packets]


@settings(deadline=None, max_examples=60)
@given(conversations(), st.integers(1, 7))
def test_every_attempt_is_on_one_rung_and_falls_once(packets: list[Packet], batch: int) -> None:
    whole = load(packets, 3000)
    assert climbed(whole) == climbed(load(packets, 3000, batch))
    for server in whole.servers:
        ladder = server.ladder
        assert ladder is not None
        assert ladder.dialled == server.attempts
        steps = [ladder.dialled, ladder.accepted, ladder.asked, ladder.answered, ladder.succeeded]
        assert steps == sorted(steps, reverse=True)
        assert ladder.succeeded + ladder.unknown + sum(ladder.fell.values()) == ladder.dialled
    for rung, fell in climbed(whole):
        assert fell not in ("silence", "icmp", "otherwise") or rung == "dialled"
        assert fell not in ("error", "pending") or rung == "answered"
        assert fell is None or rung not in (None, "succeeded")
