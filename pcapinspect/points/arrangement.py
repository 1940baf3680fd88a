"""What a set of captures is: which of them belong to one network, and at which of two places each was captured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.capture.tally import BACK
from pcapinspect.points.relations import FEWEST_COMMON, Relation, relations_of
from pcapinspect.points.sample import Sample, Unit

Units = tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Captures that are of one network, each at one of its points."""

    server_side: Units
    """All of them, where there is one point."""
    client_side: Units = ()
    """Empty where there is one point."""
    between: Units = ()
    """Those of further points, which are not judged."""
    rewritten: bool = False
    """A NAT rewrites addresses or ports between the two points."""


def arrange(samples: Sequence[Sample], family: Callable[[Unit], str]) -> list[Network]:
    """The networks, in the order of their first units. `family`: what names of one ring have in common."""
    relations = relations_of(samples)
    related = [r for r in relations if max(r.common, r.halves) >= FEWEST_COMMON]
    groups = _networks(samples, related, family)
    return [_points(samples, group, related, family) for group in groups]


def family_of(path: str, interface: int) -> str:
    """The same for files of one ring: their names differ in digits."""
    return f"{re.sub('[0-9]+', '', path)} {interface}"


def _networks(samples: Sequence[Sample], related: Sequence[Relation], family: Callable[[Unit], str]) -> list[list[int]]:
    """Places of the samples, by network."""
    parts = _components(len(samples), related)
    conflicts = {pair for pair in _conflicts(samples) if parts[pair[0]] != parts[pair[1]]}
    if not conflicts:
        return [list(range(len(samples)))] if samples else []
    components: dict[int, list[int]] = {}
    for place, part in enumerate(parts):
        components.setdefault(part, []).append(place)
    networks: list[list[int]] = []
    for component in components.values():
        names = {family(samples[place].unit) for place in component}
        fitting = (
            network
            for network in networks
            if names & {family(samples[place].unit) for place in network}
            and not any((min(a, b), max(a, b)) in conflicts for a in network for b in component)
        )
        joined = next(fitting, None)
        if joined is None:
            networks.append(component)
        else:
            joined.extend(component)
    return networks


def _components(count: int, related: Iterable[Relation]) -> list[int]:
    """For each sample the first one that it is related to, over however many others."""
    root = list(range(count))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for relation in related:
        a, b = find(relation.one), find(relation.other)
        root[max(a, b)] = min(a, b)
    return [find(place) for place in range(count)]


def _conflicts(samples: Sequence[Sample]) -> Iterable[tuple[int, int]]:
    """Pairs of samples of different files that both hold dials to the same server at the same time."""
    order = sorted(range(len(samples)), key=lambda place: samples[place].first or 0)
    open_now: list[int] = []
    for place in order:
        begin = samples[place].first or 0
        open_now = [other for other in open_now if (samples[other].last or 0) > begin + BACK]
        for other in open_now:
            if samples[other].unit.file != samples[place].unit.file and _same_server(samples[other], samples[place]):
                yield min(other, place), max(other, place)
        open_now.append(place)


def _same_server(one: Sample, other: Sample) -> bool:
    begin = max(one.first or 0, other.first or 0)
    end = min(one.last or 0, other.last or 0)
    servers = []
    for sample in (one, other):
        rows = sample.handshakes
        seen, counts = np.unique(rows.server[(rows.time >= begin) & (rows.time <= end)], return_counts=True)
        servers.append(seen[counts >= FEWEST_COMMON])
    return bool(np.isin(servers[0], servers[1]).any())


def _points(
    samples: Sequence[Sample], group: list[int], related: Sequence[Relation], family: Callable[[Unit], str]
) -> Network:
    """At which point each sample of a network was captured."""
    inside = set(group)
    apart = [_oriented(r) for r in related if r.one in inside and not r.mergeable]
    if not apart:
        return Network(tuple(samples[place].unit for place in group))
    near_client = {near for near, _, _ in apart}
    near_server = {far for _, far, _ in apart}
    sides: dict[int, int] = {}
    for place in group:
        if place in near_client or place in near_server:
            sides[place] = (place in near_server) - (place in near_client)
    for relation in related:  # a half or a copy is where the other is
        for known, unknown in ((relation.one, relation.other), (relation.other, relation.one)):
            if relation.mergeable and known in sides and unknown in inside:
                sides.setdefault(unknown, sides[known])
    for place in group:
        if place not in sides:
            sides[place] = _side_of_family(samples, place, sides, family)

    def units(side: int) -> Units:
        return tuple(samples[place].unit for place in group if sides[place] == side)

    return Network(units(1), units(-1), units(0), all(relation.rewritten for _, _, relation in apart))


def _oriented(relation: Relation) -> tuple[int, int, Relation]:
    """The place nearer to the clients, the one nearer to the server, and the relation."""
    if relation.other_is_nearer_to_the_server:
        return relation.one, relation.other, relation
    return relation.other, relation.one, relation


def _side_of_family(samples: Sequence[Sample], place: int, sides: dict[int, int], family: Callable[[Unit], str]) -> int:
    """Where the others of its ring are; else where SYNs have as long to live."""
    name = family(samples[place].unit)
    kin = [side for other, side in sides.items() if family(samples[other].unit) == name]
    if kin:
        return max(set(kin), key=kin.count)
    mine = _lifetime(samples[place])
    alike = min(sides, key=lambda other: abs(_lifetime(samples[other]) - mine))
    return sides[alike]


def _lifetime(sample: Sample) -> float:
    rows = sample.handshakes
    syns = rows.ttl[~rows.answer]
    return float(np.median(syns)) if len(syns) else 0.0
