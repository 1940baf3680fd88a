"""Names of link types."""

from __future__ import annotations

from pcapinspect.capture import linktypes


def test_names_are_those_of_tcpdump() -> None:
    known = {0: "NULL", 1: "EN10MB", 101: "RAW", 104: "C_HDLC", 113: "LINUX_SLL", 276: "LINUX_SLL2", 228: "IPV4"}
    assert {link: linktypes.name(link) for link in known} == known
    assert linktypes.name(4711) == "4711"
