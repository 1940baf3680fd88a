"""What a set of captures is: which of them belong to one network, and at which of two places each was captured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.points.halves import FileClock, file_clock
from pcapinspect.points.overlap import Spans
from pcapinspect.points.relations import FEWEST_COMMON, Relation, relations_of
from pcapinspect.points.rings import Ring, family_of, rings_of
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
    clock: FileClock | None = None
    """Of one point: where directions are in files of their own, by clocks apart."""


def arrange(samples: Sequence[Sample], name: Callable[[Unit], str]) -> list[Network]:
    """The networks, in the order of their first units. `name`: the path of a unit's file."""
    related = [r for r in relations_of(samples) if max(r.common, r.halves) >= FEWEST_COMMON]
    families = [family_of(name(sample.unit), sample.unit.interface) for sample in samples]
    groups = _networks(samples, related, families)
    return [_points(samples, rings_of(samples, group, families), related) for group in groups]


def _networks(samples: Sequence[Sample], related: Sequence[Relation], families: Sequence[str]) -> list[list[int]]:
    """Places of the samples of each network: those that are related, and those of a family with them that nothing
    tells from them. Captures of one server at one time that have nothing in common are of different networks."""
    components = _components(len(samples), related)
    network = np.full(len(components), len(components))
    networks: list[list[int]] = []
    of_family: dict[str, Int64] = {}
    apart = False
    for number, others in enumerate(_beside(samples, related, families, components)):
        apart = apart or len(others) > 0
        names = {families[place] for place in components[number]}
        nothing = np.empty(0, np.int64)
        known = np.concatenate([nothing, *(of_family[name] for name in names & of_family.keys())])
        fitting = np.setdiff1d(known, network[others])
        if not len(fitting):
            fitting = np.array([len(networks)])
            networks.append([])
        network[number] = fitting[0]
        networks[fitting[0]].extend(components[number])
        for name in names:
            of_family[name] = np.union1d(of_family.get(name, nothing), fitting[:1])
    if not apart:
        return [list(range(len(samples)))] if samples else []
    return networks


def _beside(
    samples: Sequence[Sample], related: Sequence[Relation], families: Sequence[str], components: Sequence[list[int]]
) -> Iterator[Int64]:
    """For each component the others that must be of another network: one after the other, for there may be many.

    Two rings at two points overlap where they have nothing in common: their clocks differ, or all was lost for a while.
    """
    part = np.empty(len(samples), np.int64)
    for number, component in enumerate(components):
        part[component] = number
    names, family = np.unique(families, return_inverse=True)
    pairs = {(int(family[r.one]), int(family[r.other])) for r in related if not r.mergeable}
    both_ways = (pair for a, b in pairs if a != b for pair in ((a, b), (b, a)))
    at_two_points = np.array([one * len(names) + other for one, other in both_ways], np.int64)
    spans = Spans(samples)
    for number, component in enumerate(components):
        found = [np.empty(0, np.int64)]
        for place in component:
            others = spans.beside(place)
            others = others[part[others] != number]
            found.append(part[others[~np.isin(family[place] * len(names) + family[others], at_two_points)]])
        yield np.unique(np.concatenate(found))


def _components(count: int, related: Iterable[Relation]) -> list[list[int]]:
    """The samples that are related to each other, over however many others."""
    root = list(range(count))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for relation in related:
        a, b = find(relation.one), find(relation.other)
        root[max(a, b)] = min(a, b)
    components: dict[int, list[int]] = {}
    for place in range(count):
        components.setdefault(find(place), []).append(place)
    return list(components.values())


def _points(samples: Sequence[Sample], rings: Sequence[Ring], related: Sequence[Relation]) -> Network:
    """At which point each ring of a network was captured."""
    ring_of = {place: number for number, ring in enumerate(rings) for place in ring}
    inside = [relation for relation in related if relation.one in ring_of]
    apart = [relation for relation in inside if not relation.mergeable]
    near_client, near_server = _farther(apart, ring_of) if apart else (set(), set())
    if not near_client | near_server:  # nothing is apart, or only files of one ring, which lie at one point
        own = [samples[place] for ring in rings for place in sorted(ring)]
        return Network(tuple(sample.unit for sample in own), clock=file_clock(own))
    sides = {ring: (ring in near_server) - (ring in near_client) for ring in near_client | near_server}
    for relation in inside:  # a half or a copy is where the other is
        one, other = ring_of[relation.one], ring_of[relation.other]
        for known, unknown in ((one, other), (other, one)):
            if relation.mergeable and known in sides:
                sides.setdefault(unknown, sides[known])
    for number, ring in enumerate(rings):
        if number not in sides:  # alone: where SYNs have as long to live
            mine = _lifetime(samples, ring)
            sides[number] = sides[min(sides, key=lambda other: abs(_lifetime(samples, rings[other]) - mine))]

    def units(side: int) -> Units:
        places = sorted(place for number, ring in enumerate(rings) if sides[number] == side for place in ring)
        return tuple(samples[place].unit for place in places)

    return Network(units(1), units(-1), units(0), all(relation.rewritten for relation in apart))


def _farther(apart: Sequence[Relation], ring_of: dict[int, int]) -> tuple[set[int], set[int]]:
    """Rings nearer to the clients than another, and rings nearer to the server, by all that their files share.

    A file that has only the edge of another says little of delays: few handshakes are in both.
    """
    votes: Counter[tuple[int, int]] = Counter()
    for relation in apart:
        one, other = ring_of[relation.one], ring_of[relation.other]
        votes[one, other] += relation.common if relation.other_is_nearer_to_the_server else 0
        votes[other, one] += 0 if relation.other_is_nearer_to_the_server else relation.common
    ahead = [pair for pair in votes if pair[0] != pair[1] and votes[pair] > votes[pair[1], pair[0]]]
    return {near for near, _ in ahead}, {far for _, far in ahead}


def _lifetime(samples: Sequence[Sample], ring: Ring) -> float:
    rows = [samples[place].handshakes for place in ring]
    syns = np.concatenate([np.empty(0, np.uint8), *(table.ttl[~table.answer] for table in rows)])
    return float(np.median(syns)) if len(syns) else 0.0
