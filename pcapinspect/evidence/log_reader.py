"""Takes the lines of one log: whose each is, when it was written, and what it says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pcapinspect.evidence import debug_lines
from pcapinspect.evidence.account import Accountant
from pcapinspect.evidence.cleaning import prompt
from pcapinspect.evidence.log_clock import ClockReading
from pcapinspect.evidence.moments import http_date
from pcapinspect.evidence.secrets import redacted
from pcapinspect.evidence.stamps import UPTIME, WITHIN, Head, Stamp, read_head
from pcapinspect.evidence.zones import Zones
from pcapinspect.pki.pkiclient import classify

MOST_RECORDS = 100_000
"""Kept of one file; a busy server's debugs reach this in hours, and the first hours say what happens."""

MOST_DEVICES = 1000
"""Told apart in one file; the lines of more are read as of nobody."""

MOST_MNEMONICS = 10_000

COLONS_OF_A_STAMP = 3
"""Two in the time of day, one behind the stamp: text with fewer holds none, and need not be searched."""

LONGEST = 2048
"""Characters of a line that are looked at; the messages of IOS have a few hundred."""

_REQUEST_LINE = re.compile(r"(?:^|\s)(?P<method>GET|POST) (?P<uri>\S+)")
_STATUS_LINE = re.compile(r"^HTTP/\d\.\d (?P<status>\d{3})\b")
_HEADER = re.compile(r"^(?P<name>[A-Za-z-]{1,30}):\s*(?P<value>.*)$")
_STATE = re.compile(r"[A-Z][A-Z_]{2,60}")
_TRACED = re.compile(r"^Logging display requested on .{10,60} for Hostname: \[(?P<device>[\w.-]{1,63})\]")
_TAG = re.compile(r"^\s*(?:%[A-Z][A-Z0-9_]*-\d-|[A-Z][A-Z0-9_]{2,}: )")
"""A message of its own begins here, and not the rest of one."""


@dataclass(slots=True)
class Draft:
    """A record while its file is read: later lines may add to it."""

    kind: str
    line: int
    text: str
    clock: ClockReading | None
    stamp: Stamp | None
    stamped_by: str | None
    relayed: Stamp | None
    """Of the relay, where the device has one of its own."""
    said: dict[str, Any]
    is_kept: bool = True
    """False: beyond the room, and only counted."""
    decided: bool = True
    """False: a `Reply HTTP header` whose first line has not come yet."""


@dataclass(slots=True)
class _Device:
    """What the reader remembers of one sender of lines."""

    name: str | None
    clock: ClockReading | None = None
    stamp: re.Match[str] | None = None
    """Of its line before, not yet read."""
    open: Draft | None = None
    """The record that lines without a stamp may go on with."""
    request: Draft | None = None
    """The request that a server received last, of which later lines say more."""


@dataclass(slots=True)
class _At:
    """Whose text it is, and when it was written."""

    device: _Device
    stamped_by: str | None = None
    stamp: re.Match[str] | None = None
    """Of the device; not yet read, and of most lines it never is."""
    relayed: re.Match[str] | None = None


