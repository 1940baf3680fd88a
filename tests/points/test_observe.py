"""Files as they come from one point, from two, and from different networks: what the whole report says of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.errors import UsageError
from pcapinspect.pipeline import analyze
from pcapinspect.report.document import Report
from pcapinspect.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "captures"

Record = tuple[int, bytes]
"""Time in microseconds, and the frame."""


def read(name: str) -> tuple[bytes, list[Record]]:
    data = (SAMPLES / name).read_bytes()
    records, at = [], 24
    while at < len(data):
        seconds, part, size, _ = struct.unpack_from("<IIII", data, at)
        records.append((seconds * 1_000_000 + part, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return data[:24], records


def write(path: Path, head: bytes, records: list[Record]) -> str:
    packed = [struct.pack("<IIII", *divmod(time, 1_000_000), len(frame), len(frame)) + frame for time, frame in records]
    path.write_bytes(head + b"".join(packed))
    return str(path)


def is_up(frame: bytes) -> bool:
    return frame[36:38] == b"\0\x50"


def is_syn(frame: bytes) -> bool:
    return is_up(frame) and frame[47] == 2


def client_side(records: list[Record], slow: int = 0) -> list[Record]:
    """The same, 15 ms nearer to the clients."""
    return sorted((time + (-15_000 if is_up(frame) else 15_000) - slow, frame) for time, frame in records)


@pytest.fixture(scope="module")
def storm() -> tuple[bytes, list[Record]]:
    return read("storm.pcap")


@pytest.fixture(scope="module")
def plain() -> Report:
    return analyze(str(SAMPLES / "storm.pcap"))


@pytest.fixture(scope="module")
def silent(plain: Report) -> Callable[[Record], bool]:
    """Whether a record is a SYN within one of the server's pauses, none of which it answered."""
    columns = plain.tables.columns("pauses")
    spans = list(zip(columns["first_unanswered"].tolist(), columns["last_unanswered"].tolist(), strict=True))
    assert len(spans) == 12
    return lambda record: is_syn(record[1]) and any(low <= record[0] * 1000 <= high for low, high in spans)


def verdict(report: Report) -> dict[str, Any]:
    return dict(report.sections["servers"][0]["verdict"])


def same(report: Report, plain: Report) -> bool:
    """Whether all that is said of the server and its findings is the same."""
    mine, theirs = report.sections, plain.sections
    keys = ("attempts", "established", "unanswered", "syn_packets", "exchanges", "ladder", "verdict", "first_pause")
    one, other = mine["servers"][0], theirs["servers"][0]
    titles = [finding["title"] for finding in mine["findings"]], [finding["title"] for finding in theirs["findings"]]
    return all(one[key] == other[key] for key in keys) and titles[0] == titles[1]


@pytest.mark.parametrize("parts", [2, 5])
def test_a_ring_is_one_capture(storm: tuple[bytes, list[Record]], plain: Report, tmp_path: Path, parts: int) -> None:
    head, records = storm
    size = len(records) // parts + 1
    files = [write(tmp_path / f"r{k}.pcap", head, records[k * size : (k + 1) * size]) for k in range(parts)]
    report = analyze(files)
    assert [point["kind"] for point in report.sections["points"]] == ["one"]
    assert same(report, plain)


def test_copies_are_one_capture(storm: tuple[bytes, list[Record]], plain: Report, tmp_path: Path) -> None:
    head, records = storm
    copy = write(tmp_path / "copy.pcap", head, [(time + 7, frame) for time, frame in records])
    report = analyze([str(SAMPLES / "storm.pcap"), copy])
    assert [point["kind"] for point in report.sections["points"]] == ["one"]
    assert same(report, plain)


