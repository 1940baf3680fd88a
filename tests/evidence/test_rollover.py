"""The root cause joined, on the tech note's numbers with dates, and on cases that only look like it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pcapinspect.columns import MISSING
from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.demand import Demand
from pcapinspect.evidence.ios_log import read_logs
from pcapinspect.evidence.ownership.model import Inquiry
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.rollover import VERDICTS, RolloverDiagnosis
from pcapinspect.evidence.rollover import diagnose as diagnose_owned
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import CA, SHADOW, PkiFacts, Place, Requester, ServerCertificate
from pcapinspect.pki.timers import DAY

CA_START = datetime(2020, 1, 1, tzinfo=UTC)

CONFIG = """
crypto pki server ca-server
 lifetime certificate 600
 lifetime ca-certificate 1825
 auto-rollover
crypto pki trustpoint late
 auto-enroll 90
crypto pki trustpoint test
 enrollment url http://192.0.2.1:80
 enrollment mode ra
 auto-enroll 70
"""


def ns(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9


def day(number: float) -> int:
    return ns(CA_START + timedelta(days=number))


def certificate(begin: int, end: int, subject="CN=ca-server", issuer="CN=ca-server", authority=True) -> Certificate:
    return Certificate(
        subject=subject,
        issuer=issuer,
        serial="7",
        not_before=begin,
        not_after=end,
        key="RSA 2048",
        transaction_id="T",
        fingerprint=f"{subject}{begin}",
        self_signed=subject == issuer,
        authority=authority,
        router=None,
        issuer_digest=b"",
        serial_number=7,
        subject_key=None,
    )


HERE = Place(0, 0, 1, MISSING)
CA_SEEN = PkiFacts(certificates=(ServerCertificate(certificate(day(0), day(1825)), CA, "tti", HERE, 3),))


def demand(first: float, last: float | None = None, **changes) -> Demand:
    numbers = {"requests": 900, "errors": 900, "clients": 300, "exchanges": 1000, "period": 60.0}
    return Demand(first=day(first), last=day(last or first + 0.1), **(numbers | changes))


def diagnose(asked: Demand, facts: PkiFacts, configuration=None, logs=None) -> RolloverDiagnosis:
    inquiry = Inquiry(ip="192.0.2.1", port=80, facts=facts)
    return diagnose_owned(asked, facts, own(configuration, inquiry), logs)


@pytest.fixture
def config(tmp_path):
    def of(text: str):
        (tmp_path / "ca.txt").write_text(text)
        return read_configuration([str(tmp_path / "ca.txt")])

    return of


def test_the_notes_case_with_dates(config):
    made = diagnose(demand(1700), CA_SEEN, config(CONFIG))
    assert made.verdict == "inside_window"
    assert (made.window_from, made.window_to, made.ca_expiry) == (day(1645), day(1795), day(1825))
    assert (made.overlap_days, made.share, made.lead) == (180, 0.9, 125 * DAY)
    assert (made.load.per_minute, made.load.most_clients, made.load.least_period) == (300, 80, 225)
    assert made.sources.auto_enroll.value == 70
    assert "2024-07-03T00:00:00Z to 2024-11-30T00:00:00Z" in made.sentence
    assert "90 % of all exchanges" in made.sentence
    assert made.misfits == ()


def test_the_remedy_is_the_notes_in_its_order(config):
    commands = [c for step in diagnose(demand(1700), CA_SEEN, config(CONFIG)).remedy for c in step.commands]
    order = [
        "crypto pki server ca-server",
        "shutdown",
        "auto-rollover 180",
        "no shutdown",
        "crypto pki server <ra-name> rollover",
        "ip http max-connections 16",
        "auto-enroll 95",
    ]
    assert [c for c in commands if c in order] == order


def test_without_an_ra_none_is_rolled(config):
    made = diagnose(demand(1700), CA_SEEN, config(CONFIG.replace(" enrollment mode ra\n", "")))
    assert "RA" not in {step.device for step in made.remedy}


@pytest.mark.parametrize(
    ("first", "verdict"),
    [
        (1640, "outside_window"),
        (1646, "inside_window"),
        (1794, "inside_window"),
        (1800, "outside_window"),
        (1830, "expired"),
    ],
)
def test_where_the_capture_lies(config, first, verdict):
    made = diagnose(demand(first), CA_SEEN, config(CONFIG))
    assert made.verdict == verdict
    assert bool(made.remedy) == (verdict == "inside_window")
    assert any("expired" in misfit for misfit in made.misfits) == (verdict == "expired")


def test_the_remedy_applied(config):
    made = diagnose(demand(1700), CA_SEEN, config(CONFIG.replace("auto-rollover", "auto-rollover 180")))
    assert (made.verdict, made.window.length) == ("no_window", 0)


def test_nothing_but_the_capture():
    """Without configuration the CA certificate still tells how early the first request failed."""
    made = diagnose(demand(1700), CA_SEEN)
    assert (made.verdict, made.window, made.overlap_days) == ("assumed", None, 125)
    assert made.overlap_basis.startswith("at least")
    assert (made.window_from, made.window_to) == (None, day(1795))
    assert any("30 days" in a for a in made.assumptions)
    assert any("--config" in u for u in made.unproven)


def test_nothing_at_all():
    made = diagnose(demand(1700), PkiFacts())
    assert (made.verdict, made.overlap_days, made.window_to, made.assumptions) == ("assumed", None, None, ())
    assert "auto-rollover <days>" in [c for s in made.remedy for c in s.commands]


def test_lifetimes_from_certificates(config):
    """What certificates say goes before what was configured; a shortened certificate is not the lifetime."""
    routers = tuple(
        Requester(certificate(day(at), day(at + life), "CN=r", "CN=ca-server", authority=False), HERE, 1)
        for at, life in ((1000, 600), (1500, 325))
    )
    facts = PkiFacts(certificates=CA_SEEN.certificates, requesters=routers)
    made = diagnose(demand(1700), facts, config("crypto pki trustpoint t\n auto-enroll 70\n"))
    assert made.sources.lifetime.value == 600 * DAY
    assert made.sources.overlap is None
    assert made.verdict == "assumed"


def test_defaults_are_assumptions(config):
    made = diagnose(
        demand(1090),
        PkiFacts(),
        config("crypto pki server a\n auto-rollover\ncrypto pki trustpoint t\n auto-enroll 80"),
    )
    assert made.window.length == 43 * DAY
    assert sum("not configured" in a for a in made.assumptions) == 2


def test_no_auto_rollover(config):
    made = diagnose(demand(1800), CA_SEEN, config(CONFIG.replace(" auto-rollover\n", "")))
    assert (made.verdict, made.window_to) == ("inside_window", day(1825))
    assert any("never makes a shadow" in m for m in made.misfits)


def test_from_show_output(config):
    made = diagnose(
        demand(1700),
        PkiFacts(),
        config(
            """
