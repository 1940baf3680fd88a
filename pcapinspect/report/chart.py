"""Attempts a minute against the limit, drawn with ASCII: it is the same in any terminal, log file and mail."""

from __future__ import annotations

import numpy as np

from pcapinspect.report.columns import iso_column
from pcapinspect.report.document import Report
from pcapinspect.report.model import Server
from pcapinspect.report.people import Zone, limits_of
from pcapinspect.report.words import server_name

MOST_LINES = 24
MINUTES_OF_A_DAY = 24 * 60
"""A longer chart needs the date beside the time."""

SIGNS = (
    ("established", "#"),
    ("half_open", "h"),
    ("unanswered", "x"),
    ("refused", "r"),
    ("unreachable", "u"),
    ("answered_otherwise", "o"),
    ("undetermined", "?"),
)
"""Column of the table `minutes`, and how an attempt with this outcome is drawn."""


def attempts_chart(report: Report, server: Server, zone: Zone, width: int) -> list[str]:
    """A heading and a line a minute, of long captures the busiest of several; empty where nobody asked the server."""
    columns = report.tables.columns("minutes")
    own = (columns["server_ip"] == server["ip"]) & (columns["server_port"] == server["port"])
    own &= columns["network"] == server["network"]
    attempts = columns["attempts"][own]
    if not attempts.any():
        return []
    limits = limits_of(report.sections["settings"])
    step = -(-len(attempts) // MOST_LINES)
    busiest = [start + int(attempts[start : start + step].argmax()) for start in range(0, len(attempts), step)]
    rows = np.flatnonzero(own)[busiest]
    scale = max(int(attempts.max()), limits.limit)
    times = [zone.moment(time or "") for time in iso_column(columns["minute"][rows])]
    clock_part = slice(11, 16) if len(attempts) <= MINUTES_OF_A_DAY else slice(5, 16)
    bar_width = width - (clock_part.stop - clock_part.start) - 13
    which = "" if step == 1 else f", busiest minute of every {step}"
    lines = [f"ATTEMPTS A MINUTE  {server_name(server)}{which}"]
    drawn = set()
    for row, time in zip(rows.tolist(), times, strict=True):
        counts = {sign: max(0, int(columns[name][row])) for name, sign in SIGNS}
        drawn |= {name for name, sign in SIGNS if counts[sign]}
        bar = _bar(counts, scale, bar_width, limits.limit)
        paused = "*" if columns["paused_seconds"][row] > 0 else " "
        lines.append(f"  {time[clock_part]} {paused} {bar} {int(columns['attempts'][row]):>6,}".rstrip())
    meaning = ", ".join(f"{sign} {name}" for name, sign in SIGNS if name in drawn)
    paused = ", * paused" if (columns["paused_seconds"][rows] > 0).any() else ""
    return [*lines, f"  {meaning}, | limit of {limits.limit} in {limits.span}{paused}"]


def _bar(counts: dict[str, int], scale: int, width: int, limit: int) -> str:
    """The counts as signs; rounding their running sum keeps the bar's length true. `|` stands at the limit."""
    bar, total = "", 0
    for sign, number in counts.items():
        total += number
        bar += sign * (round(total * width / scale) - len(bar))
        if number and sign not in bar:
            # Never invisible: one unanswered attempt beside a thousand is what the reader looks for.
            bar = bar[: width - 1] + sign
    place = round(limit * width / scale)
    bar = bar.ljust(width)
    return bar[:place] + "|" + bar[place:]