@pytest.mark.parametrize("slow", [0, 3_200_000, 3_600_000_000])
def test_two_points_without_a_loss_give_the_report_of_the_server_s(
    storm: tuple[bytes, list[Record]], plain: Report, tmp_path: Path, slow: int
) -> None:
    head, records = storm
    client = write(tmp_path / "client.pcap", head, client_side(records, slow))
    server = write(tmp_path / "server.pcap", head, records)
    for files in ([client, server], [server, client]):
        report = analyze(files)
        (point,) = report.sections["points"]
        assert (point["kind"], point["client_side"], point["server_side"]) == ("two_points", [client], [server])
        assert abs((point["offset"] or 0) - slow / 1e6) <= 0.001
        assert point["lost"] == {"syn": 0, "answer": 0, "request": 0, "response": 0}
        assert same(report, plain)


@pytest.mark.parametrize("seconds", [-300, -3.2, 0, 300, 3600])
def test_directions_in_files_of_their_own_come_to_one_clock(
    storm: tuple[bytes, list[Record]], plain: Report, tmp_path: Path, seconds: float
) -> None:
    head, records = storm
    later = round(seconds * 1_000_000)
    up = write(tmp_path / "rx.pcap", head, [record for record in records if is_up(record[1])])
    down = write(tmp_path / "tx.pcap", head, [(time + later, frame) for time, frame in records if not is_up(frame)])
    for files in ([up, down], [down, up]):
        report = analyze(files)
        (point,) = report.sections["points"]
        assert same(report, plain)
        if seconds:
            assert point["kind"] == "clocks"
            assert seconds <= point["offset"] <= seconds + 0.005
            assert f"{780} handshakes" in point["sentence"]
        else:
            assert point["kind"] == "one"


@pytest.mark.parametrize(("every", "most"), [(2, "path"), (6, "rate_limit"), (20, "rate_limit")])
def test_a_limit_and_a_lossy_path_are_both_named(
    storm: tuple[bytes, list[Record]],
    silent: Callable[[Record], bool],
    tmp_path: Path,
    every: int,
    most: str,
) -> None:
    """Of the SYNs outside the pauses some are lost on the way, and come a second later; the pauses are the server's."""
    head, records = storm
    syns = [place for place, record in enumerate(records) if is_syn(record[1]) and not silent(record)]
    lost = set(syns[::every])
    before = [(time - 1_100_000, frame) for place, (time, frame) in enumerate(records) if place in lost]
    far = write(tmp_path / "far.pcap", head, records)
    near = write(tmp_path / "near.pcap", head, client_side(sorted([*records, *before])))
    report = analyze([near, far])
    found = verdict(report)
    (also,) = found["also"]
    said = {found["cause"]: found["sentence"], also["cause"]: also["sentence"]}
    assert found["cause"] == most
    assert said["path"].startswith(f"{len(lost):,} of 1,159 attempts lost packets between the two capture points")
    assert said["rate_limit"].startswith("The server stopped answering 12 times")
    assert found["explains"] > also["share"] > 0.05
    assert found["explains"] + also["share"] == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize("name", ["{}_{:05d}_20260302{:06d}.pcap", "{}.{}.{}.pcap"])