@dataclass(slots=True)
class LogReader:
    """One file."""

    file: int
    zones: Zones
    drafts: list[Draft] = field(default_factory=list)
    not_kept: int = 0
    stamped: int = 0
    accountant: Accountant = field(default_factory=Accountant)
    kinds: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    clocks: list[ClockReading] = field(default_factory=list)
    relay: ClockReading | None = None
    _devices: dict[str | None, _Device] = field(default_factory=dict)
    _prompt: str | None = None
    """The device at whose prompt the lines were shown."""
    _line: int = 0
    _cut: tuple[str, _At] | None = None
    """Text that said nothing of the line before: mail and editors break lines between words, at any width."""

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of all that wrote the file."""
        return tuple(name for name in self._devices if name is not None)

    @property
    def _has_room(self) -> bool:
        return len(self.drafts) < MOST_RECORDS

    def take(self, number: int, line: str) -> None:
        """The next line."""
        if not line or line.isspace():
            return
        self._line = number
        self.accountant.lines += 1
        head = read_head(line[:LONGEST])
        if head.device is not None or head.relay is not None:
            understood = self._stamped(head)
        else:
            understood = self._unstamped(head.text)
        if understood:
            self.accountant.understood += 1
        else:
            self.accountant.pass_over(head.text)

    def _stamped(self, head: Head) -> bool:
        """A line with a stamp of the device, of a relay, or both."""
        self.stamped += 1
        device = self._of(head.host or self._prompt)
        if head.relay is not None:
            self.relay = self.relay or self._clock(None, relay=True)
            self.relay.see(head.relay)
        if head.device is not None:
            device.clock = device.clock or self._clock(device.name, relay=False)
            device.clock.see(head.device)
            device.stamp, device.open = head.device, None
        text = head.text
        at = _At(device)
        if head.relay is not None:
            at.relayed, at.stamped_by = head.relay, "relay"
        if head.device is not None:
            at.stamp, at.stamped_by = head.device, "device"
        elif uptime := UPTIME.match(text):
            text = text[uptime.end() :]
        if debug_lines.says(text):
            understood = self._pieces(text, at)
        else:
            understood = head.device is None and device.open is not None and self._add(device.open, text)
        self._cut = None if understood else (text, at)
        return understood

    def _unstamped(self, text: str) -> bool:
        """A line without a time: part of the record before it, a line of its own, or one that names its device."""
        device = self._of(self._prompt)
        if ("#" in text or ">" in text) and (typed := prompt(text)):
            self._prompt = typed["device"]
            told = read_head(typed["command"])
            return True if told.device is None else self._stamped(told)
        if traced := _TRACED.match(text):
            self._prompt = traced["device"]
            return True
        if uptime := UPTIME.match(text):
            device.stamp = device.open = None
            return self._pieces(text[uptime.end() :], _At(device))
        at = _At(device)
        if device.stamp is not None and self.relay is None and not _TAG.match(text):
            at.stamp, at.stamped_by = device.stamp, "before"
        if self._cut is not None and debug_lines.SEGMENT in self._cut[0] and self._goes_on(text):
            return True
        if (debug_lines.says(text) and self._pieces(text, at)) or (
            device.open is not None and self._add(device.open, text.strip())
        ):
            self._cut = None
            return True
        return self._goes_on(text)

    def _goes_on(self, text: str) -> bool:
        """Whether the line before says something with this one behind it."""
        if self._cut is None or _TAG.match(text):
            self._cut = None
            return False
        before, at = self._cut
        whole = f"{before.rstrip()} {text.strip()}"[:LONGEST]
        understood = debug_lines.says(whole) and self._pieces(whole, at)
        self._cut = None if understood else (whole, at)
        return understood

    def _of(self, name: str | None) -> _Device:
        device = self._devices.get(name)
        if device is None:
            if len(self._devices) > MOST_DEVICES:
                return self._of(None) if None in self._devices else self._devices.setdefault(None, _Device(None))
            device = self._devices[name] = _Device(name)
        return device

    def _clock(self, name: str | None, *, relay: bool) -> ClockReading:
        offsets, path = self.zones.of([name] if name else [])
        clock = ClockReading(len(self.clocks), name, relay, offsets, path)
        self.clocks.append(clock)
        return clock

    def _pieces(self, text: str, at: _At) -> bool:
        """A line's text, cut where another stamp stands in it: lines run together where their ends are lost."""
        begin, understood = 0, False
        for found in WITHIN.finditer(text) if text.count(":") >= COLONS_OF_A_STAMP else ():
            understood |= self._piece(text[begin : found.start()], at)
            device = at.device
            device.clock = device.clock or self._clock(device.name, relay=False)
            device.clock.see(found)
            device.stamp, device.open = found, None
            self.stamped += at.stamped_by in (None, "before") and begin == 0
            at = _At(device, "device", found, at.relayed)
            begin = found.end()
        return self._piece(text[begin:], at) or understood

    def _piece(self, text: str, at: _At) -> bool:
        """One stamp's worth of text: every message and debug line in it, or what goes on with a record."""
        understood = False
        if "%" in text:
            for found in debug_lines.messages(text):
                understood = True
                if len(self.messages) < MOST_MNEMONICS or found["mnemonic"] in self.messages:
                    self.messages[found["mnemonic"]] += 1
                if found["facility"].startswith(debug_lines.KEPT_FACILITIES):
                    self._keep("message", text[found.start() :], at, {"mnemonic": found["mnemonic"]})
        for said in debug_lines.debugs(text):
            understood = True
            self._debug(said, text, at)
        if "CRYPTO_CS: " in text:
            understood |= self._of_request(text, at)
        return understood or (
            at.stamped_by != "device" and at.device.open is not None and self._add(at.device.open, text.strip())
        )

    def _debug(self, said: debug_lines.Said, text: str, at: _At) -> None:
        told = said.fields() if self._has_room or said.kind == "server_request" else {}
        kept = self._keep(said.kind, text[said.begin :], at, told)
        kept.decided = said.kind != "reply"
        at.device.open = kept
        if said.kind == "server_request":
            at.device.request = kept
        rest = text[said.end :].lstrip(": ")
        if rest and said.kind in ("reply", "request"):
            self._add_http(kept, rest)

    def _of_request(self, text: str, at: _At) -> bool:
        """What a server says of the message that it received: of its own, where it did not say that it received one."""
        found = False
        for name, pattern in (("message_type", debug_lines.MESSAGE_TYPE), ("transaction_id", debug_lines.TRANSACTION)):
            told = pattern.search(text)
            if told is None:
                continue
            found = True
            request = at.device.request
            if request is None or request.said.get("operation") != debug_lines.PKI or name in request.said:
                request = self._keep("server_request", text, at, {"operation": debug_lines.PKI})
                at.device.request = request
            request.said[name] = int(told[1]) if name == "message_type" else told[1]
        return found

    def _keep(self, kind: str, text: str, at: _At, said: dict[str, Any]) -> Draft:
        """A record, as far as there is room: beyond, it is counted, and its request is put into the server's log."""
        self.kinds[kind] += 1
        clock = at.device.clock if at.stamp is not None else self.relay if at.relayed is not None else None
        has_room = self._has_room
        stamp = None
        if clock is not None:
            clock.records += 1
            found = at.stamp if at.stamp is not None else at.relayed
            if found is not None and (has_room or kind == "server_request"):
                stamp = clock.read(found)
            if stamp is not None and kind == "server_request":
                clock.requests.append(stamp.utc(clock.zones))
                clock.request_days.append(stamp.day)
        kept = Draft(kind, self._line, "", clock, stamp, at.stamped_by, None, said, is_kept=has_room)
        if has_room:
            if at.stamp is not None and at.relayed is not None and self.relay is not None:
                kept.relayed = self.relay.read(at.relayed)
            clean = redacted(text.strip()[:400])[:200]
            kept.text = clean if clean.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in clean)
            self.drafts.append(kept)
        else:
            self.not_kept += 1
        return kept

    def _add(self, kept: Draft, text: str) -> bool:
        """True where the text belongs to the open record."""
        if kept.kind == "shadow_state" and kept.said.get("state") is None and _STATE.fullmatch(text):
            kept.said["state"] = text
            return True
        if kept.kind in ("queue_limit", "no_listener") and kept.is_kept:
            more = debug_lines.of_segment(f"{kept.text} {text}")
            new = {name: value for name, value in more.items() if value is not None and kept.said.get(name) is None}
            kept.said.update(new)
            return bool(new)
        if kept.kind in ("reply", "own_request", "request"):
            return self._add_http(kept, text)
        return False

    def _add_http(self, kept: Draft, text: str) -> bool:
        """A line of an HTTP head. The first tells a reply from the client's own request."""
        said = kept.said
        status = _STATUS_LINE.match(text)
        if not kept.decided:
            kept.decided = True
            self.kinds[kept.kind] -= 1
            kept.kind = "reply" if status else "own_request"
            self.kinds[kept.kind] += 1
        if status:
            said["status"] = int(status["status"])
            return True
        if not kept.is_kept:
            return _HEADER.match(text) is not None or text.startswith(("HTTP/", "GET ", "POST "))
        if asked := _REQUEST_LINE.search(text):
            operation, label = classify(asked["method"], asked["uri"])
            said["operation"], said["ca_identifier"] = operation or said.get("operation"), label
            return True
        header = _HEADER.match(text)
        if header is None:
            return text.startswith("HTTP/")
        if header["name"].lower() == "host" and kept.kind == "request":
            said["peer"] = header["value"].rpartition("@")[2][:80]
        elif header["name"].lower() == "date" and (date := http_date(header["value"])) is not None:
            said["date"] = date
            if kept.stamp is not None and kept.clock is not None and kept.clock.dated is None:
                kept.clock.dated = kept.stamp, date
        return True
