"""Sections `evidence.account` and `evidence.logs` in words and rows: the same in terminal, Markdown and page."""

from __future__ import annotations

from typing import Literal

from pcapinspect.findings.figures import listed, plural
from pcapinspect.report.model import AccountedFile, LogClock, Logs, Sections, Tie

Row = tuple[str | int, ...]

FILES = ("File", "Read by", "Lines", "Understood", "Not understood", "Mostly", "Of")

MOST_CLOCKS = 20
"""Clocks of logs that are told one by one: a relay's file may hold hundreds."""

MOST_NAMES = 3

MOST_TIES = 30
"""Pieces of configuration that are told one by one: a device holds a handful, people give files of many."""


def file_rows(account: list[AccountedFile]) -> list[Row]:
    """A row a file, in the columns of FILES."""
    return [
        (
            file["path"],
            file["option"],
            file["lines"],
            file["understood"],
            file["not_understood"],
            _kinds(file),
            listed(file["whose"], MOST_NAMES) or "not said",
        )
        for file in account
    ]


def file_sentence(file: AccountedFile) -> str:
    """A file in one line."""
    unit = "records" if file["option"] == "--netflow" else "lines"
    said = f"{file['option']} {file['path']}: {file['understood']:,} of {file['lines']:,} {unit} understood"
    kinds = _kinds(file)
    mostly = f"; not understood, mostly: {kinds}" if kinds else ""
    whose = f"; of {listed(file['whose'], MOST_NAMES)}" if file["whose"] else ""
    return f"{said}{mostly}{whose}"


def warnings(account: list[AccountedFile]) -> list[str]:
    """What the reader has to know of files of which nothing was understood."""
    return [f"{file['path']}: {file['warning']}" for file in account if file["warning"]]


def used(sections: Sections) -> list[str]:
    """What of the configuration belongs to each server, and why."""
    return _ties(sections, "belongs")


def not_used(sections: Sections) -> list[str]:
    """What of it does not, and why."""
    return _ties(sections, "does_not_belong")


def _ties(sections: Sections, side: Literal["belongs", "does_not_belong"]) -> list[str]:
    configuration = sections["evidence"]["configuration"]
    if configuration is None:
        return []
    told = []
    for ownership in configuration["ownership"]:
        server = f"{ownership['server']}: " if ownership["server"] and len(configuration["ownership"]) > 1 else ""
        told += [f"{server}{_piece(tie)}: {tie['reason']}." for tie in ownership[side]]
    more = len(told) - MOST_TIES
    return [*told[:MOST_TIES], *([f"{more} more are in the JSON."] if more > 0 else [])]


def _piece(tie: Tie) -> str:
    whose = f" of {tie['device']}" if tie["device"] else ""
    return f"{tie['piece']}{whose} ({tie['path']}:{tie['line']})"


def clock_sentences(sections: Sections) -> list[str]:
    """Of each clock of the logs: how far it is from the capture's, by how many pairs, and what has no place."""
    logs = sections["evidence"]["logs"]
    if logs is None:
        return []
    tied: dict[int, list[str]] = {}
    for skew in logs["skews"]:
        if skew is not None:
            path = logs["files"][logs["clocks"][skew["clock"]]["file"]]["path"]
            tied.setdefault(skew["clock"], []).append(f"{path}: {skew['sentence']}")
    told = []
    for number, clock in enumerate(logs["clocks"]):
        if clock["records"] or number in tied:
            told += tied.get(number, [])
            told += _of_clock(logs, clock, is_tied=number in tied, has_capture=bool(sections["inputs"]))
    more = len(told) - MOST_CLOCKS
    rest = [f"{more} more sentences on clocks are in the JSON."] if more > 0 else []
    return [*told[:MOST_CLOCKS], *rest, *_stamps(logs)]


def _of_clock(logs: Logs, clock: LogClock, *, is_tied: bool, has_capture: bool) -> list[str]:
    file = logs["files"][clock["file"]]["path"]
    whose = (
        f"the clock of {clock['device']}" if clock["device"] else f"the {'relay' if clock['relay'] else 'log'}'s clock"
    )
    zones, source = listed(clock["zones"]), clock["zones_from"]
    told = []
    if source:
        told.append(f"{file}: zones of {whose} ({zones}) are read as {source} defines them.")
    elif zones and not clock["zone_known"]:
        told.append(f"{file}: {whose} has a zone of unknown offset ({zones}): its times are read as UTC.")
    lost, records = clock["not_placed"], plural(clock["records"], "record")
    if has_capture and lost and not is_tied:
        told.append(
            f"{file}: nothing ties {whose} to the capture's: {lost:,} of {records} have no place on its time axis."
        )
    elif has_capture and lost:
        told.append(
            f"{file}: {lost:,} of {records} by {whose} cannot be placed surely, and are left off the time axis."
        )
    return told


def _stamps(logs: Logs) -> list[str]:
    """Records whose time is not their device's own."""
    words = {
        "relay": "without a stamp of the device: the relay's stamp is their time",
        "before": "without any stamp: their time is that of the line before, to which they belong",
        "none": "without a time: their lines have no stamp, or only an uptime",
    }
    stamped = logs["stamped_by"]
    return [f"{plural(stamped[by], 'record')} {what}." for by, what in words.items() if stamped.get(by)]


def _kinds(file: AccountedFile) -> str:
    return ", ".join(f"{kind} ({count:,})" for kind, count in file["kinds"])
