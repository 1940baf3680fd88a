"""A configuration that lost, gained or broke a line never says what its device lacks; remedies close the window."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.ownership.model import Ownership
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.remedy import Needed, Step, remedy
from pcapinspect.evidence.timer_sources import find_timers
from pcapinspect.pki.timers import DAY, window

RUNNING = """Building configuration...

Current configuration : 4312 bytes
!
version 15.5
service timestamps debug datetime msec
hostname CA-1
!
ip domain name example.net
!
crypto pki server CA
 database level complete
 no database archive
 issuer-name CN=ca-server, O=Example
 grant auto
 hash sha256
 lifetime certificate 600
 lifetime ca-certificate 1825
 eku server-auth client-auth
 auto-rollover 30
 cdp-url http://10.0.0.80/cgi-bin/pkiclient.exe?operation=GetCRL
!
crypto pki trustpoint CA
 revocation-check crl
 rsakeypair CA
!
crypto pki trustpoint CLIENT
 enrollment url http://10.0.0.80:80
 auto-enroll 70 regenerate
!
interface GigabitEthernet0/0
 ip address 10.0.0.80 255.255.255.0
 shutdown
!
ip http server
ip http max-connections 5
!
line vty 0 4
 login local
!
end
""".splitlines()

ROLLOVER = RUNNING.index(" auto-rollover 30")

INSERTED = (
    "*Mar  1 18:09:03.572: %PKI-6-CS_GRANT_AUTO: All enrollment requests will be automatically granted.",
    "some words of whoever wrote the ticket",
    " --More-- ",
    "% Invalid input detected at '^' marker.",
    "CA-1#",
    "CA-1#show clock",
    "",
    "!",
    "interface GigabitEthernet9",
    " shutdown",
    "^",
    "> quoted",
    "exit",
)


def damaged(line: str, at: int, sign: str) -> str:
    at %= len(line) + 1
    return line[:at] + sign + line[at + 1 :]


def wrapped(line: str, at: int) -> list[str]:
    at %= len(line) + 1
    return [line[:at], line[at:]]


LINES = st.integers(0, len(RUNNING) - 1)
CHANGES = st.one_of(
    st.tuples(st.just("drop"), LINES, st.just(0), st.just("")),
    st.tuples(st.just("damage"), LINES, st.integers(0, 80), st.sampled_from(["", "x", "-", " ", "\x00", "�", "#"])),
    st.tuples(st.just("wrap"), LINES, st.integers(0, 80), st.just("")),
    st.tuples(st.just("insert"), LINES, st.just(0), st.sampled_from(INSERTED)),
    st.tuples(st.just("cut"), LINES, st.just(0), st.just("")),
)


def changed(kind: str, number: int, at: int, text: str) -> list[str]:
    lines = list(RUNNING)
    if kind == "cut":
        return lines[:number]
    if kind == "insert":
        return [*lines[:number], text, *lines[number:]]
    instead = {"drop": [], "damage": [damaged(lines[number], at, text)], "wrap": wrapped(lines[number], at)}[kind]
    return [*lines[:number], *instead, *lines[number + 1 :]]


def read(path, lines: list[str]) -> Ownership:
    path.write_text("\n".join(lines) + "\n")
    return own(read_configuration([str(path)]))


@given(CHANGES)
@example(("insert", ROLLOVER, 0, "!"))
@example(("insert", ROLLOVER, 0, "exit"))
@example(("insert", ROLLOVER, 0, "interface GigabitEthernet9"))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_line_makes_the_rollover_vanish(tmp_path, change):
    if change[:2] == ("drop", ROLLOVER):
        return
    found = find_timers(read(tmp_path / "ca.txt", changed(*change)), None)
    assert found.auto_rollover is not False, change
    assert found.overlap is None or found.overlap.value > 0, change


@given(CHANGES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_another_block_says_is_never_the_servers(tmp_path, change):
    owned = read(tmp_path / "ca.txt", changed(*change))
    if change[0] == "insert" and change[3].strip() == "shutdown":
        return
    for server in owned.configuration.servers:
        assert server.shutdown is None, "the interface is shut down, the server is not"


def test_a_whole_block_without_it_says_so(tmp_path):
    without = [line for line in RUNNING if "auto-rollover" not in line]
    found = find_timers(read(tmp_path / "ca.txt", without), None)
    assert (found.auto_rollover, found.overlap.value) == (False, 0)
    cut = without[: without.index(" hash sha256")]
    found = find_timers(read(tmp_path / "ca.txt", cut), None)
    assert (found.auto_rollover, found.overlap) == (None, None)
    assert "auto-rollover" in found.unsure[0]


def typed(steps: tuple[Step, ...], device: str) -> list[str]:
    """What remains of a running configuration after the commands of a device were typed behind it."""
    commands = [c for step in steps if step.device == device for c in step.commands]
    return [
        c if c.startswith(("crypto ", "ip ")) else f" {c}"
        for c in commands
        if not c.startswith(("conf", "end", "show"))
    ]


@given(
    ca_life=st.integers(1, 4000 * 24),
    life=st.integers(1, 2000 * 24),
    percent=st.integers(1, 99),
    overlap=st.integers(0, 400),
)
@example(ca_life=6, life=2, percent=50, overlap=0)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_remedy_fed_back_closes_the_window(tmp_path, ca_life, life, percent, overlap):
    """`ca_life` and `life` are hours."""
    text = [
        "crypto pki server CA",
        f" lifetime ca-certificate {ca_life // 24} {ca_life % 24}",
        f" lifetime certificate {life // 24} {life % 24}",
        f" auto-rollover {overlap}",
        "crypto pki trustpoint CLIENT",
        " enrollment url http://10.0.0.80:80",
        f" auto-enroll {percent}",
        "!",
    ]
    sources = find_timers(read(tmp_path / "ca.txt", text), None)
    if sources.timers is None or not window(sources.timers).length:
        return
    made = window(sources.timers)
    steps = remedy("inside_window", sources, made, Needed(made.closing_overlap, "", bound=False))
    after = find_timers(read(tmp_path / "ca.txt", text + typed(steps, "CA")), None)
    assert after.timers is not None
    assert window(after.timers).length == 0
    clients = typed(steps, "clients")
    if clients:
        later = find_timers(read(tmp_path / "ca.txt", text + clients), None)
        assert window(later.timers).length == 0


@pytest.mark.parametrize("days", [30, 365])
def test_days_where_days_fit(days, tmp_path):
    text = ["crypto pki server CA", " lifetime ca-certificate 1825", " auto-rollover", "!"]
    sources = find_timers(read(tmp_path / "ca.txt", text), None)
    steps = remedy("inside_window", sources, None, Needed(days * DAY, "", bound=False))
    assert f"auto-rollover {days}" in steps[0].commands


def test_a_filtered_listing_is_not_the_whole(tmp_path):
    text = ["CA-1#show running-config | include crypto|lifetime", "crypto pki server CA", " lifetime certificate 600"]
    text += ["CA-1#show clock"]
    assert find_timers(read(tmp_path / "ca.txt", text), None).auto_rollover is None
    text[0] = "CA-1#show running-config | section crypto pki server"
    assert find_timers(read(tmp_path / "ca.txt", text), None).auto_rollover is False


def test_a_certificate_map_is_no_issuer(tmp_path):
    text = [
        "crypto pki server CA",
        " auto-rollover 30",
        "!",
        "crypto pki certificate map M 1",
        " issuer-name co cn = ca",
    ]
    assert read(tmp_path / "ca.txt", text).configuration.servers[0].issuer_name is None