Certificate Server ca-server:
    CA certificate expiration timer: 00:00:00 UTC Dec 30 2024
    Auto-Rollover configured, overlap period 30 days
Certificate
  Validity Date:
    start date: 00:00:00 UTC Jan 1 2022
    end   date: 00:00:00 UTC Aug 24 2023
    renew date: 00:02:00 UTC Feb 25 2023
CA Certificate
  Validity Date:
    start date: 00:00:00 UTC Jan 1 2020
    end   date: 00:00:00 UTC Dec 30 2024
"""
        ),
    )
    assert made.sources.auto_enroll.value == 70
    assert (made.window_from, made.window_to) == (day(1645), day(1795))
    assert (made.verdict, made.assumptions[2:]) == ("inside_window", ())


@pytest.mark.parametrize(
    ("changes", "text", "word"),
    [
        ({"other_errors": (("PKIOperation", 12),)}, CONFIG, "12 PKIOperation"),
        ({"clock_skew": -7 * 3600 * 10**9}, CONFIG, "-7.0 h"),
        ({}, CONFIG + "ip http max-connections 2\n", "max-connections is 2"),
        ({}, CONFIG + "ip http access-class 10\n", "access-class 10"),
        ({}, CONFIG + "HTTP server status: Enabled\nNginx Internal Counters:\n", "newer IOS XE"),
    ],
)
def test_misfits_are_said(config, changes, text, word):
    (misfit,) = diagnose(demand(1700, **changes), CA_SEEN, config(text)).misfits
    assert word in misfit


def test_a_small_skew_is_no_misfit(config):
    assert diagnose(demand(1700, clock_skew=11 * 10**9), CA_SEEN, config(CONFIG)).misfits == ()


def test_a_clock_that_logs_complain_of(config, tmp_path):
    (tmp_path / "log").write_text(
        "Jan 1 00:00:00: %PKI-2-NON_AUTHORITATIVE_CLOCK: PKI functions can not be initialized\n"
    )
    logs = read_logs([str(tmp_path / "log")], day(1700))
    assert "NON_AUTHORITATIVE_CLOCK" in diagnose(demand(1700), CA_SEEN, config(CONFIG), logs).misfits[0]


def test_a_shadow_certificate_that_is_there():
    shadow = ServerCertificate(certificate(day(1825), day(3650)), SHADOW, "tti", HERE, 1)
    made = diagnose(demand(1700), PkiFacts(certificates=(*CA_SEEN.certificates, shadow)))
    assert made.verdict == "shadow_exists"
    assert {step.device for step in made.remedy} == {"RA", "CA"}
    assert "shutdown" not in [command for step in made.remedy for command in step.commands]


def test_no_errors_no_cause(config):
    made = diagnose(
        Demand(requests=5, errors=0, clients=0, exchanges=5, first=None, last=None), CA_SEEN, config(CONFIG)
    )
    assert (made.verdict, made.remedy, made.load) == ("no_errors", (), None)
    assert made.verdict in VERDICTS


def test_a_lead_beyond_the_timers(config):
    made = diagnose(demand(1500, 1700), CA_SEEN, config(CONFIG))
    assert made.overlap_days == 325
    assert "earlier" in made.overlap_basis


def test_an_overlap_that_ios_does_not_take(config):
    text = "crypto pki server a\n lifetime ca-certificate 7300\n lifetime certificate 3650\n auto-rollover\n"
    facts = PkiFacts(certificates=(ServerCertificate(certificate(day(0), day(7300)), CA, None, HERE, 1),))
    made = diagnose(demand(4500), facts, config(text + "crypto pki trustpoint t\n auto-enroll 20\n"))
    assert (made.verdict, made.overlap_days) == ("inside_window", 2920)
    assert any("at most 1825" in step.changes for step in made.remedy)
