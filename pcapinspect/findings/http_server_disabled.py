"""`HTTP Server is disabled` in the log of a CA: SCEP has nobody to answer it, and port 80 refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.clock import SECOND, iso
from pcapinspect.evidence.skew_words import beside_zone, zone_text
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.logged import lines_of
from pcapinspect.tcp.connections import REFUSED

MOST_BEFORE = 60 * SECOND
"""Between the line and the first RST: clients that ask every minute notice so late."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pcapinspect.evidence.log_model import LogRecord
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
        fits = f" It fits the {resets:,} dials of the capture that were answered by RST.{_by_zone(analysis, records)}"
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


def _by_zone(analysis: Analysis, records: Sequence[tuple[LogRecord, int | None]]) -> str:
    """Where nothing ties the log's clock: the zone in which a line stands just before the first RST, if one does."""
    resets = analysis.connections.start[analysis.connections.outcome == REFUSED]
    if not len(resets):
        return ""
    first = int(np.min(resets))
    for record, at in records:
        if record.time is None or at is not None:
            continue
        ahead = record.time - first
        rest = beside_zone(ahead)
        if rest != ahead and -MOST_BEFORE <= rest <= 0:
            zone = zone_text((ahead - rest) // SECOND)
            clock = iso(record.time, digits=3)[11:-1]
            return f" In a zone of {zone} the line of {clock} is {-rest / SECOND:.3f} s before the first."
    return ""
