"""Two reports held against each other: their servers, each with its change and its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pcapinspect import __version__
from pcapinspect.clock import iso
from pcapinspect.compare.change import Change, change_of
from pcapinspect.compare.side import Side, side_of
from pcapinspect.errors import UsageError

SCHEMA_VERSION = 1
"""Rises when a reader of the JSON would have to change."""

SAME_SETTINGS = ("limit", "window", "pause", "max_connections", "ports")
"""Settings that must be the same on both sides: figures are counted by them."""

WORST_FIRST = ("worse", "unchanged", "not comparable", "not tested", "reduced", "removed")

PERIOD_CHANGED = 0.2
"""Share by which a client's poll period must differ to be another one: retries are jittered by less."""


@dataclass(frozen=True, slots=True)
class Clients:
    """What became of a server's clients: addresses, sorted."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    other_period: tuple[str, ...]
    stayed: int


@dataclass(frozen=True, slots=True)
class ServerChange:
    """One server on both sides. A side is None where it was not asked there."""

    address: str
    change: Change
    before: Side | None
    after: Side | None
    clients: Clients


@dataclass(frozen=True, slots=True)
class Comparison:
    """All servers of two reports, the worst change first."""

    before: str
    after: str
    change: Change
    servers: tuple[ServerChange, ...]

    def document(self) -> dict[str, Any]:
        """What `--json` writes (compare/schema.json)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "pcapinspect", "version": __version__},
            "before": self.before,
            "after": self.after,
            "change": asdict(self.change),
            "servers": [_server(server) for server in self.servers],
        }


def compare(before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, str]) -> Comparison:
    """Two documents of reports. Raises UsageError where they were made with different settings."""
    _same_settings(before, after)
    servers = sorted(_servers(before, after), key=lambda server: WORST_FIRST.index(server.change.verdict))
    if not servers:
        nothing = Change("not comparable", "Neither side has a server.")
        return Comparison(*names, change=nothing, servers=())
    both = [server for server in servers if server.before and server.after]
    return Comparison(*names, change=(both or servers)[0].change, servers=tuple(servers))


def _same_settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name in SAME_SETTINGS:
        one, other = before["settings"][name], after["settings"][name]
        if one != other:
            raise UsageError(f"the reports were made with different settings: {name} {one} and {other}")


def _servers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ServerChange]:
    one, other = ({(s["ip"], s["port"]): s for s in document["servers"]} for document in (before, after))
    if not one.keys() & other.keys() and len(one) == len(other) == 1:
        # The service moved to another address: what there is on each side is compared.
        other = dict.fromkeys(one, next(iter(other.values())))
    obstacle = _obstacle(before) or _obstacle(after)
    for key in dict.fromkeys((*one, *other)):
        sides = [side_of(d, s[key]) if key in s else None for d, s in ((before, one), (after, other))]
        yield _server_change(sides[0], sides[1], obstacle)


def _obstacle(document: Mapping[str, Any]) -> str | None:
    """Why this report cannot be held against another."""
    if document["capture"]["flows_only"]:
        return "One side has flows and no packets."
    if document["capture"]["one_way"] is not None:
        return "One side holds one direction only."
    return None


def _server_change(before: Side | None, after: Side | None, obstacle: str | None) -> ServerChange:
    present = before or after
    assert present is not None
    if before is None or after is None:
        when = "after" if before is None else "before"
        change = Change("not comparable", f"It was asked {when} the change only.")
    elif obstacle is not None:
        change = Change("not comparable", obstacle)
    else:
        change = change_of(before, after)
    return ServerChange(_address(before, after), change, before, after, _clients(before, after))


def _address(before: Side | None, after: Side | None) -> str:
    return " and ".join(dict.fromkeys(side.address for side in (before, after) if side))


def _clients(before: Side | None, after: Side | None) -> Clients:
    one, other = (side.poll_periods if side else {} for side in (before, after))
    both = one.keys() & other.keys()
    return Clients(
        gone=tuple(sorted(one.keys() - both)),
        new=tuple(sorted(other.keys() - both)),
        other_period=tuple(sorted(client for client in both if _differ(one[client], other[client]))),
        stayed=len(both),
    )


def _differ(one: float | None, other: float | None) -> bool:
    return bool(one and other and abs(one - other) > PERIOD_CHANGED * one)


def _server(server: ServerChange) -> dict[str, Any]:
    return {
        "address": server.address,
        "change": asdict(server.change),
        "before": _side(server.before),
        "after": _side(server.after),
        "clients": asdict(server.clients),
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    document = asdict(side)
    starts = document.pop("starts")
    return document | {"unserved": side.unserved, "errors": side.errors, "minutes": [iso(start) for start in starts]}
