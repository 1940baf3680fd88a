"""Exchanges out of hand-made segments, each read whole, packet by packet, byte by byte, and among other connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pcapinspect.http.reader import ExchangeReader
from pcapinspect.http.streams import Budget

if TYPE_CHECKING:
    from conftest import Segment, Talk

MS = 1_000_000

GET = b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0\r\nHost: 192.0.2.1\r\n\r\n"
IOS_404 = (
    b"HTTP/1.1 404 Not Found\r\nDate: Tue, 30 Dec 2014 16:14:28 GMT\r\nServer: cisco-IOS\r\n"
    b"Accept-Ranges: none\r\n\r\n404 Not Found\r\n"
)
SHORT = ("uri", "status", "complete")


def get(path: str, fields: str = "", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode()


def answer(body: bytes = b"", status: str = "200 OK", fields: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


# Plain traffic


def test_the_404_of_ios_ends_with_its_connection(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(GET), talk.down(IOS_404)))
    assert reading.rows(*reading.exchanges.__slots__) == [
        (
            *(0, 0, 0, 1, 0, 2, 1 * MS, 1 * MS, 2 * MS, 1 * MS),
            *("GET", "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", "HTTP/1.0", "192.0.2.1", None),
            *(404, "Not Found", "cisco-IOS", "Tue, 30 Dec 2014 16:14:28 GMT", None, len(GET), 118, True),
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


# Framing


@pytest.mark.parametrize(
    ("response", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y;z\r\n0123456789\r\n0\r\n\r\n", 13),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0;last\r\nX-Sum: 1\r\nY: 2\r\n\r\n", 3),
        (b"HTTP/1.1 200 OK\ntransfer-encoding : gzip, Chunked\n\n1 \nx\n0\n\n", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 3),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", 3),
        (b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n Content-Length: 9\r\nContent-Length:\r\n\t3\r\n\r\nabc", 3),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 0),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08", 3),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer(b"abc"), 3),
        (b"\r\n" + answer(b"abc"), 3),
    ],
)
def test_responses_that_say_where_they_end(talk: Talk, response: bytes, body: int) -> None:
    talked = [talk.up(get("/1")), talk.down(response), talk.up(get("/2")), talk.down(answer())]
    reading = talk.read(talk.closed(*talked), keep_body=lambda uri, _type: uri == "/1")
    assert [row[2] for row in reading.rows(*SHORT)] == [True, True]
    assert reading.rows("uri", "status")[1] == ("/2", 200)
    kept = reading.bodies.response[0]
    assert len(kept or b"") == body


def test_an_interim_response_is_not_the_answer(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("/", "Expect: 100-continue\r\nContent-Length: 4\r\n", "POST")),
        talk.down(b"HTTP/1.1 100 Continue\r\n\r\n"),
        talk.up(b"data"),
        talk.down(answer(b"done", "201 Created")),
    )
    reading = talk.read(talked)
    assert reading.rows("method", "status", "response_frame", "latency", "request_bytes", "response_bytes") == [
        ("POST", 201, 4, 1 * MS, len(talked[0].data) + 4, len(talked[3].data))
    ]


@pytest.mark.parametrize("length", [b"5\r\nContent-Length: 6", b"5, 6", b"-1", b"0x10", b"", b"9" * 5000])
def test_a_response_whose_length_makes_no_sense_lasts_until_close(talk: Talk, length: bytes) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\nsome bytes"
    reading = talk.read(talk.closed(talk.up(get("/")), talk.down(response)))
    assert reading.rows(*SHORT, "response_bytes") == [("/", 200, True, len(response))]


def test_a_response_shorter_than_its_length_is_not_complete(talk: Talk) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsome bytes"
    reading = talk.read(talk.closed(talk.up(get("/")), talk.down(response)))
    assert reading.rows(*SHORT, "response_bytes") == [("/", 200, False, len(response))]


def test_bytes_beyond_the_length_are_passed_over_until_a_segment_begins_a_message(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("/1")),
        talk.down(answer(b"abc") + b"excess HTTP/1.1 500 No\r\n\r\n"),
        talk.down(b"more"),
        talk.up(get("/2")),
        talk.down(answer(b"", "404 Not Found")),
    )
    reading = talk.read(talked, split=False)
    assert reading.rows(*SHORT, "response_frame") == [("/1", 200, True, 2), ("/2", 404, True, 5)]


def test_chunks_that_make_no_sense(talk: Talk) -> None:
    broken = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdefgh\r\n"
    talked = talk.closed(talk.up(get("/1")), talk.down(broken), talk.up(get("/2")), talk.down(answer()))
    assert talk.read(talked, split=False).rows(*SHORT) == [("/1", 200, False), ("/2", 200, True)]


def test_a_head_response_has_no_body_whatever_it_says(talk: Talk) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    talked = [talk.up(get("/1", method="HEAD")), talk.down(head), talk.up(get("/2")), talk.down(answer())]
    assert talk.read(talk.closed(*talked)).rows(*SHORT) == [("/1", 200, True), ("/2", 200, True)]


def test_a_post_with_chunks(talk: Talk) -> None:
    post = get("/", "Transfer-Encoding: chunked\r\n", "POST") + b"4\r\nabcd\r\n0\r\n\r\n"
    talked = talk.closed(talk.up(post + get("/2")), talk.down(answer() + answer()))
    reading = talk.read(talked, keep_body=lambda uri, _type: True)
    assert reading.rows(*SHORT) == [("/", 200, True), ("/2", 200, True)]
    assert reading.bodies.request == (b"abcd", None)


# Heads


def test_folded_lines_bare_lf_and_blank_lines(talk: Talk) -> None:
    request = b"\r\n\r\nGET  /a  HTTP/1.1\nHost:  h\nUser-Agent: one\n \ttwo\n\n"
    reading = talk.read(talk.closed(talk.up(request), talk.down(answer())))
    assert reading.rows("method", "uri", "host", "user_agent", "request_bytes") == [
        ("GET", "/a", "h", "one two", len(request) - 4)
    ]


def test_an_absolute_uri_is_kept_as_it_was_sent(talk: Talk) -> None:
    uri = "http://ca.example/cgi-bin/pkiclient.exe?operation=GetCACert&message=x"
    reading = talk.read(talk.closed(talk.up(get(uri)), talk.down(answer())))
    assert reading.rows("uri", "host") == [(uri, None)]


def test_a_long_uri_is_kept_whole_and_a_head_beyond_every_servers_limit_is_not_read(talk: Talk) -> None:
    uri = "/pkiclient.exe?operation=PKIOperation&message=" + "A" * 60_000
    reading = talk.whole(talk.closed(talk.up(get(uri)), talk.down(answer())))
    assert reading.rows(*SHORT) == [(uri, 200, True)]
    reading = talk.whole(talk.closed(talk.up(get("/" + "A" * 70_000)), talk.down(answer(b"", "414 URI Too Long"))))
    assert reading.rows("method", *SHORT) == [("GET", None, 414, False)]


def test_text_is_safe_for_every_output(talk: Talk) -> None:
    request = b"GET /\xff\xed\xa0\x80 HTTP/1.1\r\nHost: \xc3\xa9\r\nUser-Agent: \x1b[2J\r\n\r\n"
    reading = talk.read(talk.closed(talk.up(request), talk.down(b"HTTP/1.1 200 \x07\r\n\r\n")))
    assert reading.rows("uri", "host", "user_agent", "reason") == [("/\\xff\\xed\\xa0\\x80", "é", "\\x1b[2J", "\\x07")]


# Not quite HTTP/1.1


def test_http_0_9(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(b"GET /old\r\n"), talk.down(b"<html>old</html>")))
    assert reading.rows("uri", "version", "status", "response_frame", "response_bytes", "complete") == [
        ("/old", "HTTP/0.9", None, 2, 16, True)
    ]


def test_a_server_that_answers_http_0_9(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(get("/")), talk.down(b"no status line")))
    assert reading.rows("version", "status", "response_bytes", "complete") == [("HTTP/1.1", None, 14, True)]


def test_what_follows_connect_is_not_http(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("ca:443", method="CONNECT")),
        talk.down(b"HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 inside\r\n\r\n"),
        talk.up(get("/inside")),
        talk.down(answer()),
    )
    assert talk.read(talked).rows("method", *SHORT) == [("CONNECT", "ca:443", 200, True)]


def test_a_refused_connect_changes_nothing(talk: Talk) -> None:
    talked = talk.closed(
        talk.up(get("ca:443", method="CONNECT") + get("/2")), talk.down(answer(b"", "403 Forbidden") + answer(b"x"))
    )
    reading = talk.read(talked)
    assert reading.rows("method", *SHORT) == [("CONNECT", "ca:443", 403, True), ("GET", "/2", 200, True)]


@pytest.mark.parametrize("status", ["101 Switching Protocols", "200 OK"])
def test_upgrade_is_a_question(talk: Talk, status: str) -> None:
    response = answer() if status.startswith("200") else f"HTTP/1.1 {status}\r\nUpgrade: x\r\n\r\n".encode()
    talked = talk.closed(
        talk.up(get("/1", "Upgrade: x\r\n") + get("/2")),
        talk.down(response + answer(b"", "404 Not Found")),
        talk.up(get("/3")),
    )
    expected: list[tuple[object, ...]] = [("/1", 101, True)]
    if status.startswith("200"):
        expected = [("/1", 200, True), ("/2", 404, True), ("/3", None, True)]
    assert talk.read(talked).rows(*SHORT) == expected


@pytest.mark.parametrize(
    "talked",
    [
        [(0, b"SSH-2.0-OpenSSH_9\r\n"), (1, b"SSH-2.0-OpenSSH_9\r\n")],
        [(1, b"220 mail ESMTP\r\n"), (0, b"HELO x\r\n")],
        [(0, b"\x16\x03\x01\x02\x00\x01"), (1, b"\x15\x03\x01\x00\x02\x02\x46")],
        [(0, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (1, b"\x00\x00\x00\x04\x00")],
        [(0, b"OPTIONS sip:x SIP/2.0\r\n\r\n")],
    ],
)
def test_port_80_that_is_not_http(talk: Talk, talked: list[tuple[int, bytes]]) -> None:
    segments = [talk.down(data) if direction else talk.up(data) for direction, data in talked]
    reading = talk.whole(talk.closed(*segments))
    assert reading.rows("uri") == []
    assert reading.quality.not_http == 1


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
        ("GET", None, None, 404, "Not Found", 1 * MS, False),
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
