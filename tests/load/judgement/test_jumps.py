"""Pauses in which the capture's clock jumped."""

from __future__ import annotations

import numpy as np
import pytest
from build import Made, ns, steady, stop

from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.quality import CaptureQuality, Jump
from pcapinspect.load.model import ServerLoad
from pcapinspect.settings import Settings


def outage(back: float, *, begin: float = 30, length: float = 180) -> ServerLoad:
    """Nobody is answered for a while, in the middle of which the clock is set back."""
    made = Made()
    steady(made, 0, begin, 0.75)
    stop(made, begin, length, callers=170, every=1.0)
    steady(made, begin + length + 0.02, begin + length + 60, 0.75)
    return judged(made, begin + length / 2, back)


def judged(made: Made, after: float, back: float) -> ServerLoad:
    """The load of a capture whose clock went back by so many seconds after a time."""
    connections, syns = made.tables()
    stepped = np.flatnonzero(syns.time > ns(after))
    jump = Jump(0, int(syns.frame[stepped[0]]), ns(after), ns(after - back))
    syns.time[stepped] -= ns(back)
    for column in ("start", "synack_time", "established_time", "answer_time", "end", "close_time", "last_syn_time"):
        values = getattr(connections, column)
        values[values > ns(after)] -= ns(back)
    exchanges, operations = made.spoken()
    quality = CaptureQuality(clock_jumps=1, jumps=(jump,)) if back else CaptureQuality()
    return analyse(connections, syns, exchanges, operations, quality, Settings()).servers[0]


def eighty_then_silence(back: float) -> ServerLoad:
    """Eighty accepts, a stop of 15 s, a quiet minute; the clock is set back in the middle of the stop."""
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=30, every=0.4)
    steady(made, 65.02, 125, 2)
    return judged(made, 57, back)


def test_a_pause_with_a_step_back_is_as_long_as_its_longest_side_at_least() -> None:
    (pause,) = eighty_then_silence(5).pauses
    assert ns(5) < pause.silence_at_least <= ns(8)  # 7 s before the step, 8 s after it
    assert pause.silence_at_most is None
    assert pause.confidence <= 0.6
    assert any("clock jumped" in text for text in pause.evidence_against)
    assert not any("fits the 15 s" in text for text in pause.evidence_for)
    (untouched,) = eighty_then_silence(0).pauses
    assert untouched.silence_at_most is not None
    assert untouched.confidence > 0.6


@pytest.mark.parametrize("back", [0, 2, 20, 3600])
def test_a_long_outage_stays_one_though_the_clock_steps_back_in_it(back: float) -> None:
    server = outage(back)
    assert server.verdict.cause == "outage"
    assert max(pause.silence_at_least for pause in server.pauses) > ns(80)


def test_a_silence_beside_the_jump_keeps_its_range() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=30, every=0.4)
    steady(made, 65.02, 125, 2)
    (pause,) = judged(made, 100, 3).pauses
    assert pause.silence_at_most is not None
    assert pause.silence_at_least <= ns(15) <= pause.silence_at_most
