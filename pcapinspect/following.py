"""Packets to connections, exchanges and operations: the layers that keep state while packets come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np

from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.control import Control
from pcapinspect.capture.inputs import GOES_ON, InputFile
from pcapinspect.columns import Growing, Int64, UInt8
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.packets.stretch import Reader
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.reader import PkiReader
from pcapinspect.settings import Settings
from pcapinspect.tcp.segments import Segments
from pcapinspect.tcp.tracker import ConnectionTracker

SoFar = Callable[[Followed, Sequence[InputFile]], None]
"""Called with what was found so far, where that is asked for."""


class _Exchanges:
    """The layers above connections, and what they have finished."""

    def __init__(self) -> None:
        self._http = ExchangeReader()
        self._pki = PkiReader()
        self._exchanges, self._operations = Growing(Exchanges), Growing(Operations)

    def feed(self, segments: Segments, data: UInt8, retired: Int64) -> None:
        self._keep(self._http.feed(segments, data, retired))

    def _keep(self, finished: tuple[Exchanges, ExchangeBodies]) -> None:
        if len(finished[0]):
            self._exchanges.add(finished[0])
            self._operations.add(self._pki.read(*finished))

    def finish(self, tracker: ConnectionTracker, inputs: Sequence[InputFile]) -> Followed:
        """The end: all that was found. Neither this nor the tracker can be fed any more."""
        self._keep(self._http.finish())
        last_times = [file.last_time for file in inputs if file.last_time is not None]
        tcp = tracker.finish(max(last_times, default=None))
        # Exchanges come in the order in which they end.
        order = np.lexsort((self._exchanges["index"], self._exchanges["connection"]))
        return Followed(
            tcp, self._exchanges.take(order), self._operations.take(order), self._http.quality, self._pki.facts()
        )


def follow_packets(
    reader: Reader, settings: Settings, control: Control | None = None, so_far: SoFar | None = None
) -> Followed:
    """What the packets of a reader come to. With both, `so_far` is called wherever `control` asks for a report."""
    tracker = ConnectionTracker(settings)
    exchanges = _Exchanges()
    ahead = Ahead(_segments(reader, tracker, control), 1)
    try:
        for found in ahead:
            if not isinstance(found, ConnectionTracker):
                exchanges.feed(*found)
            elif so_far is not None:
                inputs = [_so_far(file) for file in reader.inputs]
                so_far(deepcopy(exchanges).finish(found, inputs), inputs)
    finally:
        ahead.close()
    return exchanges.finish(tracker, reader.inputs)


def _segments(
    reader: Reader, tracker: ConnectionTracker, control: Control | None
) -> Generator[tuple[Segments, UInt8, Int64] | ConnectionTracker]:
    """What `http` reads of each batch: segments, the bytes they lie in, and the connections that are over; and a copy
    of the tracker where a report is asked for."""
    for batch in reader:
        if len(batch.packets):
            yield tracker.feed(batch), batch.data, tracker.take_retired()
        elif control is not None and control.asked:
            control.asked = False
            yield deepcopy(tracker)


def _so_far(file: InputFile) -> InputFile:
    """What is known of a file that may be read on."""
    return replace(file, reading=GOES_ON, unknown=dict(file.unknown), warnings=list(file.warnings))
