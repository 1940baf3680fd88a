"""The end of a capture: what the packets proved, and what is judged of it."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import CLOSE_OPEN, CLOSE_TIMEOUT, UNANSWERED, UNDETERMINED
from pcapinspect.tcp.result import Unjudged, judge
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.wire import SECOND, START, Wire, columns


def seen(wire: Wire) -> Unjudged:
    tracker = ConnectionTracker(Settings())
    tracker.feed(PacketBatch(columns(wire.packets), np.empty(0, np.uint8)))
    return tracker.close()


def test_the_end_of_the_capture_is_that_of_all_its_packets() -> None:
    assert judge(seen(Wire().syn(0)), None).connections.outcome.tolist() == [UNDETERMINED]
    assert judge(seen(Wire().syn(0)), START + 2 * SECOND).connections.outcome.tolist() == [UNANSWERED]
    assert judge(seen(Wire().handshake()), START + SECOND).connections.close.tolist() == [CLOSE_OPEN]
    assert judge(seen(Wire().handshake()), START + 9000 * SECOND).connections.close.tolist() == [CLOSE_TIMEOUT]


def test_without_packets_nothing_is_known() -> None:
    nothing = ConnectionTracker(Settings()).close()
    assert (len(nothing.rows), len(nothing.syns), nothing.end, set(nothing.counts.values())) == (0, 0, MISSING, {0})
    assert len(judge(nothing, None).connections) == 0
