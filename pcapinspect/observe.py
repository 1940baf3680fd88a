"""From capture files to connections and exchanges: at one point, at two, or in several networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pcapinspect.address import endpoint, text_of
from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member, in_order
from pcapinspect.capture.inputs import InputFile
from pcapinspect.columns import MISSING, Int64, UInt8
from pcapinspect.errors import UsageError
from pcapinspect.load.measures.parties import Networks
from pcapinspect.packets.file import CaptureFile
from pcapinspect.packets.fragments import Fragments
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.pki.followed import Followed
from pcapinspect.points import point
from pcapinspect.points.arrangement import Network, Units, arrange
from pcapinspect.points.between import NOT_LOST, join
from pcapinspect.points.clocks import DirectionClocks, on_one_clock
from pcapinspect.points.halves import FileClock
from pcapinspect.points.networks import side_by_side, with_files
from pcapinspect.points.point import Point
from pcapinspect.points.relations import relations_of
from pcapinspect.points.sample import Sample, Sampling, Unit
from pcapinspect.settings import Settings

MOST_NAMED = 3
"""Servers that a sentence names."""

EVERY = -1
"""In place of an interface: all of the file."""

SAMPLED_BYTES = 4 << 20
"""Read at a time to compare inputs: one file after the other."""


Follow = Callable[[Sequence[Member]], tuple[Followed, list[InputFile]]]
"""Reads the files of one point and follows their connections, whoever does that."""


@dataclass(frozen=True, slots=True)
class Observed:
    """All that was captured."""

    followed: Followed
    """Of two points: attempts as they were at the server's point, then those that never came to it."""
    inputs: list[InputFile]
    points: tuple[Point, ...]
    clocks: DirectionClocks | None
    """Of the two directions, where there is one point."""
    networks: Networks | None = None
    """None where there is one."""
    lost: UInt8 | None = None
    """What of each attempt was lost between two points (points.between.LOST); None where there is one point."""
    seen_at_client: Int64 | None = None
    """Where the clients' point has each attempt (`Joined.seen_at_client`)."""


def observe(
    paths: Sequence[str],
    settings: Settings,
    follow: Follow,
    control: Control | None = None,
    points: Mapping[str, Sequence[str]] | None = None,
) -> Observed:
    """What the captures hold. Inputs that may be of several points are compared first.

    `points`: two of them by name, with their captures, where that is not to be measured.
    """
    members = in_order(paths)
    networks = _networks(members, settings, control) if not points else [_named(members, settings, control, points)]
    if networks is None:
        return _one_point(members, follow)
    found = [_network(network, members, follow) for network in networks]
    left_out = [member for network in networks for member in _members(network.between, members)]
    observed = found[0] if len(found) == 1 else _side_by_side(found)
    return replace(observed, inputs=_in_order([*observed.inputs, *map(_unjudged, left_out)], members))


def _networks(members: Sequence[Member], settings: Settings, control: Control | None) -> list[Network] | None:
    """What the inputs are to each other. None: one point, of all of them."""
    several = len(members) > 1 or any(member.interfaces > 1 for member in members)
    if settings.points == "one" or not several or not all(Path(member.path).is_file() for member in members):
        return None
    if settings.points == "each":
        return [Network((Unit(member.number, EVERY),)) for member in members] if len(members) > 1 else None
    samples = list(_sampled(members, settings, control).values())
    names = {member.number: member.path for member in members}
    networks = arrange(samples, lambda unit: names[unit.file])
    if len(networks) < 2 and not any(network.client_side or network.clock for network in networks):
        return None
    # Files without a handshake are read with the first.
    idle = tuple(Unit(number, EVERY) for number in sorted(names.keys() - {sample.unit.file for sample in samples}))
    return [replace(networks[0], server_side=networks[0].server_side + idle), *networks[1:]]


def _named(
    members: Sequence[Member], settings: Settings, control: Control | None, points: Mapping[str, Sequence[str]]
) -> Network:
    """Two points that were named: which of them is nearer to the server is measured; the second, where that fails."""
    first, second = (
        tuple(Unit(member.number, EVERY) for member in members if member.path in files) for files in points.values()
    )
    if not first or not second:
        raise UsageError("--point: one of the two points has no capture of its own")
    samples = list(_sampled(members, settings, control).values())
    numbers = {unit.file for unit in first}
    nearer = 0
    relations = relations_of(samples)
    for relation in relations:
        one, other = (samples[place].unit.file in numbers for place in (relation.one, relation.other))
        if one != other:
            nearer += relation.common if relation.other_is_nearer_to_the_server == one else -relation.common
    rewritten = nearer != 0 and all(relation.rewritten for relation in relations)
    near, far = (first, second) if nearer >= 0 else (second, first)
    return Network(far, near, rewritten=rewritten)


def _sampled(members: Sequence[Member], settings: Settings, control: Control | None) -> dict[Unit, Sample]:
    """A sample of the handshakes in each input. What is wrong with a file is told when it is read for good."""
    sampling = Sampling(settings, sum(member.interfaces for member in members))
    for member in members:
        file = CaptureFile(member.path, member.number, Fragments(), SAMPLED_BYTES, _silently, control, tell=True)
        for batch in file:
            if control is not None and control.ended:
                break
            sampling.take(member.number, batch)
    return sampling.samples


def _silently(_done: int, _packets: int) -> None:
    """The progress of a look that is not shown."""


