"""Captures of real servers and clients against what these recorded themselves, byte for byte."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.address import texts
from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.settings import Settings
from pcapinspect.tcp.tracker import ConnectionTracker

NGINX = [
    *("dup-any-bridge.pcapng", "fail-mix.pcap", "mix.pcapng", "mix-any-sll.pcap", "mix-any-sll2.pcap", "mix-nano.pcap"),
    *("lossy5pct-at-client.pcap", "lossy5pct-at-server.pcap", "reorder-dup-at-client.pcap"),
    *("reorder-dup-at-server.pcap", "synack-loss-at-client.pcap", "synack-loss-at-server.pcap"),
    *("scep-enrol-real.pcap", "ratelimit-nft-80min.pcap", "ratelimit-nft-rst.pcap", "throttle-windows-80-15.pcap"),
    *("encap-erspan3.pcap", "encap-l2tpv3_vlan_over_gre.pcap", "encap-mpls3.pcap", "encap-qinq9100.pcap"),
]
LISTENER = ["overflow-ios-80-15.pcap", "overflow-ios-impatient.pcap", "overflow-abort-rst.pcap"]


def read(path: Path) -> list[dict[str, Any]]:
    """Exchanges as the columns' values by name, None where missing, with the client's address and port."""
    capture, tracker, reader = CaptureReader([str(path)]), ConnectionTracker(Settings()), ExchangeReader()
    parts = [reader.feed(tracker.feed(batch), batch.data, tracker.take_retired())[0] for batch in capture]
    exchanges = Exchanges.concatenate([*parts, reader.finish()[0]])
    connections = tracker.finish().connections.take(exchanges.connection)
    columns = {name: getattr(exchanges, name).tolist() for name in Exchanges.__slots__}
    columns["src"] = texts(connections.client_high, connections.client_low).tolist()
    columns["sport"] = connections.client_port.tolist()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [{name: None if value == MISSING else value for name, value in row.items()} for row in rows]


def truth(path: Path) -> dict[str, Any]:
    """What clients and servers recorded: of the capture itself, or of the one that it is a variant of."""
    stem = path.name.partition(".")[0]
    files = [path.parent / f"{s}.truth.json" for s in (stem, stem.rpartition("-at-")[0], stem.partition("-")[0])]
    record: dict[str, Any] = json.loads(next(file for file in files if file.exists()).read_text())
    return record


@pytest.mark.parametrize("name", NGINX)
def test_every_exchange_is_in_the_servers_log(shared_captures: Path, name: str) -> None:
    path = shared_captures / "lab" / name
    rows = read(path)
    ours = Counter(
        (
            r["src"],
            r["sport"],
            f"{r['method']} {r['uri']} {r['version']}",
            r["status"],
            r["request_bytes"],
            r["response_bytes"],
        )
        for r in rows
    )
    log = Counter(
        (r["src"], r["sport"], r["request"], r["status"], r["req_len"], r["bytes_sent"])
        for r in truth(path)["server_log"]
    )
    assert ours == log
    assert all(r["complete"] for r in rows)


@pytest.mark.parametrize("name", LISTENER)
def test_every_answer_is_one_that_a_client_got(shared_captures: Path, name: str) -> None:
    path = shared_captures / "lab" / name
    answered = {(r["src"], r["sport"]): r for r in read(path) if r["status"] is not None}
    last = max(r["response_time"] for r in answered.values()) / 1e9  # tcpdump lost the tail of one of them
    clients = [c for c in truth(path)["clients"] if c["outcome"] == "response" and c["t_first_byte"] < last + 0.01]
    for client in clients:
        row = answered[client["src"], client["sport"]]
        assert (row["status"], row["request_bytes"], row["response_bytes"]) == (
            client["status"],
            client["request_bytes"],
            client["response_bytes"],
        )
        waited = client["t_first_byte"] - client["t_connected"]
        assert abs(row["latency"] / 1e9 - waited) < 0.05, client  # the client's own clock, in user space
    assert len(clients) > 20


def test_odd_requests_get_what_the_server_logged(shared_captures: Path) -> None:
    """nginx logs 499 or 408 where it sends nothing, counts interim responses, and 200 for HTTP/0.9's bare body."""
    path = shared_captures / "lab" / "http-odd.pcap"
    ours = Counter((r["sport"], r["status"]) for r in read(path))
    log = Counter(
        (r["sport"], r["status"] if r["bytes_sent"] and r["request"] != "GET /index.html" else None)
        for r in truth(path)["server_log"]
    )
    assert ours == log


def test_one_direction_alone_gives_its_half_of_every_exchange(shared_captures: Path) -> None:
    requests = read(shared_captures / "lab" / "mix-toserver-only.pcap")
    responses = read(shared_captures / "lab" / "mix-fromserver-only.pcap")
    log = truth(shared_captures / "lab" / "mix.pcapng")["server_log"]
    assert Counter((r["sport"], f"{r['method']} {r['uri']} {r['version']}", r["status"]) for r in requests) == Counter(
        (r["sport"], r["request"], None) for r in log
    )
    assert Counter((r["sport"], r["method"], r["status"], r["response_bytes"]) for r in responses) == Counter(
        (r["sport"], None, r["status"], r["bytes_sent"]) for r in log
    )
    assert not any(r["complete"] for r in requests + responses)


def test_cut_heads_name_their_method_and_mark_a_uri_that_is_not_whole(shared_captures: Path) -> None:
    rows = read(shared_captures / "lab" / "mix-snap96.pcap")
    log = truth(shared_captures / "lab" / "mix.pcapng")["server_log"]
    assert Counter((r["sport"], r["method"]) for r in rows) == Counter(
        (r["sport"], r["request"].split()[0]) for r in log
    )
    assert {r["uri"] for r in rows} == {"/cgi-bin/pkiclient.exe?op…", "/cgi-bin/pkiclient.exe?ope…"}
    assert not any(r["complete"] for r in rows)
    assert Counter((r["sport"], r["status"], r["request_bytes"], r["response_bytes"]) for r in rows) == Counter(
        (r["sport"], r["status"], r["req_len"], r["bytes_sent"]) for r in log
    )


def test_without_payload_there_are_no_exchanges(shared_captures: Path) -> None:
    assert read(shared_captures / "lab" / "mix-snap54.pcap") == []
