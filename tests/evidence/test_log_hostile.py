"""Logs of any content: each line is accounted for, and nothing without a time is placed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.evidence.ios_log import read_logs
from pcapinspect.evidence.skew import align
from tests.evidence.test_skew import BEGIN, busy, ns

STAMPS = st.sampled_from(
    [
        "Mar  1 10:00:{:02d}.{:03d}: ",
        "*Mar  1 09:00:{:02d}.{:03d}: ",
        "2026-03-01T10:00:{:02d}.{:03d}Z r1 ",
        "Feb 30 10:00:{:02d}.{:03d}: ",
        "2261-12-31T23:59:{:02d}.{:03d}+99:59 r2 ",
        "1678/01/02 00:00:{:02d}.{:03d} {{iosrp}}{{1}}: [pki] [1]: (ERR): ",
        "20w2d: ",
        "",
        "<9>1 ",
    ]
)
TEXTS = st.sampled_from(
    [
        "TCP0: bad seg from 192.0.2.7 -- connection queue limit reached: port 80 seq 1003 ack 0",
        "TCP0: bad seg from 192.0.2.7 -- connection queue limit reached: port 80 seq 1007 ack 0",
        "TCP0: bad seg from :::: -- connection queue limit reached: port 99999 seq 999999999999999999 ack 0",
        "CRYPTO_PKI: Reply HTTP header:",
        "HTTP/1.1 404 Not Found",
        "Date: Sun, 01 Mar 2026 10:00:07 GMT",
        "Date: Thu, 01 Jan 1701 00:00:00 GMT",
        "CRYPTO_PKI: Sending Next CA Certificate Request:",
        "GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0",
        "CRYPTO_PKI_SCEP: CS received PKIOperation request",
        "CRYPTO_CS: scep msg type - 19",
        "CRYPTO_CS: trans id - AABB",
        "PKI: Shadow state for tti now",
        "NOW_STATE",
        "R1#show logging",
        "%PKI-3-SOCKETSEND: x",
        "\x00\x1b[7m--More--\x08",
    ]
)
LINE = st.builds(
    lambda stamp, second, milli, text, odd: stamp.format(second, milli) + text + odd,
    STAMPS, st.integers(0, 59), st.integers(0, 999), TEXTS, st.text(max_size=3),
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINE, max_size=25))
def test_every_line_is_accounted_for(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "log"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    made = align(read_logs([str(path)], ns(BEGIN)), *busy())
    (file,) = made.files
    assert file.account.understood + file.account.not_understood == file.account.lines == file.lines
    assert len(made.placed) == len(made.records)
    assert sum(count for _, count in made.counts) == len(made.records)
    assert {skew.clock for skew in made.skews if skew} <= set(range(len(made.clocks)))
    for record, at in zip(made.records, made.placed, strict=True):
        assert at is None or record.time is not None
        assert record.stamped_by is not None or record.time is None
