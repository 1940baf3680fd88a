"""Every shared capture against tshark's count of it, or a reason from the bytes why the two differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.capture import linktypes
from pcapinspect.errors import CaptureError
from pcapinspect.packets.reader import CaptureReader

LINKS = {
    "1": {1}, "2": {6}, "3": {8}, "4": {9, 50, 166}, "7": {12, 14, 101}, "8": {7}, "9": {129}, "10": {11, 100},
    "11": {18, 19, 106}, "15": {0}, "19": {50, 166, 204}, "23": {127}, "25": {113}, "26": {107}, "28": {104},
    "45": {147}, "47": {149}, "62": {138}, "83": {130, 131, 132, 133, 134, 135, 136, 137, 178, 179, 180, 181, 200},
    "88": {177}, "104": {195}, "127": {230}, "129": {228}, "130": {229}, "139": {51}, "141": {239}, "146": {231},
    "152": {249}, "158": {253}, "160": {255}, "174": {108}, "180": {242}, "182": {266}, "185": {271}, "206": {283},
    "210": {276},
}  # fmt: skip
"""Wireshark's WTAP_ENCAP numbers of `encap`, and the link types in a file that it gives them to."""

NO_MATCH = {
    "derived/hexdump.txt.pcap": "text",
    "derived/not-a-capture.pcap": "text",
    "derived/truncated-empty.pcap": "empty",
    "derived/truncated-mid-file-header.pcap": "in the middle of its header",
    "derived/truncated-mid-record-header.pcap": "byte 24: the file ends in the middle of a packet",
    "malformed/libpcap--tests--linktype-reserved-field-not-zero.pcap": "reserved bits 0x00300000",
    "format/PcapPlusPlus--pcap_examples--solaris.snoop": "snoop",
    "format/sample-captures--general-unsorted--fw1_mon2018.cap": "snoop",
    "format/libtrace--traces--5_packets.erf.gz": "--engine tshark",
    "malformed/libtrace--traces--5_packets.erf.xz": "--engine tshark",
}
"""What is not read natively, and words of the one line that says so. 802.11 is told by its link type."""

MORE = {
    "derived/variant-double-gzip.pcap.gz.gz": "compressed twice: tshark undoes one compression",
    "derived/variant.pcap.bz2": "tshark does not undo bzip2",
    "derived/variant.pcap.xz": "tshark does not undo xz",
    "derived/linktype-ipnet-none-eth-mpls-219.pcap": "LINKTYPE_MPLS: tshark 4.0 does not know it",
    "malformed/libpcap--filter--brcm-tag-stp.pcap": "a link type that tshark 4.0 does not know: counted, not decoded",
    "malformed/sample-captures--mdb--mdb_bill_validator.pcap": "a link type that tshark 4.0 does not know",
    "malformed/tcpdump--tests--vtp_asan.pcap": "a link type that tshark 4.0 does not know",
    "malformed/tcpdump--tests--juniper_es_oobr.pcap": "bits 28 and 29 tell a frame check sequence",
}
"""Read natively, and not by tshark at all."""

OTHER_LAYOUT = {
    "derived/broken-huge-caplen.pcap": "the second record's length is damaged: tshark guesses another record layout",
    "derived/broken-zero-caplen-desync.pcap": "the same, for all records",
    "malformed/PcapPlusPlus--regression_samples--igmplayer": "the same",
}

_FUZZ = "malformed/PcapPlusPlus--regression_samples--clusterfuzz-testcase-minimized-FuzzTarget-"
FRACTION = {
    _FUZZ + "4829420752470016", _FUZZ + "5114733584449536", _FUZZ + "5165927376355328", _FUZZ + "5204104585674752",
    _FUZZ + "5487001111429120", _FUZZ + "5814090897948672", "malformed/nDPI--pcap--fuzz-2021-10-13.pcap",
    "malformed/tcpdump--tests--timestamp_invalid_micro.pcap",
}  # fmt: skip
"""A fraction of more than a second, which we add to the seconds, and tshark prints behind them."""

TCP_PACKETS = {
    "derived/bitrot-02.pcap": "two TCP headers shorter than their flags: tshark lists them, without a stream",
    "derived/bitrot-04.pcap": "one such header",
    "malformed/zeek--trunc--ip-discarder-truncated-tcp-oob.pcapng": "one such header",
    "malformed/suricata-verify--ipv6-malformed-fragments-25--frag-25.pcap": "one such header",
    "malformed/suricata-verify--tcp-session-decode-malformed-ipv4--input.pcap": "an IP option stops tshark's dissector",
    "encap/libpcap--filter--AH-IPcomp-IPv4.pcap": "compressed by IPComp: counted as IP protocol 108",
    "encap/libpcap--filter--AH-IPcomp-IPv6.pcap": "compressed by IPComp: counted as IP protocol 108",
    "encap/sample-captures--linux-netlink--netlink-nflog.pcap": "link type 253: counted, not decoded",
}
"""Where the TCP packets, quoted ones among them, are not as many as tshark's."""


def cases() -> list[Any]:
    index = Path(__file__).resolve().parents[3] / "shared" / "captures" / "index.json"
    if not index.exists():
        return []
    return [pytest.param(case, id=case["file"]) for case in json.loads(index.read_text())["cases"]]


@pytest.mark.parametrize("case", cases())
def test_a_shared_capture_is_read_as_tshark_reads_it(case: dict[str, Any], shared_captures: Path) -> None:
    name, expected = case["file"], case["expected"]["tshark"]
    path = str(shared_captures / name)
    reader = CaptureReader([path])
    try:
        tcp = sum(len(batch.packets) for batch in reader)
    except CaptureError as error:
        reason = str(error).removeprefix(path)
        assert "\n" not in reason
        if name in NO_MATCH:
            assert NO_MATCH[name] in reason
        else:
            assert "802.11" in reason
            assert set(expected["encap"]) <= {"20", "23", "97"}
        return
    (file,) = reader.inputs
    assert name not in NO_MATCH
    assert file.truncated == bool(expected["rc"] and name not in MORE and "junk" not in name)
    if name in MORE:
        assert expected["packets"] == 0 < file.packets
        return
    if name in OTHER_LAYOUT:
        assert file.warnings
        return
    assert file.packets == expected["packets"]
    assert len(file.link_types) >= len([number for number in expected["encap"] if number])
    for number in filter(None, expected["encap"]):
        assert {linktypes.name(link) for link in LINKS[number]} & set(file.link_types)
    if name not in FRACTION:
        for ours, theirs in ((file.first_time, expected["first"]), (file.last_time, expected["last"])):
            assert (ours is None) == (theirs is None)
            assert ours is None or abs(ours / 1e9 - theirs) < 1e-6
    if name not in TCP_PACKETS:
        assert tcp == expected["protocols"].get("tcp", 0)
