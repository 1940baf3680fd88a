"""Makes captures of any size at the speed of the disk, with a truth that is known by construction.

    python benchmarks/generate.py storm 5000000 storm.pcap     # port 80 only, a quarter of the attempts unanswered
    python benchmarks/generate.py mixed 5000000 mixed.pcap     # four fifths of the bytes are other traffic
    python benchmarks/generate.py downloads 5000000 long.pcap  # a hundred connections, whatever the number of packets

Beside the capture it writes FILE.truth.json. Packets are templates whose addresses, ports, numbers and checksums
are filled in with numpy, a slice of time after the other, so that memory does not grow with the capture.
"""

from __future__ import annotations

import argparse
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLIENTS = 2_000
ATTEMPTS_PER_SECOND = 400
UNANSWERED_EVERY = 4
START = 1_760_000_000 * 10**9
SLICE_SECONDS = 25
SYN_TIMES = (0.0, 2.0, 6.0, 14.0)
"""Gaps of 2, 4 and 8 s between the SYNs of one attempt as a capture of an IOS client shows them."""

REQUEST = (
    b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0\r\n"
    b"User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)\r\nHost: 10.1.0.80\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 404 Not Found\r\nDate: Tue, 30 Dec 2014 16:14:28 GMT\r\nServer: cisco-IOS\r\n"
    b"Accept-Ranges: none\r\n\r\n404 Not Found\r\n"
)
FIN, SYN, PSH, ACK = 1, 2, 8, 16


@dataclass(frozen=True)
class Kind:
    """One packet of a connection: who sends it, when, and its place in both streams."""

    after: float
    up: bool
    flags: int
    sent: int
    """Bytes (SYN and FIN included) that the sender has sent before."""
    received: int
    """Bytes that it acknowledges."""
    payload: bytes = b""


_UP, _DOWN = 1 + len(REQUEST), 1 + len(RESPONSE)
ANSWERED = (
    Kind(0.000, True, SYN, 0, 0),
    Kind(0.010, False, SYN | ACK, 0, 1),
    Kind(0.020, True, ACK, 1, 1),
    Kind(0.021, True, PSH | ACK, 1, 1, REQUEST),
    Kind(0.031, False, ACK, 1, _UP),
    Kind(0.040, False, PSH | ACK, 1, _UP, RESPONSE),
    Kind(0.041, False, FIN | ACK, _DOWN, _UP),
    Kind(0.050, True, ACK, _UP, _DOWN),
    Kind(0.051, True, FIN | ACK, _UP, _DOWN + 1),
    Kind(0.061, False, ACK, _DOWN + 1, _UP + 1),
)
UNANSWERED = tuple(Kind(seconds, True, SYN, 0, 0) for seconds in SYN_TIMES)
KINDS = ANSWERED + UNANSWERED
OPEN = 100
"""Connections of the downloads."""

DOWNLOAD_REQUEST = b"GET /large.bin HTTP/1.0\r\nHost: 10.1.0.80\r\n\r\n"
DOWNLOAD_HEAD = b"HTTP/1.1 200 OK\r\nServer: cisco-IOS\r\nContent-Length: 99999999999\r\n\r\n"
_ASKED = 1 + len(DOWNLOAD_REQUEST)
OPENING = (
    *ANSWERED[:3],
    Kind(0.021, True, PSH | ACK, 1, 1, DOWNLOAD_REQUEST),
    Kind(0.040, False, PSH | ACK, 1, _ASKED, DOWNLOAD_HEAD),
)
PIECE = Kind(0, False, ACK, 1 + len(DOWNLOAD_HEAD), _ASKED, b"8 bytes.")
OTHER_SIZE = 1_400
"""Payload of a packet of other traffic, near the usual MTU."""


def template(kind: Kind) -> bytes:
    """Ethernet, IPv4 and TCP with everything that does not change from connection to connection."""
    source, target = (bytes([10, 2, 0, 0]), bytes([10, 1, 0, 80]))
    if not kind.up:
        source, target = target, source
    option = b"\x02\x04\x05\xb4" if kind.flags & SYN else b""
    tcp = struct.pack("!HHIIBBHHH", 80, 80, 0, 0, (20 + len(option)) // 4 << 4, kind.flags, 4128, 0, 0) + option
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(kind.payload), 0, 0, 255, 6, 0) + source + target
    return bytes.fromhex("02000000000102000000000208004500")[:14] + ip + tcp + kind.payload


