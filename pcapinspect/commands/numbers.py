"""Numbers on the command line: the types that argparse calls, each with its bounds and what to say beyond them."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable


def number(low: float, high: float, what: str) -> Callable[[str], float]:
    """A number from `low` to `high`. Anything else is refused as "not `what`"."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not {what}")
        return value

    return read


def whole(low: int, high: int, what: str) -> Callable[[str], int]:
    """A whole number from `low` to `high`. Anything else is refused as "not `what`"."""
    near = number(low, high, what)

    def read(text: str) -> int:
        value = near(text)
        if value != int(value):
            raise argparse.ArgumentTypeError(f"{text} is not {what}")
        return int(value)

    return read
