"""Which files the arguments of the command line mean, and in which order they were captured."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

from pcapinspect.capture import foreign, pcap, pcapng, records
from pcapinspect.capture.compression import inflate
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.recognise import EmptyFile, recognise
from pcapinspect.capture.source import HEADROOM, STDIN, RawFile, fill
from pcapinspect.columns import MISSING
from pcapinspect.errors import CaptureError

MOST_FILES = 1 << 16
"""The number of a packet's file has 16 bits."""

_LOOK = 256 << 10
"""Bytes from the front in which the time of the first packet is looked for: one packet of the largest size fits."""


_NAME = re.compile(r"\.(pcap|pcapng|cap)\d*(\.(gz|zst|lz4|xz|bz2))?$", re.IGNORECASE)
"""What tcpdump (with -C it numbers), dumpcap, Wireshark and IOS call their captures."""


def find_captures(arguments: Sequence[str]) -> list[str]:
    """The capture files that files, globs, folders and `-` name.

    Of a folder, the files that begin like a capture, or are named like one: what is damaged or may not be read is told
    then, and not left out of a ring in silence. Subfolders are not searched.
    Raises CaptureError where an argument names nothing, or all of them more than can be told apart.
    """
    paths = [path for argument in arguments for path in _expand(argument)]
    if len(paths) > MOST_FILES:
        raise CaptureError(paths[MOST_FILES], f"more than {MOST_FILES:,} files at once")
    return paths


def _expand(argument: str) -> list[str]:
    path = Path(argument)
    if not argument:
        raise CaptureError("''", "no file has an empty name")
    if argument == STDIN:
        return [argument]
    if path.is_dir():
        files = [str(file) for file in path.iterdir() if file.is_file() and _is_like_capture(file)]
        if not files:
            raise CaptureError(argument, "no capture in this folder (its subfolders are not searched)")
        return sorted(files, key=_by_number)
    if path.exists():
        return [argument]
    if not set("*?[") & set(argument):
        raise CaptureError(argument, "no such file")
    files = [file for file in glob(argument, recursive=True) if not Path(file).is_dir()]  # noqa: PTH207
    if not files:
        raise CaptureError(argument, "no file matches this pattern")
    return sorted(files, key=_by_number)


def _by_number(name: str) -> list[tuple[int, str]]:
    """A key that puts ring.9 before ring.10."""
    parts = re.split(r"([0-9]{1,18})", name)  # the numbers are at odd places
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)]


def _is_like_capture(file: Path) -> bool:
    return _NAME.search(file.name) is not None or _begins_like_capture(str(file))


def _begins_like_capture(path: str) -> bool:
    try:
        raw = RawFile(path)
    except CaptureError:
        return False
    try:
        head = fill(inflate(raw, InputFile(path)), 16)[HEADROOM:].tobytes()
    except CaptureError:
        return False
    finally:
        raw.close()
    return head[:4] == pcapng.MAGIC or pcap.is_magic(head) or foreign.is_capture(head)


@dataclass(slots=True)
class Member:
    """One file of a set."""

    path: str
    start: int | None = None
    """Time of its first packet; None where it has none."""
    head: bytes = b""
    """Digest of its first bytes."""
    size: int = 0
    warnings: list[str] = field(default_factory=list)
    interfaces: int = 1
    """How many its first bytes describe."""
    number: int = 0
    """Its place among the inputs of the report."""
    only: tuple[int, ...] | None = None
    """The interfaces of which packets are wanted; None: all."""
    ahead: int = 0
    """Nanoseconds that its clock is ahead of the others'; `start` is by theirs."""


def in_order(paths: Sequence[str]) -> list[Member]:
    """The files in the order of their first packets, each content once.

    Files that cannot be read twice (standard input, named pipes) keep all in the order given.
    Raises CaptureError for what is no capture; an empty file of several is left out, as the newest of a ring may be.
    """
    if not all(Path(path).is_file() for path in paths):
        return _numbered([Member(path) for path in paths])
    if not paths:
        return []
    if len(paths) == 1:
        return [Member(paths[0], interfaces=_interfaces(paths[0]))]
    members: list[Member] = []
    nodes: dict[tuple[int, int], Member] = {}
    alike: dict[tuple[int, bytes], list[Member]] = {}
    skipped: list[str] = []
    for path in paths:
        try:
            member = _look(path)
        except EmptyFile:
            skipped.append(f"{path} is empty and was left out")
            continue
        status = Path(path).stat()
        candidates = alike.setdefault((member.size, member.head), [])
        first = nodes.get((status.st_dev, status.st_ino)) or _copied(member, candidates)
        if first is None:
            nodes[status.st_dev, status.st_ino] = member
            members.append(member)
            candidates.append(member)
        else:
            first.warnings.append(f"{path} is the same file: it was read once")
    if not members:
        raise CaptureError(paths[0], "the file is empty")
    members[0].warnings.extend(skipped)
    return _numbered(sorted(members, key=lambda member: (member.start is None, member.start or 0)))


def _numbered(members: list[Member]) -> list[Member]:
    for number, member in enumerate(members):
        member.number = number
    return members


def _interfaces(path: str) -> int:
    """How many the first bytes of a file describe; 1 where it cannot be read, which its reader tells."""
    try:
        return _look(path).interfaces
    except CaptureError:
        return 1


def _copied(member: Member, candidates: Iterable[Member]) -> Member | None:
    """The file that this one is a copy of; `candidates` have its size and its first bytes."""
    return next((other for other in candidates if _digest(other.path) == _digest(member.path)), None)


def _digest(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _look(path: str) -> Member:
    """Open a file for its first packet's time."""
    raw = RawFile(path)
    file = InputFile(path)
    try:
        data = fill(inflate(raw, file), _LOOK)[HEADROOM:]
    finally:
        raw.close()
    walker = recognise(data, file)
    table = records.table(64)
    count, _, _ = walker.walk(data, walker.start, table)
    times = table.time[:count][table.time[:count] != MISSING]
    head = hashlib.sha256(data.tobytes()).digest()
    start = int(times[0]) if len(times) else None
    interfaces = walker.interfaces if isinstance(walker, pcapng.PcapngWalker) else 1
    return Member(path, start, head, raw.size or 0, interfaces=interfaces)


def sizes(paths: Iterable[str]) -> int | None:
    """Bytes of all files together; None where one is not a regular file."""
    total = 0
    for path in paths:
        if path == STDIN or not Path(path).is_file():
            return None
        total += Path(path).stat().st_size
    return total
