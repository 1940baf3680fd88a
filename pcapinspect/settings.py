"""Every threshold and option in force, with where its default comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an analysis was asked for. All of it is shown in the report."""

    ports: tuple[int, ...] = (80,)
    """Server ports that are watched. IOS serves SCEP on `ip http port`, 80 by default."""

    servers: tuple[str, ...] = ()
    """Addresses to restrict the analysis to; empty: every server on a watched port."""

    limit: int = 80
    """Connections in `window`, after which IOS stops listening (Cisco TAC note 118734)."""

    window: int = 60
    """Seconds over which the limit counts: the note says "per minute"."""

    pause: int = 15
    """Seconds for which IOS stops listening (Cisco TAC note 118734)."""

    max_connections: int = 16
    """`ip http max-connections`: 16 is the most that IOS accepts (Cisco TAC note 118734)."""

    engine: str = "native"
    """Who dissects: `native` or `tshark`."""

    tz: str = "UTC"
    """Zone in which times are shown to people. Data is always UTC."""