def other_template(protocol: int) -> bytes:
    """A full-size packet to port 443, TCP or UDP."""
    layer4 = (
        struct.pack("!HHIIBBHHH", 40000, 443, 1, 1, 0x50, ACK, 4128, 0, 0)
        if protocol == 6
        else struct.pack("!HHHH", 40000, 443, 8 + OTHER_SIZE, 0)
    )
    size = 20 + len(layer4) + OTHER_SIZE
    ip = struct.pack("!BBHHHBBH", 0x45, 0, size, 0, 0, 64, protocol, 0) + bytes([10, 9, 0, 1, 10, 9, 0, 2])
    return bytes.fromhex("020000000001020000000002") + b"\x08\x00" + ip + layer4 + bytes(OTHER_SIZE)


def checksum(words: NDArray[np.uint8], extra: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
    """The Internet checksum (RFC 1071) of each row of bytes."""
    total = (words[:, 0::2].astype(np.int64) << 8).sum(axis=1) + words[:, 1::2].astype(np.int64).sum(axis=1) + extra
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def put(rows: NDArray[np.uint8], at: int, size: int, values: NDArray[np.int64]) -> None:
    """Writes big-endian numbers of `size` bytes into each row."""
    for byte in range(size):
        rows[:, at + byte] = values >> 8 * (size - 1 - byte) & 255


def packets_of(
    kind: Kind, attempts: NDArray[np.int64], identification: NDArray[np.int64], further: NDArray[np.int64] | int = 0
) -> NDArray[np.uint8]:
    """The frames of one kind for many attempts, one row each. `further`: bytes sent before, beside the kind's own."""
    frame = np.frombuffer(template(kind), np.uint8)
    padded = len(frame) + len(frame) % 2
    rows = np.zeros((len(attempts), padded), np.uint8)
    rows[:, : len(frame)] = frame
    client = attempts % CLIENTS
    put(rows, 26 + 2 if kind.up else 30 + 2, 2, client + 256)
    put(rows, 34 if kind.up else 36, 2, 1024 + attempts // CLIENTS % 60_000)
    client_isn = attempts * 2_654_435_761 & 0xFFFFFFFF
    server_isn = attempts * 40_503 + 77 & 0xFFFFFFFF
    first, second = (client_isn, server_isn) if kind.up else (server_isn, client_isn)
    put(rows, 38, 4, first + kind.sent + further & 0xFFFFFFFF)
    if kind.flags & ACK:
        put(rows, 42, 4, second + kind.received & 0xFFFFFFFF)
    put(rows, 18, 2, identification & 0xFFFF)
    put(rows, 24, 2, checksum(rows[:, 14:34]))
    put(rows, 50, 2, checksum(rows[:, 26:], 6 + len(frame) - 34))
    return rows[:, : len(frame)]


def unanswered(attempts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """One in UNANSWERED_EVERY, spread over all clients: each round over the clients begins at another one."""
    return (attempts + attempts // CLIENTS) % UNANSWERED_EVERY == 0


def record_headers(times: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Little-endian pcap record headers with microseconds."""
    header = np.empty((len(times), 4), "<u4")
    header[:, 0], header[:, 1] = times // 10**9, times % 10**9 // 1000
    header[:, 2] = header[:, 3] = sizes
    return header.view(np.uint8).reshape(len(times), 16)


def write_slice(file, times: NDArray[np.int64], kinds: NDArray[np.int64], attempts: NDArray[np.int64], other) -> None:
    """Appends packets in the order of their times. Kinds from len(KINDS) on are other traffic."""
    order = np.argsort(times, kind="stable")
    times, kinds, attempts = times[order], kinds[order], attempts[order]
    lengths = np.array([len(template(kind)) for kind in KINDS] + [len(frame) for frame in other], np.int64)[kinds]
    ends = np.cumsum(lengths + 16)
    starts = ends - lengths - 16
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    headers = record_headers(times, lengths)
    out[starts[:, None] + np.arange(16)] = headers
    for number in np.unique(kinds):
        rows = np.flatnonzero(kinds == number)
        if number < len(KINDS):
            frames = packets_of(KINDS[number], attempts[rows], attempts[rows] * 16 + number + 1)
            out[starts[rows][:, None] + 16 + np.arange(frames.shape[1])] = frames
        else:
            frame = np.frombuffer(other[number - len(KINDS)], np.uint8)
            for start in starts[rows] + 16:
                out[start : start + len(frame)] = frame
    file.write(out.tobytes())


def generate(path: Path, packets: int, *, mixed: bool) -> dict[str, int]:
    """Writes about `packets` packets of port 80 (and, where mixed, four times their bytes of others)."""
    other = (other_template(6), other_template(17)) if mixed else ()
    per_group = (UNANSWERED_EVERY - 1) * len(ANSWERED) + len(UNANSWERED)
    total = packets // per_group * UNANSWERED_EVERY
    storm_bytes = sum(len(template(kind)) + 16 for kind in ANSWERED) * 3 // 4 + 4 * 75 // 4
    pending = [np.empty(0, np.int64)] * 3
    written = other_packets = 0
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for first in range(0, total, SLICE_SECONDS * ATTEMPTS_PER_SECOND):
            attempts = np.arange(first, min(first + SLICE_SECONDS * ATTEMPTS_PER_SECOND, total), dtype=np.int64)
            columns = [pending]
            begin = START + attempts * 10**9 // ATTEMPTS_PER_SECOND
            silent = unanswered(attempts)
            for number, kind in enumerate(KINDS):
                chosen = silent if number >= len(ANSWERED) else ~silent
                columns.append(
                    [
                        begin[chosen] + int(kind.after * 10**9),
                        np.full(int(chosen.sum()), number, np.int64),
                        attempts[chosen],
                    ]
                )
            if mixed:
                count = len(attempts) * storm_bytes * 4 // (OTHER_SIZE + 70)
                times = np.linspace(begin[0], begin[-1], count, dtype=np.int64)
                columns.append([times, len(KINDS) + np.arange(count) % 2, np.zeros(count, np.int64)])
                other_packets += count
            times, kinds, numbers = (np.concatenate(parts) for parts in zip(*columns, strict=True))
            last = attempts[-1] == total - 1
            due = times <= begin[-1] if not last else np.ones(len(times), bool)
            write_slice(file, times[due], kinds[due], numbers[due], other)
            written += int(due.sum())
            pending = [times[~due], kinds[~due], numbers[~due]]
    silent_attempts = int(unanswered(np.arange(total, dtype=np.int64)).sum())
    return {
        "packets": written,
        "other_packets": other_packets,
        "attempts": total,
        "unanswered": silent_attempts,
        "established": total - silent_attempts,
        "exchanges": total - silent_attempts,
        "syn_packets": total - silent_attempts + silent_attempts * len(SYN_TIMES),
    }


def downloads(path: Path, packets: int) -> dict[str, int]:
    """Writes `packets` packets of OPEN connections, open at the same time, in which the server sends and sends."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        attempts = np.arange(OPEN, dtype=np.int64)
        for number, kind in enumerate(OPENING):
            write_frames(file, START + number * 10**8 + attempts * 10**5, packets_of(kind, attempts, attempts))
        sent = packets - OPEN * len(OPENING)
        for first in range(0, sent, 1 << 18):
            numbers = np.arange(first, min(first + (1 << 18), sent), dtype=np.int64)
            frames = packets_of(PIECE, numbers % OPEN, numbers, numbers // OPEN * len(PIECE.payload))
            write_frames(file, START + 10**9 + numbers * 10**4, frames)
    return {"packets": packets, "attempts": OPEN, "unanswered": 0, "established": OPEN, "exchanges": OPEN}


def write_frames(file, times: NDArray[np.int64], frames: NDArray[np.uint8]) -> None:
    """Appends frames of one size, in the order of their times."""
    sizes = np.full(len(times), frames.shape[1], np.int64)
    file.write(np.hstack((record_headers(times, sizes), frames)).tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("storm", "mixed", "downloads"))
    parser.add_argument("packets", type=int, help="packets of port 80")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    if options.kind == "downloads":
        truth = downloads(options.file, options.packets)
    else:
        truth = generate(options.file, options.packets, mixed=options.kind == "mixed")
    options.file.with_suffix(".truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    print(json.dumps(truth))


if __name__ == "__main__":
    main()
