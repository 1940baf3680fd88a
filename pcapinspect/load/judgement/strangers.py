"""Parties that a server never answers while it answers others: an access list, a dead path, a flood, a scanner.

What they ask says nothing about whether the server is listening, so it is no evidence of a pause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.measures.flood import FLOOD, LAST_RETRANSMISSION
from pcapinspect.load.measures.rates import distinct
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.tcp.connections import ESTABLISHED

FEWEST_SYNS = 3
"""Unanswered SYNs, outside silences that others saw too, before one client is called blocked."""

FEWEST_ATTEMPTS = 2
"""Attempts in vain, one after the other, before a client that was answered once is called blocked."""

CHANCE = 0.01
"""How many clients may be expected to lose all their SYNs by chance before none is called blocked for it."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """Which SYNs of a Traffic are no evidence, and whose they are."""

    syns: Bool
    """Parallel to the SYN columns."""
    flood: Bool
    """Those of them that no TCP client sends: a single SYN, never repeated."""
    blocked: Int64
    """Clients that asked again and again and were not answered, or no longer from a moment on, while others were."""
    gone: Int64
    """Those of them that were answered before."""
    blocked_syns: Bool
    """The SYNs of these clients, from that moment on."""
    lone: int
    """Attempts of a single SYN, never repeated, by clients that were never answered: no TCP client does that."""


def lone_syns(traffic: Traffic, answered: Bool) -> Bool:
    """SYNs of attempts that were never repeated although there was time, by clients that were never answered, or that
    never took an answer while others did: a client whose SYN/ACK is lost asks again.

    Where most attempts of such clients are alone, those that the capture's end cut short are, too.
    """
    packets = np.bincount(traffic.syn_attempt, minlength=len(traffic.start))
    took = np.zeros(len(answered), np.bool_)
    took[traffic.client[traffic.outcome == ESTABLISHED]] = True
    stranger = ~(took if took.any() else answered)[traffic.client] & (packets > 0)
    insistent = np.zeros(len(answered), np.bool_)
    insistent[traffic.client[packets > 1]] = True
    # Who is told at once that it is not let in has no reason to ask again.
    alone = stranger & (packets == 1) & ~insistent[traffic.client]
    alone &= (traffic.turned_away == MISSING) & (traffic.otherwise == MISSING)
    patient = traffic.start <= traffic.end - LAST_RETRANSMISSION
    flood = np.count_nonzero(alone & patient)
    if flood < FLOOD or flood < np.count_nonzero(stranger & patient) / 2:
        alone &= patient
    lone: Bool = alone[traffic.syn_attempt]
    return lone


def since_last_answer(traffic: Traffic) -> Bool:
    """SYNs that came when their client had got its last answer, or that never got one."""
    last = np.full(len(traffic.client_numbers), np.iinfo(np.int64).min)
    rows = np.flatnonzero(traffic.answer != MISSING)
    np.maximum.at(last, traffic.client[rows], traffic.answer[rows])
    since: Bool = traffic.syn_time > last[traffic.client[traffic.syn_attempt]]
    return since


def suspects(traffic: Traffic, since: Bool, unanswered: Bool) -> Int64:
    """Clients that were not answered any more, though the server answered others between two of their SYNs.

    `since`: result of `since_last_answer`; `unanswered`: the SYNs that count.
    """
    rows = np.flatnonzero(unanswered & since)
    if not len(rows):
        return np.empty(0, np.int64)
    client = traffic.client[traffic.syn_attempt[rows]]
    gap = np.searchsorted(traffic.answer[traffic.prompt], traffic.syn_time[rows], side="right")
    who, place = np.unique(client, return_inverse=True)
    first = np.full(len(who), np.iinfo(np.int64).max)
    last = np.full(len(who), -1)
    np.minimum.at(first, place, gap)
    np.maximum.at(last, place, gap)
    return who[last > first]


def blocked(traffic: Traffic, since: Bool, outside: Bool) -> Int64:
    """Clients that asked so often that the loss which others suffer cannot be the reason why none was answered.

    `outside`: unanswered SYNs that count, but for those in pauses of the server.
    """
    client = traffic.client[traffic.syn_attempt]
    answered = answered_clients(traffic)
    passed_over = suspects(traffic, since, outside)
    theirs = since & np.isin(client, passed_over)
    each = np.bincount(client[outside & theirs], minlength=len(answered))
    attempts = np.bincount(traffic.client[distinct(traffic.syn_attempt[outside & theirs])], minlength=len(answered))
    known = answered[client] & ~theirs
    lost = (np.count_nonzero(outside & known) + 1) / (np.count_nonzero(known) + 2)
    unlikely = np.log(len(answered)) + each[passed_over] * np.log(lost) <= np.log(CHANCE)
    enough = (each[passed_over] >= FEWEST_SYNS) & (~answered[passed_over] | (attempts[passed_over] >= FEWEST_ATTEMPTS))
    found: Int64 = passed_over[unlikely & enough]
    return found


def answered_clients(traffic: Traffic) -> Bool:
    """By number of client: whether it was ever answered."""
    answered = np.zeros(len(traffic.client_numbers), np.bool_)
    answered[traffic.client[traffic.answer != MISSING]] = True
    return answered


def syns_of(traffic: Traffic, clients: Int64) -> Bool:
    """Which SYNs are of these clients."""
    chosen = np.zeros(len(traffic.client_numbers), np.bool_)
    chosen[clients] = True
    return chosen[traffic.client[traffic.syn_attempt]]
