from __future__ import annotations

from dataclasses import replace

from pcapinspect.clock import SECOND
from pcapinspect.findings import certificate_ends, never_enrols, scep_pending, scep_rejected
from pcapinspect.findings.finding import Finding
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import PkiFacts, Place, ServerCertificate
from pcapinspect.pki.timers import DAY
from tests.findings.scene import Scene, at


def named(subject: str, end: int) -> Certificate:
    return Certificate(
        subject=subject, issuer=subject, serial="1", not_before=0, not_after=end, key="RSA 2048", transaction_id="T",
        fingerprint=subject, self_signed=True, authority=True, router=None, issuer_digest=b"", serial_number=1,
        subject_key=None,
    )  # fmt: skip


def scene(status: int, **more: object) -> Scene:
    made = Scene()
    connection = made.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
    made.exchange(
        connection, (3, 1), (4, 1.1), operation="PKIOperation", scep_status=status, transaction_id="A7", **more
    )
    return made


def test_a_rejection_is_told_with_its_reason_although_http_says_200() -> None:
    found = scep_rejected.judge(scene(2, scep_fail_info=3).case())
    assert found is not None
    assert found.severity == "warning"
    assert "badTime" in found.explanation
    assert found.frames == ((0, 3), (0, 4))
    assert found.figures == {"rejected": 1, "rejected_after_waiting": 0, "queries_failed": 0}


def test_a_rejection_without_reason() -> None:
    found = scep_rejected.judge(scene(2).case())
    assert found is not None
    assert "no reason given" in found.explanation


def test_success_is_no_finding() -> None:
    assert scep_rejected.judge(scene(0).case()) is None
    assert scep_pending.judge(scene(0).case()) is None


def test_pending_is_for_information() -> None:
    found = scep_pending.judge(scene(3, scep_message_type=20).case())
    assert found is not None
    assert found.severity == "info"
    ends = {"waiting": 1, "granted_after_waiting": 0, "rejected_after_waiting": 0}
    assert found.figures == {"pending": 1, "polls": 1, **ends}


def story(*messages: tuple[str, int, int]) -> Scene:
    """(transaction, messageType, pkiStatus), one a second."""
    made = Scene()
    for number, (transaction, kind, status) in enumerate(messages):
        frame = 10 * number + 1
        connection = made.attempt("10.0.0.1", {frame: number}, answer=(frame + 1, number + 0.01))
        made.exchange(
            connection,
            (frame + 2, number + 0.1),
            (frame + 3, number + 0.2),
            operation="PKIOperation",
            scep_message_type=kind,
            scep_status=status,
            transaction_id=transaction,
        )
    return made


GRANTED, REJECTED, WAITS = 0, 2, 3


def test_the_last_answer_decides() -> None:
    case = story(
        ("A", 19, WAITS), ("B", 19, WAITS), ("A", 20, GRANTED), ("C", 19, WAITS), ("B", 20, REJECTED), ("C", 20, WAITS)
    ).case()
    pending, rejected = scep_pending.judge(case), scep_rejected.judge(case)
    assert pending is not None
    assert rejected is not None
    assert pending.title.startswith("1 enrolment waits")
    assert pending.figures["granted_after_waiting"] == pending.figures["rejected_after_waiting"] == 1
    assert (pending.figures["waiting"], pending.figures["polls"], pending.figures["pending"]) == (1, 3, 4)
    assert "rejected 1 enrolment" in rejected.title
    assert {frame for _, frame in pending.frames} == {33, 34, 53, 54}, "only those of the one that waits"


def test_nobody_waits_any_more() -> None:
    found = scep_pending.judge(story(("A", 19, WAITS), ("A", 20, GRANTED)).case())
    assert found is not None
    assert "none waits any more" in found.title
    assert found.remedy == ()


def test_a_rejection_that_was_made_good_is_none() -> None:
    found = scep_rejected.judge(story(("A", 19, REJECTED), ("A", 19, GRANTED)).case())
    assert found is not None
    assert (found.severity, found.figures["rejected"]) == ("notice", 0)


def test_a_query_is_no_enrolment() -> None:
    found = scep_rejected.judge(story(("A", 21, REJECTED), ("A", 22, GRANTED), ("B", 19, REJECTED)).case())
    assert found is not None
    assert "rejected 1 enrolment " in found.title
    assert (found.figures["rejected"], found.figures["queries_failed"]) == (1, 1)
    alone = scep_rejected.judge(story(("A", 21, REJECTED)).case())
    assert alone is not None
    assert (alone.severity, "rejected no enrolment" in alone.title) == ("notice", True)


def asking(rounds: int, *others: str, clients: int = 1) -> Scene:
    made = Scene()
    frame = 1
    for client in range(clients):
        for number, operation in enumerate([*["GetCACaps", "GetCACert"] * rounds, *others]):
            connection = made.attempt(f"192.0.2.{50 + client}", {frame: number}, answer=(frame + 1, number + 0.01))
            made.exchange(connection, (frame + 2, number + 0.1), (frame + 3, number + 0.2), operation=operation)
            frame += 4
    return made


def test_a_client_that_asks_and_never_enrols() -> None:
    found = never_enrols.judge(asking(30).case())
    assert found is not None
    assert found.title.endswith(
        "1 client of 192.0.2.1:80 asks for the CA certificate again and again and never enrols: 192.0.2.50"
    )
    assert (found.severity, found.figures["requests"]) == ("notice", 60)
    assert "2 clients of" in never_enrols.judge(asking(9, clients=2).case()).title


def test_who_only_looks_or_enrols_is_not_stuck() -> None:
    assert never_enrols.judge(asking(1, clients=30).case()) is None
    assert never_enrols.judge(asking(3).case()) is None
    assert never_enrols.judge(asking(30, "PKIOperation").case()) is None
    assert never_enrols.judge(asking(30, "GetNextCACert").case()) is None


def given(role: str, end: float, *more: tuple[str, float]) -> Finding | None:
    """Certificates of a role that end so many days after the capture."""
    made = scene(0)
    place = Place(0, 0, 4, at(1))
    certificates = tuple(
        ServerCertificate(named(f"CN={role}{days}", at(0) + round(days * DAY) * SECOND), of, "TP", place, 1)
        for of, days in ((role, end), *more)
    )
    return certificate_ends.judge(replace(made.analysis(), facts=PkiFacts(certificates=certificates)).cases[0])


def test_certificates_that_have_ended() -> None:
    assert given("ca", 700) is None
    ended = given("ca", -10)
    assert ended is not None
    assert ended.severity == "critical"
    assert "CN=ca-10 of 192.0.2.1:80 has expired: it ended on" in ended.title
    one_of_two = given("ca", -10, ("ca", 700))
    assert one_of_two is not None
    assert one_of_two.severity == "warning"
    ra = given("ra", -1, ("ca", 700))
    assert ra is not None
    assert (ra.severity, "RA certificate" in ra.title) == ("warning", True)
    assert given("shadow", -1) is None


def test_certificates_that_end_soon() -> None:
    soon = given("ca", 30)
    assert soon is not None
    assert (soon.severity, "ends soon" in soon.title) == ("notice", True)
    followed = given("ca", 30, ("shadow", 3000))
    assert followed is not None
    assert followed.severity == "info"
    assert given("ca", 61) is None
