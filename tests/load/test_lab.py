"""Captures of real kernels, judged against what their clients and servers recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.load.model import ServerLoad
from pcapinspect.pipeline import Evidence, inspect
from pcapinspect.settings import Settings


def judged(path: Path, **settings: int) -> ServerLoad:
    return inspect([str(path)], Settings(**settings), Evidence(), None).load.servers[0]  # type: ignore[arg-type]


def truth(folder: Path, name: str) -> Any:
    return json.loads((folder / "lab" / f"{name}.truth.json").read_text(encoding="utf-8"))


def stops(recorded: Any, least: float) -> list[tuple[float, float | None]]:
    """When the server stopped, and when it resumed."""
    events = [(event["ev"], event["t"]) for event in recorded["server_log"] if event["ev"] in ("stop", "resume")]
    begins = [time for what, time in events if what == "stop"]
    ends = [time for what, time in events if what == "resume"]
    assert all(end - begin >= least for begin, end in zip(begins, ends, strict=True))
    return list(zip(begins, ends, strict=True))


def test_windows_of_drops_after_eighty_are_the_rate_limit(shared_captures: Path) -> None:
    server = judged(shared_captures / "lab" / "throttle-windows-80-15.pcap")
    windows = [time for _, time in truth(shared_captures, "throttle-windows-80-15")["windows"]]
    assert server.verdict.cause == "rate_limit"
    assert [pause.cause for pause in server.pauses] == ["rate_limit", "rate_limit"]
    for pause, begin, end in zip(server.pauses, windows[::2], windows[1::2], strict=True):
        assert pause.last_answer is not None
        assert pause.last_answer / 1e9 <= begin <= pause.first_unanswered / 1e9
        assert pause.silence_at_most is not None
        assert pause.silence_at_least / 1e9 <= end - begin <= pause.silence_at_most / 1e9


@pytest.mark.parametrize("name", ["overflow-ios-80-15", "overflow-ios-impatient"])
def test_a_full_queue_shows_when_the_listener_stopped(shared_captures: Path, name: str) -> None:
    server = judged(shared_captures / "lab" / f"{name}.pcap")
    true = stops(truth(shared_captures, name), least=14.9)
    assert server.verdict.cause == "rate_limit"
    assert [pause.cause for pause in server.pauses] == ["rate_limit"] * len(true)
    for pause, (begin, end) in zip(server.pauses, true, strict=True):
        assert pause.silence_at_least / 1e9 <= end - begin
        if pause.silence_at_most is not None:
            assert end - begin <= pause.silence_at_most / 1e9
        assert pause.last_answer is not None
        assert abs(pause.last_answer / 1e9 - begin) < 0.1


def test_other_limits_are_found_when_they_are_given(shared_captures: Path) -> None:
    server = judged(shared_captures / "lab" / "overflow-abort-rst.pcap", limit=20, pause=6)
    assert [pause.cause for pause in server.pauses] == ["rate_limit", "rate_limit"]


@pytest.mark.parametrize(
    ("name", "causes"),
    [
        ("ratelimit-nft-80min.pcap", {"selective_drop"}),
        ("ratelimit-nft-rst.pcap", {"refused"}),
        ("blackhole-full-retries.pcap", {"outage"}),
        ("lossy5pct-at-client.pcap", {"loss"}),
        ("lossy5pct-at-server.pcap", {"loss"}),
        ("synack-loss-at-client.pcap", {"loss", "selective_drop"}),
        ("synflood-plus-good.pcap", {"healthy", "loss"}),
        ("mix.pcapng", {"healthy"}),
        ("mix-full.pcap", {"healthy"}),
        ("mix-any-sll2.pcap", {"healthy"}),
        ("mix-snap54.pcap", {"healthy"}),
        ("mix-headers-syn-only.pcap", {"healthy"}),
        ("mix-toserver-only.pcap", {"capture"}),
        ("mix-fromserver-only.pcap", {"capture"}),
        ("dup-any-bridge.pcapng", {"healthy"}),
        ("reorder-dup-at-server.pcap", {"healthy"}),
    ],
)
def test_what_is_no_throttle_is_not_called_one(shared_captures: Path, name: str, causes: set[str]) -> None:
    server = judged(shared_captures / "lab" / name)
    assert server.verdict.cause in causes
    if name != "blackhole-full-retries.pcap":
        assert server.pauses == ()
