"""Plain connections are read without an object of their own, and give the rows that they would give with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pcapinspect.http import reader
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.http.pairing import Pairing

if TYPE_CHECKING:
    from conftest import Segment, Talk

GET = b"GET /cgi-bin/pkiclient.exe?operation=GetCACert&message=x HTTP/1.0\r\n\r\n"
POST = b"POST /cgi-bin/pkiclient.exe?operation=PKIOperation HTTP/1.1\r\nContent-Length: 4\r\n\r\nSCEP"
CLOSED = b"HTTP/1.1 404 Not Found\r\n\r\n404 Not Found\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-pki-message\r\nContent-Length: 5\r\n\r\nreply"


@pytest.fixture
def no_pairing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection that is not plain")

    monkeypatch.setattr(reader, "Pairing", refuse)


def plain(talk: Talk) -> list[list[Segment]]:
    return [
        talk.closed(talk.up(GET), talk.down(CLOSED)),
        talk.closed(talk.up(POST), talk.down(SIZED)),
        [talk.up(GET), talk.down(CLOSED, talk.FIN), talk.up(end=talk.FIN)],
        [talk.up(GET), talk.down(SIZED, talk.FIN), talk.up(end=talk.RST)],
        [talk.up(GET), talk.down(SIZED), talk.down(end=talk.RST), talk.up(end=talk.FIN)],
        [talk.up(GET, talk.FIN), talk.down(CLOSED), talk.down(end=talk.FIN), talk.down(end=talk.FIN)],
        talk.closed(talk.up(POST[:70]), talk.up(POST[70:]), talk.down(SIZED[:30]), talk.down(SIZED[30:])),
        talk.closed(talk.up(b"HEAD / HTTP/1.1\r\n\r\n"), talk.down(SIZED[: -len(b"reply")])),
    ]


@pytest.mark.usefixtures("no_pairing")
@pytest.mark.parametrize("number", range(8))
def test_a_plain_connection_needs_no_pairing(talk: Talk, number: int) -> None:
    segments = plain(talk)[number]
    assert len(talk.whole(segments).exchanges) == 1
    for edge in range(1, len(segments)):
        assert len(talk.in_batches(segments, [edge]).exchanges) == 1


@pytest.mark.parametrize("number", range(8))
def test_and_gives_the_same_row_as_with_one(talk: Talk, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    segments = plain(talk)[number]
    quick = talk.read(segments)
    assert quick.rows("complete") == [(True,)]
    monkeypatch.setattr("pcapinspect.http.single._SIZE_LIMIT", -1)
    slow = talk.whole(segments)
    assert slow.rows(*Exchanges.__slots__) == quick.rows(*Exchanges.__slots__)
    assert slow.bodies == quick.bodies


def not_plain(talk: Talk) -> list[list[Segment]]:
    closed, get = talk.closed, talk.up(GET)
    return [
        closed(get, talk.down(CLOSED), talk.down(CLOSED, offset=0)),
        closed(talk.up(GET[10:], offset=10), talk.up(GET[:10], offset=0), talk.down(CLOSED)),
        closed(get, talk.down(CLOSED[:20]), talk.down(CLOSED[30:], offset=30)),
        closed(talk.up(GET, captured=14), talk.down(CLOSED)),
        closed(get, talk.down(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")),
        closed(talk.up(GET + GET), talk.down(SIZED + SIZED)),
        closed(get, talk.down(b"HTTP/1.1 100 Continue\r\n\r\n" + SIZED)),
        closed(get, talk.down(SIZED + b"excess")),
        closed(talk.up(b"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n"), talk.down(SIZED)),
        closed(talk.up(b"GET / HTTP/1.1\n\nX: y\r\n\r\n"), talk.down(SIZED)),
        closed(talk.down(CLOSED), get),
        [get, talk.down(CLOSED), talk.down(end=talk.RST), talk.up(end=talk.FIN)],
        [get, talk.down(CLOSED), talk.down(end=talk.FIN)],
    ]


@pytest.mark.parametrize("number", range(13))
def test_others_are_left_to_pairing(talk: Talk, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []

    class Watched(Pairing):
        def __init__(self, connection: int, *rest: Any) -> None:
            used.append(connection)
            super().__init__(connection, *rest)

    monkeypatch.setattr(reader, "Pairing", Watched)
    talk.whole(not_plain(talk)[number])
    assert used == [0]


def test_a_connection_that_was_left_to_the_next_batch_ends_when_it_is_retired(talk: Talk) -> None:
    reading = talk.whole([talk.up(GET)], retired=[0])
    assert reading.rows("method", "status", "complete") == [("GET", None, False)]
