"""IOS configuration and show output, as far as PKI and the HTTP server go.

One file may hold both, of one device or several, pasted in any order. What is not known here is ignored and counted.
Passwords and keys are never kept: only the fields of the model are, and no field holds a line as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.account import Account, Accountant
from pcapinspect.evidence.cleaning import Line, read_lines, unwrapped
from pcapinspect.evidence.configuration_model import Configuration, ConfigurationFile, Where
from pcapinspect.evidence.moments import zone_offsets
from pcapinspect.evidence.running_config import Reader
from pcapinspect.evidence.show.reader import Reader as ShowReader
from pcapinspect.evidence.transcript import spoken

__all__ = ["Configuration", "read_configuration"]

MAX_FILE = 64 << 20
"""Bytes. A running configuration with all show output has a few MB at most."""

MIN_SHARE_OF_LOG = 0.2
"""Share of messages among lines of which none is configuration, from which on they are a log."""

_LONGEST_LINE = 1024
"""Characters that are looked at; IOS takes no command beyond 254."""


def read_configuration(paths: Sequence[str]) -> Configuration:
    """Everything that the files say of PKI servers, trustpoints and HTTP servers. Raises EvidenceError.

    The order of the files makes no difference, nor does a file that is given twice.
    """
    parts = [_read(path) for path in sorted(set(paths))]
    return Configuration(
        files=tuple(p.files[0] for p in parts),
        **{
            name: tuple(item for p in parts for item in getattr(p, name))
            for name in Configuration.__slots__
            if name != "files"
        },
    )


def _read(path: str) -> Configuration:
    lines = _lines(path)
    zones = zone_offsets([text.strip() for _, text in lines if text.lstrip().startswith("clock ")])
    config, shown = Reader(), ShowReader(zones)
    read = ignored = messages = 0
    accountant, devices = Accountant(), dict[str, None]()
    last = ""
    for line in spoken(lines):
        read += 1
        if line.message:
            messages += 1
            accountant.pass_over("log message")
            continue
        if line.device:
            devices[line.device] = None
        where = Where(path, line.number, line.device)
        if line.typed:
            shown.end()
        if not config.take(line, where) and not shown.take(line.text, where) and line.text.strip():
            ignored += 1
            if line.text.strip() != "!":
                accountant.pass_over(line.text)
        last = line.text.strip()
    config.end(marked=last == "end")
    return Configuration(
        files=(
            ConfigurationFile(
                path=path,
                lines=read,
                ignored=ignored,
                messages=messages,
                damaged_certificates=config.damaged_certificates,
                account=_account(accountant, read, ignored, messages, tuple(devices)),
            ),
        ),
        devices=config.devices(),
        servers=config.servers(),
        trustpoints=config.trustpoints(),
        http=config.http(),
        certificates=config.certificates(),
        server_statuses=shown.servers.found(),
        timers=shown.timers.found(),
        shown_certificates=shown.certificates.found(),
        trustpoint_statuses=shown.trustpoints.found(),
        http_statuses=shown.http.found(),
        requests=shown.requests.found(),
        crls=shown.crls.found(),
        counters=shown.counters.found(),
        tcp_states=shown.tcp.found(),
    )


def _account(accountant: Accountant, read: int, ignored: int, messages: int, devices: tuple[str, ...]) -> Account:
    accountant.lines, accountant.understood = read, read - ignored - messages
    warning = None
    if not read:
        warning = "the file is empty"
    elif not accountant.understood:
        warning = "no line of it says anything of PKI or the HTTP server"
        if messages > read * MIN_SHARE_OF_LOG:
            warning = "it looks like a log, which --log reads"
    return accountant.close(devices, warning)


def _lines(path: str) -> list[Line]:
    try:
        if Path(path).stat().st_size > MAX_FILE:
            raise EvidenceError(f"{path}: a configuration beyond {MAX_FILE >> 20} MB")
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None
    return [(number, text[:_LONGEST_LINE]) for number, text in unwrapped(read_lines(path))]
