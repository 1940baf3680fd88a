"""The blocks of a running configuration: PKI servers, trustpoints, certificate chains, `ip http`, addresses.

Lines of a block may have lost their indentation, or stand behind prompts, as in what people paste into tickets and
notes; lines may be missing, damaged or strange. So every block knows whether it was read whole: from its heading to
something that certainly ends it, with every line between understood. Only of such a block is said what it does *not*
hold.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pcapinspect.evidence import config_rules as rules
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
from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import MAX_CERTIFICATE, read_certificate

_BLOCK = re.compile(
    rf"^cry(?:pto)? (?:pki|ca) (?:(?P<server>{short('server', 2)})|(?P<trustpoint>{short('trustpoint', 6)})"
    rf"|(?P<profile>profile enrollment)) (?P<name>\S+)(?P<rest>.*)$"
)
_CHAIN = re.compile(r"^crypto (?:pki|ca) certificate chain (?P<name>\S+)")
_CERTIFICATE = re.compile(r"^certificate (?P<kind>(?:[a-z-]+ )*)(?P<serial>[0-9A-Fa-f]+)(?: nvram:\S*)?$")
_HEX = re.compile(r"^[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8})*$")
_PEM_BEGIN = re.compile(r"^-{5}BEGIN (?P<what>[A-Z0-9 ]{1,40})-{5}$")
_PEM_END = re.compile(r"^-{5}END [A-Z0-9 ]{1,40}-{5}$")
_PEM_OF = re.compile(
    r"^(?:%\s*(?P<kind>[A-Za-z -]{1,40}) [Cc]ertificate:?|-{2,}\s*Trustpoint: (?P<name>\S{1,63}?)-{2,})$"
)
"""Lines of `show crypto pki certificates pem` and `crypto pki export` that say whose the next PEM is."""

_NO_COMMAND = re.compile(r"^<\w|^\.\.\.|\?$|^%|^Enter configuration commands|^Password:|^Re-enter password")
"""Inside a listing: something was cut out (`<snip>`), the device was asked for help (`?`), or said something (`%`)."""

_FILTERED = re.compile(r"(?i)\|\s*(?:i|in|inc\w*|e|ex|exc\w*|count|grep)\s")
"""`show running-config | include ...` shows some lines of a block; `section` and `begin` show all of it."""

_CUT = re.compile(r"^<\w|^\.\.\.|^\[\.\.\.")
_EXIT = re.compile(r"^(?:exit|end|quit|\^Z)$")
_RULES = {"server": rules.SERVER, "trustpoint": rules.TRUSTPOINT, "profile": rules.PROFILE}
_ENDURING = {"server": rules.ENDURING_SERVER, "trustpoint": rules.ENDURING_TRUSTPOINT, "profile": ("url",)}
_MODES = {"server": "cs-server", "trustpoint": "ca-trustpoint", "profile": "ca-profile-enroll"}

_MAX_PEM = 4 * MAX_CERTIFICATE


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
        self._certificates: list[ConfiguredCertificate] = []
        self._open: _Open | None = None
        self._closed: dict[str, _Open] = {}
        self._filtered = False
        self._chain: str | None = None
        self._certificate: tuple[str, Where] | None = None
        self._octets = bytearray()
        self._pem: tuple[str, str, Where] | None = None
        self._pem_of = ("", "")
        self._pem_text: list[str] = []
        self.damaged_certificates = 0

    def take(self, line: Spoken, where: Where) -> bool:
        """True where the line means something here."""
        text = " ".join(line.text.split())
        if line.typed and text:
            self._filtered = _FILTERED.search(text) is not None
        if self._take_pem(text, where):
            return True
        if self._certificate is not None and self._take_octets(text):
            return True
        if self._open is not None and line.mode is not None and line.mode not in (_MODES[self._open.kind], "config"):
            self._close(whole=False)
        if self._top_level(line, text, where):
            return True
        if self._chain is not None and (found := _CERTIFICATE.match(text)):
            self._certificate = found["kind"].strip(), where
            self._octets.clear()
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
        return tuple(self._certificates)

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
        chain = _CHAIN.match(text)
        if chain is not None:
            self._close(whole=True)
            self._chain = chain["name"][:63]
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
                self._chain = None
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

    def _close(self, *, whole: bool) -> None:
        """The block is over; `whole` where its end was seen."""
        block = self._open
        if block is not None and block.kind != "profile":
            block.said["whole"] = bool(block.said.get("whole")) or (whole and not block.doubtful and not block.typed)
        if block is not None:
            block.suspended = True
            self._closed[block.kind] = block
        self._open = self._chain = None

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

    def _take_octets(self, text: str) -> bool:
        """A line of hexadecimal digits, or the `quit` behind the last."""
        assert self._certificate is not None
        if _HEX.match(text) and len(self._octets) < MAX_CERTIFICATE:
            digits = text.replace(" ", "")
            self._octets += bytes.fromhex(digits[: len(digits) & ~1])
            return True
        kind, where = self._certificate
        self._certificate = None
        if self._octets:
            self._keep(bytes(self._octets), self._chain or "", kind, where)
        return text == "quit"

    def _take_pem(self, text: str, where: Where) -> bool:
        """A line of a PEM block, or one that says whose the next is. Keys are passed over."""
        if self._pem is None:
            if found := _PEM_OF.match(text):
                trustpoint, kind = self._pem_of
                self._pem_of = (found["name"], "") if found["name"] else (trustpoint, found["kind"].strip().lower())
                return True
            if found := _PEM_BEGIN.match(text):
                trustpoint, kind = self._pem_of
                self._pem = found["what"], kind, where
                self._pem_text.clear()
                return True
            return False
        what, kind, begun = self._pem
        if not _PEM_END.match(text):
            if sum(map(len, self._pem_text)) < _MAX_PEM:
                self._pem_text.append(text)
            return True
        self._pem = None
        if what == "CERTIFICATE":
            try:
                encoded = base64.b64decode("".join(self._pem_text), validate=True)
            except binascii.Error:
                encoded = b""
            self._keep(encoded, self._pem_of[0], "ca" if kind == "ca" else kind, begun)
        return True

    def _keep(self, encoded: bytes, trustpoint: str, kind: str, where: Where) -> None:
        try:
            certificate = read_certificate(encoded)
        except BerError:
            self.damaged_certificates += 1
            return
        self._certificates.append(
            ConfiguredCertificate(trustpoint=trustpoint, kind=kind, where=where, certificate=certificate)
        )


def _depth(text: str) -> int:
    """Columns before the first sign; a tab stands for one."""
    return len(text) - len(text.lstrip())


def _apply(known: Iterable[Rule], text: str, said: Said) -> bool:
    """Enter what the rules find in the line. False where none matches."""
    matches = [(found, value) for pattern, value in known if (found := pattern.search(text))]
    for found, value in matches:
        said.update(value(found))
    return bool(matches)
