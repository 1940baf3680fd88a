"""What a message is and where it ends: framing, heads, and what is not quite HTTP/1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.plain import MS, SHORT, answer, get

if TYPE_CHECKING:
    from conftest import Talk


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


def test_a_long_uri_is_kept_whole_and_of_one_beyond_every_servers_limit_the_beginning(talk: Talk) -> None:
    uri = "/pkiclient.exe?operation=PKIOperation&message=" + "A" * 60_000
    reading = talk.whole(talk.closed(talk.up(get(uri)), talk.down(answer())))
    assert reading.rows(*SHORT) == [(uri, 200, True)]
    reading = talk.whole(talk.closed(talk.up(get("/" + "A" * 70_000)), talk.down(answer(b"", "414 URI Too Long"))))
    assert reading.rows("method", *SHORT) == [("GET", "/" + "A" * 1023 + "…", 414, False)]


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
