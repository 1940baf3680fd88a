"""Export datagrams -> flows: NetFlow v5, NetFlow v9 (RFC 3954) and IPFIX (RFC 7011).

scapy decodes these too, field by field into objects: some thousand records a second. Here the records of a template are
gathered and decoded together with numpy; the tests hold both to the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from struct import unpack_from

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow import elements as el
from pcapinspect.evidence.netflow import firewall
from pcapinspect.evidence.netflow.columns import MILLISECOND, Rows
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.templates import Template, fixed_records, flatten_variable, read_templates

V5, V9, IPFIX = 5, 9, 10
NAMES = {V5: "netflow5", V9: "netflow9", IPFIX: "ipfix"}
HEADER = {V5: 24, V9: 20, IPFIX: 16}

V5_RECORD = Template(
    (
        (el.SRC_IPV4, 4), (el.DST_IPV4, 4), (0, 4), (0, 2), (0, 2), (el.IN_PACKETS, 4), (el.IN_BYTES, 4),
        (el.FIRST_SWITCHED, 4), (el.LAST_SWITCHED, 4), (el.SRC_PORT, 2), (el.DST_PORT, 2), (0, 1), (el.TCP_FLAGS, 1),
        (el.PROTOCOL, 1), (0, 1), (0, 2), (0, 2), (0, 1), (0, 1), (0, 2),
    ),
    is_options=False,
)  # fmt: skip
"""A v5 record as a template of 48 bytes (Cisco NetFlow Collection Engine guide, "NetFlow Export Datagram Formats")."""

GATHER_BYTES = 1 << 20
"""Records of a template are decoded when so many bytes of them have come."""

MOST_AHEAD = 1 << 20
"""A sequence number this far ahead is another process of the exporter, not lost records."""

Domain = tuple[str, int, int]
"""Exporter, version, and source ID or observation domain: templates and sequence numbers hold within one."""


Templates = dict[Domain, dict[int, Template]]
"""By template ID."""

MOST_MILLISECONDS = (2**63 - 1) // MILLISECOND
"""Since 1970, that nanoseconds hold in 64 bits with a sign."""


@dataclass(slots=True)
class _Gathered:
    """Records of one template that wait to be decoded."""

    exporter: str
    template: Template
    bodies: list[bytes] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    exported: list[int] = field(default_factory=list)
    booted: list[int] = field(default_factory=list)
    size: int = 0


class ExportDecoder:
    """Takes datagrams in their order; `finish` returns the flows. `templates` outlive it, for the next file."""

    def __init__(self, file: FlowFile, ports: Sequence[int], templates: Templates | None = None) -> None:
        self._file = file
        self._ports = tuple(ports)
        self._templates: Templates = {} if templates is None else templates
        self._last: dict[Domain, tuple[int, int]] = {}
        self._booted: dict[Domain, int] = {}
        self._gathered: dict[tuple[Domain, Template], _Gathered] = {}
        self._flows: list[Flows] = []
        self._firewall: list[firewall.Events] = []
        self._sampling: dict[str, int] = {}
        self._versions: set[int] = set()
        self._exporters: dict[str, None] = {}

    def feed(self, exporter: str, payload: bytes) -> None:
        """One datagram. What is damaged in it is counted; what is before the damage is used."""
        version = payload[1] if len(payload) >= 2 and payload[0] == 0 else 0
        if version not in HEADER or len(payload) < HEADER[version]:
            self._file.malformed += 1
            return
        self._file.datagrams += 1
        self._versions.add(version)
        self._exporters[exporter] = None
        if version == V5:
            self._version5(exporter, payload)
        else:
            self._template_driven(exporter, version, payload)

    def finish(self) -> Flows:
        """All flows, in the order of their templates; the file is complete."""
        for gathered in self._gathered.values():
            self._decode(gathered)
        self._gathered.clear()
        if self._firewall:
            flows, self._file.denied = firewall.merged(self._firewall)
            self._flows.append(flows)
        self._file.exporters = list(self._exporters)
        self._file.format = "+".join(NAMES[version] for version in sorted(self._versions))
        flows = Flows.concatenate(self._flows)
        self._file.kept = len(flows)
        return self._with_sampling(flows)

    def _with_sampling(self, flows: Flows) -> Flows:
        """Options records may come after what they are about: what an exporter said once holds for all it sent."""
        said = np.array([self._sampling.get(exporter, MISSING) for exporter in flows.exporter], np.int64)
        flows = replace(flows, sampling=np.where(flows.sampling == MISSING, said, flows.sampling))
        intervals = [*self._sampling.values(), *flows.sampling[flows.sampling != MISSING].tolist()]
        self._file.sampling = max(intervals, default=None)
        return flows

    def _version5(self, exporter: str, payload: bytes) -> None:
        count, uptime, seconds, nanoseconds, sequence, engine, sampling = unpack_from("!HIIIIHH", payload, 2)
        body = payload[HEADER[V5] :]
        held = len(body) // V5_RECORD.length
        if held < count or count == 0:
            self._file.malformed += 1
        count = min(count, held)
        exported = seconds * SECOND + nanoseconds
        domain = (exporter, V5, engine)
        self._booted[domain] = exported - uptime * MILLISECOND
        self._sequence(domain, sequence, count)
        if sampling & 0x3FFF:
            self._sampling[exporter] = sampling & 0x3FFF
        self._gather(domain, V5_RECORD, body[: count * V5_RECORD.length], exported)

    def _template_driven(self, exporter: str, version: int, payload: bytes) -> None:
        ipfix = version == IPFIX
        if ipfix:
            length, seconds, sequence, source = unpack_from("!HIII", payload, 2)
            payload = payload[:length]
        else:
            _, uptime, seconds, sequence, source = unpack_from("!HIIII", payload, 2)
            self._booted[exporter, version, source] = seconds * SECOND - uptime * MILLISECOND
        domain = (exporter, version, source)
        templates = self._templates.setdefault(domain, {})
        records = 0
        at = HEADER[version]
        while at + 4 <= len(payload):
            set_id, size = unpack_from("!HH", payload, at)
            if size < 4 or at + size > len(payload):
                self._file.malformed += 1
                break
            records += self._set(domain, templates, set_id, payload[at + 4 : at + size], seconds * SECOND)
            at += size
        self._sequence(domain, sequence, records if ipfix else 1)

    def _set(self, domain: Domain, templates: dict[int, Template], set_id: int, body: bytes, exported: int) -> int:
        """Returns the data records of the set, options included: what IPFIX's sequence number counts."""
        ipfix = domain[1] == IPFIX
        if set_id in ((2, 3) if ipfix else (0, 1)):
            for number, template in read_templates(body, is_options=set_id in (1, 3), ipfix=ipfix):
                if template is None:
                    templates.pop(number, None)
                else:
                    templates[number] = template
        elif set_id >= 256:
            known = templates.get(set_id)
            if known is not None:
                return self._gather(domain, known, body, exported)
            self._file.without_template += 1
        return 0

    def _gather(self, domain: Domain, template: Template, body: bytes, exported: int) -> int:
        is_biflow, is_firewall = template.is_biflow, any(one == el.FIREWALL_EVENT for one, _ in template.layout)
        if not template.is_fixed:
            template, body, cut = flatten_variable(template, body)
            self._file.malformed += cut
            if not template.length:
                return 0
        count = len(body) // template.length
        if template.is_options:
            self._options(domain, template, body)
            return count
        self._file.records += count
        self._file.biflows += count * is_biflow
        self._file.firewall_events += count * is_firewall
        gathered = self._gathered.setdefault((domain, template), _Gathered(domain[0], template))
        gathered.bodies.append(body[: count * template.length])
        gathered.counts.append(count)
        gathered.exported.append(exported)
        gathered.booted.append(self._booted.get(domain, MISSING))
        gathered.size += len(body)
        if gathered.size >= GATHER_BYTES:
            del self._gathered[domain, template]
            self._decode(gathered)
        return count

    def _decode(self, gathered: _Gathered) -> None:
        rows = Rows(
            gathered.template,
            fixed_records(gathered.template, b"".join(gathered.bodies)),
            np.repeat(np.array(gathered.exported, np.int64), gathered.counts),
            np.repeat(np.array(gathered.booted, np.int64), gathered.counts),
        )
        if any(element == el.FIREWALL_EVENT for element, _ in gathered.template.layout):
            events = firewall.events_of(rows, gathered.exporter, self._ports)
            self._firewall += [events] if events else []
        else:
            self._flows.append(rows.flows(gathered.exporter, self._ports))

    def _options(self, domain: Domain, template: Template, body: bytes) -> None:
        """Options records tell the sampling interval and, in IPFIX, when the exporter's uptime was 0."""
        missing = np.zeros(len(body) // template.length, np.int64)
        rows = Rows(template, fixed_records(template, body), missing, missing)
        if interval := rows.interval():
            self._sampling[domain[0]] = interval
        booted = rows.number(el.BOOT_MILLISECONDS)
        if booted is not None and len(booted) and 0 <= int(booted[-1]) <= MOST_MILLISECONDS:
            self._booted[domain] = int(booted[-1]) * MILLISECOND

    def _sequence(self, domain: Domain, sequence: int, count: int) -> None:
        """Counts what is missing between two datagrams, modulo 2**32.

        The numbers count what was sent before a datagram: records (v5, IPFIX) or datagrams (v9). Some exporters
        (softflowd) count the datagram's own records too: then the step is this one's count, not the last one's.
        """
        if domain in self._last:
            last, sent = self._last[domain]
            step = sequence - last & 0xFFFFFFFF
            missing = step - sent & 0xFFFFFFFF
            if step != count and missing < MOST_AHEAD:
                self._file.lost += missing
        self._last[domain] = sequence, count
