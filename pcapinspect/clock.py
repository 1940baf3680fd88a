"""Time: integer nanoseconds since 1970-01-01T00:00:00Z inside, text at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pcapinspect.errors import UsageError

SECOND = 1_000_000_000
"""Nanoseconds in a second."""

MINUTE = 60 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name, or `UTC`. Raises UsageError for an unknown name."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"--tz: no time zone is called {name!r}") from None


def iso(ns: int, tz: tzinfo = UTC, digits: int = 9) -> str:
    """ISO 8601 with `digits` decimals: `Z` for UTC, else the zone's offset at that time.

    Years beyond 9999 cannot come from a capture (64-bit nanoseconds end in 2262).
    """
    seconds, fraction = divmod(int(ns), SECOND)
    moment = (_EPOCH + timedelta(seconds=seconds)).astimezone(tz)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if digits:
        text += f".{fraction:09d}"[: digits + 1]
    if tz is UTC:
        return text + "Z"
    offset = moment.strftime("%z")
    return f"{text}{offset[:3]}:{offset[3:5]}"


def parse_iso(text: str) -> int:
    """Nanoseconds of an ISO 8601 time; no offset means UTC. Raises ValueError."""
    head, dot, rest = text.strip().replace(" ", "T", 1).partition(".")
    if not dot:
        moment = datetime.fromisoformat(head)
        fraction = 0
    else:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        moment = datetime.fromisoformat(head + rest[len(digits) :])
        fraction = int(digits[:9].ljust(9, "0"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole = moment - _EPOCH
    return (whole.days * 86_400 + whole.seconds) * SECOND + fraction


def between(low: float, high: float) -> str:
    """Seconds: `10.0 to 10.3 s`, or `10.0 s` where both ends read alike."""
    return " to ".join(dict.fromkeys((f"{low:.1f}", f"{high:.1f}"))) + " s"


def length(seconds: float) -> str:
    """`0.4 ms`, `14.998 s`, `3 min 20 s`, `1 h 4 min`, `2 d 3 h`."""
    if seconds < 0:
        return "-" + length(-seconds)
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 120:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
    whole = round(seconds)
    if whole < 2 * 3600:
        (large, small), (count, rest) = ("min", "s"), divmod(whole, 60)
    elif whole < 2 * 86_400:
        (large, small), (count, rest) = ("h", "min"), divmod(whole // 60, 60)
    else:
        (large, small), (count, rest) = ("d", "h"), divmod(whole // 3600, 24)
    return f"{count} {large}" + (f" {rest} {small}" if rest else "")
