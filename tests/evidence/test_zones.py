"""Zones of configurations: whose they are, and what is done where they contradict each other."""

from __future__ import annotations

from pathlib import Path

from pcapinspect.evidence.zones import Zones, read_zones

HOUR = 3600


def zones(tmp_path: Path, *texts: str) -> Zones:
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.txt"
        path.write_text(text)
        paths.append(str(path))
    return read_zones(paths)


AUSTRALIAN = "hostname CA-1\nclock timezone EST 10 0\nclock summer-time EDT recurring\n"
AMERICAN = "R7#show running-config\nhostname R7\nclock timezone EST -5 0\n"


def test_a_device_has_the_zones_that_it_was_told(tmp_path: Path) -> None:
    both = zones(tmp_path, AUSTRALIAN, AMERICAN)
    offsets, path = both.of(["CA-1"])
    assert (offsets["EST"], offsets["EDT"], path) == (10 * HOUR, 11 * HOUR, str(tmp_path / "0.txt"))
    assert both.of(["R7"])[0]["EST"] == -5 * HOUR


def test_of_a_device_without_a_configuration_what_all_agree_on_holds(tmp_path: Path) -> None:
    offsets, path = zones(tmp_path, AUSTRALIAN).of([])
    assert (offsets["EST"], path) == (10 * HOUR, str(tmp_path / "0.txt"))
    contradicting = zones(tmp_path, AUSTRALIAN, "hostname R8\nclock timezone EST 9 30\n")
    assert contradicting.of(["R99"])[0]["EST"] == -5 * HOUR  # as everywhere: two configurations contradict each other


def test_without_configurations_names_mean_what_they_mean_everywhere() -> None:
    offsets, path = Zones().of(["CA-1"])
    assert (offsets["EST"], offsets["CET"], path) == (-5 * HOUR, HOUR, None)
