"""A Chromium of the machine, driven by Playwright; pages are opened in it as a customer opens them: from a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pcapinspect.report.every_row import Rows
from pcapinspect.report.html import render_html

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WATCH = """window.violations = [];
addEventListener('securitypolicyviolation', (broken) => violations.push(broken.violatedDirective));"""


def find_chromium() -> str:
    """$PCAPINSPECT_CHROMIUM, else what is on the path."""
    named = os.environ.get("PCAPINSPECT_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.fail(
            'no Chromium on the path: install it, set PCAPINSPECT_CHROMIUM, or leave these out: -m "not browser"'
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield running
        running.close()


@dataclass
class Opened:
    """A page and all that it did besides showing itself."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until every chart is drawn for the filter that is set."""
        self.page.wait_for_selector("html[data-settled]", state="attached", timeout=30_000)

    def totals(self) -> str:
        return self.page.inner_text("#totals")


Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def open_page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Opens the page of a document. Keywords go to the browser's context (color_scheme, viewport, ...)."""
    folder = tmp_path_factory.mktemp("pages")
    contexts: list[BrowserContext] = []

    def opened(document: dict[str, Any], address: str = "", every_row: Rows | None = None, **options: Any) -> Opened:
        path = folder / f"page-{len(contexts)}.html"
        path.write_text(render_html(SimpleNamespace(shown=document, every_row=every_row), "full"), encoding="utf-8")  # type: ignore[arg-type]
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        seen = Opened(page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(path.as_uri() + address)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
        return seen

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The example's document: a storm, a healthy server, one that is down; with hostile strings."""
    from tests.report.example import report

    found: dict[str, Any] = report().document
    return found
