"""IOS configuration and show output, as far as PKI and the HTTP server go.

One file may hold both, of one device or several, pasted in any order. What is not known here is ignored and counted.
Passwords and keys are never kept: only the fields below are, and no field holds a line as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence import running_config, show
from pcapinspect.evidence.configuration_model import Configuration, ConfigurationFile, Where
from pcapinspect.evidence.moments import zone_offsets

__all__ = ["Configuration", "read_configuration"]

MAX_FILE = 64 << 20
"""Bytes. A running configuration with all show output has a few MB at most."""

_LONGEST_LINE = 1024
"""Characters that are looked at; IOS takes no command beyond 254."""

_PROMPT = re.compile(r"^(?P<device>[A-Za-z][\w.-]{0,62})(?:\([\w-]{1,40}\))?[#>]\s*(?P<rest>.*)$")


@dataclass(slots=True)
class _Source:
    """Where the reading is."""

    path: str
    device: str | None = None


def read_configuration(paths: Sequence[str]) -> Configuration:
    """Everything that the files say of PKI servers, trustpoints and HTTP servers. Raises EvidenceError."""
    parts = [_read(path) for path in paths]
    return Configuration(
        files=tuple(p.files[0] for p in parts),
        **{
            name: tuple(item for p in parts for item in getattr(p, name))
            for name in Configuration.__slots__
            if name != "files"
        },
    )


def _read(path: str) -> Configuration:
    texts = _lines(path)
    zones = zone_offsets([text.strip() for text in texts if text.lstrip().startswith("clock ")])
    source = _Source(path)
    config, shown = running_config.Reader(), show.Reader(zones)
    lines = ignored = 0
    for number, text in enumerate(texts, 1):
        for line in _pieces(text, source):
            if not line.strip():
                continue
            lines += 1
            where = Where(path, number, source.device)
            if line.startswith("hostname "):
                source.device = line.split()[1] if len(line.split()) > 1 else None
            elif not config.take(line, where) and not shown.take(line, where):
                ignored += 1
    return Configuration(
        files=(ConfigurationFile(path=path, lines=lines, ignored=ignored),),
        servers=config.servers(),
        trustpoints=config.trustpoints(),
        http=config.http(),
        certificates=config.certificates(),
        server_statuses=shown.server_statuses(),
        timers=shown.timers(),
        shown_certificates=shown.certificates(),
        trustpoint_statuses=shown.trustpoint_statuses(),
        http_statuses=shown.http_statuses(),
    )


def _lines(path: str) -> list[str]:
    try:
        with Path(path).open("rb") as file:
            octets = file.read(MAX_FILE + 1)
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None
    if len(octets) > MAX_FILE:
        raise EvidenceError(f"{path}: a configuration beyond {MAX_FILE >> 20} MB")
    if b"\0" in octets[:4096]:
        raise EvidenceError(f"{path}: is no text")
    return [line[:_LONGEST_LINE] for line in octets.decode("utf-8", "replace").splitlines()]


def _pieces(text: str, source: _Source) -> Iterator[str]:
    """The line without prompts, cut where the device's prompt stands in its middle (pasted without a line end)."""
    if source.device is not None:
        pieces = re.split(rf"{re.escape(source.device)}(?:\([\w-]+\))?[#>]", text)
        if len(pieces) > 1:
            yield from pieces
            return
    found = _PROMPT.match(text)
    if found is not None:
        source.device, text = found["device"], found["rest"]
    yield text
