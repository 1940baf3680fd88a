"""Error responses by what they say of the server: an overloaded one, and a gateway without its server, tell nothing of
the certificate that was asked for."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Bool, Int64
from pcapinspect.load.measures.clients import ERROR
from pcapinspect.load.measures.operations import Asked
from pcapinspect.pki.pkiclient import GET_CA_CAPS, GET_NEXT_CA_CERT, PKI_OPERATION
from pcapinspect.pki.scep import FAILURE

CLASSES = ("overload", "not_there", "rejected", "legitimate", "other")
"""`overload`: OVERLOAD; `not_there`: NOT_THERE to GetNextCACert, and not to other operations alike; `rejected`:
pkiStatus FAILURE; `legitimate`: a 4xx or NOT_IMPLEMENTED to GetCACaps, which means "none of these" (RFC 8894,
3.5.1)."""

OVERLOAD = (429, 502, 503, 504)
"""Too many requests (RFC 6585, 4), and what gateways say of a server that cannot serve (RFC 9110, 15.6.3 to 15.6.5)."""

NOT_THERE = (404, 403, 501)
"""How servers say that there is no next CA certificate yet: IOS and OpenXPKI 404, EJBCA 403, small servers 501."""

NOT_IMPLEMENTED = 501
"""The server does not know what it was asked for (RFC 9110, 15.6.2)."""

FIRST_SERVER_ERROR = 500
"""From here on a response also means that the server does not know the operation; IOS says 404."""

OTHERS = ("GetCACert", PKI_OPERATION)
"""What every SCEP server answers, whether it has a next certificate or not."""

ALIKE = 0.5
"""Share of OTHERS that got the same error: from here on it is the server's answer to all."""


def refused_polls(status: Int64, polls: Bool, others: Bool) -> Bool:
    """Which exchanges of a server are requests for the next CA certificate that got an error of their own: neither one
    of OVERLOAD, nor one that other operations get alike. `polls`: GetNextCACert; `others`: OTHERS."""
    refused: Bool = polls & (status >= ERROR) & ~np.isin(status, OVERLOAD)
    answers = status[others]
    for code in np.unique(status[refused]).tolist():
        if np.count_nonzero(answers == code) >= ALIKE * len(answers) > 0:
            refused &= status != code
    return refused


def errors_of(asked: Asked, scep_status: Int64, rows: Int64) -> dict[str, Bool]:
    """Which of the exchanges `rows`, which are of one server, are errors of each class."""
    status = asked.status[rows]
    failed = status >= ERROR
    overload = np.isin(status, OVERLOAD)
    caps = asked_for(asked, rows, GET_CA_CAPS)
    not_there = refused_of(asked, rows) & np.isin(status, NOT_THERE)
    legitimate = failed & caps & ((status < FIRST_SERVER_ERROR) | (status == NOT_IMPLEMENTED)) & ~overload
    rejected = ~failed & (scep_status[rows] == FAILURE)
    other = failed & ~(overload | not_there | legitimate)
    return dict(zip(CLASSES, (overload, not_there, rejected, legitimate, other), strict=True))


def refused_of(asked: Asked, rows: Int64) -> Bool:
    """`refused_polls` of the exchanges `rows`."""
    polls = asked_for(asked, rows, GET_NEXT_CA_CERT)
    return refused_polls(asked.status[rows], polls, asked_for(asked, rows, *OTHERS))


def asked_for(asked: Asked, rows: Int64, *names: str) -> Bool:
    """Which of the exchanges `rows` ask for one of these operations."""
    numbers = [asked.operations.index(name) for name in names if name in asked.operations]
    found: Bool = np.isin(asked.operation[rows], numbers)
    return found
