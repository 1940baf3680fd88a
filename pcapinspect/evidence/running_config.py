"""The blocks of a running configuration: PKI servers, trustpoints, certificate chains, `ip http`, addresses.

Lines of a block may have lost their indentation, or stand behind prompts, as in what people paste into tickets and
notes; lines may be missing, damaged or strange. So every block knows whether it was read whole: from its heading to
something that certainly ends it, with every line between understood. Only of such a block is said what it does *not*
hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pcapinspect.evidence import config_rules as rules
from pcapinspect.evidence.certificate_text import CertificateText
from pcapinspect.evidence.config_rules import Rule, Said, short
from pcapinspect.evidence.configuration_model import (
    CertificateServer,
    ConfiguredCertificate,
    Device,
    HttpServer,
    Trustpoint,
    Where,
)
from pcapinspect.evidence.transcript import Spoken

_BLOCK = re.compile(
    rf"^cry(?:pto)? (?:pki|ca) (?:(?P<server>{short('server', 2)})|(?P<trustpoint>{short('trustpoint', 6)})"
    rf"|(?P<profile>profile enrollment)) (?P<name>\S+)(?P<rest>.*)$"
)
_NO_COMMAND = re.compile(r"^<\w|^\.\.\.|\?$|^%|^Enter configuration commands|^Password:|^Re-enter password")
"""Inside a listing: something was cut out (`<snip>`), the device was asked for help (`?`), or said something (`%`)."""

_FILTERED = re.compile(r"(?i)\|\s*(?:i|in|inc\w*|e|ex|exc\w*|count|grep)\s")
"""`show running-config | include ...` shows some lines of a block; `section` and `begin` show all of it."""

_CUT = re.compile(r"^<\w|^\.\.\.|^\[\.\.\.")
_EXIT = re.compile(r"^(?:exit|end|quit|\^Z)$")
_RULES = {"server": rules.SERVER, "trustpoint": rules.TRUSTPOINT, "profile": rules.PROFILE}
_ENDURING = {"server": rules.ENDURING_SERVER, "trustpoint": rules.ENDURING_TRUSTPOINT, "profile": ("url",)}
_MODES = {"server": "cs-server", "trustpoint": "ca-trustpoint", "profile": "ca-profile-enroll"}


@dataclass(slots=True)
class _Open:
    """The block that lines go to."""

    kind: str
    device: str | None
    said: Said
    depth: int
    typed: bool
    """Typed at a prompt: what was typed changes a configuration and is never all of it."""
    doubtful: bool = False
    """A line of it was not understood, or something was cut out."""
    indented: bool = False
    """Its lines stand further to the right than its heading."""
    suspended: bool = False
    """An unindented line that nobody knows may have ended it."""


@dataclass(slots=True)
class _Facts:
    """Of one device."""

    paths: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    domain: str | None = None
    hosts: set[tuple[str, str]] = field(default_factory=set)


class Reader:
    """Takes the lines of one file. What it read is asked for at the end."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, str | None, str], Said] = {}
        self._http: dict[str | None, Said] = {}
        self._devices: dict[str | None, _Facts] = {}
        self._certificates = CertificateText()
        self._open: _Open | None = None
        self._closed: dict[str, _Open] = {}
        self._filtered = False

    def take(self, line: Spoken, where: Where) -> bool:
        """True where the line means something here."""
        text = " ".join(line.text.split())
        if line.typed and text:
            self._filtered = _FILTERED.search(text) is not None
        if self._certificates.take(text, where):
            return True
        if self._open is not None and line.mode is not None and line.mode not in (_MODES[self._open.kind], "config"):
            self._close(whole=False)
        if self._top_level(line, text, where):
            return True
        return self._in_block(line, text) or self._of_device(text, where) or self._stray(text)

    def end(self, *, marked: bool) -> None:
        """No more lines. `marked`: the last was `end`, so nothing of the block is missing."""
        self._close(whole=marked)

    def servers(self) -> tuple[CertificateServer, ...]:
        return tuple(CertificateServer(**said) for (kind, *_), said in self._blocks.items() if kind == "server")

    def trustpoints(self) -> tuple[Trustpoint, ...]:
        urls = {
            (device, name): said.get("url") for (kind, device, name), said in self._blocks.items() if kind == "profile"
        }
        found = []
        for (kind, device, _), said in self._blocks.items():
            if kind == "trustpoint":
                profile = said.pop("profile", None)
                url = said.pop("enrollment_url", None) or (urls.get((device, profile)) if profile else None)
                found.append(Trustpoint(**said, enrollment_url=url))
        return tuple(found)

    def http(self) -> tuple[HttpServer, ...]:
        return tuple(HttpServer(**said) for said in self._http.values())

    def certificates(self) -> tuple[ConfiguredCertificate, ...]:
        return tuple(self._certificates.found)

    @property
    def damaged_certificates(self) -> int:
        return self._certificates.damaged

    def devices(self) -> tuple[Device, ...]:
        return tuple(
            Device(
                name=name,
                paths=tuple(sorted(facts.paths)),
                addresses=tuple(sorted(facts.addresses)),
                domain=facts.domain,
                hosts=tuple(sorted(facts.hosts)),
            )
            for name, facts in self._devices.items()
        )

    def _top_level(self, line: Spoken, text: str, where: Where) -> bool:
        """A heading, or a command outside of blocks that matters here."""
        block = _BLOCK.match(text)
        if block is not None:
            self._close(whole=True)
            kind, name = next(kind for kind in _RULES if block[kind]), block["name"][:63]
            said = self._blocks.setdefault((kind, where.device, name), self._new(kind, name, where))
            # `crypto pki server NAME rollover` and the like are commands for the moment, not a block
            typed = line.typed or bool(block["rest"].strip())
            self._open = _Open(kind, line.device, said, _depth(line.text), typed, doubtful=self._filtered)
            self._apply(self._open, block["rest"].strip())
            return True
        if self._certificates.begins_chain(text):
            self._close(whole=True, chain=True)
            return True
        said = {}
        if _apply(rules.HTTP, text, said):
            self._close(whole=True)
            self._http.setdefault(where.device, {"where": where}).update(said)
            return True
        return False

    def _new(self, kind: str, name: str, where: Where) -> Said:
        return {} if kind == "profile" else {"name": name, "where": where}

    def _in_block(self, line: Spoken, text: str) -> bool:
        """A line of the open block, or the one that ends it."""
        block = self._open
        if block is None:
            if not line.text[:1].isspace():
                self._certificates.end_chain()
            return False
        if line.typed and line.mode in (None, "config"):
            self._close(whole=line.device == block.device)
            return False
        if text.startswith("!") or _EXIT.match(text):
            self._close(whole=True)
            return False
        if _CUT.match(text):
            block.doubtful = True
        deeper = _depth(line.text) > block.depth and not line.typed
        block.indented = block.indented or deeper
        if self._apply(block, text):
            return True
        if _NO_COMMAND.search(text):
            return True
        if not deeper and rules.TOP_LEVEL.match(text):
            self._close(whole=True)
            return False
        block.doubtful = True
        block.suspended = block.suspended or not (deeper or line.mode == _MODES[block.kind])
        return False

    def _apply(self, block: _Open, text: str) -> bool:
        """Enter what the line says into the block. Behind a strange line only what no other block can say."""
        said: Said = {}
        known = _apply(_RULES[block.kind], text, said)
        if block.suspended:
            said = {name: value for name, value in said.items() if name in _ENDURING[block.kind]}
            known = bool(said)
            said = {name: value for name, value in said.items() if block.said.get(name) is None}
        block.said.update(said)
        return known

    def _close(self, *, whole: bool, chain: bool = False) -> None:
        """The block is over; `whole` where its end was seen, `chain` where a certificate chain begins."""
        block = self._open
        if block is not None and block.kind != "profile":
            block.said["whole"] = bool(block.said.get("whole")) or (whole and not block.doubtful and not block.typed)
        if block is not None:
            block.suspended = True
            self._closed[block.kind] = block
        self._open = None
        if not chain:
            self._certificates.end_chain()

    def _stray(self, text: str) -> bool:
        """A command that only a block which seemed to be over can hold: what ended it came from elsewhere."""
        for block in self._closed.values():
            if self._apply(block, text):
                block.said["whole"] = False
                return True
        return False

    def _of_device(self, text: str, where: Where) -> bool:
        said: Said = {}
        if not _apply(rules.DEVICE, text, said):
            return False
        facts = self._devices.setdefault(where.device, _Facts())
        facts.paths.add(where.path)
        if "address" in said:
            facts.addresses.add(said["address"])
        facts.domain = said.get("domain", facts.domain)
        if "host" in said:
            facts.hosts.add(said["host"])
        return True


def _depth(text: str) -> int:
    """Columns before the first sign; a tab stands for one."""
    return len(text) - len(text.lstrip())


def _apply(known: Iterable[Rule], text: str, said: Said) -> bool:
    """Enter what the rules find in the line. False where none matches."""
    matches = [(found, value) for pattern, value in known if (found := pattern.search(text))]
    for found, value in matches:
        said.update(value(found))
    return bool(matches)
