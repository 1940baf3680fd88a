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


def test_a_host_header_may_hold_a_password(read):
    text = "Jan  2 04:00:00: CRYPTO_PKI: Sending Next CA Certificate Request:\nHost: admin:SECRET@10.0.0.80\n"
    (record,) = read(text).records
    assert record.peer == "10.0.0.80"


QUEUE_LIMIT = (
    "Jan  2 04:00:00.275: TCP0: bad seg from 10.22.0.37 -- connection queue limit reached: port 80 seq 558257473 ack 0"
)


@pytest.mark.parametrize("at", [place for place, sign in enumerate(QUEUE_LIMIT) if sign == " " and place > 25])
@pytest.mark.parametrize("margin", ["", "  "])
def test_a_message_broken_between_words(read, at, margin):
    """As mail does, at any width."""
    text = QUEUE_LIMIT[:at] + "\n" + margin + QUEUE_LIMIT[at + 1 :]
    log = read(text + "\n" + text.replace("558257473", "1"))
    assert [(r.kind, r.peer, r.port, r.isn) for r in log.records] == [
        ("queue_limit", "10.22.0.37", 80, 558257473),
        ("queue_limit", "10.22.0.37", 80, 1),
    ]
    assert [r.time for r in log.records] == [ns(2015, 1, 2, 4, ms=275)] * 2


def test_lines_of_other_things_are_not_put_together(read):
    log = read("Jan  2 04:00:00: TCP0: connection queue limit\n%SYS-5-X: y\nreached: port 80\n")
    assert log.records == ()


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


def test_a_line_without_any_stamp_takes_no_time_of_another_message(read):
    """What belongs to the message before has its time, and says so; a message of its own has none."""
    logs = read(
        "Jan  2 04:00:00.100: CRYPTO_PKI: Sending HTTP message\n"
        "% Error in receiving Certificate Authority certificate: status = FAIL, cert length = 0\n"
        "CRYPTO_PKI: Socket timeout\n"
    )
    assert [(r.kind, r.time, r.stamped_by) for r in logs.records] == [
        ("receive_error", ns(2015, 1, 2, 4, ms=100), "before"),
        ("socket_timeout", None, None),
    ]


def test_in_a_relays_file_each_line_has_the_relays_time_or_its_devices(read):
    logs = read(
        "Jan  2 04:00:00 10.0.0.80 44: *Jan  2 03:59:50.500: %PKI-3-SOCKETSEND: Failed\n"
        "Jan  2 04:02:00 10.0.0.80 45: CRYPTO_PKI: Socket timeout\n"
        "Jan  2 04:03:00 10.0.0.81 46: 20w2d: CRYPTO_PKI: Socket timeout\n"
        "Jan  2 04:03:01 no stamp of the device, and no message\n"
    )
    assert [(r.time, r.stamped_by, r.relayed) for r in logs.records] == [
        (ns(2015, 1, 2, 3, 59, 50, ms=500), "device", ns(2015, 1, 2, 4)),
        (ns(2015, 1, 2, 4, 2), "relay", None),
        (ns(2015, 1, 2, 4, 3), "relay", None),
    ]
    assert [(c.device, c.relay, c.records) for c in logs.clocks] == [(None, True, 2), ("10.0.0.80", False, 1)]
    assert logs.files[0].stamped == 4
    assert (logs.files[0].account.whose, logs.files[0].account.not_understood) == (("10.0.0.80", "10.0.0.81"), 1)


def test_messages_of_several_lines_that_a_relay_parts_stay_together(read):
    """Each device's own: another may write in between."""
    logs = read(
        "Jan  2 04:00:00 r1 1: *Jan  2 04:00:00.100: CRYPTO_PKI: Sending Next CA Certificate Request:\n"
        "Jan  2 04:00:00 r2 7: *Jan  2 04:00:00.110: CRYPTO_PKI: Reply HTTP header:\n"
        "Jan  2 04:00:00 r1 1: GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0\n"
        "Jan  2 04:00:00 r2 7: HTTP/1.1 404 Not Found\n"
    )
    request, reply = logs.records
    assert (request.kind, request.operation, request.ca_identifier) == ("request", "GetNextCACert", "tti")
    assert (reply.kind, reply.status) == ("reply", 404)


def test_lines_at_prompts_belong_to_the_device_of_the_prompt(read):
    logs = read(
        "CA-1#show logging\nJan  2 04:00:00.1: CRYPTO_PKI: Socket timeout\n"
        "R7#show logging\nJan  2 05:00:00.1: CRYPTO_PKI: Socket timeout\n"
    )
    assert [logs.clocks[record.clock].device for record in logs.records] == ["CA-1", "R7"]


