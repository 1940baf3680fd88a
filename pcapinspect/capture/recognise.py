"""What a file is, by its first bytes."""

from __future__ import annotations

from typing import Protocol

from pcapinspect.capture import foreign, linktypes, pcap, pcapng, records
from pcapinspect.capture.inputs import InputFile
from pcapinspect.columns import UInt8
from pcapinspect.errors import CaptureError

SMALLEST_BUFFER = 512
"""Bytes that must be in the first buffer, for a file header and for the marks of other files."""


class EmptyFile(CaptureError):
    """A file of no bytes."""


class Walker(Protocol):
    """A container format: finds the records in a buffer."""

    name: str
    start: int
    """Bytes of the file before the first record."""
    damage: str
    """What is wrong where the walk stopped as DAMAGED."""

    def walk(self, data: UInt8, at: int, out: records.Records) -> tuple[int, int, int]: ...

    def finish(self) -> None: ...


def recognise(data: UInt8, file: InputFile) -> Walker:
    """The walker for what the first bytes say. Raises CaptureError for what is no capture."""
    head = data[:SMALLEST_BUFFER].tobytes()
    if not head:
        if file.warnings:
            raise CaptureError(file.path, file.warnings[-1])
        raise EmptyFile(file.path, "the file is empty")
    if head[:4] == pcapng.MAGIC:
        file.format += pcapng.PcapngWalker.name
        return pcapng.PcapngWalker(file)
    if not pcap.is_magic(head):
        raise CaptureError(file.path, foreign.describe(head))
    if len(head) < pcap.HEADER:
        raise CaptureError(file.path, "the file ends in the middle of its header", len(head))
    header = pcap.read_header(head)
    if header.reserved:
        raise CaptureError(file.path, f"reserved bits 0x{header.reserved:08x} of the link type are set: damaged", 20)
    if header.link in linktypes.WIRELESS:
        raise wireless(file.path, linktypes.name(header.link))
    file.format += header.name
    file.snaplen = header.snaplen or None
    file.link_types.append(linktypes.name(header.link))
    return pcap.PcapWalker(header)


def wireless(path: str, name: str) -> CaptureError:
    """The answer to 802.11."""
    return CaptureError(path, f"802.11 frames ({name}): {foreign.WITH_TSHARK}")