@pytest.mark.parametrize("slow", [0, 3_200_000, 95_000_000])
def test_two_rings_are_two_points(
    storm: tuple[bytes, list[Record]],
    silent: Callable[[Record], bool],
    tmp_path: Path,
    name: str,
    slow: int,
) -> None:
    """For two files' time nothing comes through: these have nothing in common with those at the same time."""
    head, records = storm
    near = client_side(records, slow)
    begin, end = records[len(records) // 2][0], records[len(records) // 2 + len(records) // 6][0]
    far = [record for record in records if not silent(record) and not begin <= record[0] < end]
    files: list[str] = []
    for side, whole in (("branch", near), ("ca", far)):
        size = len(whole) // 12 + 1
        for k in range(12):
            path = tmp_path / name.format(side, k, 80_000 + k)
            files.append(write(path, head, whole[k * size : (k + 1) * size]))
    report = analyze(files)
    (point,) = report.sections["points"]
    assert point["kind"] == "two_points"
    assert (sorted(point["client_side"]), sorted(point["server_side"])) == (sorted(files[:12]), sorted(files[12:]))
    whole_ones = [write(tmp_path / "near.cap", head, near), write(tmp_path / "far.cap", head, far)]
    assert same(report, analyze(whole_ones))
    assert verdict(report)["cause"] == "path"


def test_what_never_came_is_not_the_server_s(
    storm: tuple[bytes, list[Record]], silent: Callable[[Record], bool], tmp_path: Path
) -> None:
    head, records = storm
    client = write(tmp_path / "client.pcap", head, client_side(records))
    server = write(tmp_path / "server.pcap", head, [record for record in records if not silent(record)])
    report = analyze([client, server])
    never = never_came(records, silent)
    assert verdict(report)["cause"] == "path"
    assert report.sections["points"][0]["kind"] == "two_points"
    lost = report.tables.columns("connections")["lost_between"].tolist()
    assert lost.count("syn") > never > 100
    finding = next(found for found in report.sections["findings"] if found["id"] == "lost-between")
    assert finding["figures"]["never_came"] == never
    syns = report.sections["points"][0]["lost"]["syn"]
    assert f"| SYN | 1159 | {syns} |" in report.to_markdown().replace(",", "")
    assert "| SYN/ACK | 1023 | 0 | 0 % |" in report.to_markdown().replace(",", "")
    named = analyze([client, server], points={"ca": [server], "branch": [client]})
    assert verdict(named) == verdict(report)
    with pytest.raises(UsageError, match="no capture of its own"):
        analyze([client, server], points={"ca": [server], "branch": []})


def test_behind_a_nat_attempts_are_matched_by_their_numbers(
    storm: tuple[bytes, list[Record]], silent: Callable[[Record], bool], tmp_path: Path
) -> None:
    head, records = storm

    def inside(frame: bytes) -> bytes:
        """As it is before the NAT: the client has another address and port."""
        at, port = (26, 34) if is_up(frame) else (30, 36)
        return frame[:at] + b"\xc0\xa8" + frame[at + 2 : port] + bytes([frame[port] ^ 1]) + frame[port + 1 :]

    near = [(time, inside(frame)) for time, frame in client_side(records)]
    client = write(tmp_path / "client.pcap", head, near)
    server = write(tmp_path / "server.pcap", head, [record for record in records if not silent(record)])
    report = analyze([client, server])
    (point,) = report.sections["points"]
    assert (point["kind"], point["client_side"]) == ("two_points", [client])
    assert "NAT" in point["sentence"]
    assert [server["verdict"]["cause"] for server in report.sections["servers"]] == ["path"]
    assert report.sections["servers"][0]["attempts"] == 1159


def never_came(records: list[Record], silent: Callable[[Record], bool]) -> int:
    """Attempts of which no SYN came: by address, port and initial number."""

    def attempts(chosen: list[Record]) -> set[bytes]:
        return {frame[26:42] for _, frame in chosen if is_syn(frame)}

    return len(attempts(records) - attempts([record for record in records if not silent(record)]))


def test_networks_that_share_an_address_are_judged_apart(plain: Report) -> None:
    files = [str(SAMPLES / name) for name in ("storm.pcap", "healthy.pcap")]
    report = analyze(files)
    servers = report.sections["servers"]
    assert [(server["network"], server["verdict"]["cause"]) for server in servers] == [
        ("storm.pcap", "rate_limit"),
        ("healthy.pcap", "healthy"),
    ]
    assert [point["kind"] for point in report.sections["points"]] == ["apart"]
    assert servers[0]["attempts"] == plain.sections["servers"][0]["attempts"]
    merged = analyze(files, Settings(points="one"))
    assert [server["network"] for server in merged.sections["servers"]] == [None]
