"""Every threshold and option in force, with where its default comes from."""

from __future__ import annotations

from dataclasses import dataclass

NOTE = "Cisco TAC note 118734"
"""The source of the limits that IOS has: 80 connections a minute, then 15 s without service; 16 connections at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits that a server is held against, and the words for them. The defaults are those of IOS, by NOTE.

    No sentence, head or axis writes one of these numbers itself: with other settings it would be false.
    """

    limit: int = 80
    """Connections in `window`, after which IOS stops listening."""

    window: int = 60
    """Seconds over which the limit counts: the note says "per minute"."""

    pause: int = 15
    """Seconds for which IOS stops listening."""

    max_connections: int = 16
    """`ip http max-connections`: 16 is the most that IOS accepts."""

    @property
    def span(self) -> str:
        """`60 s`: the window."""
        return f"{self.window} s"

    @property
    def rate(self) -> str:
        """`80 connections in 60 s`."""
        return f"{self.limit} connections in {self.span}"

    @property
    def silence(self) -> str:
        """`15 s for which IOS stops listening`; of another pause only that it was asked for."""
        meaning = "for which IOS stops listening" if self.pause == Limits().pause else "asked for with --pause"
        return f"{self.pause} s {meaning}"

    @property
    def by_note(self) -> bool:
        """Whether rate and pause are those of the note: only then may it be cited for them."""
        ios = Limits()
        return (self.limit, self.window, self.pause) == (ios.limit, ios.window, ios.pause)

    @property
    def behaviour(self) -> str:
        """What a server with this limit does, and who says so: continues `a server that ...`."""
        source = NOTE if self.by_note else "as asked for with --limit, --window and --pause"
        return f"stops listening for {self.pause} s when {self.limit} connections came within {self.span} ({source})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Limits):
    """What an analysis was asked for. All of it is shown in the report."""

    ports: tuple[int, ...] = (80,)
    """Server ports that are watched. IOS serves SCEP on `ip http port`, 80 by default."""

    servers: tuple[str, ...] = ()
    """Addresses to restrict the analysis to; empty: every server on a watched port."""

    engine: str = "native"
    """Who dissects: `native` or `tshark`."""

    points: str = "measured"
    """What inputs are to each other: as it is measured, `one` point, or `each` a network of its own."""

    begin: int | None = None
    """Nanoseconds: packets before are not judged. None: no bound."""

    end: int | None = None
    """Nanoseconds: packets after are not judged."""

    tz: str = "UTC"
    """Zone in which times are shown to people. Data is always UTC."""
