"""`show crypto pki certificates [verbose]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pcapinspect.evidence.configuration_model import ShownCertificate, Where
from pcapinspect.evidence.moments import shown_moment

_HEADING = re.compile(
    r"^(?P<kind>(?:(?:Router|General|Purpose|Self-Signed|RA|CA|Sub-?CA|Signature|Encryption|KeyEncipher|Subject|"
    r"Rollover|Trustpool|CA Server) )*Certificate)(?: \((?P<note>[A-Za-z ,-]{1,60})\))?:?$"
)
"""`CA Certificate (Rollover)`, `Certificate (RA mode CS certificate, Rollover)`, `Certificate (subordinate CA
certificate)`, `Router Self-Signed Certificate`, ...; a heading that is not known runs two certificates together."""

_NAMES = ("Issuer", "Subject")
_SECTIONS = (
    *_NAMES,
    "CRL Distribution Points",
    "CRL Distribution Point",
    "Validity Date",
    "Associated Trustpoints",
    "Storage",
)
"""Labels in a block that end the lines of a name before them."""

_DATES = {"start date": "start", "end date": "end", "renew date": "renew"}
_ATTRIBUTE = re.compile(r"^[A-Za-z0-9.]{1,40}=")
_LONGEST_NAME = 1024


class Certificates:
    """Blocks of certificates."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self._zones = zones
        self._said: list[dict[str, Any]] = []
        self._section: str | None = None

    def begins(self, text: str, where: Where, /) -> bool:
        found = _HEADING.match(text)
        if found is None:
            return False
        note = found["note"] or ""
        rollover = "rollover" in note.lower() or "Rollover" in found["kind"]
        self._said.append({"kind": found["kind"], "note": note, "rollover": rollover, "where": where})
        self._section = None
        return True

    def take(self, text: str, _where: Where, /) -> bool:
        label, colon, value = (part.strip() for part in text.partition(":"))
        said = self._said[-1]
        if colon and label in _SECTIONS:
            self._section = label
        date = _DATES.get(" ".join(label.split()))
        if date is not None:
            said[date] = shown_moment(value, self._zones)
        elif label == "Status":
            said["status"] = value[:80]
        elif label.startswith("Certificate Serial Number"):
            said["serial"] = value.upper().removeprefix("0X")[:80]
        elif label == "Associated Trustpoints":
            said["trustpoints"] = tuple(value.split()[:16])
        elif label == "Fingerprint SHA1":
            said["sha1"] = value.replace(" ", "").lower()[:40]
        elif self._section in _NAMES and _ATTRIBUTE.match(text):
            name = self._section.lower()
            said[name] = ", ".join(filter(None, (said.get(name), text)))[:_LONGEST_NAME]
        elif not (colon and label in _SECTIONS):
            return False
        return True

    def found(self) -> tuple[ShownCertificate, ...]:
        return tuple(ShownCertificate(**said) for said in self._said)
