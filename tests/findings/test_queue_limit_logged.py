"""What a server's own word about its queue settles, and what it then need not be asked for again."""

from __future__ import annotations

import pytest

from pcapinspect import Evidence, analyze

CAPTURE = "captures/storm.pcap"
ARRIVAL = "Whether the SYNs arrived"
ASKED_FOR = "prints `connection queue limit reached`"


@pytest.fixture(scope="module")
def unserved() -> tuple[int, str]:
    """Sequence number and address of an attempt that got no answer."""
    columns = analyze(CAPTURE).document["tables"]["connections"]["columns"]
    row = columns["outcome"].index("unanswered")
    return columns["isn"][row], columns["client_ip"][row]


def said(tmp_path, isn: int, peer: str) -> str:
    log = tmp_path / "server.log"
    what = f"TCP0: bad seg from {peer} -- connection queue limit reached: port 80 seq {isn} ack 0"
    log.write_text(f"Mar  2 08:02:10.000 UTC: {what}\n")
    findings = analyze(CAPTURE, evidence=Evidence(logs=[str(log)])).document["findings"]
    return "\n".join(text for finding in findings for text in (*finding["not_shown"], *finding["remedy"]))


def test_a_line_about_a_captured_syn_proves_that_it_arrived(tmp_path, unserved):
    isn, peer = unserved
    told = said(tmp_path, isn, peer)
    assert ARRIVAL not in told
    assert ASKED_FOR not in told


def test_a_line_about_another_syn_proves_nothing(tmp_path, unserved):
    isn, peer = unserved
    told = said(tmp_path, isn + 1, peer)
    assert ARRIVAL in told
    assert ASKED_FOR in told
