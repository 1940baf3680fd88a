"""Clocks of logs against captures that hold the same requests, replies and SYNs, at shifts that the test knows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import numpy as np
import pytest

from pcapinspect.address import halves
from pcapinspect.columns import MISSING
from pcapinspect.evidence.ios_log import read_logs
from pcapinspect.evidence.skew import align
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections

BEGIN = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)
SECOND = 10**9


def ns(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000


def table(kind, rows: list[dict]):
    """A table of these rows; what they do not name is missing."""
    empty = {"i": MISSING, "u": 0, "O": None, "b": True}
    columns = {}
    for name in kind.__slots__:
        dtype = kind.__dataclass_fields__[name].metadata["dtype"]
        values = np.full(len(rows), empty[dtype.kind], dtype=dtype)
        for at, row in enumerate(rows):
            if name in row:
                values[at] = row[name]
        columns[name] = values
    return kind(**columns)


def capture(asked: dict[str, list[float]], server_ahead: float | None = None, isn: int = 100):
    """Clients and the seconds at which each sent GetNextCACert; each request is a connection with its own ISN."""
    requests = sorted((at, client) for client, times in asked.items() for at in times)
    connections, exchanges = [], []
    for number, (at, client) in enumerate(requests):
        high, low = halves(client)
        time = BEGIN + timedelta(seconds=at)
        connections.append({"client_high": high, "client_low": low, "isn": isn + number, "start": ns(time)})
        exchange = {"connection": number, "index": 0, "request_time": ns(time), "response_time": ns(time) + 5_000_000}
        if server_ahead is not None:
            exchange["date"] = format_datetime(
                (time + timedelta(seconds=server_ahead)).replace(microsecond=0), usegmt=True
            )
        exchanges.append(exchange)
    operations = [{"operation": "GetNextCACert", "ca_identifier": "tti"}] * len(requests)
    return table(Connections, connections), table(Exchanges, exchanges), table(Operations, operations)


def stamp(at: float, ahead: timedelta) -> str:
    time = BEGIN + timedelta(seconds=at) + ahead
    return time.strftime("%b %d %H:%M:%S.") + f"{time.microsecond // 1000:03d}"


def request_lines(at: float, ahead: timedelta) -> str:
    return (
        f"{stamp(at, ahead)}: CRYPTO_PKI: Sending Next CA Certificate Request:\n"
        "GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0\n"
    )


def reply_lines(at: float, ahead: timedelta, server_ahead: float) -> str:
    date = format_datetime((BEGIN + timedelta(seconds=at + server_ahead)).replace(microsecond=0), usegmt=True)
    return f"{stamp(at + 0.03, ahead)}: CRYPTO_PKI: Reply HTTP header:\nHTTP/1.1 404 Not Found\nDate: {date}\n"


@pytest.fixture
def logs(tmp_path):
    def of(text: str):
        (tmp_path / "log").write_text(text)
        return read_logs([str(tmp_path / "log")], ns(BEGIN))

    return of


AHEADS = [
    timedelta(),
    timedelta(hours=11, seconds=11),
    timedelta(hours=-5, seconds=-90),
    timedelta(hours=5, minutes=30, seconds=3),
    timedelta(seconds=-200),
]


@pytest.mark.parametrize("ahead", AHEADS)
@pytest.mark.parametrize("server_ahead", [0.0, 40.0, -3600.0])
def test_http_dates_in_both(logs, ahead, server_ahead):
    """The server's clock may be wrong: it drops out, because both sides carry it."""
    times = [17.3 * k for k in range(1, 20)]
    made = logs("".join(request_lines(t, ahead) + reply_lines(t, ahead, server_ahead) for t in times))
    # the capture holds another client's requests, not this one's
    aligned = align(made, *capture({"192.0.2.9": [13.7 * k for k in range(40)]}, server_ahead))
    (skew,) = aligned.skews
    assert skew.method == "date"
    assert abs(skew.offset - ahead.total_seconds() * SECOND) < SECOND
    assert 10 <= skew.pairs <= 19
    reply = aligned.of_kind("reply")[0]
    assert abs(aligned.capture_time(reply) - ns(BEGIN + timedelta(seconds=17.33))) < SECOND


