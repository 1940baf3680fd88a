"""Segments that passed, and segments that never arrived: what a path MTU black hole shows by."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.tcp.connections import Connections


def stuck_segments(connections: Connections) -> tuple[Int64, Int64]:
    """Payload and number of the segments that were sent in vain, of either direction: the first one that was never
    acknowledged; or as much as is missing there (sent 0 times), where it never arrived at the capture point."""
    bytes_, sent = np.zeros((2, len(connections)), np.int64)
    for stuck, often, high, seen in (
        ("unacked_down", "unacked_down_sent", "sent_down", "bytes_down"),
        ("unacked_up", "unacked_up_sent", "sent_up", "bytes_up"),
    ):
        size = getattr(connections, stuck).astype(np.int64)
        missing = np.maximum(getattr(connections, high) - getattr(connections, seen), 0)
        there = size > 0
        hole = ~there & (missing > 0)
        bytes_ = np.where(there, size, np.where(hole, missing, bytes_))
        sent = np.where(there, getattr(connections, often), np.where(hole, 0, sent))
    return bytes_, sent


def largest_passed(connections: Connections) -> Int64:
    """By direction, where all that was sent was acknowledged, its largest segment."""
    up = np.where(connections.acked_up >= connections.sent_up, connections.largest_up, 0)
    down = np.where(connections.acked_down >= connections.sent_down, connections.largest_down, 0)
    return np.maximum(up, down).astype(np.int64)
