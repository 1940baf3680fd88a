"""`HTTP Server is disabled` in the log of a CA: SCEP has nobody to answer it, and port 80 refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.clock import iso
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.logged import lines_of

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis


def judge(analysis: Analysis) -> Finding | None:
    """True of logs with that line."""
    if analysis.logs is None:
        return None
    records = analysis.logs.placed_of_kind("http_disabled")
    if not records:
        return None
    lines = lines_of(analysis, records)
    first = records[0][0]
    at = f", first at {iso(first.time, digits=3)[:-1]} by its own clock" if first.time is not None else ""
    zones = sorted({zone for clock in analysis.logs.clocks for zone in clock.zones})
    zone = f" ({', '.join(zones)})" if zones and first.time is not None else ""
    refusing = [server for server in analysis.load.servers if server.refused]
    fits = ""
    if refusing:
        resets = sum(server.refused for server in refusing)
        fits = f" It fits the {resets:,} dials of the capture that were answered by RST."
    return Finding(
        id="http-server-disabled",
        severity="critical" if refusing else "warning",
        title="The CA's own log says: HTTP Server is disabled",
        explanation=(
            f"Observed in the log of {lines.sources}: `{first.text}`{at}{zone}; {plural(len(records), 'line')} in all. "
            f"Without the HTTP server the certificate server is disabled, and nobody listens at its port.{fits}"
        ),
        figures={"lines": len(records), "refused": sum(server.refused for server in refusing)},
        not_shown=("Who disabled it: `show archive log config all` or the log of configuration commands tells.",),
        remedy=(
            "On the CA: `configure terminal`, `ip http server`, `end`; then `show crypto pki server` must say enabled.",
        ),
        start=lines.start,
        end=lines.end,
    )
