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
from pcapinspect.evidence.request_pattern import match
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
    _, at = aligned.placed_of_kind("reply")[0]
    assert abs(at - ns(BEGIN + timedelta(seconds=17.33))) < SECOND


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


def test_a_client_that_asks_like_a_clock_tells_nothing(logs):
    """Every shift by a period fits as well: also that of a router of another day."""
    times = [60.0 * k for k in range(30)]
    made = logs("".join(request_lines(t, timedelta(hours=2, seconds=9)) for t in times[5:25]))
    assert align(made, *capture({"192.0.2.4": times})).skews == (None,)


def jittered(chance, begin, polls, period=60.0, jitter=2.0):
    return [begin + period * k + chance.uniform(-jitter, jitter) for k in range(polls)]


def test_logs_that_have_nothing_to_do_with_the_capture_get_no_skew():
    """Three hundred logs of other routers against a storm of 120 clients, by the arithmetic alone. Not one fits."""
    chance = random.Random(17)
    clients = [np.array(jittered(chance, chance.uniform(0, 600), 8)) * 1e9 for _ in range(120)]
    clients = [times.astype(np.int64) for times in clients]
    found = 0
    for number in range(300):
        log = np.array(jittered(chance, chance.uniform(0, 60), (4, 6, 10)[number % 3], jitter=(0, 0.5, 2)[number % 3]))
        found += match((log * 1e9).astype(np.int64), clients) is not None
    assert found == 0
    own = clients[7] + 39_611 * SECOND + np.array([chance.randrange(0, 15_000_000) for _ in clients[7]])
    assert match(own, clients).matched == 8


def test_a_pattern_of_another_day_is_no_tie_where_the_clock_is_set(logs):
    chance = random.Random(5)
    clients = {f"192.0.2.{n + 1}": sorted(chance.uniform(0, 1800) for _ in range(20)) for n in range(10)}
    text = "".join(request_lines(t, timedelta(days=-3)) for t in clients["192.0.2.4"])
    assert align(logs(text), *capture(clients)).skews == (None,)
    unset = "".join(f"*{line}\n" if line[0] != "G" else line + "\n" for line in text.splitlines())
    (skew,) = align(logs(unset), *capture(clients)).skews
    assert abs(skew.offset + 3 * 86_400 * SECOND) < SECOND


def queue_line(at, ahead, isn, client="192.0.2.7", mark="", host=""):
    relayed = f"{stamp(at, timedelta())[:-4]} {host} 1: " if host else ""
    text = f"TCP0: bad seg from {client} -- connection queue limit reached: port 80 seq {isn} ack 0"
    return f"{relayed}{mark}{stamp(at, ahead)}: {text}\n"


def busy(count=60, gap=7.0):
    """A capture whose attempts come every `gap` seconds, each with its own sequence number."""
    return capture({"192.0.2.7": [gap * k for k in range(count)]}, isn=1000)


def seconds(placed):
    return [None if at is None else round((at - ns(BEGIN)) / SECOND, 3) for at in placed]


def test_a_clock_that_was_set_has_two_skews_and_every_line_its_own(logs):
    tables = busy()
    lines = [queue_line(7.0 * k, timedelta(hours=-3) if k < 30 else timedelta(), 1000 + k) for k in range(60)]
    between = f"{stamp(7.0 * 15 + 1, timedelta(hours=-3))}: %PKI-3-SOCKETSEND: x\n"
    lines.insert(16, between)
    aligned = align(logs("".join(lines)), *tables)
    assert [(skew.offset, skew.pairs, skew.pairs_apart) for skew in aligned.skews] == [
        (-3 * 3600 * SECOND, 30, 30),
        (0, 30, 30),
    ]
    assert [(skew.first_line, skew.last_line) for skew in aligned.skews] == [(1, 31), (32, 61)]
    assert "in lines 1 to 31, is 10800.000 s behind the capture's" in aligned.skews[0].sentence
    assert "30 of 60 pairs agree" in aligned.skews[0].sentence
    expected = [7.0 * k for k in range(60)]
    expected.insert(16, 7.0 * 15 + 1)
    assert seconds(aligned.placed) == expected


def test_a_line_at_the_step_is_placed_where_only_one_side_fits_and_else_not_at_all(logs):
    lines = [queue_line(7.0 * k, timedelta(seconds=-3) if k < 30 else timedelta(), 1000 + k) for k in range(60)]
    # 3 s before or after the step: written between 203 s and 210 s, either value fits.
    lines.insert(30, f"{stamp(205, timedelta())}: %PKI-3-SOCKETSEND: x\n")
    aligned = align(logs("".join(lines)), *busy())
    assert aligned.placed[30] is None
    assert seconds(aligned.placed)[29:32:2] == [203.0, 210.0]


def test_a_clock_that_drifts_is_one_skew(logs):
    lines = [queue_line(7.0 * k, timedelta(seconds=5 + 0.02 * 7.0 * k), 1000 + k) for k in range(60)]
    aligned = align(logs("".join(lines)), *busy())
    (skew,) = aligned.skews
    assert (skew.pairs, skew.pairs_apart) == (60, 0)
    assert abs(skew.drift - 0.02 / 1.02) < 1e-4
    assert "gains +0.0196" in skew.sentence
    assert max(abs(at - 7.0 * k) for k, at in enumerate(seconds(aligned.placed))) < 0.05


