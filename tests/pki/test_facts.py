"""Gathered facts: firsts, counts, and the bound on what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.columns import MISSING
from pcapinspect.pki import facts
from pcapinspect.pki.certificates import read_certificate
from pcapinspect.pki.facts import CA, RA, FactsGathering, Place
from pcapinspect.pki.scep import ScepMessage

FIRST, SECOND = Place(3, 0, 10, 100), Place(4, 0, 20, 200)


@pytest.fixture
def certificate(maker):
    return read_certificate(maker.ca.public_bytes(serialization.Encoding.DER))


def test_firsts_and_counts(certificate):
    gathering = FactsGathering()
    for place in (FIRST, SECOND):
        gathering.server_certificate(certificate, CA, "a", place)
        gathering.capabilities((200, ("AES",), None), place, 5)
        gathering.request(ScepMessage(message_type=19, transaction_id="T", signer=certificate), place)
    gathering.server_certificate(certificate, RA, "b", SECOND)
    made = gathering.facts()
    assert [(c.role, c.first, c.count, c.ca_identifier) for c in made.certificates] == [
        (CA, FIRST, 2, "a"),
        (RA, SECOND, 1, "b"),
    ]
    assert [(c.first, c.count) for c in made.capabilities] == [(FIRST, 10)]
    assert [(r.first, r.messages) for r in made.requesters] == [(FIRST, 2)]
    (talk,) = made.transactions
    assert (talk.requests, talk.first, talk.last) == (((19, 2),), FIRST, 200)
    assert made.of_role(CA) == (certificate,)


def test_the_last_failure_of_a_transaction():
    gathering = FactsGathering()
    for status, fail in ((2, 1), (3, None), (2, 4), (0, None)):
        gathering.answer(ScepMessage(status=status, fail_info=fail, transaction_id="T"), FIRST)
    (talk,) = gathering.facts().transactions
    assert (talk.answers, talk.fail_info, talk.pending, talk.polls) == (((0, 1), (2, 2), (3, 1)), 4, 1, 0)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("later", [Place(3, 0, 11, 100), Place(2, 1, 1, 100), Place(4, 0, 10, 100)])
def test_of_failures_at_one_time_the_last_in_the_capture_counts(later: Place, backwards: bool):
    gathering = FactsGathering()
    told = [(1, Place(9, 0, 9, MISSING)), (2, FIRST), (4, later)]
    for fail, place in reversed(told) if backwards else told:
        gathering.answer(ScepMessage(status=2, fail_info=fail, transaction_id="T"), place)
    assert [talk.fail_info for talk in gathering.facts().transactions] == [4]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)))
def test_the_order_in_which_they_come_does_not_matter(certificate, order):
    places = [Place(9 - n, 0, n, 100 * n if n else MISSING) for n in range(8)]

    def tell(gathering, number):
        place, signer = places[number], by_name[number % 3]
        gathering.server_certificate(signer, CA, str(number), place)
        gathering.capabilities((200, ("AES",), str(number % 2)), place, number)
        gathering.request(ScepMessage(message_type=19, transaction_id=str(number % 3), signer=signer), place)
        gathering.answer(ScepMessage(status=2, fail_info=number, transaction_id=str(number % 4)), place)

    by_name = [replace(certificate, fingerprint=name) for name in "cab"]
    told, again = FactsGathering(), FactsGathering()
    for number in range(8):
        tell(told, number)
    for number in order:
        tell(again, number)
    assert again.facts() == told.facts()
    facts = told.facts()
    assert [(c.certificate.fingerprint, c.first.frame, c.ca_identifier) for c in facts.certificates] == [
        ("a", 1, "1"),
        ("b", 2, "2"),
        ("c", 3, "3"),
    ]
    assert [(t.transaction_id, t.first.frame, t.last, t.fail_info) for t in facts.transactions] == [
        ("1", 1, 700, 5),
        ("2", 2, 500, 6),
        ("0", 3, 600, 4),
        ("3", 3, MISSING, 7),
    ]


def test_what_has_no_transaction_id_is_no_transaction():
    gathering = FactsGathering()
    gathering.request(ScepMessage(message_type=19), FIRST)
    gathering.answer(ScepMessage(status=0), FIRST)
    assert gathering.facts().transactions == ()


def test_the_bound(certificate, monkeypatch):
    monkeypatch.setattr(facts, "MOST_KEPT", 3)
    gathering = FactsGathering()
    for number in range(5):
        gathering.server_certificate(replace(certificate, fingerprint=str(number)), CA, None, FIRST)
        gathering.answer(ScepMessage(status=0, transaction_id=str(number)), FIRST)
    gathering.answer(ScepMessage(status=0, transaction_id="0"), SECOND)
    made = gathering.facts()
    assert (len(made.certificates), len(made.transactions), made.not_kept) == (3, 3, 4)
    assert made.transactions[0].answers == ((0, 2),)
