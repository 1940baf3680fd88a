"""Servers that are made from another of their kind are as they would be if each were judged."""

from __future__ import annotations

from dataclasses import fields

import pytest
from build import Made, steady

from pcapinspect.load import lone
from pcapinspect.load.model import Clients, Curve, Load, Minutes


def scanned() -> Made:
    """Scans of closed and of silent addresses, some of them again and again, beside a server that is well."""
    made = Made()
    steady(made, 0, 200, 2)
    for number in range(40):
        server = f"10.8.0.{number + 1}"
        if number % 4 == 0:
            made.refused("10.9.9.9", 20 + number * 0.37, server=server)
        elif number % 4 == 1:
            made.unanswered("10.9.9.9", 20 + number * 1.2, server=server)
        else:
            made.unanswered(f"10.9.9.{number % 3 + 1}", 20 + number * 4.0, (0.0,), server=server)
    return made


def rows(table: Minutes | Clients | Curve) -> list[tuple[object, ...]]:
    return list(zip(*(getattr(table, one.name).tolist() for one in fields(table)), strict=True))


def loaded(made: Made, monkeypatch: pytest.MonkeyPatch, fewest: int) -> Load:
    monkeypatch.setattr(lone, "FEWEST", fewest)
    return made.analyse()


def test_nothing_but_the_time_it_takes_is_different(monkeypatch: pytest.MonkeyPatch) -> None:
    each, quick = loaded(scanned(), monkeypatch, 10**6), loaded(scanned(), monkeypatch, 2)
    assert len(quick.servers) == 41
    assert quick.servers == each.servers
    assert quick.server_of_connection.tolist() == each.server_of_connection.tolist()
    for name in ("minutes", "clients", "curve"):
        assert rows(getattr(quick, name)) == rows(getattr(each, name))


def test_a_kind_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = 0

    def counted(*arguments: object) -> object:
        nonlocal judged
        judged += 1
        return judge(*arguments)  # type: ignore[arg-type]

    from pcapinspect.load import analyse
    from pcapinspect.load.server import judge

    monkeypatch.setattr(analyse, "judge", counted)
    monkeypatch.setattr(lone, "FEWEST", 2)
    scanned().analyse()
    assert judged <= 12  # the server that is well, a few kinds, and attempts that go on into another minute
