"""The records of a file, chunk by chunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.source import HEADROOM, RawFile
from pcapinspect.capture.walk import Walk, join
from tests.capture import wire


def test_what_is_left_over_goes_in_front_of_the_next_chunk() -> None:
    chunk = np.zeros(HEADROOM + 3, np.uint8)
    chunk[HEADROOM:] = [7, 8, 9]
    joined = join(np.array([5, 6], np.uint8), chunk)
    assert joined.tolist() == [5, 6, 7, 8, 9]
    assert np.shares_memory(joined, chunk)
    much = np.ones(HEADROOM + 1, np.uint8)
    assert join(much, chunk).tolist() == [1] * (HEADROOM + 1) + [7, 8, 9]


def test_stretches_follow_each_other_and_the_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    whole = wire.pcap([wire.segment(b"x" * 60_000, seq=number) for number in range(5)])
    for content, stopped in ((whole, None), (whole[:-1], len(whole) - 60_000 - 16 - 54)):
        path.write_bytes(content)
        raw = RawFile(str(path))
        walk = Walk(raw, InputFile(str(path)), 100_000)
        counts = [(stretch.before, stretch.filled) for stretch in walk]
        raw.close()
        assert [before for before, _ in counts] == [sum(n for _, n in counts[:at]) for at in range(len(counts))]
        assert sum(filled for _, filled in counts) == (5 if stopped is None else 4)
        assert (walk.stopped and walk.stopped[1]) == stopped