def test_devices_in_one_relays_file_have_a_clock_each(logs):
    tables = busy()
    ahead = {"ca1": timedelta(), "10.9.9.9": timedelta(seconds=11), "r3.example": timedelta(hours=-3)}
    names = list(ahead)
    lines = [queue_line(7.0 * k, ahead[names[k % 3]], 1000 + k, host=names[k % 3]) for k in range(60)]
    aligned = align(logs("".join(lines)), *tables)
    told = {
        (aligned.clocks[skew.clock].device, aligned.clocks[skew.clock].relay): skew.offset // SECOND
        for skew in aligned.skews
    }
    assert told == {("ca1", False): 0, ("10.9.9.9", False): 11, ("r3.example", False): -10800, (None, True): 0}
    assert seconds(aligned.placed) == [7.0 * k for k in range(60)]


def test_a_device_that_nothing_ties_is_placed_by_the_relays_clock(logs):
    lines = [queue_line(7.0 * k, timedelta(hours=-3), 1000 + k, host="ca1") for k in range(20)]
    relayed = (
        f"{stamp(50, timedelta())[:-4]} r9 1: {stamp(50, timedelta(hours=5, seconds=40))}: CRYPTO_PKI: Socket timeout\n"
    )
    aligned = align(logs("".join([*lines, relayed])), *busy())
    assert seconds(aligned.placed)[-1] is None or abs(seconds(aligned.placed)[-1] - 50) <= 1
    sorted_in = align(logs("".join([*lines[:8], relayed, *lines[8:]])), *busy())
    assert abs(seconds(sorted_in.placed)[8] - 50) <= 1


def test_routers_without_names_in_one_file_are_told_apart_by_their_ties(logs):
    tables = busy()
    shifts = [timedelta(), timedelta(seconds=11), timedelta(hours=-3)]
    lines = []
    for k in range(60):
        lines.append(f"{stamp(7.0 * k - 0.4, shifts[k % 3])}: PKI: Shadow timer went off for tti\n")
        lines.append(queue_line(7.0 * k, shifts[k % 3], 1000 + k))
    aligned = align(logs("".join(lines)), *tables)
    assert sorted(skew.offset // SECOND for skew in aligned.skews) == [-10800, 0, 11]
    assert seconds(aligned.placed)[1::2] == [7.0 * k for k in range(60)]
    assert seconds(aligned.placed)[::2] == [round(7.0 * k - 0.4, 3) for k in range(60)]


def test_lines_of_a_clock_that_was_not_set_are_not_placed_by_those_of_a_set_one(logs):
    early = f"*{stamp(-30, timedelta(hours=-9))}: CRYPTO_PKI: Socket timeout\n"
    aligned = align(logs(early + "".join(queue_line(7.0 * k, timedelta(), 1000 + k) for k in range(10))), *busy())
    assert seconds(aligned.placed) == [None, *(7.0 * k for k in range(10))]


def test_an_export_that_lists_the_latest_first(logs):
    lines = [queue_line(7.0 * k, timedelta(seconds=4), 1000 + k) for k in range(20)]
    lines.insert(10, f"{stamp(7.0 * 9 + 5, timedelta(seconds=4))}: CRYPTO_PKI: Socket timeout\n")
    aligned = align(logs("".join(reversed(lines))), *busy())
    assert seconds(aligned.placed)[10] == 7.0 * 9 + 5


def test_transactions_tie_a_servers_debug(logs):
    tables = capture({"192.0.2.7": [10.0, 20.0]})
    tables[2].transaction_id[:] = ["AABB", "CCDD"]
    text = "".join(
        f"{stamp(at + 0.01, timedelta(hours=1))}: CRYPTO_PKI_SCEP: CS received PKIOperation request\n"
        f"{stamp(at + 0.02, timedelta(hours=1))}: CRYPTO_CS: trans id - {name}\n"
        for at, name in ((10.0, "AABB"), (20.0, "CCDD"))
    )
    (skew,) = align(logs(text), *tables).skews
    assert (skew.method, skew.pairs, skew.zone) == ("transaction", 2, 3600)


def test_clients_in_step_tell_nothing(logs):
    """Thirty clients with one period fit equally well at thirty shifts: no skew is claimed."""
    clients = {f"192.0.2.{n + 1}": [60.0 * k + n * 3 for k in range(30)] for n in range(15)}
    made = logs("".join(request_lines(60.0 * k, timedelta(seconds=20)) for k in range(20)))
    aligned = align(made, *capture(clients))
    assert aligned.skews == (None,)
    assert set(aligned.placed) == {None}


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
    aligned = align(logs(text), *capture({"192.0.2.4": [1.0, 2.0]}))
    assert set(aligned.skews) <= {None}
    assert set(aligned.placed) <= {None}


def test_many_clients_in_little_time(logs):
    chance = random.Random(1)
    clients = {f"10.0.{n // 250}.{n % 250}": [chance.uniform(0, 3600) for _ in range(15)] for n in range(2000)}
    made = logs("".join(request_lines(t, timedelta(0)) for t in sorted(clients["10.0.0.5"])))
    (skew,) = align(made, *capture(clients)).skews
    assert abs(skew.offset) < SECOND


def test_the_same_lines_in_two_files_tie_both(logs, tmp_path):
    """A server's own log, and what its relay kept of it."""
    text = "".join(queue_line(7.0 * k, timedelta(), 1000 + k) for k in range(10))
    (tmp_path / "own").write_text(text)
    (tmp_path / "again").write_text(text)
    made = read_logs([str(tmp_path / "own"), str(tmp_path / "again")], ns(BEGIN))
    aligned = align(made, *busy())
    assert [skew.pairs for skew in aligned.skews] == [10, 10]
    assert "agrees with the capture's to the millisecond" in aligned.skews[1].sentence
