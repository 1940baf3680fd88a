"""Which source a timer is taken from, when several tell it."""

from __future__ import annotations

from datetime import UTC, datetime

from pcapinspect.columns import MISSING
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.timer_sources import TimerSources
from pcapinspect.evidence.timer_sources import find_timers as find
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import CA, PkiFacts, Place, Requester, ServerCertificate
from pcapinspect.pki.timers import DAY

HERE = Place(0, 0, 1, MISSING)
START = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 10**9


def find_timers(configuration, facts) -> TimerSources:
    return find(own(configuration), facts)


def certificate(life: int, subject: str, issuer: str) -> Certificate:
    return Certificate(
        subject=subject,
        issuer=issuer,
        serial="1",
        not_before=START,
        not_after=START + life * DAY * 10**9,
        key="RSA 2048",
        transaction_id="T",
        fingerprint=subject,
        self_signed=subject == issuer,
        authority=True,
        router=None,
        issuer_digest=b"",
        serial_number=1,
        subject_key=None,
    )


SERVER = "crypto pki server ca\n lifetime ca-certificate 1000\n lifetime certificate 100\n auto-rollover 40\n"


def test_configuration_alone(read_config):
    found = find_timers(read_config(SERVER + "crypto pki trustpoint t\n auto-enroll 60\n"), None)
    timers = found.timers
    assert (timers.ca_lifetime, timers.lifetime, timers.auto_enroll, timers.overlap) == (
        1000 * DAY,
        100 * DAY,
        60,
        40 * DAY,
    )
    assert (found.assumptions, found.ca_expiry, found.server_name, found.ra) == ((), None, "ca", False)
    assert found.overlap.source.endswith("router.txt:1")


def test_what_a_device_shows_goes_before_what_it_was_told(read_config):
    shown = (
        "Certificate Server ca:\n    CA certificate expiration timer: 00:00:00 UTC Jan 1 2025\n"
        "    Auto-Rollover configured, overlap period 7 days\n"
    )
    found = find_timers(read_config(SERVER + shown), None)
    assert found.overlap.value == 7 * DAY
    assert found.ca_start.value == found.ca_expiry.value - 1000 * DAY * 10**9


def test_an_autorollover_timer_tells_the_overlap(read_config):
    found = find_timers(
        read_config(
            "Certificate Server ca:\n    CA certificate expiration timer: 00:20:00 UTC Jan 1 2025\n"
            "    Autorollover timer: 00:00:00 UTC Jan 1 2025\n"
        ),
        None,
    )
    assert (found.overlap.value, found.auto_rollover) == (1200, True)


def test_the_issuing_ca_is_the_one_that_counts():
    """A chain holds the root as well; the routers' certificates name the CA that issued them."""
    root = ServerCertificate(certificate(7000, "CN=root", "CN=root"), CA, None, HERE, 1)
    issuing = ServerCertificate(certificate(1825, "CN=issuing", "CN=root"), CA, None, HERE, 1)
    router = Requester(certificate(300, "CN=r", "CN=issuing"), HERE, 1)
    found = find_timers(None, PkiFacts(certificates=(root, issuing), requesters=(router,)))
    assert (found.ca_lifetime.value, found.lifetime.value) == (1825 * DAY, 300 * DAY)
    alone = find_timers(None, PkiFacts(certificates=(root, issuing)))
    assert alone.ca_lifetime.value == 1825 * DAY, "without a router's certificate the lowest CA issues to routers"


def test_a_first_enrolments_own_certificate_tells_no_lifetime():
    router = Requester(certificate(3650, "CN=r", "CN=r"), HERE, 1)
    assert find_timers(None, PkiFacts(requesters=(router,))).lifetime is None


def test_an_unknown_zone_is_an_assumption(read_config):
    text = "Certificate Server ca:\n    CA certificate expiration timer: 00:00:00 IST Jan 1 2025\n"
    assert "IST read as UTC" in find_timers(read_config(text), None).assumptions[0]


def test_a_renew_date_that_fits_no_percentage_tells_none(read_config):
    text = (
        "Certificate\n  Validity Date:\n    start date: 00:00:00 UTC Jan 1 2022\n"
        "    end   date: 00:00:00 UTC Jan 1 2023\n    renew date: 06:00:00 UTC Jul 1 2022\n"
    )
    assert find_timers(read_config(text), None).auto_enroll is None


def test_an_ra_is_no_ca(read_config):
    found = find_timers(
        read_config("crypto pki server front\n mode ra\n lifetime certificate 9\n auto-rollover\n"), None
    )
    assert (found.overlap, found.lifetime, found.ra_name, found.ra, found.server_name) == (
        None,
        None,
        "front",
        True,
        None,
    )


def test_impossible_timers_are_none(read_config):
    text = "crypto pki server a\n lifetime ca-certificate 10\n auto-rollover 20\n"
    text += "crypto pki trustpoint t\n auto-enroll 70\n"
    assert find_timers(read_config(text), None).timers is None
    assert find_timers(read_config(text.replace("enroll 70", "enroll 0")), None).timers is None


def test_nothing():
    found = find_timers(None, None)
    assert (found.timers, found.auto_rollover, found.shadow) == (None, None, None)
