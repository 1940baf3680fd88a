from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.report.words import MESSAGE_TYPES, PKI_STATUSES, words_of


def test_numbers_become_words() -> None:
    assert words_of(MESSAGE_TYPES, np.array([19, 20, 3])).tolist() == ["PKCSReq", "CertPoll", "CertRep"]
    assert words_of(PKI_STATUSES, np.array([2, MISSING, 77])).tolist() == ["FAILURE", None, "77"]


def test_past_the_end_there_is_no_word() -> None:
    assert words_of(("fin", "rst"), np.array([1, 0, 2], dtype=np.uint8)).tolist() == ["rst", "fin", None]


def test_no_rows() -> None:
    assert words_of(("fin",), np.empty(0, dtype=np.uint8)).tolist() == []