def test_a_message_printed_behind_a_prompt_is_read(read):
    log = read("CA-1(config)#*Dec 31 03:14:20.000: %PKI-3-SOCKETSEND: Failed to send out message to CA server.\n")
    (record,) = log.records
    assert (record.time, log.clocks[0].device) == (ns(2014, 12, 31, 3, 14, 20), "CA-1")


def test_what_a_server_says_of_requests(read):
    logs = read(
        "Jan  2 04:00:00.1: CRYPTO_PKI_SCEP: CS received GetCACert request\n"
        "Jan  2 04:00:00.2: CRYPTO_PKI_SCEP: CS received PKIOperation request\n"
        "Jan  2 04:00:00.3: CRYPTO_CS: scep msg type - 19\n"
        "Jan  2 04:00:00.3: CRYPTO_CS: trans id - AABB\n"
        "Jan  2 04:00:09.0: CRYPTO_CS: scep msg type - 20\n"
        "Jan  2 04:00:09.0: CRYPTO_CS: trans id - CCDD\n"
    )
    assert [(r.kind, r.operation, r.message_type, r.transaction_id) for r in logs.records] == [
        ("server_request", "GetCACert", None, None),
        ("server_request", "PKIOperation", 19, "AABB"),
        ("server_request", "PKIOperation", 20, "CCDD"),
    ]
    (received,) = logs.requests
    assert (len(received.times), received.dated) == (3, True)
    assert received.busiest(60) == (3, ns(2015, 1, 2, 4, ms=100))
    assert received.busiest(5) == (2, ns(2015, 1, 2, 4, ms=100))


def test_requests_are_counted_also_beyond_the_records_that_are_kept(read, monkeypatch):
    monkeypatch.setattr("pcapinspect.evidence.log_reader.MOST_RECORDS", 2)
    logs = read("".join(f"Jan  2 04:00:{s:02d}: CRYPTO_PKI_SCEP: CS received GetCACert request\n" for s in range(9)))
    assert (len(logs.records), logs.files[0].not_kept, len(logs.requests[0].times)) == (2, 7, 9)
    assert logs.counts == (("server_request", 9),)


def test_traces_and_event_traces_of_ios_xe(read):
    logs = read(
        "Logging display requested on 2025/06/09 19:04:53 (IST) for Hostname: [ca1.example], Model: [C8000V]\n"
        "2025/06/09 19:00:43.828180015 {iosrp_R0-0}{255}: [pki] [16352]: (ERR): rootca:HTTP Server is disabled.\n"
        "Jun  9 13:08:59.351: Trustpoint- client:Sending GetCACaps request with msg = GET "
        "/cgi-bin/pkiclient.exe?operation=GetCACaps&message=client HTTP/1.0\n"
        "Host: 192.0.2.80\n"
        "Jun  9 13:08:59.425: Trustpoint- client:Client sending PKCSReq\n"
    )
    disabled, caps, enrol = logs.records
    assert (disabled.kind, disabled.time) == ("http_disabled", ns(2025, 6, 9, 19, 0, 43) + 828_180_015)
    assert logs.clocks[disabled.clock].device == "ca1.example"
    assert (caps.kind, caps.operation, caps.ca_identifier, caps.peer) == (
        "request",
        "GetCACaps",
        "client",
        "192.0.2.80",
    )
    assert (enrol.kind, enrol.operation) == ("request", "PKIOperation")


def test_errors_of_the_certificate_library(read):
    (record,) = read(
        "Jan  2 04:00:00: CRYPTO_PKI: status = 0x762(E_ENCRYPT_ALG_NOT_SUPPORTED : not supported): failed to verify\n"
    ).records
    assert (record.kind, record.state) == ("failed", "E_ENCRYPT_ALG_NOT_SUPPORTED")


def test_progress_tells_the_bytes_of_a_log(tmp_path):
    path = tmp_path / "log"
    path.write_text("Jan  2 04:00:00: CRYPTO_PKI: Socket timeout\n" * 40_000)
    told = []
    read_logs([str(path)], JANUARY_2015, progress=lambda *seen: told.append(seen))
    assert len(told) == 3
    assert all(0 < done <= size == path.stat().st_size and packets == 0 for done, size, packets in told)


def test_what_the_applet_on_the_router_logs_is_kept(read):
    # The message of `pcapinspect plan --eem`, as IOS prints what an applet sends to syslog.
    said = "PCAPINSPECT-HTTP: accepted connections: 75 in 60 s, limit 80, total 12345"
    (record,) = read(f"Mar  2 08:03:00.512 UTC: %HA_EM-4-LOG: {said}\n", ns(2026, 3, 2)).records
    assert (record.kind, record.mnemonic) == ("message", "HA_EM-4-LOG")
    assert record.time == ns(2026, 3, 2, 8, 3, 0, ms=512)
    assert record.text.endswith(said)
