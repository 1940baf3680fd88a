"""Certificates as text: hexadecimal lines of a certificate chain, and PEM. Private keys are passed over."""

from __future__ import annotations

import base64
import binascii
import re

from pcapinspect.evidence.configuration_model import ConfiguredCertificate, Where
from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import MAX_CERTIFICATE, read_certificate

_CHAIN = re.compile(r"^crypto (?:pki|ca) certificate chain (?P<name>\S+)")
_CERTIFICATE = re.compile(r"^certificate (?P<kind>(?:[a-z-]+ )*)(?P<serial>[0-9A-Fa-f]+)(?: nvram:\S*)?$")
_HEX = re.compile(r"^[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8})*$")
_PEM_BEGIN = re.compile(r"^-{5}BEGIN (?P<what>[A-Z0-9 ]{1,40})-{5}$")
_PEM_END = re.compile(r"^-{5}END [A-Z0-9 ]{1,40}-{5}$")
_PEM_OF = re.compile(
    r"^(?:%\s*(?P<kind>[A-Za-z -]{1,40}) [Cc]ertificate:?|-{2,}\s*Trustpoint: (?P<name>\S{1,63}?)-{2,})$"
)
"""Lines of `show crypto pki certificates pem` and `crypto pki export` that say whose the next PEM is."""

_MAX_PEM = 4 * MAX_CERTIFICATE


class CertificateText:
    """Takes the lines of one file."""

    def __init__(self) -> None:
        self.found: list[ConfiguredCertificate] = []
        self.damaged = 0
        self._chain: str | None = None
        self._open: tuple[str, Where] | None = None
        self._octets = bytearray()
        self._pem: tuple[str, Where] | None = None
        self._pem_of = ("", "")
        self._pem_text: list[str] = []

    def take(self, text: str, where: Where) -> bool:
        """True where the line is part of a certificate."""
        if self._pem is not None:
            self._take_pem(text)
            return True
        if self._open is not None and self._take_octets(text):
            return True
        return self._begins(text, where)

    def begins_chain(self, text: str) -> bool:
        """Whether a certificate chain begins here."""
        chain = _CHAIN.match(text)
        self._chain = chain["name"][:63] if chain else self._chain
        return chain is not None

    def end_chain(self) -> None:
        self._chain = None

    def _begins(self, text: str, where: Where) -> bool:
        if self._chain is not None and (held := _CERTIFICATE.match(text)):
            self._open = held["kind"].strip(), where
            self._octets.clear()
            return True
        if of := _PEM_OF.match(text):
            self._pem_of = (of["name"], "") if of["name"] else (self._pem_of[0], of["kind"].strip().lower())
            return True
        if pem := _PEM_BEGIN.match(text):
            self._pem = pem["what"], where
            self._pem_text.clear()
            return True
        return False

    def _take_octets(self, text: str) -> bool:
        """A line of hexadecimal digits, or the `quit` behind the last."""
        assert self._open is not None
        if _HEX.match(text) and len(self._octets) < MAX_CERTIFICATE:
            digits = text.replace(" ", "")
            self._octets += bytes.fromhex(digits[: len(digits) & ~1])
            return True
        kind, where = self._open
        self._open = None
        if self._octets:
            self._keep(bytes(self._octets), self._chain or "", kind, where)
        return text == "quit"

    def _take_pem(self, text: str) -> None:
        assert self._pem is not None
        if not _PEM_END.match(text):
            if sum(map(len, self._pem_text)) < _MAX_PEM:
                self._pem_text.append(text)
            return
        what, where = self._pem
        self._pem = None
        if what != "CERTIFICATE":
            return
        try:
            encoded = base64.b64decode("".join(self._pem_text), validate=True)
        except binascii.Error:
            encoded = b""
        self._keep(encoded, *self._pem_of, where)

    def _keep(self, encoded: bytes, trustpoint: str, kind: str, where: Where) -> None:
        try:
            certificate = read_certificate(encoded)
        except BerError:
            self.damaged += 1
            return
        self.found.append(ConfiguredCertificate(trustpoint=trustpoint, kind=kind, where=where, certificate=certificate))
