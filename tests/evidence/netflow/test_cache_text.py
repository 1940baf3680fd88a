"""Caches as IOS and IOS XE print them: each heading and each form of a record, and what a reader counts in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pcapinspect.columns import MISSING
from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.reader import read_flows

TOP_TALKERS = """\
R1#show ip flow top-talkers

SrcIf         SrcIPaddress    DstIf         DstIPaddress    Pr SrcP DstP Bytes
Gi0/1         192.0.2.11      Local         192.0.2.80      06 C001 0050   176
Gi0/1         192.0.2.13      Local         192.0.2.80      06 C003 0050  1200
2 of 10 top talkers shown. 2 flows processed.
"""

IPV6_TABLE = """\
IPV6 SRC ADDR     IPV6 DST ADDR     TRNS SRC PORT  TRNS DST PORT  IP PROT  tcp flags  bytes long  pkts long  \
time abs first  time abs last  bytes layer2 long
================  ================  =============  =============  =======  =========  ==========  =========  \
==============  =============  =================
2001:db8:70::2    2001:db8::50              12390             80        6  0x02              320          4  \
15:13:49.163   15:14:03.164                 376
2001:db8:70::3    2001:db8::50              12391             80       17  0x00               80          1  \
15:13:49.163   15:13:49.164                  94
"""

AVC = """\
TRNS SOURCE PORT:                         80
TRNS DESTINATION PORT:                    52059
CONNECTION IPV4 INITIATOR ADDRESS:        192.0.2.80
CONNECTION IPV4 RESPONDER ADDRESS:        192.0.2.20
CONNECTION RESPONDER PORT:                80
IP PROTOCOL:                              6
APPLICATION NAME:                         port http
counter bytes long:                       495314
timestamp abs first:                      08:02:48.000
connection initiator port:                52059

