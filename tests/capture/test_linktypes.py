"""Names and beginnings of link types."""

from __future__ import annotations

from pcapinspect.capture import layers, linktypes


def test_names_are_those_of_tcpdump() -> None:
    known = {0: "NULL", 1: "EN10MB", 101: "RAW", 104: "C_HDLC", 113: "LINUX_SLL", 276: "LINUX_SLL2", 228: "IPV4"}
    assert {link: linktypes.name(link) for link in known} == known
    assert linktypes.name(4711) == "4711"


def test_what_is_decoded_has_a_name_and_wireless_is_not_decoded() -> None:
    decoded = {link for link, layer in enumerate(linktypes.STARTS) if layer != layers.ODD_LINK}
    assert decoded <= set(linktypes.NAMES)
    assert not decoded & linktypes.WIRELESS
