"""IP fragments, joined (RFC 791, RFC 8200). What is never completed is dropped after a time, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64, UInt8
from pcapinspect.packets.decode import Pieces

PATIENCE = 60 * SECOND
"""How long pieces wait for the others: RFC 8200, 4.5. Later, the identification may be another packet's."""

MOST_DATAGRAMS = 4096
"""Waiting at a time."""

MOST_BYTES = 64 << 20
"""Waiting at a time."""

LARGEST = 65_535 + 8
"""Bytes of payload: the offset has 13 bits and counts eights."""

_CARRIERS = frozenset({0, 4, 6, 17, 41, 43, 47, 51, 60, 97, 115, 137})
"""Protocols that are TCP or can lead to it; other fragments are not kept."""

_TUNNEL_PORTS = frozenset({1701, 2152, 3544, 4341, 4789, 4790, 6081, 6635, 8472, 37008})
"""UDP ports that `transport.udp` follows; other UDP datagrams are not kept."""

Lost = Callable[[int], None]
"""Called with the number of fragments that were dropped."""


@dataclass(slots=True)
class _Datagram:
    time: int
    lost: Lost
    payload: bytearray = field(default_factory=bytearray)
    filled: bytearray = field(default_factory=bytearray)
    """1 for each byte of the payload that is there."""
    covered: int = 0
    total: int | None = None
    """Bytes of the whole payload, when its last piece is there."""
    header: bytes | None = None
    """What precedes the payload, of the first piece."""
    pieces: int = 0
    refused: bool = False
    """Its first piece shows that nothing in it matters."""

    def add(self, offset: int, piece: bytes) -> int:
        """Put a piece in; of two that overlap, the first to come holds. Returns by how many bytes the datagram grew."""
        end = offset + len(piece)
        grown = max(0, end - len(self.payload))
        self.payload.extend(bytes(grown))
        self.filled.extend(bytes(grown))
        at = self.filled.find(0, offset, end)
        while at >= 0:
            until = self.filled.find(1, at, end)
            until = end if until < 0 else until
            self.payload[at:until] = piece[at - offset : until - offset]
            self.filled[at:until] = b"\1" * (until - at)
            self.covered += until - at
            at = self.filled.find(0, until, end)
        return grown

    def whole(self) -> bool:
        return self.header is not None and self.total is not None and self.covered >= self.total == len(self.payload)


@dataclass(frozen=True, slots=True)
class _Piece:
    key: bytes
    protocol: int
    offset: int
    last: bool
    header: bytes
    """Of the packet, as if it had not been fragmented, but for its length."""
    payload: bytes
    cut: bool


class Fragments:
    """Fragments that wait for each other; one for all files of a reading, as a datagram can be in two of a ring."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, _Datagram] = {}
        self._bytes = 0

    def join(self, data: UInt8, pieces: Pieces, times: Int64, lost: Lost) -> Iterator[tuple[int, bytes]]:
        """The IP packets that the pieces complete, each with the index of the record that completed it."""
        for row, record in enumerate(pieces.record.tolist()):
            piece = _read(data, pieces, row)
            if piece.protocol not in _CARRIERS:
                continue
            if piece.cut or not piece.payload or piece.offset + len(piece.payload) > LARGEST:
                lost(1)
                continue
            packet = self._add(piece, int(times[record]), lost)
            if packet is not None:
                yield record, packet

    def finish(self) -> None:
        """Count what waits as lost."""
        for key in list(self._waiting):
            self._drop(key)

    def _add(self, piece: _Piece, time: int, lost: Lost) -> bytes | None:
        datagram = self._waiting.get(piece.key)
        if datagram is not None and abs(time - datagram.time) > PATIENCE:
            self._drop(piece.key)
            datagram = None
        if datagram is None:
            self._make_room(time)
            datagram = self._waiting[piece.key] = _Datagram(time, lost)
        if datagram.refused:
            return None
        datagram.pieces += 1
        if piece.offset == 0:
            if piece.protocol == 17 and not _is_tunnel(piece.payload):
                self._refuse(datagram)
                return None
            datagram.header = datagram.header or piece.header
        if piece.last:
            datagram.total = piece.offset + len(piece.payload)
        self._bytes += datagram.add(piece.offset, piece.payload)
        if not datagram.whole():
            return None
        packet = _with_length(datagram.header or b"", bytes(datagram.payload))
        self._forget(piece.key)
        return packet

    def _make_room(self, time: int) -> None:
        """Drop the oldest: they have waited too long, or there are too many."""
        while self._waiting:
            oldest = next(iter(self._waiting))
            stale = abs(time - self._waiting[oldest].time) > PATIENCE
            if not stale and len(self._waiting) < MOST_DATAGRAMS and self._bytes < MOST_BYTES:
                break
            self._drop(oldest)

    def _refuse(self, datagram: _Datagram) -> None:
        self._bytes -= len(datagram.payload)
        datagram.payload.clear()
        datagram.filled.clear()
        datagram.refused = True

    def _forget(self, key: bytes) -> None:
        self._bytes -= len(self._waiting.pop(key).payload)

    def _drop(self, key: bytes) -> None:
        datagram = self._waiting[key]
        if not datagram.refused:
            datagram.lost(datagram.pieces)
        self._forget(key)


def _read(data: UInt8, pieces: Pieces, row: int) -> _Piece:
    """A piece out of the buffer."""
    at, fragment = int(pieces.header[row]), int(pieces.fragment[row])
    start, end = int(pieces.start[row]), int(pieces.end[row])
    header = bytearray(data[at:start].tobytes())
    payload, cut = data[start:end].tobytes(), end < int(pieces.wire[row])
    if fragment == 0:
        place = int.from_bytes(header[6:8])
        key = b"4" + bytes(header[12:20] + header[4:6] + header[9:10])
        offset, last, protocol = (place & 0x1FFF) * 8, not place & 0x2000, header[9]
        header[6:8] = b"\0\0"
    else:
        extension = fragment - at
        place = int.from_bytes(header[extension + 2 : extension + 4])
        protocol = header[extension]
        key = b"6" + bytes(header[8:40] + header[extension + 4 : extension + 8])
        offset, last = place & 0xFFF8, not place & 1
        header[extension + 2 : extension + 4] = b"\0\0"  # an atomic fragment (RFC 6946)
    return _Piece(key, protocol, offset, last, bytes(header), payload, cut)


def _is_tunnel(datagram: bytes) -> bool:
    """Whether a UDP datagram's ports are those of a tunnel."""
    return bool({int.from_bytes(datagram[:2]), int.from_bytes(datagram[2:4])} & _TUNNEL_PORTS)


def _with_length(header: bytes, payload: bytes) -> bytes:
    """The packet, its length field set; 0, which means by the frame, where the field is too small."""
    packet = bytearray(header + payload)
    six = packet[0] >> 4 == 6
    length = len(packet) - (40 if six else 0)
    at = 4 if six else 2
    packet[at : at + 2] = (length if length <= 0xFFFF else 0).to_bytes(2)
    return bytes(packet)
