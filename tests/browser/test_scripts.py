"""The functions of the page's scripts that need no page, tried on cases worked out by hand."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pcapinspect.report.html_assets import ASSETS

pytestmark = pytest.mark.browser

PURE = ("words.js", "time.js", "data.js", "filter.js", "count.js", "wireshark.js", "csv.js")


@pytest.fixture(scope="module")
def run(browser: Any) -> Any:
    page = browser.new_page()
    page.add_script_tag(content="\n".join((ASSETS / name).read_text("utf-8") for name in PURE))
    yield page.evaluate
    page.close()


def milliseconds(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-03-02 03:14", "2026-03-02T03:14:00"),
        ("2026-03-02T03:14:05.5", "2026-03-02T03:14:05.500"),
        ("2026-03-02T03:14:05+02:00", "2026-03-02T01:14:05"),
    ],
)
def test_typed_times(run: Any, typed: str, expected: str) -> None:
    assert run("(text) => msTyped(text, {from: 0, to: 1})", typed) == milliseconds(expected)


def test_a_time_without_a_date_is_of_the_only_day_of_the_capture(run: Any) -> None:
    begin, end, night = (
        milliseconds(text) for text in ("2026-03-02T08:00:00", "2026-03-02T08:20:00", "2026-03-03T00:01:00")
    )
    typed = "([text, from, to]) => msTyped(text, {from, to})"
    assert run(typed, ["08:05", begin, end]) == milliseconds("2026-03-02T08:05:00")
    assert run(typed, [" 08:05:30.25", begin, end]) == milliseconds("2026-03-02T08:05:30.250")
    assert run(typed, ["08:05", begin, night]) is None


@pytest.mark.parametrize("typed", ["", "now", "2026-13-45 00:00", "99", "<img>", "2026-03-02"])
def test_what_is_no_time_is_none(run: Any, typed: str) -> None:
    assert run("(text) => msTyped(text, {from: 0, to: 1})", typed) is None


def test_nanoseconds_are_kept(run: Any) -> None:
    assert run("isoText('2026-03-01T08:02:13.446498864Z')") == "2026-03-01 08:02:13.446498864"
    assert run("momentText(-1, 5)") == "1969-12-31 23:59:59.000000005"


def test_ticks_across_a_change_of_the_clock_stand_at_whole_local_hours(run: Any) -> None:
    change = milliseconds("2026-03-29T01:00:00") / 1000
    run("(at) => { Zone.name = 'Europe/Paris'; Zone.offsets = [[0, 3600], [at, 7200]]; }", change)
    begin, end = milliseconds("2026-03-28T22:00:00"), milliseconds("2026-03-29T06:00:00")
    ticks = run("([from, to]) => timeTicks(from, to, 8)", [begin, end])
    run("() => { Zone.name = 'UTC'; Zone.offsets = [[0, 0]]; }")
    local = [
        datetime.fromtimestamp(value / 1000, ZoneInfo("Europe/Paris")).strftime("%H:%M") for value in ticks["values"]
    ]
    assert [text.split("<br>")[0] for text in ticks["texts"]] == local
    assert local == ["23:00", "00:00", "01:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"]


@pytest.mark.parametrize("hours", [0.0001, 0.01, 1, 5, 30, 200, 2000, 20_000, 200_000])
def test_ticks_lie_in_the_range_and_are_few(run: Any, hours: float) -> None:
    begin = milliseconds("2026-03-01T08:00:13.123")
    ticks = run("([from, to]) => timeTicks(from, to, 10)", [begin, begin + hours * 3_600_000])
    assert 2 <= len(ticks["values"]) <= 12
    assert begin - 0.01 <= ticks["values"][0]
    assert ticks["values"][-1] <= begin + hours * 3_600_000 + 0.01
    assert ticks["values"] == sorted(set(ticks["values"]))


def test_thinned_curve_keeps_its_highest_and_lowest_points(run: Any) -> None:
    thin = run("""() => {
        const xs = Array.from({ length: 100000 }, (_, i) => i);
        const ys = xs.map((i) => i % 7);
        ys[54321] = 9999;
        ys[77777] = -5;
        return thin(xs, ys, 0, 99999, 500);
    }""")
    assert len(thin["x"]) <= 2100
    assert (54321, 9999) in list(zip(thin["x"], thin["y"], strict=True))
    assert (77777, -5) in list(zip(thin["x"], thin["y"], strict=True))


def test_busiest_minute_of_a_bin_is_kept_not_a_mean(run: Any) -> None:
    found = run("""busiest(new Map([[0, { minute: 0, attempts: 5 }], [60000, { minute: 60000, attempts: 113 }],
        [120000, { minute: 120000, attempts: 0 }]]), 300000).map((bin) => [bin.bin, bin.minute, bin.attempts])""")
    assert found == [[0, 60000, 113]]


def test_intervals_that_nobody_can_tell_apart_are_joined(run: Any) -> None:
    assert run("joined([[10, 20], [0, 5], [19, 30], [31, 32], [40, 50]], 2)") == [[0, 5], [10, 32], [40, 50]]
    assert run("joined([[0, 5], [5, 6]], 0)") == [[0, 5], [5, 6]]
    assert run("joined([], 1)") == []


def test_percentiles_by_nearest_rank(run: Any) -> None:
    values = list(range(1, 101))
    assert [
        run("([values, share]) => percentile(values, share)", [values, share]) for share in (0.5, 0.9, 0.99, 1)
    ] == [
        50,
        90,
        99,
        100,
    ]
    assert run("percentile([], 0.5)") is None


def test_histogram_counts_every_value_once(run: Any) -> None:
    assert run("histogram([0, 1, 1.5, 2, 3, 4, -1, 5], [0, 1, 2, 4])") == [1, 2, 3]


@pytest.mark.parametrize("path", ["a.pcap", "it's $HOME `x`.pcap", "-r.pcap", "two words.pcap", "ü;rm -rf.pcap"])
def test_commands_survive_a_shell(run: Any, path: str) -> None:
    words = shlex.split(run("(path) => tsharkCommand(path, 'frame.number in {1, 2}')", path))
    given = f"./{path}" if path.startswith("-") else path
    assert words == ["tshark", "-r", given, "-Y", "frame.number in {1, 2}"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-5", "-5"),
        ("-5+1", "'-5+1"),
        ('a"b', '"a""b"'),
        ("a,b", '"a,b"'),
        ("1e9", "1e9"),
    ],
)
def test_csv_cells(run: Any, value: str, cell: str) -> None:
    assert run("(value) => csvCell(value)", value) == cell


def test_address_holds_a_filter_and_nothing_else(run: Any) -> None:
    filter_ = run("filterFromHash('#from=2026-03-01T08:00:00.000Z&client=10.0.0.1&evil=1&status=404')")
    assert filter_ == {
        "from": milliseconds("2026-03-01T08:00:00"),
        "to": None,
        "server": "",
        "client": "10.0.0.1",
        "outcome": "",
        "operation": "",
        "status": "404",
    }
    assert (
        run("(filter) => filterToHash(filter)", filter_)
        == "from=2026-03-01T08%3A00%3A00.000Z&client=10.0.0.1&status=404"
    )
