"""Measures the page of a large capture in Chromium, against that of a small one: its size, until it is ready, a filter.

    python benchmarks/page.py                          # 1,000 and 1,000,000 connections
    python benchmarks/page.py small.html large.html    # pages that are there

Times differ from machine to machine: only ratios within one run mean something. Each page is opened `--repeat` times,
in turn, and its best time counts. Needs Playwright and Chromium (or $PCAPINSPECT_CHROMIUM).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
CONNECTIONS = (1_000, 1_000_000)
PACKETS_EACH = 8.5
"""Of a connection in a generated storm, of which a quarter is unanswered."""

FILTER = "outcome=unanswered"
LIMIT = 120_000
"""Milliseconds after which a page is given up."""


@dataclass(frozen=True)
class Measured:
    """Megabytes and seconds."""

    size: float
    ready: float
    filtered: float


def main() -> None:
    """Makes what is not given, measures, and prints a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="the small one first")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = options.pages or [made(count, Path(folder)) for count in CONNECTIONS]
        rounds = [[measured(page) for page in pages] for _ in range(options.repeat)]
    best = [Measured(*map(min, zip(*map(values, runs), strict=True))) for runs in zip(*rounds, strict=True)]
    print("| page | MB | ready s | filter s | ready, ratio | filter, ratio |\n|---|--:|--:|--:|--:|--:|")
    for page, found in zip(pages, best, strict=True):
        ratios = found.ready / best[0].ready, found.filtered / best[0].filtered
        print(f"| {page.stem} | {found.size:.1f} | {found.ready:.1f} | {found.filtered:.2f} | "
              f"{ratios[0]:.1f} | {ratios[1]:.1f} |")  # fmt: skip


def values(one: Measured) -> tuple[float, float, float]:
    return one.size, one.ready, one.filtered


def made(connections: int, folder: Path) -> Path:
    """The page of a generated storm with so many connections."""
    capture, page = folder / f"{connections}.pcap", folder / f"{connections}.html"
    packets = str(round(connections * PACKETS_EACH))
    subprocess.run([sys.executable, HERE / "generate.py", "storm", packets, capture], check=True)
    command = [sys.executable, "-m", "pcapinspect", "analyze", capture, "--quiet", "--html", page]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return page


def measured(path: Path) -> Measured:
    """One opening in a fresh browser."""
    chromium = os.environ.get("PCAPINSPECT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        begin = time.perf_counter()
        page.goto(path.resolve().as_uri(), timeout=LIMIT)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=LIMIT)
        settled(page)
        ready = time.perf_counter() - begin
        begin = time.perf_counter()
        page.evaluate(f"location.hash = '{FILTER}'")
        page.wait_for_function("document.querySelector('[name=outcome]').value === 'unanswered'", timeout=LIMIT)
        settled(page)
        filtered = time.perf_counter() - begin
        browser.close()
    return Measured(path.stat().st_size / 1e6, ready, filtered)


def settled(page: Page) -> None:
    """Waits until every chart in sight is drawn."""
    page.wait_for_selector("html[data-settled]", state="attached", timeout=LIMIT)


if __name__ == "__main__":
    main()
