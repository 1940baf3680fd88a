"""What a batch leaves to the next, and how the bytes of a connection come to lie together."""

from __future__ import annotations

import numpy as np

from pcapinspect.http import backlog
from pcapinspect.http.backlog import WORD, Backlog
from pcapinspect.tcp.segments import DOWN, UP, Segments


def segments(*pieces: tuple[int, int, bytes], data: bytes) -> Segments:
    """Pieces as (connection, direction, bytes), which are looked for in `data`."""
    table = Segments.empty().take(np.zeros(0, int))
    columns = {name: np.zeros(len(pieces), getattr(table, name).dtype) for name in Segments.__slots__}
    columns["connection"][:] = [connection for connection, _, _ in pieces]
    columns["direction"][:] = [direction for _, direction, _ in pieces]
    columns["captured"][:] = columns["length"][:] = [len(text) for _, _, text in pieces]
    columns["start"][:] = [data.index(text) for _, _, text in pieces]
    return Segments(**columns)


def texts(of: Backlog) -> list[bytes]:
    return [
        of.raw[start : start + size].tobytes()
        for start, size in zip(of.rows.start.tolist(), of.rows.captured.tolist(), strict=True)
    ]


def test_what_the_client_sent_lies_before_what_the_server_sent() -> None:
    data = b"..REquest--answER"
    table = segments((4, UP, b"RE"), (4, DOWN, b"answ"), (4, UP, b"quest"), (4, DOWN, b"ER"), data=data)
    found = backlog.empty().with_next(table, 0, np.frombuffer(data, np.uint8))
    assert texts(found) == [b"RE", b"answ", b"quest", b"ER"]
    assert found.raw.tobytes() == b"REquestanswER".ljust(2 * WORD, b"\0")


def test_every_connection_begins_at_a_word_and_ends_with_zeros() -> None:
    data = b"abcdefghijklmno"
    table = segments((7, UP, b"klm"), (2, UP, b"abcdefghi"), (7, DOWN, b"no"), (9, UP, b"j"), data=data)
    found = backlog.empty().with_next(table, 0, np.frombuffer(data, np.uint8))
    assert found.rows.connection.tolist() == [2, 7, 7, 9]
    assert found.rows.start.tolist() == [0, 16, 19, 24]
    assert found.raw.tobytes()[:32] == b"abcdefghi".ljust(16, b"\0") + b"klmno\0\0\0" + b"j".ljust(8, b"\0")


def test_what_was_left_comes_before_the_next_batch() -> None:
    first, second = b"GET /", b"index.htmlPOST"
    left = backlog.empty().with_next(segments((1, UP, b"GET /"), data=first), 0, np.frombuffer(first, np.uint8))
    table = segments((2, UP, b"POST"), (1, UP, b"index.html"), data=second)
    found = left.with_next(table, 1, np.frombuffer(second, np.uint8))
    assert texts(found) == [b"GET /", b"index.html", b"POST"]
    assert found.serials.tolist() == [0, 2, 1]
    assert found.raw.tobytes()[:15] == b"GET /index.html"
