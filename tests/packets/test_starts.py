"""Beginnings of link types."""

from __future__ import annotations

from pcapinspect.capture import linktypes
from pcapinspect.packets import layers, starts


def test_what_is_decoded_has_a_name_and_wireless_is_not_decoded() -> None:
    decoded = {link for link, layer in enumerate(starts.STARTS) if layer != layers.ODD_LINK}
    assert decoded <= set(linktypes.NAMES)
    assert not decoded & linktypes.WIRELESS
