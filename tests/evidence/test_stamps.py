"""Stamps of logs: whose is which, what it reads, and which year it lies in."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pcapinspect.evidence.stamps import DEVICE, UPTIME, Stamp, StampReader, base_year, read_head


def ns(*parts: int, ms: int = 0) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9 + ms * 10**6  # type: ignore[misc,arg-type]


def stamps(*texts: str) -> list[Stamp]:
    reader = StampReader()
    found = [DEVICE.match(text + ": ") for text in texts]
    return [reader.read(one) for one in found if one is not None]


def test_an_http_date_is_no_stamp() -> None:
    for text in ("Date: Tue, 30 Dec 2014 16:14:28 GMT", "Dec 2014 16:14:28: x", "version 15.1", "10.0.0.80 is up"):
        assert read_head(text).text == text


TEXT = "%PKI-3-SOCKETSEND: Failed"
TEN = ns(2026, 3, 1, 10)


@pytest.mark.parametrize(
    ("line", "host", "device", "relay"),
    [
        ("*Mar  1 10:00:00.120: ", None, TEN + 120_000_000, None),
        ("000045: Mar 1 2026 11:00:00 CET: ", None, TEN, None),
        ("<187>4712: ca1: *Mar  1 2026 10:00:00.120 UTC: ", "ca1", TEN + 120_000_000, None),
        ("2026-03-01 10:00:00.120 UTC: ", None, TEN + 120_000_000, None),
        ("2026/03/01 10:00:00.000000266 {iosrp_R0-0}{255}: [pki] [16352]: (ERR): ", None, TEN + 266, None),
        ("Mar  1 10:00:00 10.0.0.80 44: ", "10.0.0.80", None, TEN),
        ("Mar  1 10:00:00 2001:db8::7 44: ", "2001:db8::7", None, TEN),
        ("Mar  1 10:00:00 ca1 44: *Feb 28 23:59:59.500: ", "ca1", ns(2026, 2, 28, 23, 59, 59, ms=500), TEN),
        ("Mar  1 10:00:00 ca ", "ca", None, TEN),
        ("Mar 1 10:00:00 ca1: ", "ca1", None, TEN),
        ("2026-03-01T11:00:00.123+01:00 ca1 4711: Mar  1 10:00:00.12: ", "ca1", TEN + 120_000_000, TEN + 123_000_000),
        ("2026-03-01T10:00:00+00:00 ca1 ", "ca1", None, TEN),
        ("<187>1 2026-03-01T10:00:00.5Z ca1 - - - - ", "ca1", None, TEN + 500_000_000),
        ('<187>1 2026-03-01T10:00:00.5Z ca1 ios 12 ID1 [x y="1"] ', "ca1", None, TEN + 500_000_000),
        ("2026-03-01 10:00:00\tLocal7.Error\t192.0.2.80\t4713: 004713: Mar  1 11:00:00.120 CET: ", "192.0.2.80",
         TEN + 120_000_000, TEN),
        ("2026-03-01T10:00:00.000+0000 host=ca1 ", "ca1", None, TEN),
        ("03/01/2026 10:00:00.250 ca1 ", "ca1", None, TEN + 250_000_000),
        ("03/01/2026 10:00:00.250 AM ca1 ", "ca1", None, TEN + 250_000_000),
        ("Mar 1, 2026 @ 10:00:00.123\tca1\t", "ca1", None, TEN + 123_000_000),
        ("1772359200.5 10.0.0.1 44: ", "10.0.0.1", None, TEN + 500_000_000),
        ("1772359200500 10.0.0.1 44: ", "10.0.0.1", None, TEN + 500_000_000),
        ("Mar  1 2026 07:00:00 -03: ", None, TEN, None),
        ("2026/03/01 10:00:00.000000266 {x_R0-0}{1}: [pki] [1]: UUID: 0, ra: 0, TID: 0 (ERR): ", None, TEN + 266, None),
        ("2026/03/01 10:00:00.000000266 {iosrp_R0-0}{1}: [pki] [1]: UUID: 0, ra: 0 (ERR): ", None, TEN + 266, None),
        ("2026 Mar  1 10:00:00 ca1 45: ", "ca1", None, TEN),
        ("2026/03/01 10:00:00 ca1 45: ", "ca1", None, TEN),
        ("2026-03-01\t10:00:00\tLocal7.Debug\t10.0.0.1\t45: ", "10.0.0.1", None, TEN),
        ("03-01-2026\t10:00:00\tLocal7.Debug\t10.0.0.1\t45: ", "10.0.0.1", None, TEN),
        ("3/1/26 10:00:00.250 AM ca1 ", "ca1", None, TEN + 250_000_000),
        ("3/1/2026 10:00:00 AM ca1 ", "ca1", None, TEN),
        ("01/Mar/2026:11:00:00 +0100 ca1 ", "ca1", None, TEN),
        ("1 Mar 2026 10:00:00 ca1 ", "ca1", None, TEN),
        ("Sun Mar 01 10:00:00 2026: <189>45: ", None, None, TEN),
        ("Sun Mar  1 11:00:00 CET 2026 ca1 ", "ca1", None, TEN),
        ("[Sun Mar 01 10:00:00.250 2026] *Mar  1 10:00:00: ", None, TEN, TEN + 250_000_000),
        ("[2026-03-01 10:00:00.250] ", None, None, TEN + 250_000_000),
        ("2026-03-01T10:00:00.250Z|10.0.0.1|", "10.0.0.1", None, TEN + 250_000_000),
        ("2026-03-01 10:00:00 ", None, None, TEN),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_forms_of_devices_and_relays(line: str, host: str | None, device: int | None, relay: int | None) -> None:
    head = read_head(line + TEXT)
    read = [StampReader().read(found).time(2026) if found else None for found in (head.device, head.relay)]
    assert (head.host, *read, head.text) == (host, device, relay, TEXT)


def test_a_message_behind_a_relays_stamp_is_no_host() -> None:
    for text in ("CRYPTO_PKI: Socket timeout", "PKI: Shadow timer went off for tti", "%PKI-3-X: y"):
        head = read_head("2026-03-01 10:00:06 " + text)
        assert (head.host, head.text) == (None, text)


@pytest.mark.parametrize("text", ["20w2d: x", "7:04: x", "00:00:12: x", "1y2w: x", "3d04h: x", "000123: 20w2d: x"])
def test_uptimes(text: str) -> None:
    assert UPTIME.match(text)


def test_the_year_nearest_to_the_anchor() -> None:
    first, last = stamps("Dec 31 23:00:00", "Jan  1 01:00:00")
    assert base_year((first, last), None, ns(2020, 1, 1)) == (2019, "capture")
    assert base_year((first, last), None, ns(2020, 6, 1)) == (2019, "capture")
    assert base_year((first, last), None, ns(2019, 12, 31)) == (2019, "capture")
    assert base_year((first, last), None, ns(2019, 6, 1)) == (2018, "capture")


def test_what_the_log_says_goes_before_the_capture() -> None:
    (stamp,) = stamps("Jan  1 03:00:00")
    assert base_year((stamp, stamp), (stamp, ns(2014, 12, 31, 16)), ns(2026, 1, 1)) == (2015, "date")
    (dated,) = stamps("Jan  1 2011 03:00:00")
    assert base_year((dated, dated), None, ns(2026, 1, 1)) == (2011, "stamp")
    assert dated.time(2011) == ns(2011, 1, 1, 3)


def test_nothing_tells_it() -> None:
    assert base_year(None, None, ns(2026, 1, 1)) == (None, None)
    (stamp,) = stamps("Jan  1 03:00:00")
    assert base_year((stamp, stamp), None, None) == (None, None)


def test_a_late_line_of_the_old_year() -> None:
    before, after, late = stamps("Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:59.5")
    assert [stamp.day.roll for stamp in (before, after, late)] == [0, 1, 0]


@pytest.mark.parametrize(
    "exported",
    [
        {"@timestamp": "2026-03-01T10:00:00.5Z", "host": {"name": "ca1"}, "message": f"45: {TEXT}"},
        {"_index": "x", "_source": {"@timestamp": "2026-03-01T10:00:00.5Z", "host": "ca1", "message": TEXT}},
        {"ts": 1772359200.5, "hostname": "ca1", "msg": TEXT, "severity": 7},
        {"timestamp": "2026-03-01T10:00:00.5Z", "source": "ca1", "message": f"<189>45: {TEXT}"},
    ],
)
def test_lines_of_a_log_stores_export(exported: dict[str, object]) -> None:
    head = read_head(json.dumps(exported))
    assert head.host == "ca1"
    assert head.text.endswith(TEXT)
    assert head.relay is not None
    assert StampReader().read(head.relay).time(2026) == TEN + 500_000_000


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"message": "{}"}', '{"a": ' * 5000, '{"message": null}', "[1]", '{"x": 1}']
)
def test_what_is_no_export_is_its_own_text(line: str) -> None:
    assert read_head(line).text == line
