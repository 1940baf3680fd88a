"""Error responses by what they say of the server: overload is no missing certificate."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Bool, Int64
from pcapinspect.load.measures.clients import ERROR
from pcapinspect.load.measures.operations import Asked
from pcapinspect.pki.pkiclient import GET_CA_CAPS, GET_NEXT_CA_CERT

CLASSES = ("overload", "not_there", "rejected", "legitimate", "other")
"""`overload`: OVERLOAD; `not_there`: NOT_THERE to GetNextCACert, and not to other operations alike; `rejected`:
pkiStatus FAILURE; `legitimate`: an error to GetCACaps alone, which means "none of these" (RFC 8894, 3.5.1)."""

OVERLOAD = (429, 502, 503, 504)
"""Too many requests (RFC 6585, 4), what gateways and limiters say of a server that cannot serve (RFC 9110, 15.6)."""

NOT_THERE = (404, 403, 501)
"""How servers say that there is no next CA certificate yet: IOS and OpenXPKI 404, EJBCA 403, small servers 501."""

ALIKE = 0.5
"""Share of the other operations with an error that makes an error one of the server and not of what was asked."""

FAILURE = 2
"""pkiStatus (RFC 8894, 3.2.1.3)."""


def errors_by_class(asked: Asked, scep_status: Int64, rows: Int64) -> dict[str, int]:
    """How many responses of each class there are among the exchanges `rows`, which are of one server."""
    status = asked.status[rows]
    failed = status >= ERROR
    overload = np.isin(status, OVERLOAD)
    next_cert, caps = (_asked_for(asked, rows, name) for name in (GET_NEXT_CA_CERT, GET_CA_CAPS))
    others = ~next_cert & ~caps
    alike = bool(others.any()) and np.count_nonzero(failed & others) >= ALIKE * np.count_nonzero(others)
    not_there = np.isin(status, NOT_THERE) & next_cert & (not alike)
    legitimate = failed & caps & ~overload & (not alike)
    rejected = ~failed & (scep_status[rows] == FAILURE)
    other = failed & ~(overload | not_there | legitimate)
    return {
        name: int(np.count_nonzero(which))
        for name, which in zip(CLASSES, (overload, not_there, rejected, legitimate, other), strict=True)
    }


def _asked_for(asked: Asked, rows: Int64, name: str) -> Bool:
    if name not in asked.operations:
        return np.zeros(len(rows), np.bool_)
    found: Bool = asked.operation[rows] == asked.operations.index(name)
    return found
