"""Distinguished names and URLs as different sources write them, made comparable."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_ALIASES = {
    "e": "emailaddress",
    "email": "emailaddress",
    "s": "st",
    "sp": "st",
    "unstructuredname": "hostname",
    "dnqualifier": "dnq",
}
_PART = re.compile(r'\s*(?P<kind>[A-Za-z0-9. ]{1,60}?)\s*=\s*(?P<value>"[^"]*"|(?:\\.|[^,+\\"])*)')

HTTP_PORT = 80


def parts(name: str) -> frozenset[tuple[str, str]]:
    """The attributes of a distinguished name. IOS writes them in either order, in any case, on one line or on many."""
    found = set()
    for part in _PART.finditer(name):
        kind = part["kind"].strip().lower()
        value = " ".join(part["value"].strip().strip('"').replace("\\", "").split()).casefold()
        found.add((_ALIASES.get(kind, kind), value))
    return frozenset(found)


def same_name(one: str | None, other: str | None) -> bool | None:
    """Whether both name one holder; None where that cannot be told: one is missing, or may be the other cut short."""
    first, second = parts(one or ""), parts(other or "")
    if not first or not second:
        return None
    if first == second:
        return True
    return None if first < second or second < first or _cut(first, second) or _cut(second, first) else False


def _cut(short: frozenset[tuple[str, str]], long: frozenset[tuple[str, str]]) -> bool:
    """Whether all of `short` is in `long`, but for one value that may have lost its end."""
    rest = short - long
    return (
        len(short) > 1
        and len(rest) == 1
        and all(any(kind == other and whole.startswith(value) for other, whole in long) for kind, value in rest)
    )


def host_of(text: str) -> str:
    """A host's name in lower case, or its address in the one form of RFC 5952: IPv6 has many ways to write one."""
    try:
        return str(ip_address(text))
    except ValueError:
        return text.lower()


def endpoint_of(url: str) -> tuple[str, int] | None:
    """Host in lower case and port of an enrolment URL; None where it has none."""
    try:
        split = urlsplit(url if "://" in url else f"//{url}")
        port = split.port or (443 if split.scheme == "https" else HTTP_PORT)
    except ValueError:
        return None
    return (host_of(split.hostname), port) if split.hostname else None


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
