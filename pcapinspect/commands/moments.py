"""Times on the command line: ISO 8601, in the zone in which times are shown where they have no offset."""

from __future__ import annotations

import argparse
import re

from pcapinspect.errors import UsageError

_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")


def stretch_of(options: argparse.Namespace) -> tuple[int | None, int | None]:
    """Nanoseconds of `--from` and `--to`. Raises UsageError."""
    begin, end = moment("--from", options.begin, options.tz), moment("--to", options.end, options.tz)
    if begin is not None and end is not None and begin > end:
        raise UsageError(f"--from {options.begin} is later than --to {options.end}")
    return begin, end


def moment(option: str, text: str | None, tz: str) -> int | None:
    """Nanoseconds of a time; one without offset is in the zone that times are shown in. Raises UsageError."""
    from datetime import UTC, datetime

    from pcapinspect.clock import SECOND, parse_iso, zone
    from pcapinspect.commands.settings import zone_name

    if text is None:
        return None
    try:
        time = parse_iso(text)
    except (ValueError, OverflowError):
        raise UsageError(f"{option}: {text!r} is not an ISO 8601 time") from None
    if _OFFSET.search(text.strip()):
        return time
    there = datetime.fromtimestamp(time // SECOND, UTC).replace(tzinfo=zone(zone_name(tz)))
    offset = there.utcoffset()
    return time - (round(offset.total_seconds()) * SECOND if offset is not None else 0)
