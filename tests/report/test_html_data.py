"""The packing of the page's data, read back by hand."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

import pytest

from pcapinspect.clock import iso, zone
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import TIME
from pcapinspect.report.html_data import page_data
from tests.report.example import report


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = report().document
    return found


def unpacked(form: dict[str, Any]) -> list[Any]:
    if form["kind"] == TIME:
        seconds = accumulate(form["s"])
        return [
            None if n < 0 else f"{iso(s * 10**9, digits=0)[:-1]}.{n:09d}Z"
            for s, n in zip(seconds, form["n"], strict=True)
        ]
    if form["kind"] == "text":
        return [None if place < 0 else form["words"][place] for place in form["i"]]
    values: list[Any] = form["v"]
    return values


def test_every_column_comes_back(document: dict[str, Any]) -> None:
    tables = json.loads(page_data(document, {}))["tables"]
    for name, columns in ((name, table.kinds) for name, table in TABLES.items()):
        assert tables[name]["names"] == list(columns)
        assert tables[name]["rows"] == document["tables"][name]["rows"]
        for column in columns:
            assert unpacked(tables[name]["columns"][column]) == document["tables"][name]["columns"][column], column


@pytest.mark.parametrize(
    "times",
    [
        [],
        [None, None],
        [None, "2026-03-01T08:00:00.000000001Z", None, "2026-03-01T07:59:59.999999999Z"],
        ["1970-01-01T00:00:00.000000000Z", "2106-02-07T06:28:15.999999999Z", None],
        ["1969-12-31T23:59:59.500000000Z"],
    ],
)
def test_times_keep_every_digit(document: dict[str, Any], times: list[str | None]) -> None:
    pauses = {column: [None] * len(times) for column in TABLES["pauses"].kinds} | {"last_answer": times}
    changed = {
        **document,
        "tables": {**document["tables"], "pauses": {"rows": 0, "shown": len(times), "columns": pauses}},
    }
    form = json.loads(page_data(changed, {}))["tables"]["pauses"]["columns"]["last_answer"]
    assert unpacked(form) == times


@pytest.mark.parametrize("name", ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "UTC"])
def test_offsets_of_the_zone_hold_at_every_hour(document: dict[str, Any], name: str) -> None:
    changed = {**document, "settings": {**document["settings"], "tz": name}}
    changed["inputs"] = [
        {"first_time": "2025-12-30T00:00:00.000000000Z", "last_time": "2027-01-02T00:00:00.000000000Z"}
    ]
    offsets = json.loads(page_data(changed, {}))["zone"]["offsets"]
    tz = zone(name)
    for hour in range(490_850, 490_850 + 366 * 24):
        ahead = [ahead for since, ahead in offsets if since <= hour * 3600][-1]
        local = iso((hour * 3600 + ahead) * 10**9, digits=0)[:-1]
        assert iso(hour * 3600 * 10**9, tz, 0)[:19] == local
