"""How often each server was asked for each PKI operation, by label and response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Int64, Text
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.labels import number_labels
from pcapinspect.load.measures.rates import distinct
from pcapinspect.load.model import OperationCount
from pcapinspect.pki.operations import Operations


@dataclass(frozen=True, slots=True)
class Asked:
    """What the exchanges asked for, as numbers parallel to them."""

    operation: Int64
    operations: tuple[str | None, ...]
    label: Int64
    labels: tuple[str | None, ...]
    status: Int64
    time: Int64
    """Of the request, or of the response where the request is not in the capture."""


def asked_of(exchanges: Exchanges, operations: Operations) -> Asked:
    """The columns of the exchanges that the load is broken down by."""
    operation, names = number_labels(operations.operation)
    label, labels = number_labels(operations.ca_identifier)
    time = np.where(exchanges.request_time != MISSING, exchanges.request_time, exchanges.response_time)
    return Asked(operation, names, label, labels, exchanges.status, time)


def count_operations(asked: Asked, server: Int64, client: Int64) -> tuple[OperationCount, ...]:
    """By server, operation, label and status, most frequent first. `server` and `client`: of each exchange."""
    known = np.array([name is not None for name in asked.operations], np.bool_)
    rows = np.flatnonzero(known[asked.operation]) if len(known) else np.empty(0, np.int64)
    if not len(rows):
        return ()
    statuses, status = np.unique(asked.status[rows], return_inverse=True)
    key = server[rows]
    for column, size in (
        (asked.operation[rows], len(asked.operations)),
        (asked.label[rows], len(asked.labels)),
        (status, len(statuses)),
    ):
        _, key = np.unique(key * size + column, return_inverse=True)
    order = np.lexsort((asked.time[rows], key))
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    counts = np.diff(begins, append=len(order))
    width = int(client.max()) + 1
    clients = np.bincount(distinct(key * width + client[rows]) // width)
    found = []
    for begin, count, number in zip(begins.tolist(), counts.tolist(), clients.tolist(), strict=True):
        first, last = rows[order[begin]], rows[order[begin + count - 1]]
        code = int(asked.status[first])
        name = asked.operations[asked.operation[first]]
        assert name is not None
        found.append(
            OperationCount(
                server=int(server[first]),
                operation=name,
                ca_identifier=asked.labels[asked.label[first]],
                status=None if code == MISSING else code,
                count=count,
                clients=number,
                first=int(asked.time[first]),
                last=int(asked.time[last]),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.count, one.server, one.operation, one.first)))


def texts_by_client(asked: Asked, rows: Int64, client: Int64, clients: int) -> Text:
    """For each client `GetNextCACert:12 GetCACaps:1`, most frequent first; None where it asked for no operation."""
    text = np.full(clients, None, object)
    size = len(asked.operations)
    if not len(rows):
        return text
    pairs, counts = np.unique(client * size + asked.operation[rows], return_counts=True)
    order = np.lexsort((pairs, -counts, pairs // size))
    for pair, count in zip(pairs[order].tolist(), counts[order].tolist(), strict=True):
        who, what = divmod(pair, size)
        name = asked.operations[what]
        if name is not None:
            text[who] = f"{name}:{count}" if text[who] is None else f"{text[who]} {name}:{count}"
    return text
