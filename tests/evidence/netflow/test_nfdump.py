"""What nfdump prints, of old and new versions, from one list of three dials."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.reader import read_flows

CSV = """\
firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows
2026-03-01 10:00:00.100,14.000,TCP,192.0.2.11,49153,192.0.2.80,80,4,176,1
2026-03-01 10:00:02.100,00:00:00.250,TCP,192.0.2.13,49155,192.0.2.80,80,6,660,1
2026-03-01 10:00:02.120,0.230,TCP,192.0.2.80,80,192.0.2.13,49155,5,520,1
"""
CHOSEN = """\
routerIP,dstAddr,dstPort,srcAddr,srcPort,proto,firstSeen,lastSeen,flags,inPackets,inBytes
192.0.2.254,192.0.2.80,80,192.0.2.11,49153,TCP,1772359200.100,1772359214.100,......S.,4,176
192.0.2.254,192.0.2.80,80,192.0.2.13,49155,TCP,1772359202.100,1772359202.350,...AP.SF,6,660
192.0.2.254,192.0.2.13,49155,192.0.2.80,80,TCP,1772359202.120,1772359202.350,...AP.SF,5,520
"""
FAST = """\
cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,bytes
1,2,1772359200100,1772359214100,6,192.0.2.11,49153,192.0.2.80,80,0,0,1,2,......S.,0,4,176
2,2,1772359202100,1772359202350,6,192.0.2.13,49155,192.0.2.80,80,0,0,1,2,...AP.SF,0,6,660
3,2,1772359202120,1772359202350,6,192.0.2.80,80,192.0.2.13,49155,0,0,2,1,...AP.SF,0,5,520
"""


def ndjson_line(source: str, source_port: int, target: str, port: int, times: str, flags: str, packets: int) -> str:
    ends = f'"src_port":{source_port},"dst_port":{port},"src4_addr":"{source}","dst4_addr":"{target}"'
    counts = f'"in_packets":{packets},"in_bytes":{packets},"proto":6,"tcp_flags":"{flags}"'
    return f'{{"type":"FLOW",{times},{counts},{ends},"sampled":0}}\n'


def times(first: str, last: str) -> str:
    return f'"first":"2026-03-01T10:00:{first}","last":"2026-03-01T10:00:{last}"'


NDJSON = (
    ndjson_line("192.0.2.11", 49153, "192.0.2.80", 80, times("00.100", "14.100"), "......S.", 4)
    + ndjson_line("192.0.2.13", 49155, "192.0.2.80", 80, times("02.100", "02.350"), "...AP.SF", 6)
    + ndjson_line("192.0.2.80", 80, "192.0.2.13", 49155, times("02.120", "02.350"), "...AP.SF", 5)
)
BEGIN = 1_772_359_200_100 * 10**6


def read(path: Path, text: str) -> tuple[Flows, FlowFile]:
    path.write_text(text)
    evidence = read_flows([str(path)], (80,))
    return evidence.flows, evidence.files[0]


@pytest.mark.parametrize(
    ("text", "form"),
    [(CSV, "csv"), (CHOSEN, "csv"), (FAST, "csv"), (NDJSON, "ndjson")],
    ids=["csv", "chosen", "fast", "nd"],
)
def test_forms_since_1_7_5_say_the_same(tmp_path: Path, text: str, form: str) -> None:
    flows, file = read(tmp_path / "flows", text)
    assert (file.format, file.records, file.kept, file.malformed) == (f"nfdump-{form}", 3, 3, 0)
    milliseconds = [0, 2000, 2020]
    assert [(start - BEGIN) // 10**6 for start in flows.start.tolist()] == milliseconds
    assert [(end - BEGIN) // 10**6 for end in flows.end.tolist()] == [14_000, 2250, 2250]
    assert flows.src_ip.tolist() == ["192.0.2.11", "192.0.2.13", "192.0.2.80"]
    assert flows.dst_port.tolist() == [80, 80, 49155]
    assert flows.packets.tolist() == [4, 6, 5]
    assert flows.tcp_flags.tolist() == ([MISSING] * 3 if text is CSV else [2, 0x1B, 0x1B])
    # nfdump's ndjson of 2024 wrote the packets where the bytes belong.
    assert flows.bytes.tolist() == ([MISSING] * 3 if text is NDJSON else [176, 660, 520])
    assert file.exporters == (["192.0.2.254"] if text is CHOSEN else [])


def test_a_stray_quote_and_a_huge_field_cost_their_own_lines(tmp_path: Path) -> None:
    head, *rows = CSV.splitlines(keepends=True)
    for odd in ('2026-03-01 10:00:01.100,"14.000,TCP\n', "x" * 200_000 + "\n", "," * 200_000 + "\n"):
        flows, file = read(tmp_path / "odd.csv", head + rows[0] + odd + rows[1])
        assert (len(flows), file.malformed) == (2, 1), odd[:20]
        assert file.warnings == ["1 records or datagrams are damaged, and what is damaged is left out"]


def test_a_line_of_ndjson_that_is_none_is_counted(tmp_path: Path) -> None:
    first, *rest = NDJSON.splitlines(keepends=True)
    flows, file = read(tmp_path / "flows", first + rest[0][:60] + "\n" + rest[1] + "[1]\n")
    assert (len(flows), file.records, file.malformed) == (2, 4, 2)


LINE = """\
$ nfdump -r nfcapd.202603011000 'port 80'
Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows
2026-03-01 10:00:00.100    14.000 TCP         192.0.2.11:49153 ->       192.0.2.80:80           4      176     1
2026-03-01 10:00:02.100     0.250 TCP         192.0.2.13:49155 ->       192.0.2.80:80           6      660     1
2026-03-01 10:00:02.120     0.230 TCP         192.0.2.80:80    ->       192.0.2.13:49155        5      520     1
Summary: total flows: 3, total bytes: 1356, total packets: 15, avg bps: 800, avg pps: 1, avg bpp: 80
Time window: 2026-03-01 10:00:00 - 2026-03-01 10:00:14
"""
EXTENDED = """\
Date first seen          Duration Proto   Src IP Addr:Port        Dst IP Addr:Port   Flags Tos  Packets    Bytes  \
pps      bps    Bpp Flows
2026-03-01 10:00:00.100 00:00:14.000 TCP  2001:db8::11.49153 ->   2001:db8::80.80    ......S.   0        4    1.2 M  \
0       80     80     1
2026-03-01 10:00:02.100 00:00:00.250 TCP  2001:d..:db8::13.49155 ->   2001:d..:db8::80.80    ...AP.SF   0   6   660  \
0       80    110     1
"""


def test_tables_for_people(tmp_path: Path) -> None:
    flows, file = read(tmp_path / "line.txt", LINE)
    assert (file.format, file.records, file.kept, file.malformed) == ("nfdump-text", 3, 3, 0)
    assert [(start - BEGIN) // 10**6 for start in flows.start.tolist()] == [0, 2000, 2020]
    assert [(end - BEGIN) // 10**6 for end in flows.end.tolist()] == [14_000, 2250, 2250]
    assert flows.src_ip.tolist() == ["192.0.2.11", "192.0.2.13", "192.0.2.80"]
    assert (flows.src_port.tolist(), flows.dst_port.tolist()) == ([49153, 49155, 80], [80, 80, 49155])
    assert (flows.packets.tolist(), flows.bytes.tolist()) == ([4, 6, 5], [176, 660, 520])


def test_ipv6_in_tables_and_what_nfdump_cut_of_it(tmp_path: Path) -> None:
    flows, file = read(tmp_path / "extended.txt", EXTENDED)
    assert (flows.src_ip.tolist(), flows.src_port.tolist()) == (["2001:db8::11"], [49153])
    assert (flows.tcp_flags.tolist(), flows.bytes.tolist()) == ([2], [1_200_000])
    assert file.malformed == 1
    assert "nfdump -6" in file.warnings[0]


def test_what_shells_add_and_encode(tmp_path: Path) -> None:
    plain, _ = read(tmp_path / "plain.csv", CHOSEN)
    typed, file = read(tmp_path / "typed.csv", f"$ nfdump -o csv\n{CHOSEN}Summary: total flows: 3, total bytes: 1\n")
    assert (file.records, file.malformed) == (3, 0)
    (tmp_path / "powershell.csv").write_bytes(CHOSEN.replace("\n", "\r\n").encode("utf-16"))
    encoded = read_flows([str(tmp_path / "powershell.csv")], (80,)).flows
    for flows in (typed, encoded):
        assert flows.start.tolist() == plain.start.tolist()
        assert flows.exporter.tolist() == plain.exporter.tolist()


def test_columns_without_a_first_time(tmp_path: Path) -> None:
    rows = [line.split(",") for line in CHOSEN.splitlines()]
    last = "\n".join(",".join([*row[:6], *row[7:]]) for row in rows) + "\n"
    flows, file = read(tmp_path / "last.csv", last)
    assert ([(end - BEGIN) // 10**6 for end in flows.end.tolist()], file.malformed) == ([2250, 2250, 14_000], 0)
    received, _ = read(tmp_path / "received.csv", last.replace("lastSeen", "received"))
    assert received.end.tolist() == flows.end.tolist()
    none = "\n".join(",".join([*row[:6], *row[8:]]) for row in rows) + "\n"
    flows, file = read(tmp_path / "none.csv", none)
    assert (flows.start.tolist(), file.undated, file.malformed) == ([MISSING] * 3, 3, 0)


def test_sampled_records_tell_the_interval_by_their_packets(tmp_path: Path) -> None:
    """nfcapd multiplies them."""
    scaled = NDJSON.replace('"sampled":0', '"sampled":1')
    for packets in (4, 6, 5):
        scaled = scaled.replace(f'"in_packets":{packets},', f'"in_packets":{packets * 100},')
    flows, file = read(tmp_path / "scaled", scaled)
    assert (file.sampling, flows.sampling.tolist()) == (100, [100] * 3)
    _, file = read(tmp_path / "unknown", NDJSON.replace('"sampled":0', '"sampled":1'))
    assert file.sampling is None
    assert "sampled" in file.warnings[0]
