"""`--tz local` is the zone of this machine."""

from __future__ import annotations

import os

import pytest

from pcapinspect.commands.settings import zone_name
from pcapinspect.errors import UsageError


@pytest.mark.parametrize("named", ["Europe/Berlin", ":Europe/Berlin"])
def test_the_environment_names_it(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", named)
    assert zone_name("local") == "Europe/Berlin"


@pytest.mark.parametrize(
    ("leads", "name"), [("/usr/share/zoneinfo/Asia/Kolkata", "Asia/Kolkata"), ("/var/db/zoneinfo/UTC", "UTC")]
)
def test_else_the_file_that_the_machine_goes_by(leads: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(os.path, "realpath", lambda _: leads)
    assert zone_name("local") == name


def test_a_machine_that_does_not_say_it_is_asked_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(os.path, "realpath", lambda path: path)
    with pytest.raises(UsageError, match="give its name"):
        zone_name("local")


def test_an_unknown_zone_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Mars/Olympus")
    for asked in ("local", "Mars/Olympus"):
        with pytest.raises(UsageError, match="Mars/Olympus"):
            zone_name(asked)
