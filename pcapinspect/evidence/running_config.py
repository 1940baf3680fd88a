"""The grammar of the running configuration: PKI servers, trustpoints, certificates and `ip http`.

Each line goes through `Reader.take`. Lines of a block may have lost their indentation, or stand behind prompts, as in
what people paste into tickets and notes; an unindented line that is no command of the block ends it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pcapinspect.evidence.configuration_model import (
    CertificateServer,
    ConfiguredCertificate,
    HttpServer,
    Trustpoint,
    Where,
)
from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import MAX_CERTIFICATE, read_certificate
from pcapinspect.pki.timers import DAY

Said = dict[str, Any]
"""Values of one thing while it is read, by the names of its fields."""

_BLOCK = re.compile(r"^crypto (?:pki|ca) (?P<kind>server|trustpoint) (?P<name>\S+)(?P<rest>.*)$")
_CHAIN = re.compile(r"^crypto (?:pki|ca) certificate chain (?P<name>\S+)")
_CERTIFICATE = re.compile(r"^certificate (?P<kind>(?:[a-z-]+ )*)(?P<serial>[0-9A-Fa-f]+)(?: nvram:\S*)?$")
_HEX = re.compile(r"^[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8})*$")
_NO_COMMAND = re.compile(r"^<|^\.\.\.|\?$")
"""Inside a listing: something was cut out (`<snip>`), or the device was asked for help (`?`, `<0-1825> ...`)."""

_DURATION = r"(\d{1,5}(?: \d{1,5}){0,2})"


def _seconds(text: str) -> int:
    """`days [hours [minutes]]`."""
    parts = [int(word) for word in text.split()]
    return sum(part * unit for part, unit in zip(parts, (DAY, 3600, 60), strict=False))


def _without_user(url: str) -> str:
    return re.sub(r"//[^/]*@", "//", url)


Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Said]]

_SERVER: tuple[Rule, ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (rf"^lifetime certificate {_DURATION}$", lambda m: {"lifetime_certificate": _seconds(m[1])}),
        (rf"^lifetime ca-certificate {_DURATION}$", lambda m: {"lifetime_ca": _seconds(m[1])}),
        (rf"^auto-rollover {_DURATION}$", lambda m: {"auto_rollover": True, "overlap": _seconds(m[1])}),
        (r"^auto-rollover$", lambda _: {"auto_rollover": True, "overlap": None}),
        (r"^no auto-rollover$", lambda _: {"auto_rollover": False, "overlap": None}),
        (r"^mode (ra|sub-cs)\b", lambda m: {"mode": m[1]}),
        (r"^grant auto$", lambda _: {"grant_auto": True}),
        (r"^issuer-name (.{1,255})", lambda m: {"issuer_name": m[1].strip()}),
        (r"^(no )?shut(?:down)?$", lambda m: {"shutdown": m[1] is None}),
        (r"^(?:no )?(?:database|hash|cdp-url|lifetime (?:crl|enrollment-request)|grant|serial-number)\b", lambda _: {}),
    )
)

_TRUSTPOINT: tuple[Rule, ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"(?:^|\s)enroll(?:ment)? url (\S{1,255})", lambda m: {"enrollment_url": _without_user(m[1])}),
        (r"(?:^|\s)enrollment mode ra\b", lambda _: {"ra": True}),
        (r"(?:^|\s)(no )?auto-enroll(?: (\d{1,3}))?( regenerate)?$", lambda m: _auto_enroll(m)),
        (r"^enrollment retry period (\d{1,3})$", lambda m: {"retry_period": int(m[1]) * 60}),
        (r"^enrollment retry count (\d{1,3})$", lambda m: {"retry_count": int(m[1])}),
        (r"(?:^|\s)subject-name (.{1,255}?)(?= auto-enroll\b|$)", lambda m: {"subject_name": m[1].strip()}),
        (r"^vrf (\S{1,63})$", lambda m: {"vrf": m[1]}),
        (r"^source interface (\S{1,63})$", lambda m: {"source_interface": m[1]}),
        (
            r"^(?:no )?(?:enrollment|revocation-check|rsakeypair|eckeypair|usage|serial-number|fqdn|ip-address|hash|"
            r"password|crl|chain-validation|match|storage|fingerprint|subject-alt-name|authorization)\b",
            lambda _: {},
        ),
    )
)
"""Several commands of a trustpoint may stand in one line: prose and forms join lines."""

_HTTP: tuple[Rule, ...] = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"^(no )?ip http server$", lambda m: {"enabled": m[1] is None}),
        (r"^(no )?ip http secure-server$", lambda m: {"secure": m[1] is None}),
        (r"^ip http port (\d{1,5})$", lambda m: {"port": int(m[1])}),
        (r"^ip http secure-port (\d{1,5})$", lambda m: {"secure_port": int(m[1])}),
        (r"^ip http max-connections (\d{1,5})$", lambda m: {"max_connections": int(m[1])}),
        (r"^ip http access-class (?:ipv4 |ipv6 )?(\S{1,63})$", lambda m: {"access_class": m[1]}),
        (
            r"^ip http timeout-policy idle (\d{1,6}) life (\d{1,6}) requests (\d{1,6})$",
            lambda m: {"idle": int(m[1]), "life": int(m[2]), "requests": int(m[3])},
        ),
    )
)


def _auto_enroll(found: re.Match[str]) -> Said:
    """Without an argument IOS asks when the certificate expires: that is 100 percent."""
    if found[1]:
        return {"auto_enroll": None, "regenerate": False}
    return {"auto_enroll": int(found[2] or 100), "regenerate": found[3] is not None}


class Reader:
    """Takes the lines of one file. What it read is asked for at the end."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, str | None, str], Said] = {}
        self._http: dict[str | None, Said] = {}
        self._certificates: list[ConfiguredCertificate] = []
        self._block: tuple[Said, tuple[Rule, ...]] | None = None
        self._chain: str | None = None
        self._certificate: tuple[str, Where] | None = None
        self._octets = bytearray()

    def take(self, line: str, where: Where) -> bool:
        """True where the line means something here."""
        text = line.strip()
        if self._certificate is not None and self._take_octets(text):
            return True
        if self._top_level(text, where):
            return True
        if self._chain is not None and (found := _CERTIFICATE.match(text)):
            self._certificate = found["kind"].strip(), where
            self._octets.clear()
            return True
        if self._block is not None:
            said, rules = self._block
            if _apply(rules, text, said) or _NO_COMMAND.search(text):
                return True
        if not line[:1].isspace():
            self._block = self._chain = None
        return False

    def servers(self) -> tuple[CertificateServer, ...]:
        return tuple(CertificateServer(**said) for (kind, *_), said in self._blocks.items() if kind == "server")

    def trustpoints(self) -> tuple[Trustpoint, ...]:
        return tuple(Trustpoint(**said) for (kind, *_), said in self._blocks.items() if kind == "trustpoint")

    def http(self) -> tuple[HttpServer, ...]:
        return tuple(HttpServer(**said) for said in self._http.values())

    def certificates(self) -> tuple[ConfiguredCertificate, ...]:
        return tuple(self._certificates)

    def _top_level(self, text: str, where: Where) -> bool:
        block = _BLOCK.match(text)
        if block is not None:
            kind, name = block["kind"], block["name"][:63]
            said = self._blocks.setdefault((kind, where.device, name), {"name": name, "where": where})
            rules = _SERVER if kind == "server" else _TRUSTPOINT
            self._block, self._chain = (said, rules), None
            # `crypto pki server NAME rollover` and the like are commands for the moment, not a block
            _apply(rules, block["rest"].strip(), said)
            return True
        chain = _CHAIN.match(text)
        if chain is not None:
            self._block, self._chain = None, chain["name"][:63]
            return True
        said = {}
        if _apply(_HTTP, text, said):
            self._http.setdefault(where.device, {"where": where}).update(said)
            self._block = self._chain = None
            return True
        return False

    def _take_octets(self, text: str) -> bool:
        """A line of hexadecimal digits, or the `quit` behind the last."""
        assert self._certificate is not None
        if _HEX.match(text) and len(self._octets) < MAX_CERTIFICATE:
            digits = text.replace(" ", "")
            self._octets += bytes.fromhex(digits[: len(digits) & ~1])
            return True
        kind, where = self._certificate
        self._certificate = None
        try:
            certificate = read_certificate(bytes(self._octets))
        except BerError:
            return text == "quit"
        self._certificates.append(
            ConfiguredCertificate(trustpoint=self._chain or "", kind=kind, where=where, certificate=certificate)
        )
        return text == "quit"


def _apply(rules: tuple[Rule, ...], text: str, said: Said) -> bool:
    """Enter what the rules find in the line. False where none matches."""
    matches = [(found, value) for pattern, value in rules if (found := pattern.search(text))]
    for found, value in matches:
        said.update(value(found))
    return bool(matches)
