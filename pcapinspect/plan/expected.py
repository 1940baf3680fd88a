"""What the next capture must hold: the traffic that is to be expected, from a report or assumed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pcapinspect.clock import parse_iso
from pcapinspect.settings import Settings

ASSUMED_ATTEMPTS_A_MINUTE = 4 * 80
"""Where nothing was measured: four times the limit, what a server that pauses for 15 s can be asked at the most if it
counts anew after each pause (80 in a moment, then 15 s of silence)."""

ASSUMED_BYTES_AN_ATTEMPT = 8_000
"""An enrolment by GET is about 3.7 kB of request in several segments, and as much of answer, with headers and ACKs."""

ASSUMED_PACKETS_AN_ATTEMPT = 12
"""Handshake, request in three segments, answer in two, their ACKs, and the closing of both sides."""

MIN_MINUTES = 30
"""Long enough for several pauses, and for the longest poll periods that were seen (10 minutes) three times."""

PERIODS = 3
"""Polls of a client from which its period is known."""

MARGIN = 2
"""The next outage may be twice as busy as this one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The traffic to capture. Rates are the highest to be expected, with their margin."""

    server: str | None
    port: int
    attempts_a_minute: int
    packets_a_second: int
    """In the busiest second: routers that poll together come within a second or two."""
    bytes_in_all: int
    minutes: int
    basis: str
    """Where the numbers come from, in a sentence."""


def assumed(settings: Settings, server: str | None, minutes: int | None) -> Expected:
    """Without any capture."""
    return _expected(
        server,
        settings.ports[0],
        ASSUMED_ATTEMPTS_A_MINUTE,
        (ASSUMED_BYTES_AN_ATTEMPT, ASSUMED_PACKETS_AN_ATTEMPT),
        minutes or MIN_MINUTES,
        f"Assumed, for nothing was measured: {ASSUMED_ATTEMPTS_A_MINUTE} connections a minute.",
    )


def measured(document: Mapping[str, Any], settings: Settings, server: str | None, minutes: int | None) -> Expected:
    """From a report: of the server that is asked for, else of the first, which is the worst."""
    chosen = next((s for s in document["servers"] if server in (None, s["ip"])), None)
    if chosen is None or not chosen["attempts"]:
        return assumed(settings, server, minutes)
    seconds = max(1.0, (parse_iso(chosen["last_time"]) - parse_iso(chosen["first_time"])) / 1e9)
    table = document["tables"]["minutes"]["columns"]
    mine = [
        attempts
        for ip, port, attempts in zip(table["server_ip"], table["server_port"], table["attempts"], strict=True)
        if (ip, port) == (chosen["ip"], chosen["port"])
    ]
    busiest = max(mine, default=0) or math.ceil(chosen["attempts"] * 60 / seconds)
    periods = [c["poll_period"] for c in document["clients"] if c["server_ip"] == chosen["ip"] and c["poll_period"]]
    longest = max(periods, default=0.0)
    enough = max(MIN_MINUTES, math.ceil((PERIODS * longest + 2 * settings.window) / 60))
    return _expected(
        chosen["ip"],
        chosen["port"],
        busiest,
        _size_of_an_attempt(document),
        minutes or enough,
        f"Measured: at most {busiest:,} attempts in a minute at {chosen['ip']}"
        + (f", polls up to {longest:,.0f} s apart." if longest else "."),
    )


def _size_of_an_attempt(document: Mapping[str, Any]) -> tuple[int, int]:
    """Bytes and packets of an attempt, no fewer than assumed: this capture may lack what it was cut by."""
    attempts = sum(server["attempts"] for server in document["servers"])
    packets = sum(file["packets"] for file in document["inputs"])
    size = sum(file["bytes"] for file in document["inputs"])
    return max(ASSUMED_BYTES_AN_ATTEMPT, size // attempts), max(ASSUMED_PACKETS_AN_ATTEMPT, packets // attempts)


def _expected(
    server: str | None, port: int, a_minute: int, each: tuple[int, int], minutes: int, basis: str
) -> Expected:
    size, packets = each
    return Expected(
        server=server,
        port=port,
        attempts_a_minute=MARGIN * a_minute,
        packets_a_second=MARGIN * a_minute * packets,
        bytes_in_all=MARGIN * a_minute * size * minutes,
        minutes=minutes,
        basis=basis,
    )
