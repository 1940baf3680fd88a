"""IOS logs and debugs: the text of the tech note, and lines in every form of timestamp."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.ios_log import read_logs


def ns(*parts: int, ms: int = 0) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9 + ms * 10**6


JANUARY_2015 = ns(2015, 1, 2)


@pytest.fixture
def read(tmp_path):
    def of(text: str, anchor: int | None = JANUARY_2015):
        path = tmp_path / "log.txt"
        path.write_text(text)
        return read_logs([str(path)], anchor)

    return of


NOTE = """\
Dec 31 03:14:19.184: PKI: Shadow state for GETVPN now  
GET_NEW_CA_CERT_WAIT_FOR_RETRY  
Dec 31 03:14:19.184: PKI:get_cert GETVPN 0x10 (expired=0):  
Dec 31 03:14:19.184: PKI: Shadow state for GETVPN now GET_NEW_CA_CERT  
Dec 31 03:14:39.187: PKI: Shadow timer went off for GETVPN  
Dec 31 03:14:39.187: CRYPTO_PKI: Sending Next CA Certificate Request:  
GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0  
User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)  
Host: 192.168.105.3

Dec 31 03:14:39.187: CRYPTO_PKI: locked trustpoint GETVPN, refcount is 1

Dec 31 03:14:39.187: CRYPTO\\_PKI: http connection opened

Dec 31 03:14:39.187: CRYPTO\\_PKI: Sending HTTP message

Dec 31 03:14:39.191: CRYPTO\\_PKI: Reply HTTP header:

HTTP/1.0

User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)

Host: 192.168.105.3

Dec 31 03:14:39.203: CRYPTO\\_PKI: unlocked trustpoint GETVPN, refcount is 0
Dec 31 03:14:39.223: CRYPTO\\_PKI: Reply HTTP header:

**HTTP/1.1 404 Not Found**

Date: Tue, 30 Dec 2014 16:14:28 GMT

Server: cisco-IOS

Accept-Ranges: none

Content-Type indicates we did not receive a certificate.

Dec 31 03:14:39.227: %Error in connection to Certificate Authority:

status = FAIL
"""  # noqa: W291


def test_the_notes_debugs_line_by_line(read):
    """Cisco TAC note 118734, as it was published: wrapped lines, marked-up lines, and the echo of the own request."""
    logs = read(NOTE, None)
    at = [(r.kind, r.time, r.line) for r in logs.records]
    assert at == [
        ("shadow_state", ns(2014, 12, 31, 3, 14, 19, ms=184), 1),
        ("shadow_state", ns(2014, 12, 31, 3, 14, 19, ms=184), 4),
        ("shadow_timer", ns(2014, 12, 31, 3, 14, 39, ms=187), 5),
        ("request", ns(2014, 12, 31, 3, 14, 39, ms=187), 6),
        ("connection_opened", ns(2014, 12, 31, 3, 14, 39, ms=187), 13),
        ("own_request", ns(2014, 12, 31, 3, 14, 39, ms=191), 17),
        ("reply", ns(2014, 12, 31, 3, 14, 39, ms=223), 26),
        ("not_a_certificate", ns(2014, 12, 31, 3, 14, 39, ms=223), 36),
        ("connection_error", ns(2014, 12, 31, 3, 14, 39, ms=227), 38),
    ]
    wait, state, timer, request, _, own, reply, *_ = logs.records
    assert (wait.state, state.state, timer.trustpoint) == (
        "GET_NEW_CA_CERT_WAIT_FOR_RETRY",
        "GET_NEW_CA_CERT",
        "GETVPN",
    )
    assert (request.operation, request.ca_identifier, request.peer) == ("GetNextCACert", "GETVPN", "192.168.105.3")
    assert (own.status, own.date) == (None, None)
    assert (reply.status, reply.date) == (404, ns(2014, 12, 30, 16, 14, 28))
    assert logs.files[0].year_from == "date"


def test_the_whole_note(shared_captures):
    """All of the note's text: what is prose is no record."""
    seed = next((shared_captures.parent / "seed").iterdir())
    logs = read_logs([str(seed)], None)
    lines = seed.read_text().splitlines()
    headers = [
        at for at, line in enumerate(lines, 1) if line.replace("\\", "").endswith("CRYPTO_PKI: Reply HTTP header:")
    ]
    assert [(r.status, r.line) for r in logs.of_kind("reply")] == [(404, headers[1]), (404, headers[3])]
    assert len(logs.of_kind("own_request")) == len(logs.of_kind("request")) == 2
    assert {r.ca_identifier for r in logs.of_kind("request")} == {"GETVPN"}
    assert {r.time for r in logs.of_kind("reply")} == {ns(2014, 12, 31, 3, 14, 39, ms=223)}


