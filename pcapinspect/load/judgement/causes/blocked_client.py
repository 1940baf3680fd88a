"""`blocked_client`: certain clients are never served, or from a certain moment on no longer, while others are."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import iso
from pcapinspect.columns import MISSING
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural
from pcapinspect.load.judgement.strangers import syns_of

NAME = "blocked_client"

SURE = 0.9
"""As often as it was right in docs/verdict-matrix.md, rounded down."""


def explain(evidence: Evidence, _caused: Caused) -> Explanation | None:
    """The clients that `strangers` found, and what their attempts met."""
    strangers, traffic = evidence.strangers, evidence.traffic
    clients = strangers.blocked
    if not len(clients):
        return None
    syns = strangers.blocked_syns
    hit = np.zeros(len(traffic.start), np.bool_)
    hit[traffic.syn_attempt[syns]] = True
    gone = strangers.gone
    told = int(np.count_nonzero(hit & (traffic.turned_away != MISSING)))
    moment = int(traffic.syn_time[syns & syns_of(traffic, gone)].min(initial=np.iinfo(np.int64).max))
    since = (
        ""
        if not len(gone)
        else f" {len(gone):,} of them had been served before, the first until {iso(moment, digits=0)}."
    )
    if len(gone) == len(clients):
        since = f" All had been served before; the first is not from {iso(moment, digits=0)} on."
    return Explanation(
        NAME,
        hit & evidence.falls.fallen,
        SURE,
        f"{plural(len(clients), 'client')} got no answer to {np.count_nonzero(syns):,} SYNs while the server answered "
        f"others: an access list, a route or a firewall's table, not a pause.{since}",
        ("Others were answered between their SYNs.",),
        () if not told else (f"{plural(told, 'attempt')} got a RST or an ICMP error instead.",),
        ("What turns these clients away, and where.",),
    )
