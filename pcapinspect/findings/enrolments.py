"""Enrolments of a server by what became of them: the last answer of each transaction decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.findings.case import Case
from pcapinspect.labels import number_labels
from pcapinspect.pki.scep import CERT_POLL, FAILURE, GET_CERT, GET_CRL, PENDING


@dataclass(frozen=True, slots=True)
class Enrolments:
    """One element a transaction, in the order of first requests; `of` has one an exchange of the case."""

    last: Int64
    """pkiStatus of the last answer."""
    reason: Int64
    """Its failInfo, or MISSING."""
    waited: Bool
    """An answer before the last was PENDING."""
    of: Int64
    """Number of the transaction that each exchange belongs to; -1: to none."""
    polls: int
    """CertPolls."""
    queries_failed: int
    """GetCert and GetCRL that were answered with FAILURE: messages, and no enrolments."""

    def ended(self, status: int) -> Bool:
        """Which transactions have that status at last."""
        ended: Bool = self.last == status
        return ended

    def rows_of(self, transactions: Bool) -> Bool:
        """Which exchanges belong to them."""
        return (self.of >= 0) & transactions[self.of]

    def after_waiting(self, status: int) -> int:
        return int(np.count_nonzero(self.waited & self.ended(status)))


def enrolments(case: Case) -> Enrolments:
    """All transactions with an answer. Retries and polls of one key are one; without an ID each message is its own."""
    exchanges, operations = case.exchanges
    kind, status = operations.scep_message_type, operations.scep_status
    query = (kind == GET_CERT) | (kind == GET_CRL)
    mine = np.flatnonzero((status != MISSING) & ~query)
    number, names = number_labels(operations.transaction_id[mine]) if len(mine) else (mine, ())
    nameless = np.flatnonzero([names[n] is None for n in number.tolist()])
    number = number.copy()
    number[nameless] = len(names) + np.arange(len(nameless))
    order = np.lexsort((exchanges.response_time[mine], number))
    sorted_number = number[order]
    ends = np.flatnonzero(np.diff(sorted_number, append=-1) != 0)
    final = mine[order[ends]]
    group = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
    of = np.full(len(status), -1, dtype=np.int64)
    of[mine[order]] = group
    pending = np.zeros(len(ends), dtype=np.bool_)
    earlier = np.ones(len(order), dtype=np.bool_)
    earlier[ends] = False
    pending[group[earlier & (status[mine[order]] == PENDING)]] = True
    return Enrolments(
        last=status[final],
        reason=operations.scep_fail_info[final],
        waited=pending,
        of=of,
        polls=int(np.count_nonzero(kind == CERT_POLL)),
        queries_failed=int(np.count_nonzero(query & (status == FAILURE))),
    )
