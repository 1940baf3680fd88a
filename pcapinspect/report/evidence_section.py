"""The section `evidence` of the document: what was read beside the captures, and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from pcapinspect.clock import iso
from pcapinspect.evidence.moments import Moment
from pcapinspect.evidence.ownership.model import Ownership, Tie
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.rollover import owned_max_connections
from pcapinspect.pki.certificates import Certificate
from pcapinspect.report import model
from pcapinspect.report.sections import plain, seconds, time

if TYPE_CHECKING:
    from pcapinspect.evidence.configuration import Configuration
    from pcapinspect.evidence.log_model import LogFile, Logs, Skew
    from pcapinspect.evidence.request_log import RequestTimes
    from pcapinspect.findings.case import Case

MOST_RECORDS = 2000
"""Log records that the document carries: as many flags as a chart can bear."""


MOST_SERVERS = 5
"""Servers, the worst first, whose evidence is listed."""


def configuration_section(configuration: Configuration | None, cases: Sequence[Case]) -> model.Configuration | None:
    """Everything that configuration and show output say, by kind; and of each server, what belongs to it."""
    if configuration is None:
        return None
    owned: list[tuple[str | None, Ownership]] = [(case.name, case.owned) for case in cases[:MOST_SERVERS]]
    owned = owned or [(None, own(configuration))]
    limits = [limit for _, of in owned if (limit := owned_max_connections(of.configuration)) is not None]
    section: Any = {
        field.name: [_said(item) for item in getattr(configuration, field.name)] for field in fields(configuration)
    }
    told: model.Configuration = section | {
        "max_connections": min(limits, default=None),
        "ownership": [_ownership(server, of) for server, of in owned],
    }
    return told


def _ownership(server: str | None, owned: Ownership) -> model.Ownership:
    return {
        "server": server,
        "ca_name": owned.ca_name,
        "belongs": [_tie(tie) for tie in owned.belongs],
        "does_not_belong": [_tie(tie) for tie in owned.foreign],
        "above": [one.name for one in owned.above],
        "conflicts": list(owned.conflicts),
    }


def _tie(tie: Tie) -> model.Tie:
    return {
        "piece": tie.piece,
        "path": tie.where.path,
        "line": tie.where.line,
        "device": tie.where.device,
        "reason": tie.reason,
    }


def logs_section(logs: Logs | None) -> model.Logs | None:
    """Files, counts, the skew of their clocks, and the first records; messages that say nothing of PKI are counted."""
    if logs is None:
        return None
    placed = logs.placed or (None,) * len(logs.records)
    lost = Counter(record.clock for record, at in zip(logs.records, placed, strict=True) if at is None)
    told = [
        (record, at)
        for record, at in zip(logs.records, placed, strict=True)
        if record.kind != "message" or "PKI" in (record.mnemonic or "")
    ]
    return {
        "files": [_log_file(file) for file in logs.files],
        "clocks": [
            plain(clock) | {"first": time(clock.first), "last": time(clock.last), "not_placed": lost[number]}
            for number, clock in enumerate(logs.clocks)
        ],
        "skews": [_skew(skew) for skew in logs.skews or (None,) * len(logs.clocks)] or [None],
        "stamped_by": dict(Counter(record.stamped_by or "none" for record in logs.records)),
        "requests": [_requests(received) for received in logs.requests],
        "counts": dict(logs.counts),
        "messages": dict(logs.messages),
        "records_seen": len(told),
        "records": [
            plain(record)
            | {
                "time": time(record.time),
                "relayed": time(record.relayed),
                "capture_time": time(at),
                "date": time(record.date),
            }
            for record, at in told[:MOST_RECORDS]
        ],
    }


def _log_file(file: LogFile) -> model.LogFile:
    section: Any = plain(file) | {"first": time(file.first), "last": time(file.last)}
    del section["account"]  # it is in `evidence.account`
    told: model.LogFile = section
    return told


def _requests(received: RequestTimes) -> model.LoggedRequests:
    minutes, counts = received.minutes()
    return {
        "device": received.device,
        "requests": len(received.times),
        "minutes": [iso(minute) for minute in minutes.tolist()] if received.dated else None,
        "received": counts.tolist(),
    }


def _skew(skew: Skew | None) -> model.Skew | None:
    if skew is None:
        return None
    told: model.Skew = plain(skew) | {
        "offset": seconds(skew.offset),
        "spread": seconds(skew.spread),
        "reference": time(skew.reference) if skew.drift else None,
    }
    return told


def _said(item: Any) -> Any:
    """A dataclass of evidence as JSON has it: times as text, certificates by what names them."""
    if isinstance(item, Moment):
        return {"time": iso(item.time), "zone": item.zone, "zone_known": item.zone_known}
    if isinstance(item, Certificate):
        return {
            "subject": item.subject,
            "issuer": item.issuer,
            "serial": item.serial,
            "not_before": iso(item.not_before),
            "not_after": iso(item.not_after),
        }
    if is_dataclass(item):
        values = {field.name: _said(getattr(item, field.name)) for field in fields(item)}
        if isinstance(values.get("time"), int):
            values["time"] = iso(values["time"])
        return values
    return plain(item)
