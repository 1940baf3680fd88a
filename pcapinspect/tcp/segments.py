"""Segments: what the tracker hands to `http` after each batch."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Columns, Int32, Int64, UInt8, UInt16, column

UP = 0
"""Direction: from the client to the server."""

DOWN = 1


@dataclass(frozen=True, slots=True)
class Segments(Columns):
    """Packets of watched connections that carry payload or end a direction, in the order of the capture.

    Capture duplicates are left out; TCP retransmissions are not: streams overlap and arrive in any order.
    """

    connection: Int64 = column("i8")
    direction: UInt8 = column("u1")
    offset: Int64 = column("i8")
    """Of the first byte in its stream: 0 is the byte after the SYN, 64 bits wide (the sequence number's wraps are
    undone). In a midstream connection 0 is the first byte seen, and earlier bytes that come late are negative."""
    length: Int32 = column("i4")
    """Bytes on the wire."""
    captured: Int32 = column("i4")
    """Bytes in the capture, from the front; the rest is a hole."""
    start: Int64 = column("i8")
    """Of the captured bytes in the batch's `data`."""
    time: Int64 = column("i8")
    frame: Int64 = column("i8")
    file: UInt16 = column("u2")
    acked: Int64 = column("i8")
    """Offset in the other direction's stream up to which the segment acknowledges its bytes; MISSING where that is not
    known. It tells what its sender had received, whatever the clocks say."""
    end: UInt8 = column("u1")
    """0, or END_FIN: the stream ends after these bytes, or END_RST: the connection was torn down here."""


END_NONE, END_FIN, END_RST = range(3)
