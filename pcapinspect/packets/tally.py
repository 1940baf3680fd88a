"""What the records of a file say about the file: counts, times, steps of the clock, oddities by reason."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pcapinspect.capture import linktypes
from pcapinspect.capture.inputs import CUT_EARLY, InputFile
from pcapinspect.capture.records import NO_LINK, Records
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.packets import layers

BACK = SECOND
"""A step back beyond this is the clock's. Packets of several queues or interfaces are written out of order by
milliseconds at most: the kernel hands its buffers over within tpacket's default of a second."""

FORWARD = 365 * 86_400 * SECOND
"""A step forward beyond this is the clock's. Links fall silent for days, but no capture goes on after a silent year; a
clock that is set at last was decades off (1970; 1993 and 2002 in IOS)."""

_SENTENCES = {
    layers.ODD_LINK: "link type {name}",
    layers.ODD_ETHERTYPE: "ethertype 0x{detail:04x}",
    layers.ODD_PROTOCOL: "IP protocol {detail}",
    layers.ODD_PPP: "PPP protocol 0x{detail:04x}",
    layers.ODD_GRE: "GRE with flags 0x{detail:04x}",
    layers.ODD_CUT: CUT_EARLY,
    layers.ODD_MALFORMED: "malformed or incomplete header",
    layers.ODD_DEPTH: "more than 32 headers",
    layers.ODD_BLOCK: "block without a packet",
    layers.ODD_MPLS: "unknown payload of MPLS",
    layers.ODD_NLPID: "Frame Relay NLPID 0x{detail:02x}",
    layers.ODD_LINK_HEADER: "link header of kind {detail}",
    layers.ODD_SLL: "cooked packet of hardware type {detail}",
}

MOST_JUMPS = 1000
"""Of which the place is kept: a clock that jumps more often tells no time."""

MOST_REASONS = 200
"""Distinct reasons kept of one file; bit rot can make 65,536 ethertypes."""

_OTHERS = "other reasons"


class Tally:
    """Keeps one InputFile up to date, table of records by table of records."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._last: int | None = None
        self._timeless = 0

    def records(self, records: Records, count: int) -> None:
        """Count the first `count` records, and give those without a time that of the one before."""
        file = self._file
        for link in _distinct(records.link[:count]):
            name = linktypes.name(link)
            if link != NO_LINK and name not in file.link_types:
                file.link_types.append(name)
        file.packets += count
        file.snaplen_cut += int(records.cut[:count].sum())
        self._times(records.time[:count])

    def oddities(self, codes: Int64) -> None:
        """Count the oddities that the decoder found: reason << 32 and its detail."""
        values, counts = np.unique(codes, return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            self.unknown(_sentence(value >> 32, value & 0xFFFFFFFF), count)

    def unknown(self, reason: str, count: int = 1) -> None:
        """Packets that could not be decoded."""
        known = self._file.unknown
        if reason not in known and len(known) >= MOST_REASONS:
            reason = _OTHERS
        known[reason] = known.get(reason, 0) + count

    def finish(self) -> None:
        """Say what only the whole file shows."""
        if self._timeless:
            self._file.warnings.append(
                f"{self._timeless} packets carry no time (simple packet blocks); each was given that of the one before"
            )

    def _times(self, times: Int64) -> None:
        file = self._file
        timeless = times == MISSING
        if timeless.any():
            self._timeless += int(timeless.sum())
            index = np.where(timeless, -1, np.arange(len(times)))
            index = np.maximum.accumulate(index)
            times[:] = np.where(index < 0, self._last or 0, times[index])
            if self._last is None and (index < 0).all():
                return
        known = times if self._last is None else np.concatenate((np.array([self._last]), times))
        steps = np.diff(known)
        file.time_backwards += int((steps < 0).sum())
        jumps = np.flatnonzero((steps < -BACK) | (steps > FORWARD))
        file.clock_jumps += len(jumps)
        first_frame = file.packets - len(known) + 1  # of `known`, which may begin with the packet before
        for place in jumps[: max(0, MOST_JUMPS - len(file.jumps))].tolist():
            file.jumps.append((first_frame + place + 1, int(known[place]), int(known[place + 1])))
        if file.first_time is None:
            file.first_time = int(times[np.argmin(timeless)])
        self._last = file.last_time = int(times[-1])


def _distinct(links: Int64) -> Iterable[int]:
    """Each link type once, in the order of the records; most follow one of their own."""
    begins = np.flatnonzero(np.diff(links, prepend=links[:1] - 1))
    return dict.fromkeys(links[begins].tolist())


def _sentence(reason: int, detail: int) -> str:
    name = linktypes.NAMES.get(detail)
    return _SENTENCES[reason].format(detail=detail, name=f"{detail} ({name})" if name else detail)
