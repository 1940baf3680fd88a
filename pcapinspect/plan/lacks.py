"""What a capture lacked, by its report: each with what it kept from being known, and what to do next time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcapinspect.clock import SECOND, parse_iso


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that the capture does not hold."""

    what: str
    hides: str
    """What therefore is not known."""
    next_time: str


def lacks_of(document: Mapping[str, Any]) -> tuple[Lack, ...]:
    """What this report's capture lacked, what matters most first. Empty: nothing that is known of."""
    return (*_whole_sides(document), *_packets(document["capture"]), *_span(document))


def _whole_sides(document: Mapping[str, Any]) -> Iterator[Lack]:
    quality = document["capture"]
    if quality["flows_only"]:
        yield Lack(
            "There are flows and no packets.",
            "Pauses, requests and answers: flows do not show when a dial was answered.",
            "Capture packets at the server, with the commands below.",
        )
    elif quality["one_way"] is not None:
        direction = "towards" if quality["one_way"] == "to_server" else "from"
        yield Lack(
            f"Only packets {direction} the server were captured.",
            "Whether the server answered.",
            "Capture both directions: `both` on a router's interface, source `both` of a SPAN session, and on the "
            "path that the answers take, too.",
        )
    elif _blames_the_server(document) and not _two_points(document):
        yield Lack(
            "The capture was made at one point.",
            "Whether the SYNs that got no answer arrived at the server, or were lost on the way.",
            "Capture at the server's interface and at the clients' side of the path at the same time, with clocks set "
            "by NTP; pcapinspect reads both together.",
        )


def _blames_the_server(document: Mapping[str, Any]) -> bool:
    return any(server["unanswered"] for server in document["servers"])


def _two_points(document: Mapping[str, Any]) -> bool:
    return any(point["kind"] == "two_points" for point in document.get("points", ()))


def _packets(quality: Mapping[str, Any]) -> Iterator[Lack]:
    if quality["snaplen_cut"]:
        yield Lack(
            f"{quality['snaplen_cut']:,} packets are cut by the snaplen.",
            "The operations, labels and certificates in the part that is cut off.",
            "Capture whole packets: `-s 0`, or `max-size 1518` on classic IOS.",
        )
    if quality["drops"]:
        yield Lack(
            f"The capturing host dropped {quality['drops']:,} packets.",
            "Whether what seems unanswered was answered.",
            "Give it a larger buffer (`-B 65536`), a filter on the port, and a fast disk.",
        )
    missing = quality["synack_not_captured"]
    if missing and quality["one_way"] is None:
        yield Lack(
            f"{missing:,} SYN/ACKs of established connections are missing.",
            "As many of the others may be missing: silence may be the capture's.",
            "Raise the limit of packets a second (IOS XE keeps 1,000 by default) and the buffer, or use SPAN.",
        )
    if quality["truncated"]:
        yield Lack(
            "A file ends in the middle of a packet.",
            "What came after.",
            "Stop the capture before you copy its file, and copy in binary mode.",
        )
    if quality["clock_jumps"]:
        yield Lack(
            f"The capture's clock jumped, {quality['clock_jumps']:,} in all.",
            "Lengths across a jump.",
            "Set the clock of the capturing host before you begin, and let NTP slew it.",
        )


def _span(document: Mapping[str, Any]) -> Iterator[Lack]:
    first, last = document["capture"]["first_time"], document["capture"]["last_time"]
    if first is None or last is None:
        return
    window = document["settings"]["window"]
    began_in = any(_began_in_the_storm(server, parse_iso(first), window) for server in document["servers"])
    if began_in:
        yield Lack(
            f"The capture began less than {window} s before the server was over its limit or silent.",
            "When and how it began, and what the server had counted by then.",
            "Begin before the storm: let a ring run (`-b`), or start some minutes ahead of the next polls.",
        )
    if any(pause["next_answer"] is None for server in document["servers"] for pause in server["pauses"]):
        yield Lack(
            "The capture ended while the server was silent.",
            "How long that silence lasted.",
            "Stop some minutes after the server answers again.",
        )


def _began_in_the_storm(server: Mapping[str, Any], first: int, window: int) -> bool:
    onset = [server[name] for name in ("first_over_limit", "first_pause") if server[name] is not None]
    return any(parse_iso(time) - first < window * SECOND for time in onset)
