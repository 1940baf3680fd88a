"""Who asked a server for something, when, and when the response came."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.model import NO_REQUEST, NO_RESPONSE, NOT_DELIVERED, RESET, Service
from pcapinspect.tcp.connections import ESTABLISHED, MIDSTREAM, Connections

GAVE_UP = SECOND
"""Who holds a connection for longer without a request wanted something: a port check closes at once."""


def asks_of(
    connections: Connections, exchanges: Exchanges, service: Service, accepted: Bool
) -> tuple[Int64, Int64, Int64]:
    """Time, connection and time of the response of every request, in the order of time.

    An accepted attempt that holds no request asked when its first bytes came, or as soon as it was accepted; it counts
    where the server answered with something, or should have.
    """
    whole = np.flatnonzero(
        (exchanges.request_time != MISSING) & (connections.outcome[exchanges.connection] != MIDSTREAM)
    )
    read = np.zeros(len(connections), np.bool_)
    read[exchanges.connection] = True
    unserved = np.isin(service.fell, (RESET, NO_REQUEST, NOT_DELIVERED, NO_RESPONSE))
    waited = (service.fell != NO_REQUEST) | (connections.end - connections.answer_time > GAVE_UP)
    opened = accepted & (connections.outcome == ESTABLISHED) & ~read
    rest = np.flatnonzero(opened & ((unserved & waited) | (service.response != MISSING)))
    asked = np.where(service.request == MISSING, connections.answer_time, service.request)
    time = np.concatenate((exchanges.request_time[whole], asked[rest]))
    order = np.argsort(time, kind="stable")
    attempt = np.concatenate((exchanges.connection[whole], rest))
    reply = np.concatenate((exchanges.response_time[whole], service.response[rest]))
    known = order[time[order] != MISSING]
    return time[known], attempt[known], reply[known]
