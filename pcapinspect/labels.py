"""Text columns as numbers, so that numpy can group by them."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Int64, Text, constant, is_constant


class _Numbers(dict[str | None, int]):
    """Gives each new label the next number."""

    def __missing__(self, label: str | None) -> int:
        number = self[label] = len(self)
        return number


def number_labels(column: Text) -> tuple[Int64, tuple[str | None, ...]]:
    """A number for each row, and the label of each number; None is a label, too."""
    if is_constant(column):
        return constant(0, len(column), "i8"), (column[0],)
    numbers = _Numbers()
    codes = np.fromiter(map(numbers.__getitem__, column.tolist()), np.int64, len(column))
    return codes, tuple(numbers)
