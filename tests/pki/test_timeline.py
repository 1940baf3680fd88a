"""The picture of the timers: every mark stands where its day is."""

from __future__ import annotations

import pytest

from pcapinspect.pki.timeline import MARGIN, days, draw
from pcapinspect.pki.timers import DAY, Timers, window


def rows(ca: int, life: int, percent: int, overlap: int, width: int = 78) -> dict[str, str]:
    made = window(Timers(ca_lifetime=ca * DAY, lifetime=life * DAY, auto_enroll=percent, overlap=overlap * DAY))
    lines = draw(made, width)
    assert all(len(line) <= width for line in lines)
    assert all(line.isascii() for line in lines)
    return {line[:MARGIN].strip(): line[MARGIN:] for line in lines if line[:MARGIN].strip()}


def test_to_scale():
    """600 days on 600 columns: a column a day."""
    drawn = rows(1825, 600, 70, 30, width=600 + MARGIN + 1)
    assert drawn["asks"].index("^") == 1645 - 1225
    assert drawn["shadow"].index("=") == 1795 - 1225
    assert drawn["errors"].count("#") == 150 + 1
    assert drawn["affected"].count(".") == 500 + 1
    assert drawn["CA"].index("|") == 600


def test_labels_do_not_overlap():
    made = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=30 * DAY))
    axis = draw(made)[5:]
    assert " ".join(axis).split() == ["day", "1225", "1645", "1795", "1825"]


def test_no_window_no_errors():
    assert {"errors", "affected"} & set(rows(1825, 600, 70, 180)) == set()


@pytest.mark.parametrize("numbers", [(1, 1, 1, 0), (1825, 9999, 100, 1825), (10, 3, 50, 0), (100, 1, 99, 100)])
def test_extremes(numbers):
    assert rows(*numbers)["CA"]


@pytest.mark.parametrize(("seconds", "text"), [(180 * DAY, "180"), (int(1655.5 * DAY), "1655.5"), (1200, "0.0139")])
def test_days(seconds, text):
    assert days(seconds) == text
