"""Templates: how the records of a data set are laid out, and the records cut out of a set by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

import numpy as np

from pcapinspect.columns import UInt8
from pcapinspect.evidence.netflow.elements import REVERSE, WANTED

VARIABLE = 0xFFFF
"""Field length that says: the length stands before each value (RFC 7011, 7)."""

WAY_BACK = (29305).to_bytes(4)
"""Enterprise number of the fields of the way back (RFC 5103, 6.1)."""

LONGEST_FIELDS = 2048
"""Fields of a template: more do not fit into a datagram of 64 KiB that is to hold a record as well."""


@dataclass(frozen=True, slots=True)
class Field:
    """A wanted field of fixed length, and where it lies in a record of fixed length."""

    element: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Template:
    """The layout of one template ID."""

    layout: tuple[tuple[int, int], ...]
    """(element, length) in order; element 0 for a private one (its enterprise is not ours to know)."""
    is_options: bool

    @property
    def is_biflow(self) -> bool:
        """Whether records hold the way back as well (RFC 5103)."""
        return any(element > REVERSE for element, _ in self.layout)

    @property
    def is_fixed(self) -> bool:
        """Whether every record has the same length."""
        return all(length != VARIABLE for _, length in self.layout)

    @property
    def length(self) -> int:
        """Bytes of a record of fixed length."""
        return sum(length for _, length in self.layout)

    def fields(self) -> list[Field]:
        """The wanted fields; the first where an element stands twice."""
        found: dict[int, Field] = {}
        offset = 0
        for element, length in self.layout:
            if element & ~REVERSE in WANTED and element not in found and 0 < length <= 16:
                found[element] = Field(element, offset, length)
            offset += length
        return list(found.values())


def read_templates(body: bytes, *, is_options: bool, ipfix: bool) -> Iterator[tuple[int, Template | None]]:
    """Template IDs and layouts of a template set; None: the template is withdrawn. Stops at what makes no sense."""
    at = 0
    while at + 4 <= len(body):
        number, count = unpack_from("!HH", body, at)
        at += 4
        if number < 256:
            return  # padding
        if ipfix and count == 0:
            yield number, None
            continue
        if is_options:
            if at + 2 > len(body):
                return
            second = unpack_from("!H", body, at)[0]
            at += 2
            # v9 counts bytes of scope and option fields, IPFIX counts fields (RFC 3954, 6.1; RFC 7011, 3.4.2.2).
            count = count if ipfix else (count + second) // 4
        if count > LONGEST_FIELDS:
            return
        layout = []
        for _ in range(count):
            if at + 4 > len(body):
                return
            element, length = unpack_from("!HH", body, at)
            at += 4
            if ipfix and element & 0x8000:
                element = element & 0x7FFF | REVERSE if body[at : at + 4] == WAY_BACK else 0
                at += 4
            layout.append((element, length))
        template = Template(tuple(layout), is_options)
        if template.length:
            yield number, template


def fixed_records(template: Template, body: bytes) -> UInt8:
    """The records of a set as rows of bytes, shape (records, length). Padding at the end is left out."""
    count = len(body) // template.length
    return np.frombuffer(body, np.uint8, count * template.length).reshape(count, template.length)


def flatten_variable(template: Template, body: bytes) -> tuple[Template, bytes, bool]:
    """Records with fields of variable length, as records of fixed length that hold the other fields only.

    Returns their layout, their bytes, and whether the set ended in the middle of a record.
    """
    kept = tuple((element, length) for element, length in template.layout if length != VARIABLE)
    out = bytearray()
    at = 0
    while at < len(body):
        row = bytearray()
        for _, length in template.layout:
            size = length
            if length == VARIABLE:
                if at >= len(body):
                    break
                size, at = body[at], at + 1
                if size == 255:
                    size, at = int.from_bytes(body[at : at + 2]), at + 2
            if at + size > len(body):
                break
            if length != VARIABLE:
                row += body[at : at + size]
            at += size
        else:
            out += row
            continue
        # Less than four bytes are padding (RFC 7011, 3.3.1).
        return Template(kept, template.is_options), bytes(out), len(body) - at >= 4
    return Template(kept, template.is_options), bytes(out), False
