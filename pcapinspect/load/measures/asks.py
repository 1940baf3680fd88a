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

OPEN_AND_CLOSE = 3
"""Packets of a client after its SYN that opens a connection and closes it: the ACK of the handshake, its FIN, and the
ACK of the server's. Who may not ask sends more: probes of a window of 0, or its FIN again."""


def without_a_chance(connections: Connections, service: Service, client: Int64) -> Bool:
    """Connections that were accepted and hold no request though their clients meant to ask: they did not close at once,
    and asked on other connections, or went on sending. Who never asks anything is no client of the service: a monitor,
    or somebody who tries the port with telnet.

    `client`: the number of each connection's client.
    """
    asks = np.zeros(int(client.max(initial=-1)) + 1, np.bool_)
    asks[client[(service.request != MISSING) | (connections.sent_up > 0)]] = True
    means_to = asks[client]
    held = connections.end - connections.answer_time > GAVE_UP
    insists = connections.packets_up - connections.syn_packets.astype(np.int64) > OPEN_AND_CLOSE
    found: Bool = (service.fell == NO_REQUEST) & held & (means_to | insists)
    return found


def asks_of(
    connections: Connections, exchanges: Exchanges, service: Service, accepted: Bool, barred: Bool
) -> tuple[Int64, Int64, Int64]:
    """Time, connection and time of the response of every request, in the order of time.

    An accepted attempt that holds no request asked when its first bytes came, or as soon as it was accepted; it counts
    where the server answered with something, or should have. `barred`: result of `without_a_chance`.
    """
    whole = np.flatnonzero(
        (exchanges.request_time != MISSING) & (connections.outcome[exchanges.connection] != MIDSTREAM)
    )
    read = np.zeros(len(connections), np.bool_)
    read[exchanges.connection] = True
    unserved = np.isin(service.fell, (RESET, NOT_DELIVERED, NO_RESPONSE)) | barred
    opened = accepted & (connections.outcome == ESTABLISHED) & ~read
    rest = np.flatnonzero(opened & (unserved | (service.response != MISSING)))
    asked = np.where(service.request == MISSING, connections.answer_time, service.request)
    time = np.concatenate((exchanges.request_time[whole], asked[rest]))
    order = np.argsort(time, kind="stable")
    attempt = np.concatenate((exchanges.connection[whole], rest))
    reply = np.concatenate((exchanges.response_time[whole], service.response[rest]))
    known = order[time[order] != MISSING]
    return time[known], attempt[known], reply[known]
