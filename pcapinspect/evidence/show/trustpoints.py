"""`show crypto pki trustpoints [status]`."""

from __future__ import annotations

import re
from typing import Any

from pcapinspect.evidence.configuration_model import TrustpointStatus, Where
from pcapinspect.evidence.secrets import public_url

_TRUSTPOINT = re.compile(r"^Trustpoint (?P<name>\S{1,63}):$")
_LEADER = re.compile(r"^(?P<what>[A-Z][A-Za-z ()]{1,60}?)\s*\.{3,}\s*(?P<value>.{1,80})$")
_STATES = {
    "Keys generated": "keys_generated",
    "Issuing CA authenticated": "ca_authenticated",
    "Certificate request(s)": "requests",
}


class Trustpoints:
    """Blocks of trustpoints."""

    def __init__(self) -> None:
        self._said: list[dict[str, Any]] = []
        self._in_issuer = False

    def begins(self, text: str, where: Where, /) -> bool:
        found = _TRUSTPOINT.match(text)
        if found is not None:
            self._said.append({"name": found["name"], "where": where})
            self._in_issuer = False
        return found is not None

    def take(self, text: str, _where: Where, /) -> bool:
        said = self._said[-1]
        leader = _LEADER.match(text)
        if leader is not None:
            field = _STATES.get(leader["what"])
            if field is not None:
                said[field] = leader["value"].strip()
            return field is not None
        if text.startswith("Last enrollment status:"):
            said["last_enrollment"] = text.partition(":")[2].strip()[:80]
        elif text.startswith("SCEP URL:"):
            said["url"] = public_url(text.partition(":")[2].strip()[:255])
        elif text == "Issuing CA certificate configured:":
            said["issuing_ca_configured"] = self._in_issuer = True
        elif re.match(r"^Router .*certificate configured:$", text):
            said["router_certificate_configured"], self._in_issuer = True, False
        elif text == "Subject Name:":
            self._in_issuer = self._in_issuer or "issuer" not in said
        elif self._in_issuer and "=" in text and "issuer" not in said:
            said["issuer"] = text[:1024]
        else:
            return False
        return True

    def found(self) -> tuple[TrustpointStatus, ...]:
        return tuple(TrustpointStatus(**said) for said in self._said)
