"""Time zones as configurations define them: a name in a log means what its device was told (`clock timezone`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pcapinspect.evidence.cleaning import prompt, read_lines
from pcapinspect.evidence.moments import ZONES, zone_offsets


@dataclass(frozen=True, slots=True)
class _Defined:
    """By one device, in one file."""

    path: str
    device: str | None
    offsets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Zones:
    """What `clock timezone` and `clock summer-time` of all configurations say."""

    defined: tuple[_Defined, ...] = ()

    def of(self, devices: Iterable[str]) -> tuple[Mapping[str, int], str | None]:
        """Seconds east of Greenwich by name, for a device of these names, and the file that says so.

        Of a device that has no configuration here: names that mean one thing in all of them.
        """
        own = [one for one in self.defined if one.device is not None and one.device in devices]
        if own:
            return own[0].offsets, own[0].path
        said = [{name: east for name, east in one.offsets.items() if ZONES.get(name) != east} for one in self.defined]
        names = {name for offsets in said for name in offsets}
        agreed = {name: {offsets[name] for offsets in said if name in offsets} for name in names}
        common = {name: values.pop() for name, values in agreed.items() if len(values) == 1}
        return {**ZONES, **common}, self.defined[0].path if common else None


def read_zones(paths: Sequence[str]) -> Zones:
    """The zones that configurations define. Raises EvidenceError where a file cannot be read."""
    found = []
    for path in paths:
        device: str | None = None
        lines: list[str] = []
        for _, line in read_lines(path):
            text = line.strip()
            if typed := prompt(text):
                device, text = typed["device"], typed["command"].strip()
            if text.startswith("hostname ") and len(text.split()) > 1:
                device = text.split()[1]
            elif text.startswith(("clock timezone ", "clock summer-time ")):
                lines.append(text)
        if lines:
            found.append(_Defined(path, device, zone_offsets(lines)))
    return Zones(tuple(found))
