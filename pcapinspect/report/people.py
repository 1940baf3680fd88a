"""Times, lengths, numbers and text of the document as people read them."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo

from pcapinspect import clock
from pcapinspect.clock import length
from pcapinspect.findings.figures import listed, percent, plural
from pcapinspect.findings.kinds import Figure, description
from pcapinspect.report.inert import command_line, is_escaped
from pcapinspect.report.model import Finding, Sections, SettingsInForce
from pcapinspect.settings import Limits, Settings

MOST_FILTER = 400
"""A display filter longer than this is not repeated in prose: the JSON and the HTML page have it to copy."""


@dataclass(frozen=True, slots=True)
class Zone:
    """Shows the document's UTC times in the zone that was asked for."""

    tz: tzinfo

    @classmethod
    def of(cls, sections: Sections) -> Zone:
        """Raises UsageError for a name that this machine does not know."""
        return cls(clock.zone(sections["settings"]["tz"]))

    def moment(self, text: str, digits: int = 0) -> str:
        """`2026-03-01 08:00:12Z`, or with the zone's offset in place of Z."""
        return clock.iso(clock.parse_iso(text), self.tz, digits).replace("T", " ", 1)

    def beside(self, text: str, other: str) -> str:
        """A time that is read beside another: without the date where both are of one day."""
        same = self.moment(text)[:10] == self.moment(other)[:10]
        return self.time_of_day(text) if same else self.moment(text)

    def time_of_day(self, text: str, digits: int = 0) -> str:
        """`08:00:12`."""
        return self.moment(text, digits)[11 : 19 + (digits + 1 if digits else 0)]


def limits_of(settings: SettingsInForce) -> Limits:
    """The limits of a document's settings, for their words."""
    return Limits(
        limit=settings["limit"],
        window=settings["window"],
        pause=settings["pause"],
        max_connections=settings["max_connections"],
    )


def figure_rows(finding: Finding, limits: Limits, zone: Zone) -> list[tuple[str, str]]:
    """What people read of a finding's figures: each with its label; those without a value are left out."""
    kind = description(finding["id"])
    rows = []
    for name, value in finding["figures"].items():
        figure = kind.figure(name) or Figure(name, "text", name.replace("_", " "))
        if value is not None:
            rows.append((figure.label.replace("{span}", limits.span), _figure_text(figure, value, zone)))
    return rows


def _figure_text(figure: Figure, value: str | float, zone: Zone) -> str:
    """`1,234`, `15.2 s`, `12 %`, a time in the zone, or the text itself."""
    if isinstance(value, str):
        return zone.moment(value) if figure.unit == "time" else value
    if figure.unit == "s":
        return length(value)
    if figure.unit == "share":
        return percent(value, 1)
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def silence(at_least: float, at_most: float | None) -> str:
    """`at least 12.1 s, at most 15.2 s`."""
    if at_most is None:
        return f"at least {length(at_least)}, the capture does not show its end or its beginning"
    return f"at least {length(at_least)}, at most {length(at_most)}"


def time_span(sections: Sections) -> tuple[str, str] | None:
    """First and last packet over all inputs (ISO 8601), None for a capture without packets."""
    times = [t for file in sections["inputs"] for t in (file["first_time"], file["last_time"]) if t is not None]
    return (min(times), max(times)) if times else None


def evidence_held(sections: Sections) -> str:
    """`2 logs and 1 configuration`: what a report without traffic was made of."""
    counts = Counter(file["option"] for file in sections["evidence"]["account"])
    words = {"--log": ("log", "logs"), "--config": ("configuration file", "configuration files")}
    return listed([plural(counts[option], *names) for option, names in words.items() if counts[option]])


def capture_arguments(sections: Sections) -> list[str]:
    """The capture files; flows are evidence."""
    return [] if sections["capture"]["flows_only"] else [file["path"] for file in sections["inputs"]]


def setting_arguments(sections: Sections, pause: str = "--pause") -> list[str]:
    """The options that are not at their defaults, for the same findings again; `pause`: what its option is called."""
    settings, defaults = sections["settings"], Settings()
    words = []
    if tuple(settings["ports"]) != defaults.ports:
        words += [word for port in settings["ports"] for word in ("--port", str(port))]
    words += [word for ip in settings["servers"] for word in ("--server", ip)]
    given: dict[str, object] = {**settings}
    for name in ("limit", "window", "pause", "max_connections", "engine", "points", "tz"):
        if given[name] != getattr(defaults, name):
            words += [pause if name == "pause" else f"--{name.replace('_', '-')}", str(given[name])]
    for option, time in (("--from", settings["begin"]), ("--to", settings["end"])):
        words += [option, time] if time is not None else []
    return words


def evidence_arguments(sections: Sections) -> list[str]:
    """The options that name what was read beside the captures."""
    evidence = sections["evidence"]
    words = []
    for option, given in (
        ("--config", evidence["configuration"]),
        ("--log", evidence["logs"]),
        ("--netflow", evidence["netflow"]),
    ):
        if given is not None:
            words += [option, *(file["path"] for file in given["files"])]
    return words


def extract_command(sections: Sections) -> str | None:
    """Takes the packets of the first finding that cites any; None where there is none, or the capture was a pipe."""
    cited = next((finding["id"] for finding in sections["findings"] if finding["frames"]), None)
    if cited is None or from_pipe(sections):
        return None
    options = setting_arguments(sections, "--pause-length")
    words = [*capture_arguments(sections), "--finding", cited, *options, "-w", "evidence.pcapng"]
    return command_line(("pcapinspect", "extract", *words))


def argument(path: str) -> str:
    """A file name that no program takes for an option."""
    if is_escaped(path) and path.startswith("$'-"):
        return "$'./" + path.removeprefix("$'")
    return f"./{path}" if path.startswith("-") else path


def from_pipe(sections: Sections) -> bool:
    """Whether a capture came by standard input: no command can read it again."""
    return any(file["path"] == "-" for file in sections["inputs"])


def wireshark_command(finding: Finding) -> str | None:
    """Opens the frames that a finding cites; where the filter is long, at the first of them. None: there is no file."""
    if not finding["frames"] or finding["display_filter"] is None:
        return None
    first = finding["frames"][0]
    if first["file"] == "-":
        return None
    command = command_line(("wireshark", "-r", argument(first["file"])))
    if len(finding["display_filter"]) <= MOST_FILTER:
        return f"{command} -Y {shlex.quote(finding['display_filter'])}"
    return f"{command} -g {first['frame']}"
