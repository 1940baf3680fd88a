"""Files told by content, and each form read: nfcapd, nfdump's CSV and JSON, a router's cache, datagrams in captures."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.layers.inet import IP, UDP
from scapy.utils import PcapNgWriter

from pcapinspect.columns import MISSING
from pcapinspect.errors import EngineError, EvidenceError
from pcapinspect.evidence.netflow.attempts import attempts_of
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.evidence.netflow.reader import read_flows
from pcapinspect.evidence.netflow.rows import flags

IP_CACHE_FLOW = """\
IP packet size distribution (381 total packets):
   1-32   64   96  128  160
   .000 .895 .104 .000 .000

SrcIf         SrcIPaddress    DstIf         DstIPaddress    Pr SrcP DstP  Pkts
Gi0/0         10.2.0.1        Local         10.1.0.80       06 5C4B 0050     4
Gi0/0         10.2.0.2        Null          10.1.0.80       11 00A1 00A2     1
Gi0/0         10.2.0.3        Local         10.1.0.80       06 0400 0050   12K
Gi0/0         10.2.0.3        Local         10.1.0.81       06 0400 01BB     9
"""

VERBOSE = """\
SrcIf          SrcIPaddress    DstIf          DstIPaddress    Pr TOS Flgs  Pkts
Port Msk AS                    Port Msk AS    NextHop              B/Pk  Active
Et0/0.1        10.2.0.1        Et1/0.1        10.1.0.80       06 00  02       4
5C4B /0  0                     0050 /0  0     0.0.0.0                44    14.0
Et0/0.1        10.2.0.2        Et1/0.1        10.1.0.80       06 00  1B       5
5C4C /24 0                     0050 /24 0     0.0.0.0                83     0.1
"""

MONITOR_RECORDS = """\
  Cache type:                               Normal (Platform cache)
  Current entries:                               2

  IPV4 SOURCE ADDRESS:       10.2.0.1
  IPV4 DESTINATION ADDRESS:  10.1.0.80
  TRNS SOURCE PORT:          23627
  TRNS DESTINATION PORT:     80
  IP PROTOCOL:               6
  tcp flags:                 0x02
  counter bytes long:        176
  counter packets long:      4

  IPV4 SOURCE ADDRESS:       10.2.0.2
  IPV4 DESTINATION ADDRESS:  10.1.0.80
  TRNS SOURCE PORT:          1024
  TRNS DESTINATION PORT:     443
  IP PROTOCOL:               6
  counter packets long:      9
