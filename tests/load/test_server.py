"""What is said of one server beside its verdict."""

from __future__ import annotations

from build import Made, ns, steady, stop


def test_a_pause_cites_the_packets_around_it() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=30, every=0.4)
    steady(made, 65.02, 120, 1)
    server = made.analyse().servers[0]
    (pause,) = server.pauses
    times = (pause.last_answer, pause.first_unanswered, pause.last_unanswered, pause.next_answer)
    # Hand-made frames are numbered by their microsecond.
    assert pause.frames == tuple((0, time // 1000) for time in times if time is not None)
    assert pause.accepted_before_60s == 80
    assert server.first_pause == pause.first_unanswered


def test_the_attempts_of_a_pause_are_its_connections() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(5):
        made.unanswered(f"10.2.0.{number + 1}", 60.5 + number)
    steady(made, 80, 120, 1)
    load = made.analyse()
    (pause,) = load.servers[0].pauses
    connections, _ = made.tables()
    assert [int(connections.start[number]) for number in pause.connections] == [ns(60.5 + n) for n in range(5)]
    assert (pause.unanswered_attempts, pause.unanswered_syns, pause.clients) == (5, 20, 5)


def test_the_kind_of_a_server_is_by_what_it_speaks() -> None:
    made = Made()
    made.asked(made.answered("10.1.0.1", 0.0, server="10.0.0.1"), "GetCACaps")
    made.asked(made.answered("10.1.0.1", 0.0, server="10.0.0.2"), None)  # type: ignore[arg-type]
    made.answered("10.1.0.1", 0.0, server="10.0.0.3")
    made.unanswered("10.1.0.1", 0.0, server="10.0.0.4")
    kinds = {server.ip: server.kind for server in made.analyse().servers}
    assert kinds == {"10.0.0.1": "pki", "10.0.0.2": "http", "10.0.0.3": "other", "10.0.0.4": "unknown"}


def test_outcomes_add_up() -> None:
    made = Made()
    steady(made, 0, 7, 1)
    made.unanswered("10.2.0.1", 8.0)
    made.refused("10.2.0.2", 9.0)
    server = made.analyse().servers[0]
    assert (server.attempts, server.established, server.unanswered, server.refused) == (9, 7, 1, 1)
    assert server.syn_packets == 12
    assert (server.first_time, server.last_time) == (0, ns(22.0))


def test_the_limit_is_first_passed_by_the_81st_accept() -> None:
    made = Made()
    steady(made, 0, 60, 0.5, clients=200)
    server = made.analyse().servers[0]
    assert server.first_over_limit == ns(80 * 0.5 + 0.01)
    assert server.minutes_over_limit == 1