@pytest.mark.parametrize(
    ("stamp", "time", "synchronised"),
    [
        ("*Dec 30 15:37:46.996: ", ns(2014, 12, 30, 15, 37, 46, ms=996), False),
        (".Dec 30 15:37:46.996: ", ns(2014, 12, 30, 15, 37, 46, ms=996), False),
        ("Dec 30 15:37:46: ", ns(2014, 12, 30, 15, 37, 46), True),
        ("Jan  6 04:49:55 PHL: ", ns(2015, 1, 6, 4, 49, 55), True),
        ("Jan 6 04:49:55.001 AEDT: ", ns(2015, 1, 5, 17, 49, 55, ms=1), True),
        ("022701: Jan  2 03:02:31: ", ns(2015, 1, 2, 3, 2, 31), True),
        ("022701: *Jan  2 03:02:31.123456 UTC: ", ns(2015, 1, 2, 3, 2, 31) + 123456000, False),
        ("Dec 30 2019 15:37:46.996 UTC: ", ns(2019, 12, 30, 15, 37, 46, ms=996), True),
        ("<189>Jan  3 10:00:00 192.0.2.1 42: *Jan  2 23:59:59.5: ", ns(2015, 1, 2, 23, 59, 59, ms=500), False),
        ("2015-01-03T10:00:00+01:00 router1 : Jan  3 09:00:00.250: ", ns(2015, 1, 3, 9, ms=250), True),
        ("Jan  3 10:00:00 router1 ", ns(2015, 1, 3, 10), True),
        ("20w2d: ", None, True),
        ("7:04: ", None, True),
        ("00:00:12: ", None, True),
        ("", None, True),
    ],
)
def test_forms_of_the_timestamp(read, stamp, time, synchronised):
    (record,) = read(stamp + "%PKI-3-SOCKETSEND: Failed to send out message to CA server.\n").records
    assert (record.kind, record.mnemonic, record.time) == ("message", "PKI-3-SOCKETSEND", time)
    assert record.synchronised == synchronised
    assert record.text == "%PKI-3-SOCKETSEND: Failed to send out message to CA server."


def test_zones_are_said(read):
    text = "Jan 1 00:00:00 {}: %PKI-6-CERTREJECT: x\n"
    assert (read(text.format("UTC")).files[0].zone_known, read(text.format("PHL")).files[0].zone_known) == (True, False)
    assert not read("Jan 1 00:00:00: %PKI-6-CERTREJECT: x\n").files[0].zone_known


def test_year_roll_over(read):
    lines = ["Dec 30 23:59:59", "Dec 31 23:59:59", "Jan  1 00:00:01", "Dec 31 23:59:59.9", "Jan  2 00:00:00"]
    text = "".join(f"{line}: CRYPTO_PKI: Socket timeout\n" for line in lines)
    years = [(2014, 12, 30), (2014, 12, 31), (2015, 1, 1), (2014, 12, 31), (2015, 1, 2)]
    for anchor in (ns(2014, 12, 31), ns(2015, 1, 1), ns(2015, 3, 1), ns(2014, 9, 1)):
        times = [datetime.fromtimestamp(r.time / 1e9, UTC) for r in read(text, anchor).records]
        assert [(t.year, t.month, t.day) for t in times] == years


def test_a_year_is_not_invented(read):
    logs = read("Dec 31 23:59:59: CRYPTO_PKI: Socket timeout\n", None)
    assert (logs.records[0].time, logs.files[0].year_from, logs.files[0].stamped) == (None, None, 1)


def test_a_leap_day(read):
    (record,) = read("Feb 29 12:00:00: CRYPTO_PKI: Socket timeout\n", ns(2023, 12, 1)).records
    assert record.time == ns(2024, 2, 29, 12)


