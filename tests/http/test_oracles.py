"""Public captures against what tshark and Zeek found in them; where they differ from us, the packets decide."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.settings import Settings
from pcapinspect.tcp.tracker import ConnectionTracker

FOLDERS = ("http", "pki-http", "tcp", "lab")
"""Those in which HTTP and TCP are odd. (What is odd in the others is another layer's.)"""

DIFFERENT = {
    # tshark counts a response only once it is whole, and one whose end the capture does not hold never is.
    "http/suricata-verify--http-evader-099--input.pcap": "no end",
    "tcp/sample-captures--hypertext-transport-protocol-http--http_redirects.pcapng": "no end",
    "tcp/suricata-verify--tcp-rst-unacked-stream-10--TLPW1-tcp-174.56.47.59-10.3.11.101-tcp-80-49309.pcap": "no end",
    "tcp/tcpflow--tests--test1-part1.pcap": "no end",
    "tcp/zeek--http--content-range-gap.pcap": "no end",
    "tcp/zeek--http--entity_gap2.pcap": "no end",
    # By default tshark does not put segments in order (tcp.reassemble_out_of_order).
    "lab/lossy5pct-at-client.pcap": "out of order",
    "lab/lossy5pct-at-server.pcap": "out of order",
    "lab/reorder-dup-at-client.pcap": "out of order",
    "lab/reorder-dup-at-server.pcap": "out of order",
    # No status of three digits is no status (RFC 9112, 4).
    "http/suricata-verify--http-evader-393--input.pcap": "status line",
    "http/suricata-verify--http-evader-468--input.pcap": "status line",
    "http/suricata-verify--http-evader-477--input.pcap": "status line",
    # Methods that tshark does not know, HTTP/0.9, requests that break off, HEAD on a connection that goes on.
    "lab/http-odd.pcap": "odd requests",
    "http/suricata-verify--detect-app-layer-protocol-03--input.pcap": "odd requests",
    # A reset before the handshake's end is a refusal here; the client of this one went on all the same.
    "tcp/suricata-verify--bug-3286-02-linux-evasion--with_evasion_linux.pcap": "forged reset",
}


def read(path: Path, ports: tuple[int, ...] = (80,)) -> Exchanges:
    capture, tracker, reader = CaptureReader([str(path)]), ConnectionTracker(Settings(ports=ports)), ExchangeReader()
    parts = [reader.feed(tracker.feed(batch), batch.data, tracker.take_retired())[0] for batch in capture]
    return Exchanges.concatenate([*parts, reader.finish()[0]])


def cases(shared_captures: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared_captures / "index.json").read_text())["cases"]
    return found


def test_requests_and_responses_are_tsharks_or_the_difference_is_known(shared_captures: Path) -> None:
    different, agreed = set(), 0
    for case in cases(shared_captures):
        http = case.get("expected", {}).get("tshark", {}).get("http")
        if not http or case["file"].partition("/")[0] not in FOLDERS or set(http.get("request_ports", {})) - {"80"}:
            continue
        exchanges = read(shared_captures / case["file"])
        methods = Counter(exchanges.method[exchanges.method != None].tolist())  # noqa: E711
        codes = Counter(exchanges.status[exchanges.status != MISSING].tolist())
        theirs = {
            int(code): count for code, count in http["codes"].items() if not 100 <= int(code) < 200 or code == "101"
        }
        if methods == http["methods"] and codes == theirs:
            agreed += 1
        elif http["request_ports"] or len(exchanges):
            different.add(case["file"])
    assert different == {file for file in DIFFERENT if (shared_captures / file).exists()}
    assert agreed >= 100


MIDSTREAM = {"encap/zeek--Traces--wikipedia.pcap": Counter({("GET", "/", "304"): 1})}
"""Exchanges of connections whose handshake was not captured: Zeek reads no HTTP in them."""


def test_exchanges_are_the_rows_of_zeeks_http_log(shared_captures: Path) -> None:
    compared = 0
    for case in cases(shared_captures):
        logs = [baseline.get("http", ()) for baseline in case.get("expected", {}).get("zeek", ())]
        whole = [log for log in logs if log and {"method", "uri", "status_code", "id.resp_p"} <= log[0].keys()]
        if not whole:
            continue
        exchanges = read(shared_captures / case["file"], tuple({int(row["id.resp_p"]) for row in whole[0]}))
        columns = zip(exchanges.method, exchanges.uri, exchanges.status, strict=True)
        ours = Counter(
            (m or "-", _legible(unquote_to_bytes(u or "-")), "-" if s == MISSING else str(s)) for m, u, s in columns
        )
        theirs = Counter(
            (row["method"], _legible(row["uri"].encode("latin-1")), row["status_code"]) for row in whole[0]
        )
        assert ours - MIDSTREAM.get(case["file"], Counter()) == theirs, case["file"]
        compared += 1
    assert compared >= 10


def _legible(uri: bytes) -> str:
    """Zeek logs URIs percent-decoded, with escapes of its own; we keep them as they were sent."""
    text = uri.decode("latin-1").replace("\\\\", "\\")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