"""

MONITOR_TABLE = """\
IPV4 SRC ADDR    IPV4 DST ADDR    TRNS SRC PORT  TRNS DST PORT  IP PROT  bytes long  pkts long
===============  ===============  =============  =============  =======  ==========  =========
10.2.0.1         10.1.0.80                23627             80        6         176          4
10.2.0.2         10.1.0.80                 1024             80       17          99          1
"""


def flows_in(path: Path, text: str) -> Flows:
    path.write_text(text)
    return read_flows([str(path)], (80,)).flows


def test_ip_cache_flow_has_hexadecimal_ports(tmp_path: Path) -> None:
    flows = flows_in(tmp_path / "cache.txt", IP_CACHE_FLOW)
    assert flows.src_ip.tolist() == ["10.2.0.1", "10.2.0.3"]
    assert flows.src_port.tolist() == [23627, 1024]
    assert flows.packets.tolist() == [4, 12_000]
    assert set(flows.start.tolist()) == set(flows.tcp_flags.tolist()) == {MISSING}


def test_verbose_cache_has_flags_on_the_first_line_and_ports_on_the_second(tmp_path: Path) -> None:
    flows = flows_in(tmp_path / "cache.txt", VERBOSE)
    assert flows.src_port.tolist() == [0x5C4B, 0x5C4C]
    assert flows.tcp_flags.tolist() == [0x02, 0x1B]
    assert flows.bytes.tolist() == [176, 415]


@pytest.mark.parametrize(("text", "tcp_flags"), [(MONITOR_RECORDS, 2), (MONITOR_TABLE, MISSING)])
def test_flow_monitor_cache(tmp_path: Path, text: str, tcp_flags: int) -> None:
    flows = flows_in(tmp_path / "monitor.txt", text)
    assert (flows.src_ip[0], flows.src_port[0], flows.dst_ip[0], flows.dst_port[0]) == (
        "10.2.0.1",
        23627,
        "10.1.0.80",
        80,
    )
    assert (flows.packets.tolist(), flows.bytes.tolist(), flows.tcp_flags.tolist()) == ([4], [176], [tcp_flags])


@pytest.mark.parametrize(
    ("text", "value"),
    [("...AP.SF", 0x1B), ("......S.", 2), ("....... ", 0), ("C......F", 0x81), ("0x12", 0x12), ("", MISSING)],
)
def test_flags_as_nfdump_prints_them(text: str, value: int) -> None:
    assert flags(text) == value


def test_what_is_no_flow_file_is_one_line(tmp_path: Path) -> None:
    for name, content in (("text", "hello\n" * 50), ("empty", ""), ("json", '[{"type": "FLOW", "proto": ')):
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(EvidenceError, match=name):
            read_flows([str(path)], (80,))
    with pytest.raises(EvidenceError, match="No such file"):
        read_flows([str(tmp_path / "nowhere")], (80,))


def test_nfcapd_without_nfdump_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nfcapd.1"
    path.write_bytes(b"\x0c\xa5\x02\x00" + bytes(200))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match="apt install nfdump"):
        read_flows([str(path)], (80,))


def rows(flows: Flows) -> list[tuple[object, ...]]:
    """What identifies a record, whatever it was read from."""
    return sorted(
        zip(
            flows.src_ip, flows.src_port.tolist(), flows.dst_ip, flows.dst_port.tolist(),
            flows.packets.tolist(), flows.bytes.tolist(), flows.tcp_flags.tolist(),
            strict=True,
        )
    )  # fmt: skip


@pytest.mark.parametrize("version", ["v5", "v9", "v10"])
@pytest.mark.parametrize("capture", ["mix-full", "overflow-ios-80-15"])
def test_datagrams_equal_what_nfdump_makes_of_them(
    shared_captures: Path, version: str, capture: str, tmp_path: Path
) -> None:
    base = shared_captures / "derived" / f"softflowd-{version}-{capture}"
    datagrams = read_flows([f"{base}.pcap"], (80,))
    by_nfdump = read_flows([f"{base}.nfcapd"], (80,))
    assert rows(datagrams.flows) == rows(by_nfdump.flows) == rows(read_flows([f"{base}.nfdump.csv"], (80,)).flows)
    # nfdump keeps milliseconds.
    assert abs(datagrams.flows.start // 10**6 - by_nfdump.flows.start // 10**6).max() <= 1
    assert datagrams.files[0].lost == 0
    path = tmp_path / "flows.json"
    for quiet in ([], ["-q"]):
        command = ["nfdump", "-r", f"{base}.nfcapd", "-o", "json", *quiet]
        path.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
        assert rows(read_flows([str(path)], (80,)).flows) == rows(by_nfdump.flows)


def test_record_counts_equal_tsharks(shared_captures: Path) -> None:
    assert shutil.which("tshark")
    index = json.loads((shared_captures / "index.json").read_text())
    compared = 0
    for case in index["cases"]:
        cflow = case["expected"].get("netflow", {}).get("tshark_cflow")
        if case["category"] != "netflow" or not cflow or "sflow" in case["file"]:
            continue
        expected = cflow["datagrams"]
        try:
            (file,) = read_flows([str(shared_captures / case["file"])], (80,)).files
        except EvidenceError:
            # The one v5 datagram that claims more records than it holds is refused by its length.
            assert "invalid" in case["file"]
            continue
        assert file.datagrams == expected, case["file"]
        compared += 1
    assert compared >= 20


# The index holds 40 datagrams of a file at most. `telegraf-ipfix_example` has total octets (element 85), which tshark
# shows under another name than those since the last record.
CUT, OTHER_NAME = "pmacct--502", "telegraf-ipfix_example"


def test_ports_octets_and_flags_are_among_tsharks(shared_captures: Path) -> None:
    compared = 0
    for case in json.loads((shared_captures / "index.json").read_text())["cases"]:
        cflow = case["expected"].get("netflow", {}).get("tshark_cflow")
        if not cflow or "sflow" in case["file"] or "invalid" in case["file"] or CUT in case["file"]:
            continue
        evidence = read_flows([str(shared_captures / case["file"])], tuple(range(65536)))
        if evidence.files[0].firewall_events or evidence.files[0].biflows:
            continue  # a record and its way back are two flows here, and several events one connection
        flows = evidence.flows
        for name, column in (
            ("srcports", flows.src_port),
            ("dstports", flows.dst_port),
            ("octets", flows.bytes),
            ("tcpflags", flows.tcp_flags),
        ):
            if name == "octets" and OTHER_NAME in case["file"]:
                continue
            theirs = Counter(int(text, 0) for row in cflow["rows"] for text in row[name].split(",") if text)
            ours = Counter(value for value in column.tolist() if value != MISSING)
            assert not ours - theirs, (case["file"], name)
            compared += sum(ours.values())
    assert compared > 4000


def test_a_folder_a_glob_and_a_file_given_twice(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(IP_CACHE_FLOW)
    (tmp_path / "c.txt").hardlink_to(tmp_path / "a.txt")
    for arguments in ([str(tmp_path)], [str(tmp_path / "*.txt")], [str(tmp_path / "a.txt"), str(tmp_path)]):
        evidence = read_flows(arguments, (80,))
        assert [Path(file.path).name for file in evidence.files] == ["a.txt", "b.txt"]
        assert len(evidence.flows) == 4
    with pytest.raises(EvidenceError, match="no file matches"):
        read_flows([str(tmp_path / "*.pcap")], (80,))


def test_templates_of_one_file_hold_in_the_next_and_copies_are_read_once(tmp_path: Path, shared_captures: Path) -> None:
    content = (shared_captures / "derived" / "softflowd-v9-mix-full.pcap").read_bytes()
    size = 16 + struct.unpack_from("<I", content, 24 + 8)[0]
    # The later file has the earlier name.
    (tmp_path / "b.pcap").write_bytes(content[: 24 + size])
    (tmp_path / "a.pcap").write_bytes(content[:24] + content[24 + size :])
    (tmp_path / "copy.pcap").write_bytes(content[: 24 + size])
    (tmp_path / "notes").write_text("call the customer")
    evidence = read_flows([str(tmp_path)], (80,))
    assert [Path(file.path).name for file in evidence.files] == ["b.pcap", "a.pcap"]
    assert len(evidence.flows) == 136
    assert sum(file.without_template for file in evidence.files) == 0
    assert "copy.pcap is the same file" in evidence.files[0].warnings[0]


@pytest.mark.parametrize("suffix", ["pcapng", "pcap.gz"])
def test_exports_in_pcapng_and_compressed(tmp_path: Path, suffix: str) -> None:
    layout = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1))
    template = struct.pack("!HHHH", 0, 8 + 4 * len(layout), 256, len(layout))
    template += b"".join(struct.pack("!HH", *item) for item in layout)
    record = bytes([10, 2, 0, 1, 10, 1, 0, 80]) + struct.pack("!HHB", 1024, 80, 6)
    payload = struct.pack("!HHIIII", 9, 2, 1000, 1_700_000_000, 0, 0) + template
    payload += struct.pack("!HH", 256, 4 + len(record)) + record
    frame = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=5000, dport=2055) / payload)
    path = tmp_path / f"export.{suffix}"
    if suffix == "pcapng":
        writer = PcapNgWriter(str(path))
        writer.write(IP(frame))
        writer.close()
    else:
        header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
        path.write_bytes(gzip.compress(header + struct.pack("<IIII", 1, 0, len(frame), len(frame)) + frame))
    evidence = read_flows([str(path)], (80,))
    assert evidence.flows.src_ip.tolist() == ["10.2.0.1"]
    assert evidence.files[0].exporters == ["192.0.2.1"]


CSV = (
    "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n"
    + "2026-03-01 08:00:00,2026-03-01 08:00:01,1.000,10.2.0.1,\
10.1.0.80,1024,80,TCP,...AP.SF,0,0,5,400\n"
)
JSON = """[{"type": "FLOW", "proto": 6, "first": "2026-03-01T08:00:00.000", "last": "2026-03-01T08:00:01.000",
"src4_addr": "10.2.0.1", "dst4_addr": "10.1.0.80", "src_port": 1024, "dst_port": 80, "in_packets": 5, "in_bytes": 400,
"tcp_flags": "...AP.SF"}]"""
TEXTS = [IP_CACHE_FLOW, VERBOSE, MONITOR_RECORDS, MONITOR_TABLE, CSV, JSON]

ODD = st.one_of(
    st.text(max_size=12),
    st.integers().map(str),
    st.sampled_from(["9" * 30, "-1", "1e999", "nan", "0x", ",", "\n", "\x00", "999.1.1.1", "::", "[", "null", "K"]),
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.sampled_from(TEXTS), at=st.integers(0, 2000), gone=st.integers(0, 30), odd=ODD)
def test_damaged_text_is_flows_or_one_line(tmp_path: Path, text: str, at: int, gone: int, odd: str) -> None:
    at %= len(text)
    path = tmp_path / "flows"
    path.write_text(text[:at] + odd + text[at + gone :], encoding="utf-8", errors="replace")
    with suppress(EvidenceError):
        attempts_of(read_flows([str(path)], tuple(range(65536))).flows, (80,), ())


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=600))
def test_damaged_nfcapd_files_are_flows_or_one_line(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "nfcapd.2"
    path.write_bytes(b"\x0c\xa5\x02\x00" + body)
    with suppress(EvidenceError, EngineError):
        read_flows([str(path)], (80,))


def test_sflow_is_told_apart(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "netflow").glob("*sflow*")):
        with pytest.raises(EvidenceError, match="sFlow"):
            read_flows([str(path)], (80,))


CSV_HEAD = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n"
WHOLE = "2026-03-02 08:00:00,2026-03-02 08:00:01,1.0,10.0.0.1,10.0.0.2,4000,80,TCP,....S.,0,0,1,40\n"
TABLE = "IPV4 SRC ADDR  IPV4 DST ADDR  TRNS SRC PORT  TRNS DST PORT  pkts\n"


@pytest.mark.parametrize(
    ("head", "whole", "damaged"),
    [
        (CSV_HEAD, WHOLE, WHOLE.replace("4000", "99999")),
        (CSV_HEAD, WHOLE, WHOLE.replace("4000", "-5")),
        (CSV_HEAD, WHOLE, WHOLE.replace("10.0.0.1", "router")),
        (CSV_HEAD, WHOLE, WHOLE.replace("2026", "9999")),
        (CSV_HEAD, WHOLE, WHOLE.replace(",1,40", ",infK,40")),
        (CSV_HEAD, WHOLE, WHOLE.replace(",1,40", ",1," + "9" * 30)),
        (TABLE, "10.0.0.1 10.0.0.2 4000 80 5\n", "10.0.0.1 10.0.0.2 99999 80 5\n"),
        (TABLE, "10.0.0.1 10.0.0.2 4000 80 5\n", "10.0.0.1 10.0.0.2 4000 80 " + "9" * 30 + "\n"),
        (IP_CACHE_FLOW, "", "Gi0/0  999.2.0.1  Local  10.1.0.80  06 5C4B 0050  4\n"),
    ],
)
def test_numbers_and_addresses_that_cannot_be_are_counted(head: str, whole: str, damaged: str, tmp_path: Path) -> None:
    path = tmp_path / "flows.txt"
    path.write_text(head + whole + damaged)
    (file,) = read_flows([str(path)], (80,)).files
    assert (file.malformed, file.kept) == (1, 1 if whole else 2)
    assert any(warning.startswith("1 records or datagrams are damaged") for warning in file.warnings)


def test_an_nfdump_that_complains_for_ever_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does of some damaged files."""
    program = tmp_path / "nfdump"
    program.write_text("#!/bin/sh\nwhile :; do echo 'Error process appendix record type: 0' >&2; done\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "nfcapd.1").write_bytes(b"\x0c\xa5" + bytes(100))
    with pytest.raises(EngineError, match="nfdump failed: Error process appendix record type: 0"):
        read_flows([str(tmp_path / "nfcapd.1")], (80,))


def test_a_stray_quote_and_an_endless_field_cost_one_record_each(tmp_path: Path) -> None:
    """nfdump quotes nothing: a quote is a letter, and no line swallows those after it."""
    head = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n"
    line = "2026-03-01 08:00:00,2026-03-01 08:00:01,1.0,192.0.2.7,192.0.2.80,40000,80,TCP,......S.,0,0,1,44\n"
    path = tmp_path / "flows.csv"
    path.write_text(head + line + line.replace("192.0.2.7", '"192.0.2.7') + line.replace("40000", "4" * 200_000) + line)
    found = read_flows([str(path)], (80,))
    assert (len(found.flows), found.files[0].records, found.files[0].malformed) == (2, 4, 2)
