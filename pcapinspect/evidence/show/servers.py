"""`show crypto pki server`, its `requests`, `show crypto pki crls` and `show crypto pki counters`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pcapinspect.evidence.configuration_model import CrlStatus, PkiCounters, ServerStatus, WaitingRequests, Where
from pcapinspect.evidence.moments import shown_moment
from pcapinspect.pki.timers import DAY

_SERVER = re.compile(r"^Certificate Server (?P<name>\S{1,63}):$")
_TEXTS = {"Status": "status", "State": "state", "Issuer name": "issuer_name", "Granting mode is": "granting"}
_TIMES = {"CA certificate expiration timer": "ca_expiry", "Autorollover timer": "rollover_timer"}
_FINGERPRINTS = ("CA cert fingerprint", "RA cert fingerprint")


class Servers:
    """`show crypto pki server`."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self._zones = zones
        self._said: list[dict[str, Any]] = []

    def begins(self, text: str, where: Where, /) -> bool:
        found = _SERVER.match(text)
        if found is not None:
            self._said.append({"name": found["name"], "where": where})
        return found is not None

    def take(self, text: str, _where: Where, /) -> bool:
        said = self._said[-1]
        label, colon, value = text.partition(":")
        value = value.strip()[:255]
        if overlap := re.match(r"^Auto-Rollover configured, overlap period (.+)$", text):
            said["overlap"] = _period(overlap[1])
        elif text == "Server configured in RA mode":
            said["ra"] = True
        elif text.startswith("Server configured in subordinate"):
            said["subordinate"] = True
        elif colon and label in _TEXTS:
            said[_TEXTS[label]] = value
        elif colon and label in _TIMES:
            said[_TIMES[label]] = shown_moment(value, self._zones)
        elif colon and label in _FINGERPRINTS:
            said["fingerprint"] = value.replace(" ", "").lower()[:64]
        else:
            return False
        return True

    def found(self) -> tuple[ServerStatus, ...]:
        return tuple(ServerStatus(**said) for said in self._said)


def _period(text: str) -> int | None:
    """`30 days`, also with hours and minutes."""
    units = {"day": DAY, "hour": 3600, "minute": 60}
    parts = re.findall(r"\b(\d{1,5})\s+(day|hour|minute)", text)
    return sum(int(number) * units[unit] for number, unit in parts) if parts else None


class Requests:
    """`show crypto pki server NAME requests`: three tables of enrolments, of which those that wait matter."""

    _TABLE = re.compile(r"^(?P<whose>Subordinate CA|RA|Router) certificates? requests:$")
    _ROW = re.compile(r"^\d{1,9}\s+(?P<state>[a-z]{2,20})\s+[0-9A-F]{32,64}\s+\S")

    def __init__(self) -> None:
        self._said: list[tuple[Where, Counter[str]]] = []

    def begins(self, text: str, where: Where, /) -> bool:
        if text == "Enrollment Request Database:":
            self._said.append((where, Counter()))
            return True
        return bool(self._said) and self._TABLE.match(text) is not None

    def take(self, text: str, _where: Where, /) -> bool:
        row = self._ROW.match(text)
        if row is not None:
            self._said[-1][1][row["state"]] += 1
        return row is not None or text.startswith(("ReqID", "----"))

    def found(self) -> tuple[WaitingRequests, ...]:
        return tuple(WaitingRequests(where=where, states=tuple(sorted(states.items()))) for where, states in self._said)


class Crls:
    """`show crypto pki crls`."""

    def __init__(self, zones: Mapping[str, int]) -> None:
        self._zones = zones
        self._said: list[dict[str, Any]] = []
        self._in_name = False

    def begins(self, text: str, where: Where, /) -> bool:
        if not text.startswith("CRL Issuer Name:"):
            return False
        self._said.append({"where": where, "issuer": text.partition(":")[2].strip()[:255] or None})
        self._in_name = self._said[-1]["issuer"] is None
        return True

    def take(self, text: str, _where: Where, /) -> bool:
        said = self._said[-1]
        label, _, value = (part.strip() for part in text.partition(":"))
        if self._in_name and "=" in text:
            said["issuer"], self._in_name = text[:255], False
        elif label in ("NextUpdate", "Next Update"):
            said["next_update"] = shown_moment(value, self._zones)
        elif label not in ("LastUpdate", "Last Update", "CRL DP", "Retrieved from CRL Distribution Point"):
            return False
        return True

    def found(self) -> tuple[CrlStatus, ...]:
        return tuple(CrlStatus(**said) for said in self._said)


class Counters:
    """`show crypto pki counters`."""

    _ROW = re.compile(
        r"^(?P<label>PKI Sessions (?:Started|Ended|Active)|(?:Successful|Failed|Bypassed|Pending) Validations|"
        r"CRLs checked|CRL - (?:fetch|failed) attempts|CRL - rejected busy fetching|AAA authorizations):\s*"
        r"(?P<value>\d{1,12})$"
    )

    def __init__(self) -> None:
        self._said: list[tuple[Where, dict[str, int]]] = []

    def begins(self, text: str, where: Where, /) -> bool:
        if not text.startswith("PKI Sessions Started:"):
            return False
        self._said.append((where, {}))
        return self.take(text, where)

    def take(self, text: str, _where: Where, /) -> bool:
        row = self._ROW.match(text)
        if row is not None:
            self._said[-1][1][row["label"]] = int(row["value"])
        return row is not None

    def found(self) -> tuple[PkiCounters, ...]:
        return tuple(PkiCounters(where=where, counts=tuple(counts.items())) for where, counts in self._said)
