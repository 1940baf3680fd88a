"""What the packets of a capture say, before the load is made of it."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.http.exchanges import Exchanges, HttpQuality
from pcapinspect.pki.facts import PkiFacts
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.result import TcpResult


@dataclass(frozen=True, slots=True)
class Followed:
    """All that was followed; the state that it took to read the packets is gone."""

    tcp: TcpResult
    exchanges: Exchanges
    """In the order of (connection, index)."""
    operations: Operations
    http_quality: HttpQuality
    facts: PkiFacts
