"""Names for what is no pcap and no pcapng."""

from __future__ import annotations

from pcapinspect.capture import foreign, pcap, pcapng
from tests.capture import wire


def test_only_other_captures_are_captures() -> None:
    assert foreign.is_capture(b"snoop\0\0\0\0\0\0\2")
    assert not foreign.is_capture(b"snooping around")
    assert not foreign.is_capture(b"")


def test_no_name_takes_a_pcap_or_pcapng_away() -> None:
    for data in (wire.pcap([]), wire.pcap([], order=">"), wire.pcap([], nano=True), wire.pcapng([])):
        assert pcap.is_magic(data) or data[:4] == pcapng.MAGIC
        assert not foreign.is_capture(data)


def test_text_in_other_encodings_is_text() -> None:
    assert foreign.describe("Mitschnitt für Köln\r\n".encode()) == "not a packet capture but text"
    assert "text" not in foreign.describe(b"\0\1\2\3")
