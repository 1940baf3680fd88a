"""What signals mean while captures are read."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pcapinspect.capture.control import Control
from pcapinspect.process import ENDING, handling, terminate

TELLING = tuple(number for name in ("SIGUSR1",) if (number := getattr(signal, name, None)))
"""Signals that ask how far a program has come. Windows has none."""


@contextmanager
def obeyed(control: Control) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends the reading, a second one the program; SIGUSR1 asks for a report so far."""

    def end(number: int, frame: FrameType | None) -> None:
        if control.ended:
            control.abandon()
            terminate(number, frame)
        control.end()

    def tell(_: int, __: FrameType | None) -> None:
        control.asked = True

    with handling(end, *ENDING), handling(tell, *TELLING):
        yield
