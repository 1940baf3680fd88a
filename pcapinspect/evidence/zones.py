"""Time zones as configurations define them: a name in a log means what its device was told (`clock timezone`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pcapinspect.evidence.cleaning import prompt, read_lines
from pcapinspect.evidence.moments import ZONES, zone_offsets
from pcapinspect.evidence.names import host_of, is_address

_CLOCK = re.compile(r"^clock (?:timez|summer)\S* ")
_ADDRESS = re.compile(r"^ip(?:v6)? address ([\d.]{7,15}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)(?=[ /]|$)")


@dataclass(frozen=True, slots=True)
class _Defined:
    """By one device, in one file."""

    path: str
    names: frozenset[str]
    """Host name without domain, in lower case, and addresses; empty where the text tells none."""
    offsets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Zones:
    """What `clock timezone` and `clock summer-time` of all configurations say."""

    defined: tuple[_Defined, ...] = ()

    def of(self, devices: Iterable[str]) -> tuple[Mapping[str, int], str | None]:
        """Seconds east of Greenwich by name, for a device of these names or addresses, and the file that says so.

        Of a device that has no configuration here: names that mean one thing in all of them.
        """
        wanted = {_plain(device) for device in devices}
        own = [one for one in self.defined if one.names & wanted]
        if own:
            return own[0].offsets, own[0].path
        said = [{name: east for name, east in one.offsets.items() if ZONES.get(name) != east} for one in self.defined]
        names = {name for offsets in said for name in offsets}
        agreed = {name: {offsets[name] for offsets in said if name in offsets} for name in names}
        common = {name: values.pop() for name, values in agreed.items() if len(values) == 1}
        return {**ZONES, **common}, self.defined[0].path if common else None


@dataclass(slots=True)
class _Said:
    """Of one device, in one file."""

    names: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


def read_zones(paths: Sequence[str]) -> Zones:
    """The zones that configurations define. Raises EvidenceError where a file cannot be read."""
    found = []
    for path in paths:
        said: dict[str | None, _Said] = {}
        device: str | None = None
        for _, line in read_lines(path):
            text = line.strip()
            if typed := prompt(text):
                device, text = _plain(typed["device"]), typed["command"].strip()
            if text.startswith("hostname ") and len(text.split()) > 1:
                device = _plain(text.split()[1].strip('"'))
            elif _CLOCK.match(text):
                said.setdefault(device, _Said()).lines.append(text)
            elif address := _ADDRESS.match(text):
                said.setdefault(device, _Said()).names.add(host_of(address[1]))
        for name, one in said.items():
            names = one.names if name is None else one.names | {name}
            if one.lines:
                found.append(_Defined(path, frozenset(names), zone_offsets(one.lines)))
    return Zones(tuple(found))


def _plain(name: str) -> str:
    """A name without its domain, an address in its one form: relays write either."""
    host = host_of(name)
    return host if is_address(host) else host.partition(".")[0]
