"""What is counted of a server for its verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Bool
from pcapinspect.load.judgement.bounds import waiting, within
from pcapinspect.load.judgement.causes import Circumstances
from pcapinspect.load.judgement.strangers import Strangers, syns_of
from pcapinspect.load.measures.refusals import Refusals, refusals_of
from pcapinspect.load.measures.traffic import UNANSWERED, Traffic
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN, MIDSTREAM, UNREACHABLE


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one server. SYNs are packets."""

    attempts: int
    established: int
    """Half open ones included: the server answered."""
    unreachable: int
    refusals: Refusals
    silent_syns: int
    """Unanswered in silences."""
    blocked_clients: int
    blocked_syns: int
    lost_syns: int
    """Unanswered outside silences, by parties that the server does answer."""
    repeated: int
    """Sent again although the capture holds the answer to an earlier one: the answer was lost after that."""
    lone: int
    syns: int
    """Of parties that the server does answer."""
    packets: int
    """All of the server's connections, both ways."""
    most: int
    """Accepts in the fullest window."""
    late: int
    """Requests that were served far later than usual."""
    longest_wait: int

    @property
    def lost(self) -> int:
        """SYNs of which either they or the answer were lost."""
        return self.lost_syns + self.repeated


def tally_of(about: Circumstances, strangers: Strangers) -> Tally:
    """The counts of one server."""
    traffic = about.traffic
    counted = ~strangers.syns
    unanswered = counted & (traffic.syn_state == UNANSWERED)
    silent = within(about.silences, traffic.syn_time)
    answer = traffic.answer[traffic.syn_attempt]
    peak = about.rates["accepts"].peak()
    rejected = _rejected(traffic)
    blocked = syns_of(traffic, strangers.blocked) | rejected[traffic.client[traffic.syn_attempt]]
    waits = waiting(traffic) & (traffic.served != MISSING)
    return Tally(
        attempts=int(np.count_nonzero(traffic.outcome != MIDSTREAM)),
        established=int(np.count_nonzero((traffic.outcome == ESTABLISHED) | (traffic.outcome == HALF_OPEN))),
        unreachable=int(np.count_nonzero(traffic.outcome == UNREACHABLE)),
        refusals=refusals_of(traffic),
        silent_syns=int(np.count_nonzero(unanswered & silent)),
        blocked_clients=len(strangers.blocked) + int(np.count_nonzero(rejected)),
        blocked_syns=int(np.count_nonzero(blocked)),
        lost_syns=int(np.count_nonzero(unanswered & ~silent)),
        repeated=int(np.count_nonzero((answer != MISSING) & (traffic.syn_time > answer))),
        lone=strangers.lone,
        syns=int(np.count_nonzero(counted)),
        packets=traffic.packets,
        most=peak.count if peak else 0,
        late=int(np.count_nonzero(waits)),
        longest_wait=int((traffic.served - traffic.requested)[waits].max(initial=0)),
    )


def _rejected(traffic: Traffic) -> Bool:
    """By client: whether ICMP errors were all it ever got."""
    rejected = np.zeros(len(traffic.client_numbers), np.bool_)
    rejected[traffic.client[traffic.outcome == UNREACHABLE]] = True
    rejected[traffic.client[traffic.accepted | (traffic.outcome == ESTABLISHED)]] = False
    return rejected
