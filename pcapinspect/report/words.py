"""The words that outputs use for what columns hold as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.address import endpoint
from pcapinspect.columns import MISSING, Text

if TYPE_CHECKING:
    from pcapinspect.report.model import Server

MESSAGE_TYPES = {
    3: "CertRep",
    17: "RenewalReq",
    18: "UpdateReq",
    19: "PKCSReq",
    20: "CertPoll",
    21: "GetCert",
    22: "GetCRL",
}
"""SCEP messageType (RFC 8894, 3.2.1.2; 18 in older drafts only)."""

PKI_STATUSES = {0: "SUCCESS", 2: "FAILURE", 3: "PENDING"}
"""SCEP pkiStatus (RFC 8894, 3.2.1.3)."""

FAIL_INFOS = {0: "badAlg", 1: "badMessageCheck", 2: "badRequest", 3: "badTime", 4: "badCertId"}
"""SCEP failInfo (RFC 8894, 3.2.1.4)."""


def server_name(server: Server) -> str:
    """Like `192.0.2.1:80`; with the captures, where several networks have a server of this name."""
    network = server["network"]
    return endpoint(server["ip"], server["port"]) + ("" if network is None else f" in {network}")


def words_of(words: Sequence[str] | Mapping[int, str], numbers: NDArray[Any]) -> Text:
    """The word of each number. None for MISSING and past a sequence's end; a mapping's unknown number is its digits."""
    known = words if isinstance(words, Mapping) else dict(enumerate(words))
    distinct, inverse = np.unique(numbers, return_inverse=True)
    named = np.empty(len(distinct), dtype=object)
    for place, number in enumerate(distinct.tolist()):
        unknown = None if number == MISSING or not isinstance(words, Mapping) else str(number)
        named[place] = known.get(number, unknown)
    return named[inverse.ravel()]
