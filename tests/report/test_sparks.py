"""The line of attempts in the row of a server, and what stands on every printed page."""

from __future__ import annotations

import re
from typing import Any

from pcapinspect.report.html_view import css_string, footer
from pcapinspect.report.sparks import HEIGHT, WIDTH, sparks


def document(servers: dict[str, list[int]]) -> Any:
    rows = [
        (ip, 80, f"2026-03-01T{at // 60:02}:{at % 60:02}:00.000000000Z", n)
        for ip, counts in servers.items()
        for at, n in enumerate(counts)
    ]
    names = ("server_ip", "server_port", "minute", "attempts")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return {
        "servers": [{"ip": ip, "port": 80} for ip in servers],
        "tables": {"minutes": {"columns": columns}},
    }


def heights(path: str) -> list[float]:
    return [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)h", path)]


def test_the_busiest_minute_is_the_top_of_its_servers_own_line() -> None:
    busy, quiet = sparks(document({"192.0.2.1": [0, 80, 40], "192.0.2.2": [0, 0, 3]}))
    assert busy is not None
    assert quiet is not None
    assert (busy["most"], quiet["most"]) == (80, 3)
    assert heights(busy["path"]) == [HEIGHT, 2.0, 13.0]
    assert heights(quiet["path"]) == [HEIGHT, HEIGHT, 2.0]


def test_a_day_keeps_its_busiest_minute() -> None:
    counts = [1] * 1440
    counts[777] = 500
    (line,) = sparks(document({"192.0.2.1": counts}))
    assert line is not None
    assert line["most"] == 500
    assert len(heights(line["path"])) == WIDTH
    assert heights(line["path"]).count(2.0) == 1


def test_a_server_without_minutes_has_no_line() -> None:
    given = document({"192.0.2.1": [1]})
    given["servers"].append({"ip": "192.0.2.9", "port": 80})
    assert sparks(given)[1] is None


def test_no_file_name_ends_the_string_of_the_style_sheet() -> None:
    name = 'a"; } body { display: none } \\ \n</style>é.pcap'
    written = css_string(name)
    assert re.fullmatch(r'"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*"', written)
    assert re.sub(r"\\([0-9a-f]{6})", lambda code: chr(int(code[1], 16)), written)[1:-1] == name


def test_a_printed_page_names_the_first_file_its_hash_and_how_many_more() -> None:
    inputs = [{"path": "a", "sha256": "ab12"}, {"path": "b", "sha256": None}]
    assert footer({"inputs": inputs}) == css_string("a and 1 more, SHA-256 ab12")
    assert footer({"inputs": inputs[1:]}) == css_string("b, SHA-256 not known")
