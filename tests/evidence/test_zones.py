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


def test_several_devices_in_one_file_have_zones_of_their_own(tmp_path: Path) -> None:
    both = zones(tmp_path, AUSTRALIAN + "!\n" + AMERICAN)
    assert both.of(["CA-1"])[0]["EST"] == 10 * HOUR
    assert both.of(["R7"])[0]["EST"] == -5 * HOUR


def test_relays_name_a_device_by_its_domain_or_address(tmp_path: Path) -> None:
    addressed = AUSTRALIAN + "interface Gi0\n ip address 10.0.0.80 255.255.255.0\n ipv6 address 2001:DB8:0::80/64\n"
    both = zones(tmp_path, addressed, AMERICAN)
    for name in ("ca-1.example.net", "10.0.0.80", "2001:db8::80"):
        assert both.of([name])[0]["EST"] == 10 * HOUR, name
    assert both.of(["r7.example.net"])[0]["EST"] == -5 * HOUR


def test_zones_as_people_type_them(tmp_path: Path) -> None:
    text = 'x(config)#clock timez CST 8\nhostname y\nclock timezone "IST" 5 30\nclock summer IDT recurring\n'
    both = zones(tmp_path, text)
    assert both.of(["x"])[0]["CST"] == 8 * HOUR
    assert (both.of(["y"])[0]["IST"], both.of(["y"])[0]["IDT"]) == (5.5 * HOUR, 6.5 * HOUR)
