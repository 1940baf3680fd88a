"""IP addresses as two 64-bit halves. An IPv4 address is its IPv4-mapped IPv6 form (RFC 4291, 2.5.5.2)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import numpy as np

from pcapinspect.columns import Text, UInt64

_MAPPED = 0xFFFF << 32
_LOW = (1 << 64) - 1


def halves(text: str) -> tuple[int, int]:
    """The two halves (high, low) of an IPv4 or IPv6 address. Raises ValueError."""
    address = ip_address(text)
    number = int(address) if isinstance(address, IPv6Address) else _MAPPED | int(address)
    return number >> 64, number & _LOW


def text_of(high: int, low: int) -> str:
    """`192.0.2.1` for a mapped address, else the canonical IPv6 text (RFC 5952)."""
    high, low = int(high), int(low)
    if high == 0 and low >> 32 == 0xFFFF:
        return f"{low >> 24 & 255}.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"
    return str(IPv6Address(high << 64 | low))


def texts(high: UInt64, low: UInt64) -> Text:
    """The text of each address of two parallel columns; each distinct address is formatted once."""
    highs, of_high = np.unique(high, return_inverse=True)
    lows, of_low = np.unique(low, return_inverse=True)
    # Numbers of the halves make one number of both: integers are far quicker to sort than pairs.
    distinct, inverse = np.unique(of_high * len(lows) + of_low, return_inverse=True)
    names = np.empty(len(distinct), dtype=object)
    names[:] = [text_of(highs[pair // len(lows)], lows[pair % len(lows)]) for pair in distinct.tolist()]
    return names[inverse]


def endpoint(ip: str, port: int) -> str:
    """`192.0.2.1:80` or `[2001:db8::1]:80`."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
