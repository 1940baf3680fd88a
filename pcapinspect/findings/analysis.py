"""Analysis: all that the layers found out, before judgement. What every finding reads and the report is built from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pcapinspect.findings.case import Case, Grouping

if TYPE_CHECKING:
    from pcapinspect.capture.inputs import InputFile
    from pcapinspect.columns import Int64, UInt8
    from pcapinspect.evidence.configuration import Configuration
    from pcapinspect.evidence.ios_log import Logs
    from pcapinspect.evidence.netflow.judgement import FlowLoad
    from pcapinspect.http.exchanges import Exchanges
    from pcapinspect.load.measures.elsewhere import Endpoint
    from pcapinspect.load.measures.quality import CaptureQuality
    from pcapinspect.load.model import Load
    from pcapinspect.pki.facts import PkiFacts
    from pcapinspect.pki.operations import Operations
    from pcapinspect.points.point import Point
    from pcapinspect.settings import Settings
    from pcapinspect.tcp.connections import Connections, Syns


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Tables of the whole capture and what was read beside it. None: no such evidence was given."""

    settings: Settings
    inputs: tuple[InputFile, ...]
    """In the order of reading; `file` columns index it."""
    points: tuple[Point, ...] = ()
    """What the inputs are to each other."""
    quality: CaptureQuality
    connections: Connections
    lost: UInt8 | None = None
    """What of each connection was lost between two points (points.between.LOST); None where there is one point."""
    seen_at_client: Int64 | None = None
    """Where the clients' point has each connection: file << 40 | frame; None where there is one point."""
    syns: Syns
    exchanges: Exchanges
    """In the order of (connection, index)."""
    operations: Operations
    """Parallel to exchanges."""
    load: Load
    facts: PkiFacts
    configuration: Configuration | None = None
    logs: Logs | None = None
    flows: FlowLoad | None = None
    elsewhere: tuple[Endpoint, ...] = ()
    """Where the capture has no connection to a watched server: who else speaks TCP in it."""

    @property
    def flows_only(self) -> bool:
        """No packets were captured: the tables are made of flows, and nothing can cite a frame."""
        return self.quality.flows_only

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every server, in the order of the load: the worst first."""
        grouping = Grouping(self)
        return tuple(Case(index, load, self, grouping) for index, load in enumerate(self.load.servers))
