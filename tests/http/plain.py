"""Messages that many tests send."""

from __future__ import annotations

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
