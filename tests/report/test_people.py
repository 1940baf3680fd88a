from __future__ import annotations

import shlex
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from pcapinspect.cli import build_parser
from pcapinspect.clock import length
from pcapinspect.report.inert import inert
from pcapinspect.report.people import Zone, extract_command, figure_rows, silence, wireshark_command
from pcapinspect.settings import Limits


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0004, "0.4 ms"), (0, "0 ms"), (14.998, "14.998 s"), (15.0, "15 s"), (119.5, "119.5 s"), (200, "3 min 20 s"),
        (180, "3 min"), (7260, "2 h 1 min"), (86_400 * 3 + 7200, "3 d 2 h"), (86_400 * 400, "400 d"), (-1.5, "-1.5 s"),
    ],
)  # fmt: skip
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert length(seconds) == said


def test_silence_says_both_bounds() -> None:
    assert silence(12.5, 15.25) == "at least 12.5 s, at most 15.25 s"
    assert "does not show" in silence(12.5, None)


def test_nothing_invisible_is_left() -> None:
    assert inert("plain ü") == "plain ü"
    assert inert("a\x1b[2J\u200b\u202e\n\udc80") == r"a\x1b[2J\u200b\u202e\n\udc80"


def test_times_in_a_zone() -> None:
    berlin = Zone.of({"settings": {"tz": "Europe/Berlin"}})
    assert berlin.moment("2026-07-01T00:00:00.123456789Z", 3) == "2026-07-01 02:00:00.123+02:00"
    assert berlin.time_of_day("2026-01-01T00:00:00.000000000Z") == "01:00:00"


def test_figures_have_labels_units_and_the_window_in_force() -> None:
    finding = {
        "id": "rate-limit-pattern@192.0.2.1:80",
        "figures": {"pauses_in_all": 1234, "most_accepted_in_window_before": 41, "pause_seconds": 0.25, "limit": None},
    }
    assert figure_rows(finding, Limits(window=37), Zone(UTC)) == [
        ("pauses in all", "1,234"),
        ("accepted in the 37 s before, most", "41"),
        ("pause", "250 ms"),
    ]
    of_shares = {"id": "error-responses", "figures": {"share_of_exchanges": 0.906, "errors": 1.5}}
    assert figure_rows(of_shares, Limits(), Zone(UTC)) == [("share of the exchanges", "91 %"), ("errors", "1.5")]
    cause = {"id": "root-cause", "figures": {"ca_expiry": "2026-07-05T08:00:00Z", "verdict": "assumed"}}
    assert figure_rows(cause, Limits(), Zone(ZoneInfo("Asia/Kolkata")))[0] == (
        "CA certificate expires",
        "2026-07-05 13:30:00+05:30",
    )


def test_a_path_is_quoted_for_the_shell() -> None:
    finding = {"frames": [{"file": "a b;rm.pcap", "frame": 7}], "display_filter": "frame.number == 7"}
    assert wireshark_command(finding) == "wireshark -r 'a b;rm.pcap' -Y 'frame.number == 7'"
    finding["display_filter"] = "x" * 500
    assert wireshark_command(finding) == "wireshark -r 'a b;rm.pcap' -g 7"
    assert wireshark_command({"frames": [], "display_filter": None}) is None


def test_a_command_to_extract_takes_the_options_of_the_analysis() -> None:
    settings = {
        "ports": [8080], "servers": ["192.0.2.1"], "limit": 80, "window": 60, "pause": 20, "max_connections": 5,
        "engine": "native", "points": "measured", "begin": None, "end": None, "tz": "UTC",
    }  # fmt: skip
    finding = {"id": "server-down@[2001:db8::1]:80", "frames": [{"file": "a b.pcap", "frame": 7}]}
    sections = {
        "settings": settings, "inputs": [{"path": "a b.pcap"}], "findings": [finding], "capture": {"flows_only": False},
    }  # fmt: skip
    command = extract_command(sections)
    assert command is not None
    options = build_parser().parse_args(shlex.split(command)[1:])
    assert (options.capture, options.finding, options.file) == (["a b.pcap"], finding["id"], "evidence.pcapng")
    assert (options.port, options.server, options.pause, options.max_connections) == ([8080], ["192.0.2.1"], 20, 5)
    assert "--limit" not in command
    sections["inputs"] = [{"path": "-"}]
    assert extract_command(sections) is None
