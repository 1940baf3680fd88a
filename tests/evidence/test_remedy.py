"""The remedy: complete where everything is known, with gaps to fill where it is not."""

from __future__ import annotations

from pcapinspect.evidence.remedy import remedy
from pcapinspect.evidence.timer_sources import find_timers
from pcapinspect.pki.timers import DAY, Timers, window


def commands(steps) -> list[str]:
    return [command for step in steps for command in step.commands]


def test_names_of_the_configuration(read_config):
    sources = find_timers(
        read_config("crypto pki server root\n auto-rollover\ncrypto pki server front\n mode ra\n"), None
    )
    given = commands(remedy(sources, None, 99))
    assert given.index("crypto pki server root") < given.index("shutdown") < given.index("auto-rollover 99")
    assert given.index("no shutdown") < given.index("crypto pki server front rollover")


def test_gaps_are_marked():
    given = commands(remedy(find_timers(None, None), None, None))
    assert "crypto pki server <server-name>" in given
    assert "auto-rollover <days>" in given


def test_the_percentage_is_given_where_it_helps():
    made = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=30 * DAY))
    assert "auto-enroll 95" in commands(remedy(find_timers(None, None), made, 180))
    none = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=0))
    assert not any(c.startswith("auto-enroll") for c in commands(remedy(find_timers(None, None), none, 180)))


def test_it_says_what_it_does_not_change():
    steps = remedy(find_timers(None, None), None, 180)
    changes = next(step.changes for step in steps if "ip http max-connections 16" in step.commands)
    assert "per minute as it is" in changes
