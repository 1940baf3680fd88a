"""Events of a firewall (Cisco NSEL) -> flows: the created, updated and deleted of one connection are one.

A firewall reports no TCP flags, but the payload each way: where the responder sent some, the connection was answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.columns import MISSING, Int64
from pcapinspect.evidence.netflow import elements as el
from pcapinspect.evidence.netflow.columns import MILLISECOND, Rows
from pcapinspect.evidence.netflow.model import Flows

DENIED = 3
"""Value of the element `firewallEvent`; 1 is created, 2 deleted, 4 an alert, 5 an update (IANA)."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of connections to watched ports, from the initiator to the responder; in the order of export."""

    flows: Flows
    number: Int64
    """The connection's number on the firewall."""
    denied: Int64
    answered: Int64
    """Bytes of payload that the responder has sent by then; MISSING where not said."""


def events_of(rows: Rows, exporter: str, ports: tuple[int, ...]) -> Events | None:
    """None where the records hold no connections to or from a watched port."""
    flows = rows.flows(exporter, ports)
    keep = rows.of_ports(ports)
    if not len(flows):
        return None
    missing = np.full(len(rows), MISSING, np.int64)

    def said(element: int) -> Int64:
        value = rows.number(element)
        return (missing if value is None else value)[keep]

    begun, at = said(el.START_MILLISECONDS), said(el.OBSERVATION_MILLISECONDS)
    start = np.where(begun == MISSING, at, begun)
    timed = start != MISSING
    flows = replace(
        flows,
        start=np.where(timed, start * MILLISECOND, flows.start),
        end=np.where(timed & (at != MISSING), np.maximum(at, start) * MILLISECOND, flows.end),
        bytes=said(el.INITIATOR_BYTES),
    )
    denied = (said(el.FIREWALL_EVENT) == DENIED).astype(np.int64)
    return Events(flows, said(el.FLOW_ID), denied, said(el.RESPONDER_BYTES))


def merged(parts: list[Events]) -> tuple[Flows, int]:
    """One flow a connection, and one back where the responder sent something; and how many were denied."""
    flows = Flows.concatenate([part.flows for part in parts])
    number = np.concatenate([part.number for part in parts])
    denied = np.concatenate([part.denied for part in parts])
    answered = np.concatenate([part.answered for part in parts])
    names = (flows.exporter, flows.src_ip, flows.src_port, flows.dst_ip, flows.dst_port, number)
    columns = [np.unique(values.astype(str), return_inverse=True)[1] for values in names]
    connection = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].ravel()
    count = int(connection.max()) + 1
    last = np.zeros(count, np.int64)
    last[connection] = np.arange(len(connection))
    start, end = flows.start[last], flows.end[last]
    np.minimum.at(start, connection, flows.start)
    np.maximum.at(end, connection, flows.end)
    sent = np.zeros(count, np.int64)
    np.maximum.at(sent, connection, answered)
    there = replace(flows.take(last), start=start, end=end)
    back = replace(
        there, src_ip=there.dst_ip, src_port=there.dst_port, dst_ip=there.src_ip, dst_port=there.src_port, bytes=sent
    )
    return Flows.concatenate([there, back.take(sent > 0)]), int(np.count_nonzero(np.bincount(connection, denied)))
