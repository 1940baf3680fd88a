"""Fixtures that every layer's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A machine may be slow or busy with other things: no test asserts a time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_CAPTURES = Path(__file__).resolve().parents[2] / "shared" / "captures"


@pytest.fixture(scope="session")
def shared_captures() -> Path:
    """Captures that others made, beside a checkout; a clone alone passes without them."""
    if not SHARED_CAPTURES.is_dir():
        pytest.skip("no ../shared/captures beside this checkout")
    return SHARED_CAPTURES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the golden judgements anew (look at them!)")
