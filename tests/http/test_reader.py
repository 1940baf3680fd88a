"""Exchanges out of hand-made segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Talk

MS = 1_000_000

GET = b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0\r\nHost: 192.0.2.1\r\n\r\n"
IOS_404 = (
    b"HTTP/1.1 404 Not Found\r\nDate: Tue, 30 Dec 2014 16:14:28 GMT\r\nServer: cisco-IOS\r\n"
    b"Accept-Ranges: none\r\n\r\n404 Not Found\r\n"
)


def answer(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_the_404_of_ios_ends_with_its_connection(talk: Talk) -> None:
    reading = talk.read(talk.closed(talk.up(GET), talk.down(IOS_404)))
    row = reading.rows(*reading.exchanges.__slots__)
    assert row == [
        (
            *(0, 0, 0, 1, 0, 2, 1 * MS, 1 * MS, 2 * MS, 1 * MS),
            *("GET", "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", "HTTP/1.0", "192.0.2.1", None),
            *(404, "Not Found", "cisco-IOS", "Tue, 30 Dec 2014 16:14:28 GMT", None, len(GET), 118, True),
        )
    ]


def test_keep_alive(talk: Talk) -> None:
    rounds = [s for i in range(3) for s in (talk.up(b"GET /%d HTTP/1.1\r\n\r\n" % i), talk.down(answer(b"x" * i)))]
    reading = talk.read(talk.closed(*rounds))
    assert reading.rows("index", "uri", "response_frame", "response_bytes", "complete") == [
        (i, f"/{i}", 2 * i + 2, 38 + i, True) for i in range(3)
    ]
