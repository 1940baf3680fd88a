"""Files beside a capture, as people paste them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from pcapinspect.evidence.configuration import Configuration, read_configuration


@pytest.fixture
def read_config(tmp_path) -> Callable[..., Configuration]:
    """The configuration that a text holds."""

    def of(text: str, dedent: bool = True) -> Configuration:
        path = tmp_path / "router.txt"
        path.write_text(textwrap.dedent(text) if dedent else text)
        return read_configuration([str(path)])

    return of
