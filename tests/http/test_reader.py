"""Exchanges out of hand-made segments, each read whole, packet by packet, byte by byte, and among other connections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pcapinspect.http.reader import ExchangeReader
from pcapinspect.http.streams import Budget
from tests.http.plain import GET, IOS_404, MS, SHORT, answer, get

if TYPE_CHECKING:
    from conftest import Segment, Talk


# Plain traffic


def test_the_404_of_ios_ends_with_its_connection(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(GET), talk.down(IOS_404)))
    assert reading.rows(*reading.exchanges.__slots__) == [
        (
            *(0, 0, 0, 1, 0, 2, 1 * MS, 1 * MS, 2 * MS, 1 * MS),
            *("GET", "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", "HTTP/1.0", "192.0.2.1", None),
            *(404, "Not Found", "cisco-IOS", "Tue, 30 Dec 2014 16:14:28 GMT", None, len(GET), 118, True, True),
        )
    ]


def test_keep_alive(talk: Talk) -> None:
    rounds = [s for i in range(3) for s in (talk.up(get(f"/{i}")), talk.down(answer(b"x" * i)))]
    reading = talk.read(talk.closed(*rounds))
    assert reading.rows("index", "uri", "response_frame", "response_bytes", "complete") == [
        (i, f"/{i}", 2 * i + 2, 38 + i, True) for i in range(3)
    ]


def test_pipelined_requests_meet_their_answers_in_order(talk: Talk) -> None:
    requests = get("/a") + get("/b", method="HEAD") + get("/c")
    answers = answer(b"aa") + b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + answer(b"c", "404 Not Found")
    reading = talk.read(talk.closed(talk.up(requests), talk.down(answers)))
    assert reading.rows("method", *SHORT, "request_frame", "response_frame") == [
        ("GET", "/a", 200, True, 1, 2),
        ("HEAD", "/b", 200, True, 1, 2),
        ("GET", "/c", 404, True, 1, 2),
    ]


def test_a_request_in_many_segments_has_the_frame_of_its_first_byte_and_the_time_of_its_last(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(GET[:7]), talk.up(GET[7:50]), talk.up(GET[50:]), talk.down(answer())))
    assert reading.rows("request_frame", "request_time", "request_end_time", "response_time", "latency") == [
        (1, 1 * MS, 3 * MS, 4 * MS, 1 * MS)
    ]


@pytest.mark.parametrize("cut", range(1, len(GET)))
def test_a_request_split_at_any_byte(talk: Talk, cut: int) -> None:
    talked = talk.closed(talk.up(GET[:cut]), talk.up(GET[cut:]), talk.down(IOS_404))
    assert talk.whole(talked).rows(*SHORT, "request_bytes") == [
        ("/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", 404, True, len(GET))
    ]


# One without the other


def test_a_request_that_the_server_never_answered(talk: Talk) -> None:
    closed = talk.read(talk.closed(talk.up(get("/1")), talk.down(answer()), talk.up(get("/2"))))
    assert closed.rows(*SHORT, "latency", "response_bytes") == [
        ("/1", 200, True, 1 * MS, 38),
        ("/2", None, True, None, None),
    ]
    open_still = talk.read([talk.up(get("/1"))])
    assert open_still.rows(*SHORT) == [("/1", None, False)]


def test_408_is_the_answer_to_no_request(talk: Talk) -> None:
    timeout = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"
    reading = talk.read(talk.closed(talk.down(timeout), talk.up(get("/late"))))
    assert reading.rows("request_frame", "method", *SHORT, "latency") == [
        (None, None, None, 408, False, None),
        (2, "GET", "/late", None, True, None),
    ]


def test_an_answer_to_a_request_that_is_not_whole(talk: Talk) -> None:
    reading = talk.read(
        talk.closed(talk.up(b"GET /slow HTTP/1.1\r\nHo"), talk.down(answer(b"", "408 Request Timeout")))
    )
    assert reading.rows("method", *SHORT, "latency") == [("GET", "/slow", 408, False, 1 * MS)]


def test_an_answer_before_the_requests_end_has_no_latency(talk: Talk) -> None:
    post = get("/", "Content-Length: 4\r\n", "POST")
    talked = talk.closed(talk.up(post), talk.down(answer(b"", "413 Too Large")), talk.up(b"data"), talk.up(get("/2")))
    reading = talk.read(talked)
    assert reading.rows(*SHORT, "request_end_time", "response_time", "latency", "request_bytes") == [
        ("/", 413, True, 3 * MS, 2 * MS, None, len(post) + 4),
        ("/2", None, True, 4 * MS, None, None, len(get("/2"))),
    ]


# Ends


@pytest.mark.parametrize("retired", [[], [0]])
def test_without_a_fin_the_end_of_a_404_is_not_proven(talk: Talk, retired: list[int]) -> None:
    reading = talk.whole([talk.up(GET), talk.down(IOS_404)], retired)
    assert reading.rows("status", "complete", "response_bytes") == [(404, False, 118)]


def test_a_response_cut_off_by_a_reset_is_not_complete(talk: Talk) -> None:
    reading = talk.read([talk.up(GET), talk.down(IOS_404), talk.down(end=talk.RST)])
    assert reading.rows("status", "complete") == [(404, False)]


def test_a_reset_of_the_client_does_not_unsay_what_the_server_sends(talk: Talk) -> None:
    reading = talk.read([talk.up(GET), talk.up(end=talk.RST), talk.down(IOS_404), talk.down(end=talk.FIN)])
    assert reading.rows("status", "complete") == [(404, True)]


def test_bytes_after_the_end_are_no_messages(talk: Talk) -> None:
    talked = [*talk.closed(talk.up(GET), talk.down(IOS_404)), talk.up(GET), talk.down(IOS_404)]
    assert talk.read(talked).rows("status") == [(404,)]


def test_a_retransmission_after_the_close_is_no_request(talk: Talk) -> None:
    talked = [*talk.closed(talk.up(GET), talk.down(IOS_404)), talk.up(GET, offset=0), talk.up(end=talk.FIN)]
    assert talk.read(talked).rows("status") == [(404,)]


# Streams


def test_segments_out_of_order_repeated_and_overlapping(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(GET[40:], offset=40),
        talk.up(GET[:20], offset=0),
        talk.up(b"x" * 30, offset=5),
        talk.up(GET[10:60], offset=10),
        talk.down(IOS_404[30:], offset=30),
        talk.down(IOS_404[:40], offset=0),
    )
    talked[2:3] = [talk.up(GET[5:20] + b"y" * 15, offset=5)]
    reading = talk.read(talked, split=False)
    expected = (GET[:20] + b"y" * 15 + GET[35:]).split()[1].decode()
    assert reading.rows("uri", "request_frame", "request_end_time", "response_frame", "latency") == [
        (expected, 2, 4 * MS, 6, 2 * MS)
    ]


def test_a_hole_in_a_body_of_known_length_costs_only_that_body(talk: Talk) -> None:
    first = answer(b"0123456789" * 10)
    talked = talk.closed(
        talk.up(get("/1") + get("/2")),
        talk.down(first[:50]),
        talk.down(first[70:] + answer(b"", "404 Not Found"), offset=70),
    )
    reading = talk.read(talked, split=False, keep_body=lambda uri, _type: True)
    assert reading.rows(*SHORT, "response_bytes") == [("/1", 200, False, len(first)), ("/2", 404, True, 45)]
    assert reading.quality.messages_cut == 1


def test_after_a_hole_the_next_message_is_found_at_a_segments_start(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("/1")),
        talk.down(answer()),
        talk.up(get("/3"), offset=len(get("/1")) + 100),  # /2 and its answer are not in the capture
        talk.down(answer(b"", "404 Not Found"), offset=len(answer()) + 200),
        talk.up(get("/4")),
        talk.down(answer(b"", "500 Oh")),
    )
    reading = talk.read(talked, split=False)
    assert reading.rows(*SHORT) == [("/1", 200, True), ("/3", 404, True), ("/4", 500, True)]
    assert reading.quality.resynchronised == 2


def test_a_lost_answer_does_not_shift_the_others(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("/1")),
        talk.up(get("/2")),  # sent because /1 was answered, in bytes that the capture lost
        talk.down(answer(b"", "404 Not Found"), offset=300),
    )
    assert talk.read(talked, split=False).rows(*SHORT) == [("/1", None, False), ("/2", 404, True)]


def test_an_answer_whose_request_was_lost(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("/1")),
        talk.down(answer()),
        talk.down(answer(b"", "404 Not Found")),
        talk.up(get("/3"), offset=500),
        talk.down(answer(b"", "500 Oh")),
    )
    assert talk.read(talked, split=False).rows(*SHORT) == [("/1", 200, True), (None, 404, False), ("/3", 500, True)]


def test_a_capture_of_the_middle_of_a_connection(talk: Talk) -> None:
    talked = talk.closed(
        talk.down(b"rest of a body"),
        talk.down(b"and more of it"),
        talk.up(get("/2")),
        talk.down(answer(b"", "404 Not Found")),
    )
    assert talk.read(talked, split=False).rows(*SHORT) == [("/2", 404, True)]


def test_heads_that_the_snaplen_cut(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(GET, captured=14),
        talk.down(IOS_404, captured=30),
        talk.up(GET, captured=80),
        talk.down(IOS_404, captured=12),
        talk.up(GET, captured=0),
        talk.down(IOS_404, captured=0),
    )
    reading = talk.read(talked, split=False)
    uri = "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN"
    assert reading.rows("method", "uri", "host", "status", "reason", "latency", "complete") == [
        ("GET", "/cgi-bin/p…", None, 404, "Not Found", 1 * MS, False),
        ("GET", uri, None, 404, None, 1 * MS, False),
    ]
    assert reading.rows("request_bytes")[0] == (len(GET),)


def test_without_any_payload_nothing_is_known(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(GET, captured=0), talk.down(IOS_404, captured=0)), split=False)
    assert reading.rows("method") == []
    assert reading.quality.not_http == 0


# Bodies


def test_bodies_of_scep_are_kept_and_others_are_not(talk: Talk) -> None:
    def exchange(uri: str, content_type: str) -> list[Segment]:
        fields = f"Content-Type: {content_type}\r\n"
        request = get(uri, "Content-Length: 3\r\n" + fields, "POST") + b"req"
        return [talk.up(request), talk.down(answer(b"resp", fields=fields))]

    talked = talk.closed(
        *exchange("/x?operation=PKIOperation", "text/plain"),
        *exchange("/other", "application/x-pki-message"),
        *exchange("/other", "text/plain"),
    )
    reading = talk.read(talked)
    assert reading.bodies.request == (b"req", b"req", None)
    assert reading.bodies.response == (b"resp", b"resp", None)


def test_a_body_beyond_the_bound_is_not_kept(talk: Talk) -> None:
    parts = [talk.down(b"x" * 50_000) for _ in range(6)]
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"
    reading = talk.whole(talk.closed(talk.up(get("/")), talk.down(head), *parts), keep_body=lambda *_: True)
    assert reading.bodies.response == (None,)
    assert reading.rows("response_bytes", "complete") == [(300_000 + len(head), True)]


# Memory


def test_unfinished_heads_bodies_and_holes_hold_no_more_than_the_budget(
    monkeypatch: pytest.MonkeyPatch, talk: Talk
) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (100_000, 0))
    talked = []
    for connection in range(60):
        half = b"POST /x?operation=PKIOperation HTTP/1.1\r\nX: " + b"y" * 5000
        talked.append(talk.up(half, connection=connection))
        talked.append(talk.up(b"\r\nContent-Length: 9999\r\n\r\n" + b"z" * 3000, connection=connection))
        talked.append(talk.up(b"beyond a hole" * 200, offset=20_000, connection=connection))
    held = []
    feed = ExchangeReader.feed

    def watched(reader: ExchangeReader, *batch: Any) -> Any:
        chunk = feed(reader, *batch)
        held.append(reader._budget.used)
        return chunk

    monkeypatch.setattr(ExchangeReader, "feed", watched)
    reading = talk.packet_by_packet(talked)
    assert 50_000 < max(held) <= 100_000
    assert reading.held == 0
    assert [row[0] for row in reading.rows("method")] == ["POST"] * 60


# Two clocks: what a segment acknowledges tells what its sender had


def test_an_answer_before_its_request_by_the_clock_is_paired_by_what_it_acknowledges(talk: Talk) -> None:
    first, second = get("/a"), get("/b")
    answers = [talk.down(answer(b"a")), talk.down(answer(b"b", "404 Not Found"))]
    answers = [replace(answers[0], acked=len(first)), replace(answers[1], acked=len(first) + len(second))]
    reading = talk.read(talk.closed(*answers, talk.up(first), talk.up(second)))
    assert reading.rows(*SHORT, "request_frame", "response_frame") == [
        ("/a", 200, True, 3, 1),
        ("/b", 404, True, 4, 2),
    ]
    assert reading.held == 0


def test_an_answer_that_acknowledges_nothing_answers_no_request(talk: Talk) -> None:
    timeout = replace(talk.down(answer(b"", "408 Request Timeout")), acked=0)
    reading = talk.read(talk.closed(talk.up(GET), timeout))
    assert reading.rows("uri", "status") in (
        [("/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", None), (None, 408)],
        [(None, 408), ("/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", None)],
    )


def test_an_answer_whose_request_the_capture_lost_is_told_at_the_end(talk: Talk) -> None:
    lost = replace(talk.down(answer(b"a")), acked=500)
    reading = talk.read(talk.closed(lost))
    assert reading.rows("uri", "status") == [(None, 200)]


def test_a_request_after_a_reset_that_nobody_believed(talk: Talk) -> None:
    talked = [talk.up(b"", talk.RST), talk.up(get("/a")), talk.down(answer(b"x")), talk.up(b"", talk.FIN)]
    reading = talk.read([*talked, talk.down(b"", talk.FIN)])
    assert reading.rows(*SHORT) == [("/a", 200, True)]


def test_a_tunnel_stays_one_after_a_reset(talk: Talk) -> None:
    opened = [talk.up(get("a:443", method="CONNECT")), talk.down(answer()), talk.up(b"x"), talk.up(b"", talk.RST)]
    reading = talk.read([*opened, talk.up(get("/in-the-tunnel")), talk.up(b"", talk.FIN), talk.down(b"", talk.FIN)])
    assert [uri for (uri,) in reading.rows("uri")] == ["a:443"]
