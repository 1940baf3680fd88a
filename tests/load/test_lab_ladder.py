"""Captures of real programs: each client's own record says what it got, and the ladder says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pcapinspect.address import texts
from pcapinspect.findings.analysis import Analysis
from pcapinspect.load.model import FELLS, RUNGS
from pcapinspect.pipeline import Evidence, inspect
from pcapinspect.settings import Settings

Climbed = tuple[str, str | None]

CUT = {"mix-snap54.pcap", "mix-headers-syn-only.pcap", "mix-toserver-only.pcap", "overflow-snap.pcap"}
"""Captures without the status line: that the client was answered is known, and no more."""

RECORDED = (
    *("blackhole-full-retries.pcap", "dup-any-bridge.pcapng", "lossy5pct-at-client.pcap", "lossy5pct-at-server.pcap"),
    *("mix-any-sll.pcap", "mix-any-sll2.pcap", "mix-fromserver-only.pcap", "mix-full.pcap", "mix-nano.pcap"),
    *("mix-snap96.pcap", "mix.pcapng", "overflow-abort-rst.pcap", "overflow-ios-80-15.pcap"),
    *("overflow-ios-impatient.pcap", "ratelimit-nft-80min.pcap", "ratelimit-nft-rst.pcap"),
    *("reorder-dup-at-client.pcap", "reorder-dup-at-server.pcap", "synack-loss-at-client.pcap"),
    *("synack-loss-at-server.pcap", "synflood-plus-good.pcap", "throttle-windows-80-15.pcap", *sorted(CUT)),
)

BY_CLIENT: dict[str, Climbed] = {
    "connect-timeout": ("dialled", "silence"),
    "connect-ECONNREFUSED": ("dialled", "reset"),
}

LOST_TAIL = 2
"""Responses that tcpdump received and did not write, at the end of overflow-ios-impatient: unknown, not unanswered."""


def climbed(analysis: Analysis) -> dict[tuple[str, int], Climbed]:
    """Rung and fell of each client's address and port."""
    rows, service = analysis.connections, analysis.load.service
    return {
        (address, port): (RUNGS[rung], (*FELLS, None)[fell])
        for address, port, rung, fell in zip(
            texts(rows.client_high, rows.client_low), rows.client_port.tolist(), service.rung, service.fell, strict=True
        )
    }


@pytest.mark.parametrize("name", RECORDED)
def test_the_ladder_says_what_each_client_recorded(shared_captures: Path, name: str) -> None:
    lab = shared_captures / "lab"
    truth = next(path for path in lab.glob("*.truth.json") if name.startswith(path.name.removesuffix(".truth.json")))
    found = climbed(inspect([str(lab / name)], Settings(), Evidence(), None))
    cut_off = []
    for client in json.loads(truth.read_text())["clients"]:
        expected = BY_CLIENT.get(client["outcome"], ("succeeded", None))
        if client["outcome"] == "response":
            assert client["t_first_byte"] is not None
            if name in CUT:
                expected = ("answered", None)
            elif client["status"] >= 400:
                expected = ("answered", "error")
        if found[client["src"], client["sport"]] != expected:
            cut_off.append(found[client["src"], client["sport"]])
    assert cut_off == [("asked", None)] * (LOST_TAIL if name == "overflow-ios-impatient.pcap" else 0)
