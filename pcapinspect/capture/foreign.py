"""What is no pcap and no pcapng: other capture formats, which tshark reads, and files that are no captures at all."""

from __future__ import annotations

_CAPTURES = (
    (b"snoop\0\0\0", "a snoop capture"),
    (b"RTSS", "a Microsoft Network Monitor 1 capture"),
    (b"GMBU", "a Microsoft Network Monitor 2 capture"),
    (b"XCP\0", "a NetXRay or Sniffer (Windows) capture"),
    (b"TRSNIFF data", "a Sniffer (DOS) capture"),
    (b"iptrace 1.0", "an AIX iptrace capture"),
    (b"iptrace 2.0", "an AIX iptrace capture"),
    (b"\x05VNF", "an EtherPeek capture"),
    (b"\x7fver", "an OmniPeek capture"),
    (b"btsnoop\0", "a btsnoop capture"),
    (b"LPKSHHRH", "a systemd journal"),
    (b"\x54\x52\x00\x64\x00", "an HP-UX nettl capture"),
    (b"\x1c\x00\x01\xac", "an Ixia capture"),
    (b"\xac\x01\x00\x1c", "an Ixia capture"),
    (b"\x1c\x00\x01\xab", "an Ixia capture"),
    (b"\xab\x01\x00\x1c", "an Ixia capture"),
    (b"PHSS", "a Network Instruments capture"),
    (b"ObserverPktBuffe", "a Network Instruments Observer capture"),
    (b"V1\x02\0", "a Visual Networks capture"),
)
"""First bytes, as in Wireshark's wiretap."""

_FILES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x1f\x9d", "compress (.Z) data: unpack it first"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)

WITH_TSHARK = "use --engine tshark, which reads it if Wireshark does"


def is_capture(head: bytes) -> bool:
    """Whether these first bytes are those of a capture in another format."""
    return any(head.startswith(magic) for magic, _ in _CAPTURES)


def describe(head: bytes) -> str:
    """Why a file that begins with these bytes cannot be read, in one line that ends with what to do."""
    for magic, what in _CAPTURES:
        if head.startswith(magic):
            return f"{what}: {WITH_TSHARK}"
    for magic, what in _FILES:
        if head.startswith(magic):
            return f"not a packet capture but {what}"
    if len(head) > 262 and head[257:262] == b"ustar":
        return "not a packet capture but a tar archive: unpack it first"
    if all(byte in b"\t\n\r\f\x1b" or byte >= 0x20 for byte in head):
        return "not a packet capture but text"
    return f"not a pcap or pcapng capture (it begins with {head[:4].hex(' ')}): {WITH_TSHARK}"
