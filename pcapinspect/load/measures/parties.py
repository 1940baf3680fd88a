"""Who speaks with whom: servers and clients as numbers instead of addresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.columns import Int64, UInt64
from pcapinspect.tcp.connections import Connections


@dataclass(frozen=True, slots=True)
class Parties:
    """Numbers of the parties, by connection, and a connection that shows the address of each."""

    server: Int64
    """Parallel to the connections: 0 is the server that was heard of first."""
    server_shown: Int64
    """A row for each server."""
    client: Int64
    client_shown: Int64


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks that merely share addresses: the same address in another one is somebody else."""

    number: Int64
    """Of each connection."""
    names: tuple[str, ...]

    def name(self, row: int) -> str:
        """Of the network of a connection."""
        return self.names[int(self.number[row])]


def parties_of(connections: Connections, networks: Networks | None = None) -> Parties:
    """Numbers for the servers (address and port) and the clients (address) of the connections."""
    apart = () if networks is None else (networks.number.astype(np.uint64),)
    server, server_shown = number(
        connections.server_high, connections.server_low, connections.server_port.astype(np.uint64), *apart
    )
    client, client_shown = number(connections.client_high, connections.client_low, *apart)
    return Parties(server, server_shown, client, client_shown)


def server_name(connections: Connections, row: int) -> tuple[str, int]:
    """Address and port of the server of a connection."""
    return text_of(connections.server_high[row], connections.server_low[row]), int(connections.server_port[row])


def client_name(connections: Connections, row: int) -> str:
    """Address of the client of a connection."""
    return text_of(connections.client_high[row], connections.client_low[row])


def number(*columns: UInt64) -> tuple[Int64, Int64]:
    """Equal rows get equal numbers, counted from 0 by first appearance; and the first row of each number.

    Rows are told apart by a 64-bit mix of their columns, which is quick to sort. Addresses are a sender's choice, so
    every row is compared with the first of its number, and rows that were mixed up are sorted the slow way.
    """
    if not len(columns[0]):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    numbers, first = _by_mix(columns)
    if not all(np.array_equal(column[first][numbers], column) for column in columns):
        numbers, first = _by_sorting(columns)
    rank = np.empty(len(first), np.int64)
    order = np.argsort(first, kind="stable")
    rank[order] = np.arange(len(first))
    return rank[numbers], first[order]


def _by_mix(columns: tuple[UInt64, ...]) -> tuple[Int64, Int64]:
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing
        mixed ^= mixed >> np.uint64(29)
    _, numbers = np.unique(mixed, return_inverse=True)
    return numbers.astype(np.int64, copy=False), _first_rows(numbers)


def _by_sorting(columns: tuple[UInt64, ...]) -> tuple[Int64, Int64]:
    order = np.lexsort(columns)
    changes = np.zeros(len(order), np.bool_)
    for column in columns:
        changes[1:] |= column[order][1:] != column[order][:-1]
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.cumsum(changes)
    return numbers, _first_rows(numbers)


def _first_rows(numbers: Int64) -> Int64:
    first = np.empty(int(numbers.max()) + 1, np.int64)
    backwards = np.arange(len(numbers) - 1, -1, -1)
    first[numbers[backwards]] = backwards  # of several writes to one place the last stays
    return first
