"""Attempts out of flows, each case a dial as a router exports it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from pcapinspect.address import text_of
from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow import rows as text_rows
from pcapinspect.evidence.netflow.attempts import attempts_of
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.tcp.connections import OUTCOMES, Connections

CLIENT, SERVER = "10.2.0.1", "10.1.0.80"
BEGIN = 1_700_000_000 * 10**9
SECOND = 10**9


Row = tuple[object, ...]

NAMES = ["exporter", "start", "end", "src_ip", "src_port", "dst_ip", "dst_port", "packets", "bytes", "tcp_flags"]


def flows_of(rows: Iterable[Row]) -> Flows:
    return text_rows.flows_of([text_rows.Row(**dict(zip(NAMES, row, strict=True))) for row in rows])  # type: ignore[arg-type]


def up(flags: int, packets: int = 5, start: float = 0, end: float = 1, port: int = 1024, exporter: str = "r1") -> Row:
    times = BEGIN + int(start * SECOND), BEGIN + int(end * SECOND)
    return (exporter, *times, CLIENT, port, SERVER, 80, packets, 44 * packets, flags)


def down(flags: int, packets: int = 5) -> Row:
    exporter, begin, finish, client, client_port, server, server_port, *rest = up(flags, packets)
    return exporter, begin, finish, server, server_port, client, client_port, *rest


def attempts(*rows: Row) -> Connections:
    return attempts_of(flows_of(rows), (80,), ())[0]


def outcomes(table: Connections) -> list[str]:
    return [OUTCOMES[code] for code in table.outcome.tolist()]


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([up(0x1B), down(0x1B)], "established"),
        ([up(0x1B)], "established"),  # ingress only: the client's ACK is proof enough
        ([down(0x1B)], "established"),  # the server's data is
        ([up(0x02, 4), down(0x12, 2)], "half_open"),
        ([up(0x02, 1), down(0x14, 1)], "refused"),
        ([up(0x02, 4, end=14)], "unanswered"),
        ([up(MISSING)], "undetermined"),
        ([up(MISSING), down(MISSING)], "established"),
        ([up(0x18), down(0x18)], "midstream"),
    ],
)
def test_outcomes(rows: list[Row], outcome: str) -> None:
    table = attempts(*rows)
    assert outcomes(table) == [outcome]
    assert text_of(table.client_high[0], table.client_low[0]) == CLIENT
    assert text_of(table.server_high[0], table.server_low[0]) == SERVER
    assert (table.client_port[0], table.server_port[0]) == (1024, 80)


def test_syns_of_one_dial_are_one_attempt() -> None:
    table = attempts(up(0x02, 4, end=14))
    assert table.syn_packets.tolist() == [4]
    assert table.end[0] - table.start[0] == 14 * SECOND


def test_a_dial_from_the_same_port_later_is_another_attempt() -> None:
    assert outcomes(attempts(up(0x02, 4, end=14), up(0x02, 4, start=60, end=74))) == ["unanswered"] * 2


@pytest.mark.parametrize("times", [(0, 2, 6, 14), (0, 1, 3, 7, 15, 31), (0, 1, 2, 3, 4, 5, 7.1, 11.3, 19.5, 35.6)])
def test_syns_that_a_short_time_out_parted_are_one_attempt(times: tuple[float, ...]) -> None:
    """IOS, classic and present Linux: one flow a SYN where the time-out is shorter than every wait."""
    parted = [up(0x02, 1, start=at, end=at) for at in times]
    table = attempts(*parted)
    assert outcomes(table) == ["unanswered"]
    assert table.syn_packets.tolist() == [len(times)]
    answered = attempts(*parted, up(0x1B, start=2 * times[-1], end=2 * times[-1] + 1))
    assert outcomes(answered) == ["established"]
    again = attempts(*parted, up(0x02, 1, start=2 * times[-1] + 4, end=2 * times[-1] + 4))
    assert outcomes(again) == ["unanswered"] * 2


def test_a_refused_dial_and_the_next_are_two() -> None:
    flows = [up(0x02, 1, end=0), down(0x14, 1), up(0x02, 1, start=3, end=3)]
    assert outcomes(attempts(*flows)) == ["refused", "unanswered"]


def test_what_a_sample_does_not_hold_may_have_been_there() -> None:
    flows = flows_of([up(0x02, 1), up(0x1B, port=1025), down(0x12, 1)])
    table, _ = attempts_of(replace(flows, sampling=np.full(3, 10)), (80,), ())
    assert sorted(outcomes(table)) == ["established", "undetermined"]


def test_a_flow_that_the_active_time_out_cut_goes_on_as_the_same_attempt() -> None:
    table = attempts(up(0x1A, end=60), up(0x10, start=60.001, end=120), up(0x11, start=150, end=160))
    assert outcomes(table) == ["established"]


def test_two_exporters_on_the_path_see_one_dial() -> None:
    table = attempts(up(0x1B, exporter="r1"), up(0x1B, start=0.02, exporter="r2"), down(0x1B))
    assert outcomes(table) == ["established"]


def test_flows_without_times_cannot_be_attempts() -> None:
    row = list(up(0x02))
    row[1] = row[2] = MISSING
    assert len(attempts(tuple(row))) == 0


def test_only_the_servers_asked_for() -> None:
    flows = flows_of([up(0x1B)])
    assert len(attempts_of(flows, (80,), (SERVER,))[0]) == 1
    assert len(attempts_of(flows, (80,), ("10.9.9.9",))[0]) == 0


def test_a_syn_stands_for_each_attempt_at_its_begin() -> None:
    table, syns = attempts_of(flows_of([up(0x02, 4, start=5, end=19), up(0x1B, port=1025)]), (80,), ())
    assert syns.time.tolist() == table.start.tolist() == [BEGIN, BEGIN + 5 * SECOND]
    assert syns.connection.tolist() == [0, 1]
