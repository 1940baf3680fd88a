"""Flows that come as text, cell by cell -> the table. What cannot be is refused with ValueError, to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from ipaddress import ip_address

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow.model import Flows

TCP = 6

MOST_PORT = 65_535
MOST = 2**63 - 1
"""Of 64 bits with a sign, as columns hold them."""

LEAST_PACKET = 20
"""Bytes of an IPv4 header (RFC 791). nfdump's ndjson of 2024 wrote the packets where the bytes belong."""

FLAG_LETTERS = "CEUAPRSF"
"""nfdump prints the eight TCP flags from CWR down to FIN, a dot for each that is not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One flow, in the order of the table's columns. Raises ValueError for one that cannot be."""

    exporter: str | None = None
    start: int = MISSING
    end: int = MISSING
    src_ip: str
    src_port: int
    dst_ip: str
    dst_port: int
    packets: int = MISSING
    bytes: int = MISSING
    tcp_flags: int = MISSING
    clock: int = MISSING
    sampling: int = MISSING

    def __post_init__(self) -> None:
        ip_address(self.src_ip)
        ip_address(self.dst_ip)
        if not (0 <= self.src_port <= MOST_PORT and 0 <= self.dst_port <= MOST_PORT):
            raise ValueError("a port beyond 16 bits")
        numbers = (self.start, self.end, self.packets, self.bytes, self.tcp_flags)
        if any(number != MISSING and abs(number) > MOST for number in numbers):
            raise ValueError("a number beyond 64 bits")
        if self.packets != MISSING and self.bytes < LEAST_PACKET * self.packets:
            object.__setattr__(self, "bytes", MISSING)


def flows_of(rows: Sequence[Row]) -> Flows:
    """A table of flows."""
    dtypes = Flows.dtypes()
    return Flows(
        **{
            field.name: np.array([getattr(row, field.name) for row in rows], dtypes[field.name])
            for field in fields(Row)
        }
    )


def flags(text: str) -> int:
    """`...AP.SF`, or a number; MISSING where there is nothing."""
    text = text.strip()
    if not text:
        return MISSING
    if text.isdigit() or text.lower().startswith("0x"):
        return int(text, 0)
    return sum(1 << 7 - place for place, letter in enumerate(text[-8:]) if letter == FLAG_LETTERS[place])


def count(text: str) -> int:
    """A number, also as `1.2 M` (nfdump without -N) or `1K` (IOS)."""
    text = text.strip()
    unit = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}.get(text[-1:].upper(), 0)
    return round(float(text[:-1]) * unit) if unit else int(text)


def optional_count(text: str | None) -> int:
    """The same; MISSING where there is nothing."""
    return count(text) if text and text.strip() else MISSING
