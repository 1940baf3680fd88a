"""The columns of a batch as the compiled functions take them."""

from __future__ import annotations

from typing import NamedTuple

from pcapinspect.capture.batch import Packets
from pcapinspect.columns import Int32, Int64, UInt8, UInt16, UInt32, UInt64


class PacketColumns(NamedTuple):
    """`Packets`, column by column, in its order."""

    file: UInt16
    frame: Int64
    time: Int64
    src_high: UInt64
    src_low: UInt64
    dst_high: UInt64
    dst_low: UInt64
    src_port: UInt16
    dst_port: UInt16
    seq: UInt32
    ack: UInt32
    flags: UInt16
    window: UInt16
    ip_id: UInt32
    ttl: UInt8
    checksum: UInt16
    kind: UInt8
    payload_length: Int32
    captured_length: Int32
    payload_start: Int64


def columns_of(packets: Packets) -> PacketColumns:
    """The columns of a table of packets; nothing is copied."""
    return PacketColumns(*(getattr(packets, name) for name in PacketColumns._fields))