def _network(network: Network, members: Sequence[Member], follow: Follow) -> Observed:
    """One network."""
    if not network.client_side:
        return _one_point(_members(network.server_side, members), follow, network.clock)
    sides = []
    inputs: dict[str, InputFile] = {}
    for units in (network.client_side, network.server_side):
        chosen = _members(units, members)
        followed, read = follow(chosen)
        inputs |= {file.path: file for file in read}
        sides.append((with_files(followed, _numbers(chosen)), _ran(read)))
    (client, _), (server, ran) = sides
    joined = join(client, server, ran, network.rewritten)
    names = {member.number: member.path for member in members}
    near, far = network.client_side, network.server_side
    told = point.two_points(_shown(near, far, names), _shown(far, near, names), joined.between)
    return Observed(
        joined.followed, list(inputs.values()), (told,), None, lost=joined.lost, seen_at_client=joined.seen_at_client
    )


def _one_point(members: Sequence[Member], follow: Follow, clock: FileClock | None = None) -> Observed:
    """`clock`: what the stamps of some of the files are ahead of the others'."""
    if clock is None:
        followed, inputs = follow(members)
        return at_one_point(with_files(followed, _numbers(members)), inputs)
    moved = sorted((_on_clock(member, clock) for member in members), key=lambda member: member.start or 0)
    followed, inputs = follow(moved)
    observed = at_one_point(with_files(followed, _numbers(moved)), inputs)
    return replace(observed, points=(point.of_files([file.path for file in inputs], clock),))


def _on_clock(member: Member, clock: FileClock) -> Member:
    """The file, by the clients' clock."""
    if member.number not in clock.files:
        return member
    return replace(member, ahead=clock.ahead, start=None if member.start is None else member.start - clock.ahead)


def at_one_point(followed: Followed, inputs: Sequence[InputFile]) -> Observed:
    """What was captured at one point, the times of both directions on one clock."""
    followed, clocks = on_one_clock(followed)
    files = [file.path for file in inputs]
    told = point.one(files) if clocks is None else point.of_directions(files, clocks)
    return Observed(followed, list(inputs), (told,), clocks)


def _side_by_side(found: Sequence[Observed]) -> Observed:
    """Several networks."""
    followed = side_by_side([one.followed for one in found])
    counts = [len(one.followed.tcp.connections) for one in found]
    known = zip(found, counts, strict=True)
    lost = [np.full(count, NOT_LOST, np.uint8) if one.lost is None else one.lost for one, count in known]
    files = [[file.path for file in one.inputs] for one in found]
    seen = [
        np.full(count, MISSING) if one.seen_at_client is None else one.seen_at_client
        for one, count in zip(found, counts, strict=True)
    ]
    points = [point.apart(files, _shared(found)), *(told for one in found for told in one.points if told.kind != "one")]
    inputs = [file for one in found for file in one.inputs]
    names = tuple(Path(paths[0]).name + (f" and {len(paths) - 1} more" if paths[1:] else "") for paths in files)
    networks = Networks(np.repeat(np.arange(len(found)), counts), names)
    return Observed(followed, inputs, tuple(points), None, networks, np.concatenate(lost), np.concatenate(seen))


def _shared(found: Sequence[Observed]) -> str:
    """The servers that several networks have."""
    counted = Counter(name for one in found for name in _servers(one.followed))
    shared = sorted(name for name, count in counted.items() if count > 1)
    return ", ".join(shared[:MOST_NAMED]) + (f" and {len(shared) - MOST_NAMED} more" if shared[MOST_NAMED:] else "")


def _servers(followed: Followed) -> set[str]:
    connections = followed.tcp.connections
    columns = connections.server_high, connections.server_low, connections.server_port.astype(np.uint64)
    distinct = np.unique(np.stack(columns), axis=1)
    return {endpoint(text_of(high, low), int(port)) for high, low, port in distinct.T}


def _numbers(members: Sequence[Member]) -> Int64:
    return np.array([member.number for member in members], np.int64)


def _in_order(inputs: Sequence[InputFile], members: Sequence[Member]) -> list[InputFile]:
    """Each file once, in the order of the members."""
    known = {file.path: file for file in inputs}
    return [known[member.path] for member in members]


def _unjudged(member: Member) -> InputFile:
    """A file of a point between the two that are compared: read, and no more."""
    reader = CaptureReader([replace(member, only=None)])
    for _ in reader:
        pass
    file = reader.inputs[0]
    file.warnings.append("it lies between the two points that are compared, and was not judged")
    return file


def _members(units: Units, members: Sequence[Member]) -> list[Member]:
    """The files of the units, each with the interfaces that are wanted of it."""
    wanted: dict[int, list[int]] = {}
    for unit in units:
        wanted.setdefault(unit.file, []).append(unit.interface)
    return [replace(member, only=_only(member, wanted[member.number])) for member in members if member.number in wanted]


def _only(member: Member, interfaces: Sequence[int]) -> tuple[int, ...] | None:
    return None if member.interfaces == 1 or EVERY in interfaces else tuple(sorted(interfaces))


def _ran(inputs: Sequence[InputFile]) -> tuple[int, int]:
    """From when to when files were captured."""
    first = [file.first_time for file in inputs if file.first_time is not None]
    last = [file.last_time for file in inputs if file.last_time is not None]
    return min(first, default=0), max(last, default=0)


def _shown(units: Units, others: Units, names: dict[int, str]) -> list[str]:
    """The files, with the interface where others have another of the same file."""
    split = {unit.file for unit in others}
    return [
        f"{names[unit.file]} (interface {unit.interface})" if unit.file in split else names[unit.file]
        for unit in sorted(set(units))
    ]
