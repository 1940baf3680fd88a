"""A line of a log store's export (one JSON object a line) as the relay would have written it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_TIMES = ("@timestamp", "timestamp", "_time", "time", "ts", "date")
_HOSTS = ("host", "hostname", "source", "fromhost", "fromhost-ip", "device", "sender", "ip")
_MESSAGES = ("message", "msg", "_raw", "event", "log")
"""As Elasticsearch, Graylog, Loki, Splunk and rsyslog call them, most telling first."""


def line_of(text: str) -> str | None:
    """`TIME HOST MESSAGE`; None where the text is no such object. The message itself is no JSON."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, dict) and isinstance(said.get("_source"), dict):
        said = said["_source"]
    if not isinstance(said, dict):
        return None
    message = _first(said, _MESSAGES)
    if message is None or message.startswith("{"):
        return None
    words = (_first(said, _TIMES), _first(said, _HOSTS), message)
    return " ".join(" ".join(word.split()) for word in words if word)


def _first(said: Mapping[str, Any], names: Sequence[str]) -> str | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, dict):
            value = value.get("name") or value.get("ip")
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
    return None
