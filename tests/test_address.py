"""Addresses survive the way through two 64-bit halves."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.address import halves, text_of, texts


@given(st.ip_addresses(v=4))
def test_ipv4_round_trip(address: IPv4Address) -> None:
    assert text_of(*halves(str(address))) == str(address)


@given(st.ip_addresses(v=6))
def test_ipv6_round_trip(address: IPv6Address) -> None:
    expected = str(address.ipv4_mapped) if address.ipv4_mapped else str(address)
    assert text_of(*halves(str(address))) == expected


def test_texts_keeps_the_order_of_rows() -> None:
    rows = ["10.0.0.2", "2001:db8::1", "10.0.0.1", "10.0.0.2"]
    high, low = zip(*(halves(row) for row in rows), strict=True)
    assert texts(np.array(high, dtype="u8"), np.array(low, dtype="u8")).tolist() == rows
