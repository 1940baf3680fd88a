"""One direction's bytes in order, whatever the segments; and the bounds of what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.columns import MISSING
from pcapinspect.http import streams
from pcapinspect.http.streams import Budget, Origin, Piece, Stream
from pcapinspect.tcp.segments import END_FIN, END_NONE, END_RST


@dataclass
class Heard:
    """A sink that writes down what it hears."""

    data: dict[int, int] = field(default_factory=dict)
    """Byte by offset."""
    carrier: dict[int, int] = field(default_factory=dict)
    """Serial of the packet that first carried it."""
    now: dict[int, int] = field(default_factory=dict)
    at: int = 0
    gaps: list[tuple[int, int, bool]] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)

    def feed(self, piece: Piece) -> None:
        assert piece.offset == self.at
        assert piece.data
        for i, byte in enumerate(piece.data, piece.offset):
            self.data[i], self.carrier[i], self.now[i] = byte, piece.origin.serial, piece.now
        self.at += len(piece.data)

    def gap(self, length: int, *, cut: bool, now: int) -> None:
        assert length > 0
        self.gaps.append((self.at, length, cut))
        self.at += length

    def end(self, *, fin: bool) -> None:
        self.ends.append(fin)

    def go_on_after_reset(self) -> None:
        assert self.ends.pop() is False


def stream() -> tuple[Stream, Heard, Budget]:
    heard, budget = Heard(), Budget()
    return Stream(heard, budget), heard, budget


def add(stream: Stream, serial: int, offset: int, data: bytes, end: int = END_NONE, length: int | None = None) -> None:
    stream.add(
        offset, data, len(data) if length is None else length, Origin(serial * 10, serial, 0, serial, MISSING), end
    )


@given(st.lists(st.tuples(st.integers(-5, 60), st.binary(min_size=1, max_size=20)), max_size=25))
def test_each_byte_comes_once_from_the_first_segment_that_carried_it(segments: list[tuple[int, bytes]]) -> None:
    subject, heard, budget = stream()
    first: dict[int, tuple[int, int]] = {}
    delivered_until = 0
    for serial, (offset, data) in enumerate(segments):
        add(subject, serial, offset, data)
        for i, byte in enumerate(data, offset):
            if i >= 0:
                first.setdefault(i, (byte, serial))
        while delivered_until in first:
            delivered_until += 1
        assert subject.next == delivered_until
    subject.flush()
    assert {i: (heard.data[i], heard.carrier[i]) for i in heard.data} == first
    assert budget.used == 0


def test_bytes_behind_a_hole_can_be_read_when_it_is_filled() -> None:
    subject, heard, _ = stream()
    add(subject, 1, 3, b"def")
    add(subject, 2, 6, b"ghi")
    add(subject, 3, 0, b"abc")
    assert bytes(heard.data[i] for i in range(9)) == b"abcdefghi"
    assert [heard.now[i] for i in (0, 3, 6)] == [30, 30, 30]
    assert [heard.carrier[i] for i in (0, 3, 6)] == [3, 1, 2]


def test_what_the_snaplen_cut_is_a_gap_at_once() -> None:
    subject, heard, _ = stream()
    add(subject, 1, 0, b"GET /c", length=100)
    add(subject, 2, 100, b"", length=50)
    assert heard.gaps == [(6, 94, True), (100, 50, False)]
    assert subject.next == 150


@pytest.mark.parametrize("end", [END_FIN, END_RST])
def test_the_end_is_reached_with_the_last_byte_and_nothing_comes_after_it(end: int) -> None:
    subject, heard, _ = stream()
    add(subject, 1, 6, b"", end)
    add(subject, 2, 3, b"def")
    assert not subject.ended
    add(subject, 3, 0, b"abc")
    assert subject.ended
    add(subject, 4, 0, b"abcdef")
    if end == END_FIN:
        add(subject, 5, 6, b"more")
    assert heard.ends == [end == END_FIN]
    assert heard.at == 6


def test_an_end_that_is_never_reached_is_a_gap_for_fin_only() -> None:
    for end, at, ends in ((END_FIN, 9, [True]), (END_RST, 3, [])):
        subject, heard, _ = stream()
        add(subject, 1, 0, b"abc")
        add(subject, 2, 9, b"", end)
        subject.flush()
        assert (heard.at, heard.ends) == (at, ends)


def test_a_reset_from_before_is_no_end() -> None:
    subject, _, _ = stream()
    add(subject, 1, 0, b"abcdef")
    add(subject, 2, 3, b"", END_RST)
    assert not subject.ended


def test_a_hole_is_given_up_when_too_much_waits_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STREAM_LIMIT", 10 * (100 + streams.PIECE_COST))
    subject, heard, budget = stream()
    add(subject, 0, 0, b"start")
    for serial in range(1, 30):
        add(subject, serial, 10 + 200 * serial, b"x" * 100)
        assert budget.used <= streams.STREAM_LIMIT
    assert heard.gaps[0] == (5, 205, False)
    subject.flush()
    assert len(heard.data) == 5 + 29 * 100
    assert budget.used == 0


def test_all_streams_together_hold_no_more_than_the_budget() -> None:
    budget = Budget(limit=50_000)
    heard = [Heard() for _ in range(200)]
    subjects = [Stream(sink, budget) for sink in heard]
    for serial in range(1, 20):
        for subject in subjects:
            add(subject, serial, 200 * serial, b"x" * 100)
            assert budget.used <= budget.limit
    for subject in subjects:
        subject.flush()
    assert budget.used == 0
    assert {len(sink.data) for sink in heard} == {1900}


def test_a_sender_that_goes_on_was_not_reset() -> None:
    subject, heard, _ = stream()
    add(subject, 0, 0, b"abc")
    add(subject, 1, 3, b"", END_RST)
    assert (heard.ends, subject.ended) == ([False], True)
    add(subject, 2, 0, b"abc")  # on its way before the reset: proves nothing
    assert subject.ended
    add(subject, 3, 3, b"def", END_FIN)
    assert bytes(heard.data.values()) == b"abcdef"
    assert heard.ends == [True]
    add(subject, 4, 6, b"behind the end")
    assert heard.at == 6