def test_a_capture_without_dates_is_said(logs):
    """The tech note's log alone: client log 03:14:39.223, Date 16:14:28 GMT."""
    made = logs(
        "Dec 31 03:14:39.223: CRYPTO_PKI: Reply HTTP header:\nHTTP/1.1 404 Not Found\n"
        "Date: Tue, 30 Dec 2014 16:14:28 GMT\n"
    )
    (skew,) = align(made, *capture({})).skews
    assert (skew.method, skew.zone, skew.pairs) == ("date", 11 * 3600, 1)
    assert skew.offset - skew.zone * SECOND == pytest.approx(10.723 * SECOND)
    assert "taken as the capture's" in skew.sentence
    assert "+11:00 and +10.723 s" in skew.sentence


@pytest.mark.parametrize("ahead", AHEADS)
def test_discarded_syns(logs, ahead):
    """Retransmissions repeat the sequence number 2, 6 and 14 s later; another client's SYN may have it too."""
    asked = {"192.0.2.7": [5.0, 64.0, 130.0, 200.0], "192.0.2.8": [7.0, 66.0]}
    connections, exchanges, operations = capture(asked, isn=4_000_000_000)
    lines = []
    for row in (0, 2, 4, 5):
        at = (int(connections.start[row]) - ns(BEGIN)) / SECOND
        lines += [
            f"{stamp(at + late, ahead)}: TCP0: bad seg from 192.0.2.7 -- connection queue limit reached: "
            f"seq {4_000_000_000 + row} ack 0\n"
            for late in (0.001, 2.001, 6.001)
        ]
    aligned = align(logs("".join(lines)), connections, exchanges, operations)
    (skew,) = aligned.skews
    assert (skew.method, skew.pairs) == ("syn", 4)
    assert abs(skew.offset - ahead.total_seconds() * SECOND) < SECOND // 100
    assert skew.spread < SECOND // 100


def test_requests_that_do_not_repeat_exactly(logs):
    """A client with jitter is found among others, at the shift that only its pattern fits."""
    chance = random.Random(5)
    clients = {}
    for number in range(30):
        at, times = chance.uniform(0, 60), []
        while at < 1800:
            times.append(at)
            at += chance.uniform(40, 80)
        clients[f"192.0.2.{number + 1}"] = times
    ahead = timedelta(hours=-5, seconds=37)
    made = logs("".join(request_lines(t, ahead) for t in clients["192.0.2.4"]))
    (skew,) = align(made, *capture(clients)).skews
    assert (skew.method, skew.zone) == ("requests", -5 * 3600)
    assert abs(skew.offset - ahead.total_seconds() * SECOND) < SECOND


def test_a_periodic_client_alone_takes_the_shift_nearest_to_a_zone(logs):
    times = [60.0 * k for k in range(30)]
    made = logs("".join(request_lines(t, timedelta(hours=2, seconds=9)) for t in times[5:25]))
    (skew,) = align(made, *capture({"192.0.2.4": times})).skews
    assert abs(skew.offset - (7209 * SECOND)) < SECOND
    assert "nearest to a time zone" in skew.sentence


def test_clients_in_step_tell_nothing(logs):
    """Thirty clients with one period fit equally well at thirty shifts: no skew is claimed."""
    clients = {f"192.0.2.{n + 1}": [60.0 * k + n * 3 for k in range(30)] for n in range(15)}
    made = logs("".join(request_lines(60.0 * k, timedelta(seconds=20)) for k in range(20)))
    aligned = align(made, *capture(clients))
    assert aligned.skews == (None,)
    assert aligned.capture_time(aligned.records[0]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mar  1 10:00:00: TCP: connection queue limit reached: port 80\n",
        "Mar  1 10:00:00: %PKI-3-SOCKETSEND: Failed\n",
        "20w2d: CRYPTO_PKI: Reply HTTP header:\nHTTP/1.1 404 Not Found\nDate: Sun, 01 Mar 2026 10:00:00 GMT\n",
    ],
)
def test_nothing_to_tie_it_with(logs, text):
    assert align(logs(text), *capture({"192.0.2.4": [1.0, 2.0]})).skews == (None,)


def test_many_clients_in_little_time(logs):
    chance = random.Random(1)
    clients = {f"10.0.{n // 250}.{n % 250}": [chance.uniform(0, 3600) for _ in range(15)] for n in range(2000)}
    made = logs("".join(request_lines(t, timedelta(0)) for t in sorted(clients["10.0.0.5"])))
    (skew,) = align(made, *capture(clients)).skews
    assert abs(skew.offset) < SECOND
