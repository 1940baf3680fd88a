"""Extracts, made of small captures by hand and read back by tshark."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import PcapNgWriter

from pcapinspect.cli import main

STORM = Path(__file__).parents[2] / "captures" / "storm.pcap"
SERVER = "192.0.2.1"
ROUTER, SILENT = "10.0.0.1", "10.0.0.2"
BEGIN = 1_800_000_000 * 10**9
NEXT_CA = "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN"


def exchange(
    client: str, port: int, isn: int, begin: int, uri: str, status: str = "404 Not Found"
) -> list[tuple[int, Any]]:
    """(nanoseconds, packet) of a whole connection with one request."""
    request = f"GET {uri} HTTP/1.0\r\n\r\n".encode("latin-1")
    response = f"HTTP/1.1 {status}\r\nServer: cisco-IOS\r\n\r\n{status}\r\n".encode()
    up, down = {"sport": port, "dport": 80}, {"sport": 80, "dport": port}
    there, back = Ether() / IP(src=client, dst=SERVER), Ether() / IP(src=SERVER, dst=client)
    after, answered = isn + 1 + len(request), 9001 + len(response)
    packets = [
        there / TCP(**up, seq=isn, flags="S"),
        back / TCP(**down, seq=9000, ack=isn + 1, flags="SA"),
        there / TCP(**up, seq=isn + 1, ack=9001, flags="A"),
        there / TCP(**up, seq=isn + 1, ack=9001, flags="PA") / request,
        back / TCP(**down, seq=9001, ack=after, flags="PA") / response,
        back / TCP(**down, seq=answered, ack=after, flags="FA"),
        there / TCP(**up, seq=after, ack=answered + 1, flags="FA"),
        back / TCP(**down, seq=answered + 1, ack=after + 1, flags="A"),
    ]
    return [(begin + 1_000_001 * number, packet) for number, packet in enumerate(packets)]


def dial(client: str, port: int, begin: int) -> list[tuple[int, Any]]:
    """SYNs that nobody answers."""
    syn = Ether() / IP(src=client, dst=SERVER) / TCP(sport=port, dport=80, seq=5, flags="S")
    return [(begin + wait * 10**9, syn) for wait in (0, 2, 6)]


def write(path: Path, packets: list[tuple[int, Any]]) -> Path:
    writer = PcapNgWriter(str(path))
    for time, packet in sorted(packets, key=lambda one: one[0]):
        # scapy writes microseconds unless it is told the resolution, which only its low-level method takes.
        writer.write_header(packet)
        writer._write_packet(bytes(packet), linktype=1, sec=time // 10**9, usec=time % 10**9 / 1000)
    writer.close()
    return path


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    packets = exchange(ROUTER, 1024, 100, BEGIN, NEXT_CA)
    packets += exchange(ROUTER, 1024, 70_000, BEGIN + 20 * 10**9, NEXT_CA)  # the same ports again
    packets += exchange("10.0.0.3", 1024, 7, BEGIN + 10**9, "/evil\x1b[2J\x9b?operation=GetCACert", "200 OK")
    packets += dial(SILENT, 2000, BEGIN + 2 * 10**9)
    return write(tmp_path / "storm.pcapng", packets)


def tshark(path: Path, *fields: str) -> list[list[str]]:
    program = shutil.which("tshark")
    assert program is not None, "tshark is needed for this test"
    command = [program, "-n", "-r", str(path), "-T", "json", *(part for field in fields for part in ("-e", field))]
    packets = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [[" / ".join(packet["_source"]["layers"].get(field, [])) for field in fields] for packet in packets]


def extract(capture: Path, *arguments: str) -> Path:
    target = capture.with_name("evidence.pcapng")
    assert main(["extract", str(capture), *arguments, "-w", str(target), "--force", "--quiet"]) == 0
    return target


def test_a_client_with_all_its_packets_and_times(capture: Path) -> None:
    found = tshark(extract(capture, "--client", ROUTER), "ip.src", "tcp.flags", "frame.time_epoch", "tcp.seq_raw")
    source = [
        row
        for row in tshark(capture, "ip.src", "tcp.flags", "frame.time_epoch", "tcp.seq_raw", "ip.addr")
        if ROUTER in row[4]
    ]
    assert len(found) == 16
    assert found == [row[:4] for row in source]


def test_times_keep_their_nanoseconds(tmp_path: Path) -> None:
    from pcapinspect.report.pcapng_file import PcapngFile

    path = tmp_path / "ns.pcapng"
    with path.open("wb") as file:
        target = PcapngFile(file)
        target.section("one", "test")
        target.packet(bytes(14), 60, 1_800_000_000_123_456_789, 1)
    assert tshark(path, "frame.time_epoch", "frame.len", "frame.cap_len") == [["1800000000.123456789", "60", "14"]]


def test_comments_say_why_a_packet_is_there(capture: Path) -> None:
    rows = tshark(extract(capture, "--client", ROUTER), "frame.comment")
    source = tshark(capture, "frame.number", "ip.addr")
    first = next(number for number, addresses in source if ROUTER in addresses)
    assert rows[0][0].startswith(f"frame {first} of {capture} / ")
    assert f"connection 0, {ROUTER}:1024 to {SERVER}:80: established, SYNs sent: 1" in rows[0][0]
    assert "the server accepts" in rows[1][0]
    assert rows[2][0] == ""
    assert "request: GetNextCACert for GETVPN" in rows[3][0]
    assert "response to GetNextCACert for GETVPN: 404 Not Found" in rows[4][0]


def test_the_section_names_source_and_hash(capture: Path) -> None:
    path = extract(capture, "--client", ROUTER)
    said = subprocess.run(["capinfos", "-k", str(path)], check=True, capture_output=True, text=True).stdout
    assert str(capture) in said
    assert hashlib.sha256(capture.read_bytes()).hexdigest() in said


def test_a_finding_with_its_whole_connections(capture: Path) -> None:
    rows = tshark(extract(capture, "--finding", "rollover-404-loop"), "ip.addr", "frame.comment")
    assert len(rows) == 16
    assert all(ROUTER in row[0] for row in rows)
    assert sum("rollover-404-loop: " in row[1] for row in rows) == 4  # two requests, two responses


def test_an_attempt_on_the_same_ports_is_another_connection(capture: Path) -> None:
    rows = tshark(
        extract(capture, "--client", ROUTER, "--from", "2027-01-15T08:00:10Z"), "tcp.seq_raw", "frame.time_epoch"
    )
    assert rows[0][0] == "70000"
    assert len(rows) == 8


def test_a_time_without_offset_is_in_the_zone_that_was_asked_for(capture: Path) -> None:
    rows = tshark(extract(capture, "--from", "2027-01-15T17:00:10", "--tz", "Asia/Tokyo"), "tcp.seq_raw")
    assert rows[0][0] == "70000"


def test_times_take_whole_connections(capture: Path) -> None:
    rows = tshark(
        extract(capture, "--from", "2027-01-15T08:00:07Z", "--to", "2027-01-15T08:00:08Z"), "ip.src", "frame.comment"
    )
    assert [row[0] for row in rows] == [SILENT] * 3
    assert "unanswered, SYNs sent: 3" in rows[0][1]


def test_what_a_request_says_cannot_act_on_a_terminal(capture: Path) -> None:
    rows = tshark(extract(capture, "--client", "10.0.0.3"), "frame.comment")
    assert all(comment.isprintable() for row in rows for comment in row)


def test_several_files_are_sections_in_order(tmp_path: Path) -> None:
    packets = exchange(ROUTER, 1024, 100, BEGIN, NEXT_CA)
    first, second = write(tmp_path / "a.pcapng", packets[:5]), write(tmp_path / "b.pcapng", packets[5:])
    target = tmp_path / "evidence.pcapng"
    arguments = ["extract", str(first), str(second), "--client", ROUTER, "-w", str(target), "--quiet"]
    assert main(arguments) == 0
    data = target.read_bytes()
    assert data.index(str(first).encode()) < data.index(str(second).encode())
    assert data.count(b"\x0a\x0d\x0d\x0a") == 2
    assert len(tshark(target, "frame.number")) == 8


def test_standard_output(capture: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["extract", str(capture), "--client", ROUTER, "-w", "-", "--quiet"]) == 0
    assert capfdbinary.readouterr().out == extract(capture, "--client", ROUTER).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say what to take"),
        (["--finding", "none-such"], "none-such"),
        (["--pause", "1"], "there is no pause 1"),
        (["--client", "10.9.9.9"], "no connection"),
        (["--client", "nobody"], "not an IP address"),
        (["--from", "yesterday"], "ISO 8601"),
    ],
)
def test_what_is_not_there_is_one_line_of_error(
    capture: Path, arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    target = capture.with_name("evidence.pcapng")
    assert main(["extract", str(capture), *arguments, "-w", str(target)]) == 2
    error = capfd.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not target.exists()


def test_nothing_is_overwritten_unasked(capture: Path) -> None:
    before = capture.read_bytes()
    assert main(["extract", str(capture), "--client", ROUTER, "-w", str(capture), "--force"]) == 2
    assert capture.read_bytes() == before
    other = capture.with_name("other.pcapng")
    other.write_text("old")
    assert main(["extract", str(capture), "--client", ROUTER, "-w", str(other)]) == 2
    assert other.read_text() == "old"


def test_standard_input_cannot_be_read_twice(tmp_path: Path) -> None:
    assert main(["extract", "-", "--client", ROUTER, "-w", str(tmp_path / "x.pcapng")]) == 2


def test_a_pause_of_a_real_listener_with_the_streams_that_wireshark_sees(shared_captures: Path, tmp_path: Path) -> None:
    capture = shared_captures / "lab" / "throttle-windows-80-15.pcap"
    report, target = tmp_path / "report.json", tmp_path / "evidence.pcapng"
    assert main(["analyze", str(capture), "--json", str(report), "--quiet"]) == 0
    assert main(["extract", str(capture), "--pause", "1", "-w", str(target), "--quiet"]) == 0
    document = json.loads(report.read_text())
    pause = document["servers"][0]["pauses"][0]
    columns = document["tables"]["connections"]["columns"]
    bounds = {frame["frame"] for frame in pause["frames"]}
    streams = {columns["tcp_stream"][number] for number in pause["connections"]}
    streams |= {int(row[1]) for row in tshark(capture, "frame.number", "tcp.stream") if int(row[0]) in bounds}
    whole = [row[0] for row in tshark(capture, "frame.time_epoch", "tcp.stream") if int(row[1]) in streams]
    found = tshark(target, "frame.time_epoch", "frame.comment")
    assert [row[0] for row in found] == whole
    comments = " ".join(row[1] for row in found)
    for role in ("last answer before pause 1", "first unanswered SYN of pause 1", "first answer after pause 1"):
        assert comments.count(role) == 1
    assert "last unanswered SYN of pause 1" in comments


def test_what_a_finding_rests_on_beyond_the_extract_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(STORM), "--finding", "rollover-404-loop", "-w", str(tmp_path / "loop.pcapng")]) == 0
    # 927 failed requests and their responses, of which a finding cites 200 frames.
    assert "1,654 of the 1,854 frames that show rollover-404-loop are not cited" in capsys.readouterr().err
    assert main(["extract", str(STORM), "--finding", "server-pauses", "-w", str(tmp_path / "pauses.pcapng")]) == 0
    assert "not cited" not in capsys.readouterr().err


def test_all_takes_what_a_finding_does_not_cite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The storm's polls that met 404 are beyond the frames that the finding cites."""
    from pcapinspect import analyze

    report = analyze(STORM)
    polls = report.tables["exchanges"].query("operation == 'GetNextCACert' and status == 404")
    target = str(tmp_path / "evidence.pcapng")
    written = {}
    for option in ([], ["--all"]):
        arguments = ["extract", str(STORM), "--finding", "rollover-404-loop", *option, "-w", target, "--force"]
        assert main(arguments) == 0
        told = capsys.readouterr().err
        assert ("are not cited" in told) == (not option)
        rows = tshark(Path(target), "http.response.code")
        written[bool(option)] = sum(row == ["404"] for row in rows)
    assert written[True] == len(polls) > 2 * written[False] > 0


def test_all_is_of_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(STORM), "--all", "--client", ROUTER, "-w", str(tmp_path / "x.pcapng")]) == 2
    assert "--all is of a finding" in capsys.readouterr().err
