"""What is known of each input file when it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field

WHOLE, ENDED, GOES_ON = "whole", "ended", "goes_on"

CUT_EARLY = "cut before the TCP header"
"""What `InputFile.unknown` calls packets of which the snaplen left no TCP header (60 bytes, with IPv6 or tags)."""


@dataclass(slots=True)
class InputFile:
    """One capture file. Filled while it is read; complete after its last packet. Times in nanoseconds."""

    path: str
    format: str = ""
    """`pcap`, `pcap-nanosecond`, `pcapng`, ...; `gzip:pcapng` where compressed."""
    link_types: list[str] = field(default_factory=list)
    """Names as `tcpdump -L` gives them (`EN10MB`, `LINUX_SLL2`, ...), in order of appearance."""
    packets: int = 0
    """All packets of the file, whatever they are."""
    bytes: int = 0
    """Size of the file as given (compressed where it is)."""
    first_time: int | None = None
    last_time: int | None = None
    sha256: str | None = None
    """Of the file as given; None for a pipe that was not read to its end."""
    truncated: bool = False
    """The file ends in the middle of a packet or block."""
    reading: str = WHOLE
    """WHOLE, or ENDED: from outside, before the file was, or it GOES_ON: this is what is known so far."""
    snaplen: int | None = None
    snaplen_cut: int = 0
    """Packets of which less was captured than was on the wire."""
    interface_drops: int = 0
    """Packets that the capturing host says it dropped (pcapng interface statistics)."""
    time_backwards: int = 0
    """Packets earlier than the one before them."""
    clock_jumps: int = 0
    """Steps of the clock, forward or back, that traffic cannot explain."""
    jumps: list[tuple[int, int, int]] = field(default_factory=list)
    """Of the first of these steps: the frame that it leads to, and the times before and after it."""
    not_ip: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    """Packets that could not be decoded, by reason (`link type 147`, `IP protocol 99`, `ethertype 0x9999`), in the
    order of the alphabet."""
    fragments: int = 0
    comments: list[tuple[int, str]] = field(default_factory=list)
    """pcapng packet comments: (frame, text); frame 0: the section or interface."""
    warnings: list[str] = field(default_factory=list)
