"""The remedy: complete where everything is known, with gaps to fill where it is not."""

from __future__ import annotations

from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.remedy import Needed, Step, remedy
from pcapinspect.evidence.timer_sources import TimerSources, find_timers
from pcapinspect.pki.timers import DAY, Timers, window


def needed(days: int | None, bound: bool = False) -> Needed:
    return Needed(None if days is None else days * DAY, "", bound)


def steps(sources: TimerSources, made, of: Needed, **how) -> tuple[Step, ...]:
    return remedy("inside_window", sources, made, of, **how)


NOTHING = find_timers(own(None), None)


def commands(steps) -> list[str]:
    return [command for step in steps for command in step.commands]


def test_names_of_the_configuration(read_config):
    sources = find_timers(
        own(read_config("crypto pki server root\n auto-rollover\ncrypto pki server front\n mode ra\n")), None
    )
    given = commands(steps(sources, None, needed(99)))
    assert given.index("crypto pki server root") < given.index("shutdown") < given.index("auto-rollover 99")
    assert given.index("no shutdown") < given.index("crypto pki server front rollover")


def test_gaps_are_marked():
    given = commands(steps(NOTHING, None, needed(None)))
    assert "crypto pki server <server-name>" in given
    assert "auto-rollover <days>" in given


def test_the_percentage_is_given_where_it_helps():
    made = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=30 * DAY))
    assert "auto-enroll 95" in commands(steps(NOTHING, made, needed(180)))
    none = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=0))
    assert not any(c.startswith("auto-enroll") for c in commands(steps(NOTHING, none, needed(180))))


def test_it_says_what_it_does_not_change():
    changes = next(
        step.changes for step in steps(NOTHING, None, needed(180)) if "ip http max-connections 16" in step.commands
    )
    assert "per minute as it is" in changes


def test_each_step_is_a_whole_sequence():
    made = window(Timers(ca_lifetime=1825 * DAY, lifetime=600 * DAY, auto_enroll=70, overlap=30 * DAY))
    for step in steps(NOTHING, made, needed(180)):
        configures = [c for c in step.commands if not c.startswith("show ")]
        assert not configures or (configures[0], configures[-1]) == ("configure terminal", "end"), step


def test_a_lower_bound_is_never_a_command():
    given = steps(NOTHING, None, needed(125, bound=True))
    assert "auto-rollover <days>" in commands(given)
    assert not any("125" in command for command in commands(given))
    assert "at least 125 days" in given[0].changes
    assert "show running-config | section crypto pki server" in commands(given)


def test_a_server_that_serves_is_not_stopped():
    given = steps(NOTHING, None, needed(180), serves=True)
    assert "shutdown" not in commands(given)
    assert "crypto pki server <server-name> rollover" in commands(given)
    assert "maintenance window" in given[0].changes


def test_a_ca_that_lives_for_hours_gets_hours(read_config):
    text = "crypto pki server a\n lifetime ca-certificate 0 6 0\n lifetime certificate 0 2 0\n auto-rollover 0 0 5\n!\n"
    sources = find_timers(own(read_config(text)), None)
    assert "auto-rollover 0 0 36" in commands(steps(sources, None, Needed(36 * 60, "", False)))


def test_a_shadow_certificate_that_is_there_is_fetched_by_the_ra():
    given = commands(remedy("shadow_exists", NOTHING, None, needed(180)))
    assert "crypto pki server <ra-name> rollover" in given
    assert not any(command in ("shutdown", "auto-rollover 180") for command in given)
    assert remedy("no_window", NOTHING, None, needed(180)) == ()
