"""How much traffic the next capture must hold, against numbers worked out by hand."""

from __future__ import annotations

from pcapinspect.plan.expected import assumed, measured
from pcapinspect.settings import Settings


def report(attempts: list[int], periods: list[float | None]) -> dict:
    server = {
        "ip": "192.0.2.80",
        "port": 80,
        "attempts": sum(attempts),
        "first_time": "2026-03-02T08:00:00.000000000Z",
        "last_time": "2026-03-02T08:10:00.000000000Z",
    }
    rows = len(attempts)
    minutes = {"server_ip": ["192.0.2.80"] * rows, "server_port": [80] * rows, "attempts": attempts}
    return {
        "servers": [server],
        "tables": {"minutes": {"columns": minutes}},
        "clients": [{"server_ip": "192.0.2.80", "poll_period": period} for period in periods],
        "inputs": [{"packets": 100, "bytes": 5_000_000}],
    }


def test_without_a_capture_four_times_the_limit_is_assumed():
    wanted = assumed(Settings(), None, None)
    assert wanted.attempts_a_minute == 640  # 4 x 80, and the margin of 2
    assert wanted.minutes == 30
    assert wanted.bytes_in_all == 640 * 8_000 * 30
    assert wanted.basis.startswith("Assumed")


def test_the_busiest_minute_of_the_report_counts():
    wanted = measured(report([20, 130, 50], [62.0, None]), Settings(), None, None)
    assert (wanted.server, wanted.attempts_a_minute) == ("192.0.2.80", 260)
    assert "at most 130 attempts in a minute at 192.0.2.80" in wanted.basis
    # 5 MB over 200 attempts is 25 kB each, more than assumed; packets are as many as assumed.
    assert wanted.bytes_in_all == 260 * 25_000 * 30
    assert wanted.packets_a_second == 260 * 12


def test_long_polls_make_a_long_capture():
    # 3 polls of 20 minutes, and two windows of 60 s before them: 62 minutes.
    assert measured(report([200], [1200.0]), Settings(), None, None).minutes == 62
    assert measured(report([200], [1200.0]), Settings(), None, 5).minutes == 5


def test_a_server_that_the_report_does_not_hold_is_assumed():
    wanted = measured(report([200], []), Settings(), "192.0.2.99", None)
    assert (wanted.server, wanted.attempts_a_minute) == ("192.0.2.99", 640)
