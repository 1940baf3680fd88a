"""What a SYN meets at the gate, step by step."""

from __future__ import annotations

from random import Random

import pytest

from pcapinspect.clock import SECOND
from pcapinspect.simulate.gate import Gate
from pcapinspect.simulate.limits import OUTAGES, Outage, RateLimit
from pcapinspect.simulate.record import CLOSED, FORMS, Attempt, Silence
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import SYN, Segment
from pcapinspect.simulate.settings import ServerSettings


class Door:
    """A gate with its schedule and what it wrote down."""

    def __init__(self, part: bool = False, **settings: object) -> None:
        self.schedule = Schedule(0)
        self.silences: list[Silence] = []
        self.resumed: list[int] = []
        self.gate = Gate(
            self.schedule,
            ServerSettings(**settings),  # type: ignore[arg-type]
            self.silences,
            part,
            Random(1),
            lambda: self.resumed.append(self.schedule.now),
            lambda: None,
        )

    def knock(self) -> Silence | None:
        attempt = Attempt(0, "r", "10.0.0.1", 1, "10.0.0.2", 80, 0, 0, 0)
        return self.gate.knock(Segment(attempt, True, SYN, 0, 0, 0, 0, 255))


@pytest.mark.parametrize("reaction", ["silent", "refusing", "icmp", "drop", "abort"])
def test_the_limit_closes_or_keeps_for_its_pause(reaction: str) -> None:
    door = Door(rate=RateLimit(limit=2, reaction=reaction))
    door.gate.count("accepts")
    assert (door.knock(), door.gate.keeping) == (None, None)
    door.gate.count("requests")  # not what it counts
    door.gate.count("accepts")
    (silence,) = door.silences
    assert (door.knock() is silence) == (reaction in CLOSED)
    assert (door.gate.keeping is silence) == (reaction not in CLOSED)
    door.schedule.run(15 * SECOND - 1)
    assert silence.end is None
    door.schedule.run(15 * SECOND)
    assert (silence.end, door.resumed) == (15 * SECOND, [15 * SECOND])
    assert (door.knock(), door.gate.keeping) == (None, None)
    assert len(silence.swallowed) == (reaction in CLOSED)


def test_a_queue_lets_wait_until_it_is_full() -> None:
    door = Door(rate=RateLimit(limit=1), backlog=2)
    door.gate.count("accepts")
    (silence,) = door.silences
    assert (silence.reaction, door.gate.waiting, silence.closed) == ("wait", True, False)
    door.gate.room(5, 1)
    assert door.knock() is None
    door.schedule.run(3 * SECOND)
    door.gate.room(6, 2)
    assert door.knock() is silence
    assert silence.shut_since == 3 * SECOND
    door.schedule.run(20 * SECOND)
    assert not door.gate.waiting
    assert door.knock() is None


def test_a_full_server_is_full_until_one_leaves() -> None:
    door = Door(max_connections=2)
    door.gate.room(1, 0)
    assert door.knock() is None
    door.gate.room(2, 0)
    assert door.knock() is door.silences[0]
    door.schedule.run(4 * SECOND)
    door.gate.room(1, 0)
    assert door.knock() is None
    assert (door.silences[0].cause, door.silences[0].end, door.silences[0].part) == (
        "max_connections",
        4 * SECOND,
        False,
    )


def test_full_workers_turn_away_only_when_their_queue_is_full_and_serve_on() -> None:
    door = Door(workers=2, backlog=1)
    door.gate.room(9, 0)
    assert door.knock() is None
    door.gate.room(9, 1)
    assert door.knock() is door.silences[0]
    assert door.silences[0].part


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_is_of_its_kind_and_ends(kind: str) -> None:
    door = Door(part=True)
    door.gate.begin_outage(Outage(begin=0.0, end=9.0, kind=kind), 9 * SECOND)
    cause, reaction = OUTAGES[kind]
    assert door.gate.gateway == (reaction is None)
    assert door.gate.dark == (reaction in ("silent", "icmp"))
    assert (door.gate.hung is not None) == (kind == "hang")
    assert (door.knock() is not None) == (reaction in CLOSED)
    door.schedule.run(9 * SECOND)
    assert not door.gate.gateway
    assert door.knock() is None
    assert [(s.cause, s.reaction, s.end, s.part) for s in door.silences] == (
        [(cause, reaction, 9 * SECOND, True)] if reaction else []
    )


def test_every_reaction_has_a_form_of_the_design() -> None:
    assert set(FORMS.values()) == {"silence", "reset", "icmp", "waiting"}
    assert {reaction for _, reaction in OUTAGES.values() if reaction} <= set(FORMS)
