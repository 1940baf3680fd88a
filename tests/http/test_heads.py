"""Heads as real programs send them, and as they should not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.columns import MISSING
from pcapinspect.http.heads import (
    CHUNKED,
    UNTIL_CLOSE,
    RequestHead,
    ResponseHead,
    cut_request_head,
    cut_response_head,
    request_head,
    response_body,
    response_head,
)


def test_a_request_of_ios() -> None:
    head = request_head(
        b"GET /cgi-bin/pkiclient.exe?operation=GetCACert&message=tti HTTP/1.0\r\n"
        b"User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)\r\nHost: 192.0.2.1\r\n\r\n"
    )
    assert head == RequestHead(
        method="GET",
        uri="/cgi-bin/pkiclient.exe?operation=GetCACert&message=tti",
        version="HTTP/1.0",
        host="192.0.2.1",
        user_agent="Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)",
    )


def test_a_response_of_ios() -> None:
    head = response_head(
        b"HTTP/1.1 404 Not Found\r\nDate: Tue, 30 Dec 2014 16:14:28 GMT\r\n"
        b"Server: cisco-IOS\r\nAccept-Ranges: none\r\n\r\n"
    )
    assert head == ResponseHead(
        status=404,
        reason="Not Found",
        version="HTTP/1.1",
        server="cisco-IOS",
        date="Tue, 30 Dec 2014 16:14:28 GMT",
        body=UNTIL_CLOSE,
    )


@pytest.mark.parametrize(
    ("line", "method", "uri", "version"),
    [
        (b"GET / HTTP/1.1", "GET", "/", "HTTP/1.1"),
        (b"GET  /a b  HTTP/1.0 ", "GET", "/a b", "HTTP/1.0"),
        (b"get /x HTTP/1.0", "get", "/x", "HTTP/1.0"),
        (b"OPTIONS * HTTP/1.1", "OPTIONS", "*", "HTTP/1.1"),
        (b"CONNECT [::1]:443 HTTP/1.1", "CONNECT", "[::1]:443", "HTTP/1.1"),
        (b"M-SEARCH * HTTP/1.1", "M-SEARCH", "*", "HTTP/1.1"),
        (b"GET / HTTP/9.9", "GET", "/", "HTTP/9.9"),
        (b"GET /old", "GET", "/old", "HTTP/0.9"),
        (b"GET / HTTP/1.", "GET", "/", "HTTP/1."),  # seen, and answered with 200
    ],
)
def test_request_lines(line: bytes, method: str, uri: str, version: str) -> None:
    head = request_head(line + b"\r\n")
    assert head is not None
    assert (head.method, head.uri, head.version) == (method, uri, version)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"\r\n\r\n", b"GET\r\n", b"GET / HTTP/1.1x\r\n", b"POST /old\r\n", b"G\x00T / HTTP/1.1\r\n"),
        *(b"PRI * HTTP/2.0\r\n\r\n", b"SSH-2.0-x\r\n", b"A" * 33 + b" / HTTP/1.1\r\n"),
        b"GET / HTTP/1.1\r\n\r\nX: y\r\n\r\n",
    ],
)
def test_what_is_no_request(raw: bytes) -> None:
    assert request_head(raw) is None


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1\r\n", b"HTTP/1.1 20\r\n", b"HTTP/2 200\r\n", b"ICY 200 OK\r\n", b"HTTP/1.1 2000 OK\r\n"]
)
def test_what_is_no_response(raw: bytes) -> None:
    assert response_head(raw) is None


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"", UNTIL_CLOSE),
        (b"Content-Length: 5\r\n", 5),
        (b"CONTENT-LENGTH:5\r\n", 5),
        (b"Content-Length: 5\r\nContent-Length: 5\r\n", 5),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", UNTIL_CLOSE),
        (b"Content-Length: " + b"5".zfill(32) + b"\r\n", 5),
        (b"Content-Length: " + b"5".zfill(6000) + b"\r\nContent-Length: 05\r\n", 5),
        (b"Content-Length: 000\r\n", 0),
        (b"Content-Length: 5, 5\r\n", 5),
        (b"Content-Length: 5, \r\n", UNTIL_CLOSE),
        (b"Content-Length: +5\r\n", UNTIL_CLOSE),
        (b"Content-Length: \xd9\xa5\r\n", UNTIL_CLOSE),
        (b"Content-Length: " + b"9" * 100_000 + b"\r\n", UNTIL_CLOSE),
        (b"Transfer-Encoding: chunked\r\n", CHUNKED),
        (b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
        (b"Transfer-Encoding: chunked, gzip\r\nContent-Length: 5\r\n", UNTIL_CLOSE),
        (b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 5),
        (b"X: 1\r\n\tContent-Length: 5\r\n", UNTIL_CLOSE),
        (b"no colon\r\nContent-Length: 5\r\n", 5),
    ],
)
def test_where_a_body_ends(fields: bytes, body: int) -> None:
    response = response_head(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")
    request = request_head(b"POST / HTTP/1.1\r\n" + fields + b"\r\n")
    assert response is not None
    assert request is not None
    assert response.body == body
    assert request.body == (0 if body == UNTIL_CLOSE else body)
    assert response_body("GET", response) == body
    assert response_body("HEAD", response) == response_body("CONNECT", response) == 0


def test_a_cut_head_says_what_is_whole_in_it() -> None:
    assert cut_request_head(b"GET /cgi-bin/p") == RequestHead("GET", "/cgi-bin/p…", None)
    assert cut_request_head(b"GET /a b") == RequestHead("GET", "/a b…", None)
    assert cut_request_head(b"GET / ") == RequestHead("GET", "/", None)
    assert cut_request_head(b"GET / HTTP/1.1") == RequestHead("GET", "/", None)
    assert cut_request_head(b"GET /x HT") == RequestHead("GET", "/x", None)
    assert cut_request_head(b"GET ") == RequestHead("GET", None, None)
    assert cut_request_head(b"GET / HTTP/1.1\r\nHost: a\r\nUser-Ag") == RequestHead("GET", "/", "HTTP/1.1", "a")
    assert cut_response_head(b"HTTP/1.1 404") == ResponseHead(404)
    assert cut_response_head(b"HTTP/1.1 40") == ResponseHead(MISSING)
    assert cut_response_head(b"HTTP/1.1 404 Not Found\r\nServer: cis").reason == "Not Found"


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    for head in (request_head(raw), response_head(b"HTTP/1.1 " + raw), cut_request_head(b"GET " + raw)):
        for text in (getattr(head, "uri", None), getattr(head, "reason", None)):
            assert text is None or text.isprintable()
    cut_response_head(b"HTTP/1." + raw)
