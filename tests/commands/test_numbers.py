from __future__ import annotations

import argparse

import pytest

from pcapinspect.commands.numbers import number, whole


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("80", 80), ("65535", 65_535), ("1e3", 1000), ("80.0", 80)])
def test_whole_numbers_within_the_bounds(text: str, value: int) -> None:
    read = whole(1, 65_535, "a TCP port")(text)
    assert (read, type(read)) == (value, int)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80.5", "http", "", "nan", "inf", "9" * 400])
def test_anything_else_is_refused_with_what_is_wanted(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a TCP port"):
        whole(1, 65_535, "a TCP port")(text)


def test_bounds_belong_to_the_numbers() -> None:
    read = number(0, 1.5, "a share")
    assert (read("0"), read("1.5")) == (0, 1.5)
    with pytest.raises(argparse.ArgumentTypeError, match=r"1\.51 is not a share"):
        read("1.51")