@pytest.mark.parametrize(
    ("line", "peer", "port", "isn"),
    [
        (
            "TCP0: bad seg from 10.11.3.20 -- connection queue limit reached: seq 3379916701 ack 0 rcvnxt 0",
            "10.11.3.20",
            None,
            3379916701,
        ),
        ("TCP0: bad seg from 10.11.3.20 — connection queue limit reached: seq 7 ack 0", "10.11.3.20", None, 7),
        ("TCP: connection queue limit reached: port 80", None, 80, None),
        ("TCP: connection queue limit reached :port 80", None, 80, None),
        ("TCP: connection queue limit reached", None, None, None),
        ("TCP0: bad seg from 2001:db8::7 -- connection queue limit reached: seq 9", "2001:db8::7", None, 9),
    ],
)
def test_connection_queue_limit_reached(read, line, peer, port, isn):
    (record,) = read(f"Jan  2 04:49:55 PHL: {line}\n").of_kind("queue_limit")
    assert (record.peer, record.port, record.isn, record.time) == (peer, port, isn, ns(2015, 1, 2, 4, 49, 55))


def test_no_wild_listener(read):
    (record,) = read("Jan  2 04:49:55: TCP: No wild listener: port 80\n").records
    assert (record.kind, record.port) == ("no_listener", 80)


def test_lines_run_together(read):
    logs = read(
        "Jan  2 04:00:00.001: CRYPTO_PKI: unlocked trustpoint ca, refcount is 0ca:locked trustpoint ca, refcount is 1"
        "Jan  2 04:00:00.002: CRYPTO_PKI: Socket timeoutJan  2 04:00:01.003: %PKI-3-SOCKETSEND: Failed\n"
    )
    assert [(r.kind, r.time) for r in logs.records] == [
        ("socket_timeout", ns(2015, 1, 2, 4, 0, 0, ms=2)),
        ("message", ns(2015, 1, 2, 4, 0, 1, ms=3)),
    ]


def test_newer_ios_xe(read):
    logs = read(
        "*Jan  2 04:00:00.001: CRYPTO_PKI_SCEP: Client sending GetCACert request\n"
        "*Jan  2 04:00:00.100: CRYPTO_PKI: Reply HTTP header:HTTP/1.0\n"
        "Host: ca\n"
        "*Jan  2 04:00:00.200: CRYPTO_PKI: Reply HTTP header:HTTP/1.1 200 OK\n"
        "Date: Fri, 02 Jan 2015 04:00:02 GMT\n"
        "*Jan  2 04:00:00.300: CRYPTO_PKI: status = 101: certificate request is rejected\n"
        "*Jan  2 04:00:00.400: CRYPTO_CS: enter FSM: input state initial, input signal begin\n"
    )
    assert [r.kind for r in logs.records] == ["request", "own_request", "reply", "rejected", "server_state"]
    assert logs.records[0].operation == "GetCACert"
    assert (logs.records[2].status, logs.records[2].date) == (200, ns(2015, 1, 2, 4, 0, 2))


def test_other_messages_are_counted_and_not_kept(read):
    logs = read(
        "Jan  2 04:00:00: %SYS-5-CONFIG_I: Configured from console\n" * 3
        + "mid of a line\nJan  2 04:00:00: %PKI-6-NEVER_SEEN: x\n"
    )
    assert logs.messages == (("SYS-5-CONFIG_I", 3), ("PKI-6-NEVER_SEEN", 1))
    assert [r.mnemonic for r in logs.records] == ["PKI-6-NEVER_SEEN"]
    assert logs.counts == (("message", 1),)


def test_secrets_are_not_kept(read):
    logs = read("Jan  2 04:00:00: %PKI-6-X: challenge password is SECRET, key: SECRET\n")
    assert "SECRET" not in repr(logs)


def test_text_is_fit_for_a_terminal(read):
    (record,) = read("Jan  2 04:00:00: %PKI-6-X: \x1b[31mred" + "x" * 9000 + "\n").records
    assert record.text.isprintable()
    assert len(record.text) <= 200


def test_hostile_files(read, tmp_path):
    read("Jan 99 99:99:99: %PKI-6-X: x\n" + "Dec 31 03:14:19: " * 3000 + "\n" + ": " * 50_000 + "%PKI-" * 5000)
    read("Sending CA Certificate Request\nGET " + "%" * 20_000 + " HTTP/1.0\nDate: " + "9" * 5000 + "\n")
    with pytest.raises(EvidenceError, match="absent"):
        read_logs([str(tmp_path / "absent")], None)
    with pytest.raises(EvidenceError):
        read_logs([str(tmp_path)], None)
