"""What the page offers to copy works: tshark, given the command as it stands, prints just the frames that are cited."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.pipeline import analyze

pytestmark = pytest.mark.browser

STORM = Path(__file__).resolve().parents[2] / "captures" / "storm.pcap"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = analyze([str(STORM)], command=["pcapinspect", "analyze", str(STORM)]).document
    return found


@pytest.fixture(scope="module")
def opened(open_page: Any, document: dict[str, Any]) -> Any:
    return open_page(document)


def frames_of(command: str) -> list[int]:
    words = shlex.split(command)
    assert words[0] == "tshark"
    done = subprocess.run([*words, "-T", "fields", "-e", "frame.number"], capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()]


def test_findings(opened: Any, document: dict[str, Any]) -> None:
    for finding, shown in zip(document["findings"], opened.page.query_selector_all("details.finding"), strict=True):
        copies = [button.get_attribute("data-copy") for button in shown.query_selector_all("[data-copy]")]
        commands = [text for text in copies if text.startswith("tshark")]
        cited = sorted({place["frame"] for place in finding["frames"]})
        assert [frames_of(command) for command in commands] == ([cited] if cited else [])


def test_pause(opened: Any, document: dict[str, Any]) -> None:
    pause = document["servers"][0]["pauses"][0]
    opened.page.click("#pause-facts")
    assert frames_of(copied(opened, "tshark")) == sorted({place["frame"] for place in pause["frames"]})
    opened.page.keyboard.press("Escape")


def test_connection(opened: Any, document: dict[str, Any]) -> None:
    opened.page.locator("#rows tbody tr[data-row]").nth(3).click()
    connections = document["tables"]["connections"]["columns"]
    frames = frames_of(copied(opened, "tshark"))
    opened.page.keyboard.press("Escape")
    assert len(frames) == connections["packets_up"][3] + connections["packets_down"][3]
    assert (frames[0], frames[-1]) == (connections["first_frame"][3], connections["last_frame"][3])


def test_client(opened: Any, document: dict[str, Any]) -> None:
    opened.page.click("#tab-clients")
    opened.page.locator("#rows tbody tr[data-row]").first.click()
    frames = frames_of(copied(opened, "tshark"))
    opened.page.keyboard.press("Escape")
    client = document["tables"]["clients"]["columns"]["client_ip"][0]
    own = [
        up + down
        for ip, up, down in zip(
            *(
                document["tables"]["connections"]["columns"][name]
                for name in ("client_ip", "packets_up", "packets_down")
            ),
            strict=True,
        )
        if ip == client
    ]
    assert len(frames) == sum(own)


def copied(opened: Any, program: str) -> str:
    """The command of the open drawer for a program. Paths in it are as the command line had them."""
    texts = opened.page.eval_on_selector_all("#drawer [data-copy]", "(all) => all.map((one) => one.dataset.copy)")
    found: str = next(text for text in texts if text.startswith(program + " "))
    assert os.fspath(STORM) in found
    return found
