"""Texts without the secrets in them: what a report quotes of a configuration or log may be handed on.

IOS writes secrets behind words (`password 7 ...`, `key ...`, `community ...`), whatever their type from 0 to 9; people
put them into URLs, as user information or as query. What stands behind such a word is cut to the end of the line: a
secret may hold blanks, and commands that were joined into one line follow each other.
"""

from __future__ import annotations

import re

_WORD = (
    r"password|passwd|passphrase|passcode|pwd|secret|challenge|key|key-string|psk|community|token|idtoken|credentials?|"
    r"authorization|proxy-authorization|cookie|set-cookie|otp|pkcs12|bearer|api-?key"
)
_BEHIND = re.compile(rf"(?i)(?<![\w/.=-])((?:[\w-]{{1,40}}-)?(?:{_WORD}))\b[:=]?[ \t]*\S.*")
_ROOTS = (
    "pass", "pwd", "secret", "challenge", "key", "psk", "community", "token", "credential", "authorization", "cookie",
    "otp", "pkcs12", "bearer", "logged command:",
)  # fmt: skip
"""One of these, in lower case, is in every text of which the patterns cut something: most lines hold none."""

_COMMAND = re.compile(r"(?i)(logged command:\s*(?:no )?\S+(?: \S+)?).*\b(?:auth|authentication|priv|md5|sha)\b.*")
"""`snmp-server user U G v3 auth sha X`, `standby 1 authentication X`, as the archive of commands logs them."""

_USER = re.compile(r"(?<=://)[^\s\"'<>]*@")
_URL = re.compile(r"(?:\s\S+){0,2}\s\S*://")
_QUERY = re.compile(r"(?<=[?&])(?!(?:operation|message)=)([\w.~%-]{1,60})=[^&\s\"'<>]*")
"""Values of a query, but for those of SCEP."""


def redacted(text: str) -> str:
    """The text with `...` in place of secrets."""
    if "://" in text:
        text = _USER.sub("", text)
    if "?" in text or "&" in text:
        text = _QUERY.sub(r"\1=...", text)
    lowered = text.lower()
    if not any(map(lowered.__contains__, _ROOTS)):
        return text
    text = _COMMAND.sub(r"\1 ...", text)
    return _BEHIND.sub(r"\1 ...", text)


def without_secret(text: str) -> str:
    """A name as far as the first word behind which IOS writes a secret: joined lines put commands into names."""
    return _BEHIND.split(_URL.split(text, maxsplit=1)[0], maxsplit=1)[0].strip()


def public_url(text: str) -> str:
    """A URL without user, password and query. A password may hold any sign: all up to the last @ is taken for it."""
    scheme, separator, rest = text.partition("://")
    place = (rest if separator else text).rpartition("@")[2].partition("?")[0].partition("#")[0]
    return f"{scheme}://{place}" if separator else place
