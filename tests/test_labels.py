"""Text as numbers."""

from __future__ import annotations

import numpy as np

from pcapinspect.labels import number_labels


def test_labels_are_numbered_by_first_appearance_and_none_is_one() -> None:
    column = np.array(["b", None, "a", "b"], object)
    codes, labels = number_labels(column)
    assert codes.tolist() == [0, 1, 2, 0]
    assert labels == ("b", None, "a")
