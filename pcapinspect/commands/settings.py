"""The options that say which captures, servers and thresholds; for the commands that read captures."""

from __future__ import annotations

import argparse
import os

from pcapinspect.commands.numbers import whole
from pcapinspect.settings import Settings

_MOST = 1_000_000
"""Of connections, and a day and more of seconds: no server's limits are near it, and 64-bit nanoseconds hold it."""

port_number = whole(1, 65_535, "a TCP port")
limit_number = whole(1, _MOST, f"a whole number from 1 to {_MOST:,}")


def add_capture_arguments(
    parser: argparse.ArgumentParser, *, pause: str = "--pause", captures: str = "+", pipes: bool = True
) -> None:
    """CAPTURE... and the options that end up in Settings. `pause`: its option's name, where --pause means a number.

    `captures`: how many, as argparse says it; `pipes`: whether standard input may be one.
    """
    what = "a file, a glob, a folder, or - for standard input" if pipes else "a file, a glob or a folder"
    parser.add_argument("capture", metavar="CAPTURE", nargs=captures, help=what)
    add_setting_arguments(parser, pause=pause)


def add_setting_arguments(parser: argparse.ArgumentParser, *, pause: str = "--pause") -> None:
    """The options that end up in Settings."""
    watch = parser.add_argument_group("what to watch")
    watch.add_argument(
        "--port", type=port_number, action="append", metavar="PORT", help="server port, repeatable (default 80)"
    )
    watch.add_argument("--server", action="append", metavar="IP", default=[], help="only this server, repeatable")
    limits = parser.add_argument_group(
        "limits of the server", "the defaults are those of IOS, by Cisco TAC note 118734"
    )
    for name, option, unit, meaning in (
        ("limit", "--limit", "N", "connections per window before the server stops listening"),
        ("window", "--window", "SECONDS", "length of that window"),
        ("pause", pause, "SECONDS", "how long the server then stops listening"),
        ("max_connections", "--max-connections", "N", "connections open at once"),
    ):
        default = getattr(Settings(), name)
        limits.add_argument(
            option, dest=name, type=limit_number, metavar=unit, default=default, help=f"{meaning} (default {default})"
        )
    parser.add_argument(
        "--engine",
        choices=("native", "tshark"),
        default=Settings().engine,
        help="who dissects: native (default), or tshark for formats and link types that native does not read",
    )
    parser.add_argument(
        "--points",
        choices=("one", "each"),
        default=Settings().points,
        help="what several captures are to each other, where it shall not be measured: of one point, or each of a "
        "network of its own",
    )
    parser.add_argument(
        "--tz", metavar="ZONE", default="UTC", help="time zone of what is shown: a name, or local (default UTC)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress and no remarks on standard error")


def zone_name(asked: str) -> str:
    """The name of a time zone that this machine knows; `local` is its own. Raises UsageError."""
    from pcapinspect.clock import zone
    from pcapinspect.errors import UsageError

    name = _local_zone() if asked == "local" else asked
    if name is None:
        raise UsageError("--tz: this machine does not say which zone is its own: give its name, like Europe/Berlin")
    zone(name)
    return name


def _local_zone() -> str | None:
    """By $TZ, else by where /etc/localtime leads; None where neither names a zone."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return named
    _, found, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name if found else None


def settings_of(options: argparse.Namespace) -> Settings:
    """The Settings that the options ask for. Raises UsageError."""
    from pcapinspect.address import halves
    from pcapinspect.errors import UsageError

    tz = zone_name(options.tz)
    for server in options.server:
        try:
            halves(server)
        except ValueError:
            raise UsageError(f"--server: {server!r} is not an IP address") from None
    return Settings(
        ports=tuple(dict.fromkeys(options.port or Settings().ports)),
        servers=tuple(dict.fromkeys(options.server)),
        limit=options.limit,
        window=options.window,
        pause=options.pause,
        max_connections=options.max_connections,
        engine=options.engine,
        points=options.points,
        tz=tz,
    )
