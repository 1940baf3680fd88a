"""Files of one ring: alike in name, one after the other, at one place. Of each the place is told as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from heapq import heappop, heappush

from pcapinspect.packets.tally import BACK
from pcapinspect.points.sample import Sample

Ring = list[int]
"""Places of samples, in the order of time."""

SUFFIX = re.compile(r"_\d{5}_\d{14}(?=\.)|(?<=cap)\d+(?=(\.(gz|zst|xz|bz2|lz4))?$)")
"""What tells the files of one ring apart: dumpcap's `_00001_20260302080000`, tcpdump's `.pcap0`, `.pcap1`."""


def family_of(path: str, interface: int) -> str:
    """The same for files of one ring: their names differ in what the capturing program numbers, else in digits."""
    named, numbered = SUFFIX.subn("", path)
    return f"{named if numbered else re.sub('[0-9]+', '', path)} {interface}"


def rings_of(samples: Sequence[Sample], places: Sequence[int], families: Sequence[str]) -> list[Ring]:
    """The rings of one network. A file goes on with a ring of its family that had ended: one after the other.

    `families`: of each of all samples.
    """
    rings: list[Ring] = []
    running: dict[str, list[tuple[int, int]]] = {}
    for place in sorted(places, key=lambda place: samples[place].first or 0):
        open_now = running.setdefault(families[place], [])
        if open_now and open_now[0][0] <= (samples[place].first or 0) + BACK:
            number = heappop(open_now)[1]
        else:
            number = len(rings)
            rings.append([])
        rings[number].append(place)
        heappush(open_now, (samples[place].last or 0, number))
    return rings
