"""Flows, and what is known of the files that they come from."""

from __future__ import annotations

from dataclasses import dataclass, field

from pcapinspect.columns import Columns, Int64, Text, UInt16, column


@dataclass(frozen=True, slots=True)
class Flows(Columns):
    """TCP flow records towards or from a watched port; one row a record. Int64 columns may hold MISSING."""

    exporter: Text = column("O")
    """Address of the router that exported it; None where the file does not say."""
    start: Int64 = column("i8")
    """Nanoseconds of the flow's first packet, on the exporter's clock."""
    end: Int64 = column("i8")
    src_ip: Text = column("O")
    src_port: UInt16 = column("u2")
    dst_ip: Text = column("O")
    dst_port: UInt16 = column("u2")
    packets: Int64 = column("i8")
    bytes: Int64 = column("i8")
    tcp_flags: Int64 = column("i8")
    """OR over the flow's packets (IPFIX element 6); MISSING where the record does not hold it."""
    clock: Int64 = column("i8")
    """Nanoseconds from midnight to the first packet, of a flow that has a time of day and no date; else MISSING."""
    sampling: Int64 = column("i8")
    """1 packet in so many was looked at; MISSING where nobody says."""


@dataclass(slots=True)
class FlowFile:
    """One file with flows. Filled while it is read."""

    path: str
    format: str = ""
    """`netflow5`, `netflow9`, `ipfix` (joined by `+`), `nfcapd`, `nfdump-csv`, `nfdump-json`, `nfdump-ndjson`,
    `nfdump-text`, `ios-cache`."""
    datagrams: int = 0
    records: int = 0
    """All flow records, whatever they are about."""
    kept: int = 0
    """Of these, TCP towards or from a watched port."""
    lost: int = 0
    """Records (v5, IPFIX) or datagrams (v9) that sequence numbers say are missing."""
    without_template: int = 0
    """Data sets whose template is not in the file: not decodable."""
    malformed: int = 0
    """Datagrams or lines that end before they should, or contradict themselves."""
    biflows: int = 0
    """Records that hold both directions (RFC 5103): each is two flows here."""
    firewall_events: int = 0
    """Records of a firewall's events (Cisco NSEL): several for a connection, none with TCP flags."""
    denied: int = 0
    """Connections of these that the firewall denied."""
    undated: int = 0
    """Of the kept: flows without a date, counted and on no time axis."""
    sampling: int | None = None
    """1 packet in N was looked at; None: not said. Counts are not scaled up."""
    exporters: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FlowEvidence:
    """All flows of all files, ordered by start."""

    flows: Flows
    files: tuple[FlowFile, ...]
