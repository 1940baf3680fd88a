"""pcapinspect: is the Cisco IOS PKI server dropping connections, since when, why, and what to change.

>>> import pcapinspect
>>> report = pcapinspect.analyze("captures/storm.pcap")
>>> report.servers[0]["verdict"]["cause"]
'rate_limit'
>>> report.tables["connections"].shape[0]
1159
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

__all__ = ["Evidence", "Report", "Settings", "Spread", "__version__", "analyze"]

if TYPE_CHECKING:
    from pcapinspect.pipeline import Evidence, Spread, analyze
    from pcapinspect.report.document import Report
    from pcapinspect.settings import Settings


def __getattr__(name: str) -> Any:
    """Imports what is asked for and no more: `pcapinspect --help` must not load numpy."""
    if name in {"analyze", "Evidence", "Spread"}:
        from pcapinspect import pipeline

        return getattr(pipeline, name)
    if name == "Report":
        from pcapinspect.report.document import Report

        return Report
    if name == "Settings":
        from pcapinspect.settings import Settings

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
