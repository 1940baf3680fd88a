"""The attempts that two points both hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.columns import MISSING, Int64, UInt64
from pcapinspect.tcp.connections import Connections

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 / golden ratio."""

_SHIFT = np.uint64(29)


class Matches(NamedTuple):
    """Rows of the same attempts at the two points."""

    client: Int64
    server: Int64


EXACTLY = ("client_high", "client_low", "server_high", "server_low", "client_port", "server_port", "isn")

BEHIND_NAT = ("isn",)
"""All that a NAT leaves as it was."""


def match(client: Connections, server: Connections, rewritten: bool = False) -> Matches:
    """Attempts are the same by both ends and the client's initial number, and one row is matched with one.

    Where a 4-tuple was used with the same number again, the first is the first. Rows that a hash mixed up are left out.
    `rewritten`: addresses and ports differ, and the number alone must do.
    """
    names = BEHIND_NAT if rewritten else EXACTLY
    _, at_client, at_server = np.intersect1d(_nth(_key(client, names)), _nth(_key(server, names)), return_indices=True)
    same = np.ones(len(at_client), np.bool_)
    if rewritten:
        same &= client.isn[at_client] != MISSING
    for name in names:
        same &= getattr(client, name)[at_client] == getattr(server, name)[at_server]
    order = np.argsort(at_client[same], kind="stable")
    return Matches(at_client[same][order].astype(np.int64), at_server[same][order].astype(np.int64))


def _key(connections: Connections, names: tuple[str, ...]) -> UInt64:
    state = np.zeros(len(connections), np.uint64)
    for name in names:
        state = _mixed(state, getattr(connections, name).astype(np.uint64))
    return state


def _mixed(state: UInt64, value: UInt64) -> UInt64:
    state = (state ^ value) * _MULTIPLIER
    mixed: UInt64 = state ^ state >> _SHIFT
    return mixed


def _nth(keys: UInt64) -> UInt64:
    """The keys, of which those that come again are told apart by how often they came before."""
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.append(True, keys[order][1:] != keys[order][:-1])) if len(keys) else order
    rank = np.empty(len(keys), np.uint64)
    rank[order] = np.arange(len(keys)) - np.repeat(begins, np.diff(np.append(begins, len(keys))))
    return _mixed(keys, rank)
