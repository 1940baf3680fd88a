"""The tshark engine, against packets whose every field is known because they are made here."""

from __future__ import annotations

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw
from scapy.utils import PcapWriter

from pcapinspect.address import text_of
from pcapinspect.capture.inputs import InputFile
from pcapinspect.errors import CaptureError, EngineError
from pcapinspect.packets import batch
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.packets.tshark import TsharkReader, Witness, dissect_frame

BEGIN = 1_795_426_305
REQUEST = b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0\r\n\r\n"


OFFERED = [("NOP", None), ("MSS", 1300), ("SAckOK", b""), ("Timestamp", (77_000_000, 0)), ("WScale", 3)]


def packets() -> list[Packet]:
    client = IP(src="10.2.0.1", dst="10.1.0.80", id=7, ttl=254)
    server = IP(src="10.1.0.80", dst="10.2.0.1", id=8, ttl=255)
    syn = TCP(sport=23627, dport=80, seq=0xFFFFFFFF, flags="S", window=4128, options=OFFERED)
    return [
        Ether() / client / syn,
        Ether() / server / TCP(sport=80, dport=23627, seq=5, ack=0, flags="SA"),
        Ether() / Dot1Q(vlan=9) / client / TCP(sport=23627, dport=80, seq=0, ack=6, flags="PA") / Raw(REQUEST),
        Ether() / server / ICMP(type=3, code=13) / IP(bytes(client / syn)),
        Ether() / IPv6(src="2001:db8::1", dst="2001:db8::80", hlim=9) / TCP(sport=1024, dport=80, seq=1, flags="S"),
    ]


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "made.pcap"
    with PcapWriter(str(path), nano=True) as writer:
        for number, packet in enumerate(packets()):
            packet.time = BEGIN + number
            writer.write(packet)
    return path


def read(path: Path) -> tuple[batch.Packets, bytes, TsharkReader]:
    reader = TsharkReader([str(path)])
    batches = list(reader)
    assert len(batches) == 1
    return batches[0].packets, batches[0].data.tobytes(), reader


def test_every_column_is_what_was_built(capture: Path) -> None:
    rows, data, reader = read(capture)
    assert rows.frame.tolist() == [1, 2, 3, 4, 5]
    assert rows.time.tolist() == [(BEGIN + second) * 10**9 for second in range(5)]
    assert [text_of(*pair) for pair in zip(rows.src_high, rows.src_low, strict=True)] == [
        "10.2.0.1",
        "10.1.0.80",
        "10.2.0.1",
        "10.2.0.1",  # the quoted packet's
        "2001:db8::1",
    ]
    assert rows.src_port.tolist() == [23627, 80, 23627, 23627, 1024]
    assert rows.dst_port.tolist() == [80, 23627, 80, 80, 80]
    assert rows.seq.tolist() == [0xFFFFFFFF, 5, 0, 0xFFFFFFFF, 1]
    assert rows.ack.tolist()[1:3] == [0, 6]
    assert rows.flags.tolist() == [2, 18, 24, 2, 2]
    assert rows.ip_id.tolist() == [7, 8, 7, 7, 0]
    assert rows.ttl.tolist() == [254, 255, 254, 254, 9]
    assert rows.window[0] == 4128
    assert rows.mss.tolist() == [1300, 0, 0, 0, 0]
    assert rows.tsval.tolist() == [77_000_000, 0, 0, 0, 0]
    (native,) = CaptureReader([str(capture)])
    assert native.packets.mss.tolist() == rows.mss.tolist()
    assert native.packets.tsval.tolist() == rows.tsval.tolist()
    assert rows.kind.tolist() == [batch.TCP, batch.TCP, batch.TCP, batch.ICMP_ERROR, batch.TCP]
    assert rows.payload_length.tolist() == [0, 0, len(REQUEST), 0, 0]
    assert data == REQUEST
    assert np.array_equal(rows.captured_length, rows.payload_length)
    (file,) = reader.inputs
    assert (file.packets, file.truncated, file.warnings) == (5, False, [])
    assert (file.first_time, file.last_time) == (BEGIN * 10**9, (BEGIN + 4) * 10**9)


def test_wireshark_is_heard_as_a_witness(capture: Path) -> None:
    witnesses: list[Witness] = []
    assert list(TsharkReader([str(capture)], witnesses=witnesses))
    assert witnesses[2].method == "GET"
    assert witnesses[2].uri == "/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti"
    assert [witness.stream for witness in witnesses if witness.frame != 4] == [0, 0, 0, 1]


def test_a_cut_capture_gives_what_is_before_the_cut(capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:-10])
    rows, _, reader = read(capture)
    assert rows.frame.tolist() == [1, 2, 3, 4]
    assert reader.inputs[0].truncated
    assert "cut short" in reader.inputs[0].warnings[0]


def test_what_tshark_cannot_read_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "text.pcap"
    path.write_text("not a capture\n" * 20)
    with pytest.raises(CaptureError, match="isn't a capture file"):
        list(TsharkReader([str(path)]))


def test_without_tshark_it_says_so(monkeypatch: pytest.MonkeyPatch, capture: Path) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match="not installed"):
        TsharkReader([str(capture)])


def test_an_old_tshark_is_refused(monkeypatch: pytest.MonkeyPatch, capture: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "tshark"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'TShark (Wireshark) 2.6.20 (Git v2.6.20)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    with pytest.raises(EngineError, match=r"2\.6\.20 is too old"):
        TsharkReader([str(capture)])


def test_one_frame_dissected(capture: Path, tmp_path: Path) -> None:
    text = "\n".join(dissect_frame(str(capture), 3))
    assert "Request URI Query Parameter: operation=GetNextCACert" in text
    with pytest.raises(CaptureError, match="no frame 6"):
        dissect_frame(str(capture), 6)
    with pytest.raises(CaptureError, match="no frame 0"):
        dissect_frame(str(capture), 0)
    with pytest.raises(CaptureError, match=r"^nowhere\.pcap: no such file$"):
        dissect_frame("nowhere.pcap", 1)
    with pytest.raises(CaptureError, match="is a folder"):
        dissect_frame(str(tmp_path), 1)
    with pytest.raises(EngineError, match="standard input"):
        dissect_frame("-", 1)


def test_inside_a_running_event_loop_as_in_a_notebook(capture: Path) -> None:
    async def notebook() -> int:
        return len(read(capture)[0])

    with ThreadPoolExecutor(1) as thread:  # this one may be inside a loop already: that of the browser tests
        assert thread.submit(asyncio.run, notebook()).result() == 5


def test_files_are_read_in_the_order_of_time_and_counts_belong_to_them(capture: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "z.pcap"
    subprocess.run(["editcap", "-t", "-100", str(capture), str(earlier)], check=True)
    reader = TsharkReader([str(capture), str(earlier), str(capture)])
    rows = [row for part in reader for row in part.packets.file.tolist()]
    assert rows == [0] * 5 + [1] * 5
    assert [Path(file.path).name for file in reader.inputs] == ["z.pcap", capture.name]
    assert [isinstance(file, InputFile) and file.packets for file in reader.inputs] == [5, 5]
