"""Every row's numbers for the page: one block of bytes, and where each column lies in it.

    {"clients", "outcomes", "operations": words,
     "connections", "exchanges": {column: {"type": of JavaScript's typed arrays, "at": first byte, "length": numbers,
                                           "from": null, or each is less the one before it, the first less this}}}

`asked` of an exchange is milliseconds after the `start` of its connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.report.every_row import Rows
from pcapinspect.tcp.connections import OUTCOMES

RISING = frozenset({"start", "connection"})
"""Columns that grow, or nearly: what they grow by is small, and packs well."""

TYPES = (
    ("Uint8Array", np.dtype("u1")),
    ("Int8Array", np.dtype("i1")),
    ("Uint16Array", np.dtype("<u2")),
    ("Int16Array", np.dtype("<i2")),
    ("Uint32Array", np.dtype("<u4")),
    ("Int32Array", np.dtype("<i4")),
    ("Float64Array", np.dtype("<f8")),
)
"""The first that holds all values is taken. Milliseconds since 1970 are exact in a double."""


def packed(rows: Rows) -> tuple[dict[str, object], bytes]:
    """What says where each column is, and the block."""
    block = bytearray()

    def place(columns: Mapping[str, Int64]) -> dict[str, object]:
        return {name: _add(block, values, rising=name in RISING) for name, values in columns.items()}

    begun = rows.connections["start"][rows.exchanges["connection"]]
    head: dict[str, object] = {
        "clients": list(rows.clients),
        "outcomes": list(OUTCOMES),
        "operations": list(rows.operations),
        "connections": place(rows.connections),
        "exchanges": place({**rows.exchanges, "asked": rows.exchanges["asked"] - begun}),
    }
    return head, bytes(block)


def _add(block: bytearray, values: Int64, *, rising: bool) -> dict[str, object]:
    first = int(values[0]) if rising and len(values) else None
    shown = values if first is None else np.diff(values, prepend=first)
    low, high = (int(shown.min()), int(shown.max())) if len(shown) else (0, 0)
    name, kind = next((name, kind) for name, kind in TYPES if _holds(kind, low, high))
    at = len(block)
    block += shown.astype(kind).tobytes()
    return {"type": name, "at": at, "length": len(shown), "from": first}


def _holds(kind: np.dtype[Any], low: int, high: int) -> bool:
    if kind.kind == "f":
        return True
    info = np.iinfo(kind)
    return bool(info.min <= low and high <= info.max)