TRNS SOURCE PORT:                         52059
TRNS DESTINATION PORT:                    80
CONNECTION IPV4 INITIATOR ADDRESS:        192.0.2.20
CONNECTION IPV4 RESPONDER ADDRESS:        192.0.2.80
CONNECTION RESPONDER PORT:                80
IP PROTOCOL:                              6
timestamp abs first:                      08:02:48.000
connection initiator port:                52059
"""

AVC_TABLE = """\
CONN IPV4 INITIATOR ADDR  CONN IPV4 RESPONDER ADDR  CONN INITIATOR PORT  CONN RESPONDER PORT  IP PROT  app name
192.0.2.20                192.0.2.80                              52059                   80        6  port http
"""


def read(path: Path, text: str) -> tuple[Flows, FlowFile]:
    path.write_text(text)
    evidence = read_flows([str(path)], (80,))
    return evidence.flows, evidence.files[0]


def test_top_talkers_by_bytes_have_bytes_and_no_packets(tmp_path: Path) -> None:
    flows, file = read(tmp_path / "top.txt", TOP_TALKERS)
    assert (flows.bytes.tolist(), set(flows.packets.tolist())) == ([176, 1200], {MISSING})
    assert flows.src_port.tolist() == [0xC001, 0xC003]
    assert (file.records, file.kept, file.undated) == (2, 2, 2)
    by_packets, _ = read(tmp_path / "packets.txt", TOP_TALKERS.replace("Bytes", "Pkts"))
    assert (by_packets.packets.tolist(), set(by_packets.bytes.tolist())) == ([176, 1200], {MISSING})


def test_a_table_of_ipv6_flows_has_times_of_day(tmp_path: Path) -> None:
    flows, file = read(tmp_path / "six.txt", IPV6_TABLE)
    assert (flows.src_ip.tolist(), flows.dst_ip.tolist()) == (["2001:db8:70::2"], ["2001:db8::50"])
    assert (flows.bytes.tolist(), flows.packets.tolist(), flows.tcp_flags.tolist()) == ([320], [4], [2])
    assert flows.start.tolist() == [MISSING]
    assert flows.clock.tolist() == [((15 * 60 + 13) * 60 + 49) * 10**9 + 163 * 10**6]
    assert file.records == 2
    assert "a time of day and no date" in file.warnings[0]


def test_records_of_avc_name_initiator_and_responder(tmp_path: Path) -> None:
    flows, file = read(tmp_path / "avc.txt", AVC)
    ends = zip(flows.src_ip, flows.src_port.tolist(), flows.dst_ip, flows.dst_port.tolist(), strict=True)
    assert list(ends) == [("192.0.2.80", 80, "192.0.2.20", 52059), ("192.0.2.20", 52059, "192.0.2.80", 80)]
    assert file.records == 2


def test_a_table_of_avc_without_transport_ports(tmp_path: Path) -> None:
    text = AVC_TABLE.replace("CONN IPV4", "CONNECTION IPV4")
    flows, _ = read(tmp_path / "avc.txt", text)
    assert (flows.src_ip.tolist(), flows.src_port.tolist()) == (["192.0.2.20"], [52059])
    assert (flows.dst_ip.tolist(), flows.dst_port.tolist()) == (["192.0.2.80"], [80])


def test_a_table_as_csv(tmp_path: Path) -> None:
    text = "IPV4 SRC ADDR,IPV4 DST ADDR,TRNS SRC PORT,TRNS DST PORT,IP PROT,tcp flags,bytes,pkts,time abs first\n"
    flows, file = read(tmp_path / "csv.txt", text + "10.2.0.1,10.1.0.80,20000,80,6,0x02,176,4,08:00:00.123\n")
    assert (flows.src_ip.tolist(), flows.src_port.tolist(), flows.dst_port.tolist()) == (["10.2.0.1"], [20000], [80])
    assert (flows.bytes.tolist(), flows.packets.tolist(), flows.tcp_flags.tolist()) == ([176], [4], [2])
    assert file.records == 1


@pytest.mark.parametrize("pager", [" --More-- " + "\b" * 9 + " " * 9 + "\b" * 9, " --More-- ", "--More--\r        \r"])
def test_a_pager_costs_no_flow(tmp_path: Path, pager: str) -> None:
    _, file = read(tmp_path / "top.txt", TOP_TALKERS.replace("Gi0/1         192.0.2.13", f"{pager}Gi0/1  192.0.2.13"))
    assert (file.records, file.kept) == (2, 2)
    _, file = read(tmp_path / "six.txt", IPV6_TABLE.replace("2001:db8:70::2 ", f"{pager}2001:db8:70::2 "))
    assert (file.records, file.kept) == (2, 1)


def test_caches_as_they_are_handed_over(tmp_path: Path) -> None:
    plain, _ = read(tmp_path / "plain.txt", IPV6_TABLE)
    quoted = "".join(f"> {line}\n" for line in IPV6_TABLE.splitlines())
    tabs = re.sub(" {2,}", "\t", IPV6_TABLE)
    named = IPV6_TABLE.replace("        6  0x02", "      tcp  0x02").replace("       17  ", "      udp  ")
    for text in (quoted, tabs, named):
        flows, file = read(tmp_path / "other.txt", text)
        assert (flows.src_ip.tolist(), flows.clock.tolist()) == (plain.src_ip.tolist(), plain.clock.tolist())
        assert (file.records, file.malformed) == (2, 0)
    (tmp_path / "wide.txt").write_bytes(IPV6_TABLE.encode("utf-16"))
    assert read_flows([str(tmp_path / "wide.txt")], (80,)).flows.src_ip.tolist() == plain.src_ip.tolist()


def test_the_cache_of_old_ios_for_ipv6(tmp_path: Path) -> None:
    heading = "SrcAddress      InpIf  DstAddress      OutIf  Prot SrcPrt DstPrt Packets\n"
    flows, _ = read(tmp_path / "old.txt", heading + "2001:DB8::11  Gi0/0  2001:DB8::80  Local  0x06 0xC351 0x0050 4\n")
    assert (flows.src_port.tolist(), flows.dst_port.tolist(), flows.packets.tolist()) == ([0xC351], [80], [4])


def test_a_cache_of_which_nothing_is_understood_says_so(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cache\.txt: a flow cache of which no record was understood"):
        read(tmp_path / "cache.txt", "IPV4 SOURCE ADDRESS: 10.0.0.1\nTRNS SOURCE PORT: 80\n")
