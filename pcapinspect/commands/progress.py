"""Progress on a terminal: bytes, packets, rate and time left, on one line of standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

REDRAW_SECONDS = 0.1
"""Often enough to look alive, seldom enough to cost nothing."""


@contextmanager
def progress_line(*, quiet: bool) -> Iterator[Callable[[int, int | None, int], None] | None]:
    """Yields the function to call with (bytes read, bytes in all or None, packets); None: nothing is to be shown."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    _announce_compiling()
    begin = time.monotonic()
    drawn = begin

    def show(done: int, total: int | None, packets: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - drawn < REDRAW_SECONDS:
            return
        drawn = now
        sys.stderr.write("\r\x1b[K" + _text(done, total, packets, now - begin))
        sys.stderr.flush()

    try:
        yield show
    finally:
        if drawn > begin:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _announce_compiling() -> None:
    """Nobody shall wait for the compiler without a word."""
    from pcapinspect import kernel

    def announce(kept: bool) -> None:
        how = "once after an install" if kept else "at every start, for no folder of caches can be written (see warm)"
        print(f"Compiling the packet kernels, {how}: about 10 s ...", file=sys.stderr)

    kernel.before_compiling[:] = [announce]


def _text(done: int, total: int | None, packets: int, seconds: float) -> str:
    """For example `  41 %  412 MB of 1.0 GB  3,812,004 packets  1,904,100/s  1 s left`."""
    parts = [f"{packets:,} packets", f"{packets / seconds:,.0f}/s"] if packets else []
    if total:
        parts.insert(0, f"{done / total:4.0%}  {_size(done)} of {_size(total)}")
        parts.append(f"{(total - done) * seconds / max(done, 1):.0f} s left")
    else:
        parts.insert(0, _size(done))
    return "  ".join(parts)


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
