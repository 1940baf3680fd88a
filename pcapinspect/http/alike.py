"""The compiled part of `single`: what the streams of many connections hold, and which of them hold the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Bool, Int32, Int64, UInt8, UInt64
from pcapinspect.kernel import kernel, step
from pcapinspect.mixing import mix
from pcapinspect.tcp.segments import DOWN, END_FIN, UP


class Rows(NamedTuple):
    """Columns of segments, sorted by connection, that are looked at here."""

    direction: UInt8
    offset: Int64
    length: Int32
    captured: Int32
    start: Int64
    end: UInt8


class Streams(NamedTuple):
    """One row a connection; of the columns with two elements the first is UP's, the second DOWN's."""

    total: Int64
    """Bytes of payload."""
    first: Int64
    """Row of the first segment with payload; the number of rows where there is none."""
    last: Int64
    """Row of the last one; -1."""
    ended: Bool
    """Whether the stream's end is where its payload ends."""
    fin: Bool
    """Whether the lowest end that was seen is a FIN."""
    plain: Bool
    """(connections): whether every payload is captured whole and follows the one before it in its direction."""


def streams_of(rows: Rows, starts: Int64) -> Streams:
    """What the streams of each connection consist of; `starts`: the first row of each."""
    both = (len(starts), 2)
    total, first, last = (np.zeros(both, np.int64) for _ in range(3))
    found = Streams(total, first, last, np.zeros(both, bool), np.zeros(both, bool), np.ones(len(starts), bool))
    measure(rows, starts, found)
    return found


@kernel
def measure(rows: Rows, starts: Int64, out: Streams) -> None:
    """Fills `out`."""
    count = rows.offset.size
    for number in range(starts.size):
        begin = starts[number]
        stop = starts[number + 1] if number + 1 < starts.size else count
        for direction in (UP, DOWN):
            measure_stream(rows, begin, stop, direction, number, out)


@step
def measure_stream(rows: Rows, begin: int, stop: int, direction: int, number: int, out: Streams) -> None:
    """One direction of the connection that has the rows [begin, stop)."""
    total, first, last = 0, rows.offset.size, -1
    end, mark = -1, -1
    for row in range(begin, stop):
        if rows.direction[row] != direction:
            continue
        length = int(rows.length[row])
        if length > 0:
            if rows.offset[row] != total or rows.captured[row] != length:
                out.plain[number] = False
            total += length
            first, last = min(first, row), row
        if rows.end[row] > 0 and (mark < 0 or rows.offset[row] + length < end):
            end, mark = rows.offset[row] + length, row  # the lowest counts, and of several there the first
    out.total[number, direction], out.first[number, direction], out.last[number, direction] = total, first, last
    out.ended[number, direction] = mark >= 0 and end == total
    out.fin[number, direction] = mark >= 0 and rows.end[mark] == END_FIN


@kernel
def first_alike(text: UInt64, begins: Int64, sizes: Int64, marks: Int64, seed: np.uint64) -> Int64:
    """For each stretch, `sizes[i]` words from begins[i] on, the first one that has the same words and the same mark."""
    count = marks.size
    size = 1
    while size < 2 * count:
        size *= 2
    table = np.full(size, -1, np.int64)
    hashes = np.empty(count, np.uint64)
    first = np.empty(count, np.int64)
    for i in range(count):
        hashes[i] = mix(hash_of(text, begins[i], begins[i] + sizes[i], seed), np.uint64(marks[i]), seed)
        place = np.int64(hashes[i] >> np.uint64(1)) & (size - 1)
        while table[place] >= 0:
            other = table[place]
            same = hashes[other] == hashes[i] and marks[other] == marks[i] and sizes[other] == sizes[i]
            if same and equal(text, begins[other], begins[i], sizes[i]):
                break
            place = (place + 1) & (size - 1)
        if table[place] < 0:
            table[place] = i
        first[i] = table[place]
    return first


@step
def hash_of(text: UInt64, first: int, last: int, seed: np.uint64) -> np.uint64:
    """Of the words [first, last)."""
    state = seed
    for k in range(first, last):
        state = mix(state, text[k], seed)
    return state


@step
def equal(text: UInt64, one: int, other: int, size: int) -> bool:
    """Whether two stretches of `size` words are the same."""
    different = np.uint64(0)
    for k in range(size):
        different |= text[one + k] ^ text[other + k]
    return bool(different == 0)
