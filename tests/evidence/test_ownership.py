"""Whose a piece of configuration is, and why."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from pcapinspect.columns import MISSING
from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.names import endpoint_of, same_name
from pcapinspect.evidence.ownership.model import Inquiry, Ownership, issuing_certificate
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.timer_sources import find_timers
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import CA, PkiFacts, Place, ServerCertificate
from pcapinspect.pki.timers import DAY

START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 10**9

CA_TEXT = """hostname CA-1
crypto pki server CA
 issuer-name CN=ca-server
 lifetime certificate 600
 lifetime ca-certificate 1825
 auto-rollover
!
interface GigabitEthernet0/0
 ip address 10.0.0.80 255.255.255.0
!
ip http server
ip http max-connections 5
"""

CLIENT = """hostname R34
ip http max-connections 2
crypto pki trustpoint GETVPN
 enrollment url http://10.0.0.80:80
 auto-enroll 70
!
"""


def certificate(subject: str, issuer: str | None = None, life: int = 1825) -> Certificate:
    return Certificate(
        subject=subject,
        issuer=issuer or subject,
        serial="1",
        not_before=START,
        not_after=START + life * DAY * 10**9,
        key="RSA 2048",
        transaction_id="T",
        fingerprint=subject,
        self_signed=issuer is None,
        authority=True,
        router=None,
        issuer_digest=b"",
        serial_number=1,
        subject_key=None,
    )


def seen(*certificates: Certificate) -> PkiFacts:
    place = Place(0, 0, 1, MISSING)
    return PkiFacts(certificates=tuple(ServerCertificate(one, CA, None, place, 1) for one in certificates), messages=1)


@pytest.fixture
def owned(tmp_path):
    def of(*texts: str, inquiry: Inquiry | None = None) -> Ownership:
        paths = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}.txt"
            path.write_text(text)
            paths.append(str(path))
        return own(read_configuration(paths), inquiry)

    return of


STORM = Inquiry(ip="10.0.0.80", port=80, labels=frozenset({"GETVPN"}), facts=seen(certificate("CN=ca-server")))


def why(ownership: Ownership, piece: str) -> str:
    (tie,) = [t for t in (*ownership.belongs, *ownership.foreign) if t.piece == piece]
    return tie.reason


def test_the_ca_and_its_client(owned):
    found = owned(CA_TEXT, CLIENT, inquiry=STORM)
    assert [s.name for s in found.configuration.servers] == ["CA"]
    assert [t.name for t in found.configuration.trustpoints] == ["GETVPN"]
    assert [h.max_connections for h in found.configuration.http] == [5], "a client's limit is not the server's"
    assert "address 10.0.0.80" in why(found, "certificate server CA")
    assert "captured CA certificate" in why(found, "certificate server CA")
    assert (found.foreign, found.conflicts, found.ca_name) == ((), (), "CN=ca-server")


def test_another_ca_is_told_and_not_used(owned):
    other = CA_TEXT.replace("CN=ca-server", "CN=other, O=Elsewhere").replace("10.0.0.80", "192.0.2.9")
    found = owned(other, inquiry=STORM)
    assert (found.configuration.servers, found.traffic_alone) == ((), True)
    assert "CN=other, O=Elsewhere" in why(found, "certificate server CA")
    assert "192.0.2.9" in why(found, "certificate server CA")
    both = owned(other.replace("CA-1", "CA-2"), CA_TEXT, inquiry=STORM)
    assert [s.issuer_name for s in both.configuration.servers] == ["CN=ca-server"]


def test_an_address_holds_against_a_name_and_the_conflict_is_told(owned):
    found = owned(CA_TEXT.replace("CN=ca-server", "CN=renamed"), inquiry=STORM)
    assert [s.name for s in found.configuration.servers] == ["CA"]
    assert "CN=renamed" in found.conflicts[0]


def test_a_trustpoint_that_enrols_elsewhere(owned):
    client = CLIENT + "crypto pki trustpoint OTHER\n enrollment url http://192.0.2.9:80\n auto-enroll 10\n!\n"
    client += "crypto pki trustpoint SLA-TrustPoint\n enrollment pkcs12\n!\n"
    found = owned(CA_TEXT, client, inquiry=STORM)
    assert [t.name for t in found.configuration.trustpoints] == ["GETVPN"]
    assert "192.0.2.9:80" in why(found, "trustpoint OTHER")
    assert "not enrol over SCEP" in why(found, "trustpoint SLA-TrustPoint")
    # without a capture the CA's own address decides
    assert [t.name for t in owned(CA_TEXT, client).configuration.trustpoints] == ["GETVPN"]


def test_several_servers_and_nothing_that_tells(owned):
    text = (
        "hostname A\ncrypto pki server A\n auto-rollover 10\n!\nhostname B\ncrypto pki server B\n auto-rollover 20\n!\n"
    )
    found = owned(text)
    assert found.configuration.servers == ()
    assert "nothing tells which" in why(found, "certificate server A")
    clients = "hostname R\ncrypto pki trustpoint T\n enrollment url http://a:80\n auto-enroll 70\n"
    clients += "crypto pki trustpoint U\n enrollment url http://b:80\n auto-enroll 20\n"
    assert owned(clients).configuration.trustpoints == ()


def test_a_root_above_the_issuing_ca(owned):
    root = "hostname ROOT\ncrypto pki server ROOT\n lifetime ca-certificate 7300\n auto-rollover 90\n!\n"
    sub = "hostname SUB\ncrypto pki server SUB\n mode sub-cs\n auto-rollover 30\n!\n"
    found = owned(root, sub, CLIENT)
    assert [s.name for s in found.configuration.servers] == ["SUB"]
    assert [s.name for s in found.above] == ["ROOT"]
    assert "auto-rollover 90 days before its end" in found.above_told[0]
    facts = seen(certificate("CN=ROOT", life=7300), certificate("CN=SUB", "CN=ROOT"))
    assert issuing_certificate(facts).subject == "CN=SUB"
    found = owned(root, sub, inquiry=Inquiry(ip="10.0.0.80", port=80, facts=facts))
    assert [s.name for s in found.configuration.servers] == ["SUB"]


def test_an_ra_in_front(owned):
    ra = (
        "hostname RA-1\ncrypto pki server RA\n mode ra\n!\ncrypto pki trustpoint RA\n enrollment url http://172.16.0.1:80\n!\n"
        "interface GigabitEthernet0\n ip address 10.0.0.80 255.255.255.0\nip http max-connections 9\n"
    )
    behind = CA_TEXT.replace("10.0.0.80", "172.16.0.1")
    inquiry = Inquiry(ip="10.0.0.80", port=80)
    found = owned(ra, behind, CLIENT.replace(" auto", " enrollment mode ra\n auto"), inquiry=inquiry)
    assert [s.name for s in found.configuration.servers] == ["CA", "RA"]
    assert "the RA enrols at its address 172.16.0.1" in why(found, "certificate server CA")
    assert [t.name for t in found.configuration.trustpoints] == ["GETVPN"], "the RA's own is no client's"
    assert [h.max_connections for h in found.configuration.http] == [9], "clients talk to the RA"


@pytest.mark.parametrize("trustpoint", ["TP-self-signed-1", "SLA-TrustPoint", "CISCO_IDEVID_SUDI", "Trustpool"])
def test_certificates_that_every_device_has(owned, trustpoint):
    shown = (
        "R9#show crypto pki certificates\nCA Certificate\n  Issuer:\n    cn=Elsewhere\n  Subject:\n    cn=Elsewhere\n"
        "  Validity Date:\n    start date: 00:00:00 UTC Jan 1 2020\n    end   date: 00:00:00 UTC Jan 1 2038\n"
        f"  Associated Trustpoints: {trustpoint}\n"
    )
    found = owned(CA_TEXT, CLIENT, shown, inquiry=STORM)
    assert found.configuration.shown_certificates == ()
    assert trustpoint in why(found, "CA Certificate")


def test_show_output_that_contradicts(owned):
    status = (
        "CA-1#show crypto pki server\nCertificate Server CA:\n    Status: disabled, HTTP Server is disabled\n"
        "    State: disabled\n    Issuer name: CN=ca-server\n"
        "    CA certificate expiration timer: 00:00:00 UTC Jan 1 2025\n"
        "    Auto-Rollover configured, overlap period 90 days\n"
    )
    found = owned(CA_TEXT.replace("auto-rollover", "auto-rollover 30"), status, inquiry=STORM)
    told = " ".join(found.conflicts)
    assert "30 days" in told
    assert "90 in force" in told
    assert "2025-01-01T00:00:00Z" in told
    assert "answers in the capture" in told


def test_any_order_of_files_is_the_same(tmp_path):
    texts = {"a": CA_TEXT, "b": CLIENT, "c": CA_TEXT.replace("CA-1", "X").replace("CN=ca-server", "CN=x"), "d": CLIENT}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    paths = [str(tmp_path / name) for name in texts]
    results = {repr(own(read_configuration(list(order)), STORM)) for order in itertools.permutations(paths)}
    assert len(results) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CN=CA, O=Example", "cn=ca,o=example", True),
        ("O=Example, CN=CA", "CN=CA, O=Example", True),
        ('CN="A, B", O=X', "cn=A\\, B, o=X", True),
        ("CN=CA1", "CN=CA2", False),
        ("CN=CA, O=Exa", "CN=CA, O=Example", None),
        ("CN=CA", "CN=CA, O=Example", None),
        ("E=a@b.example", "emailAddress=a@b.example", True),
        (None, "CN=CA", None),
        ("", "", None),
    ],
)
def test_names_in_different_hands(one, other, same):
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_where_urls_lead():
    assert endpoint_of("http://10.0.0.80:80/cgi-bin/pkiclient.exe") == ("10.0.0.80", 80)
    assert endpoint_of("http://CA.example.net") == ("ca.example.net", 80)
    assert endpoint_of("http://[2001:db8::1]:8080") == ("2001:db8::1", 8080)
    assert endpoint_of("http://x:99999999") is None


def test_the_ca_itself_answers_and_no_ra(owned):
    found = owned(CA_TEXT, CLIENT.replace(" auto", " enrollment mode ra\n auto"), inquiry=STORM)
    assert found.ca_answers
    assert not find_timers(found, STORM.facts).ra
    away = owned(CA_TEXT.replace(" ip address 10.0.0.80 255.255.255.0\n", ""), CLIENT, inquiry=STORM)
    assert not away.ca_answers


def timers_of(ownership: Ownership) -> tuple[str | None, int | None, int | None, int | None]:
    """Server, and in days and percent: life of certificates, auto-rollover, auto-enroll."""
    found = find_timers(ownership, None)
    days = [None if one is None else one.value // DAY for one in (found.lifetime, found.overlap)]
    return found.server_name, *days, found.auto_enroll and found.auto_enroll.value


def subordinate(name: str, at: str, above: str, life: int, overlap: int) -> str:
    return (
        f"hostname {name}-HOST\ncrypto pki server {name}\n mode sub-cs\n lifetime certificate {life}\n"
        f" auto-rollover {overlap}\n!\ncrypto pki trustpoint {name}\n enrollment url http://{above}\n!\n"
        f"interface Loopback0\n ip address {at} 255.255.255.255\n!\nend\n"
    )


ROOT = "hostname R0\ncrypto pki server ROOT\n lifetime certificate 3650\n auto-rollover 90\n!\nend\n"
POLICY = subordinate("POLICY", "203.0.113.77", "203.0.113.5", 2000, 60)
ISSUING = subordinate("ISSUING", "198.51.100.10", "203.0.113.77", 400, 45)
BRANCH = "hostname branch\ncrypto pki trustpoint VPN\n enrollment url http://198.51.100.10\n auto-enroll 80\n!\nend\n"


@pytest.mark.parametrize("order", list(itertools.permutations((ROOT, POLICY, ISSUING, BRANCH)))[::5])
def test_of_three_levels_the_lowest_issues_to_routers(owned, order):
    """The policy CA's address is where the issuing CA enrols, and no client."""
    found = owned(*order)
    assert timers_of(found) == ("ISSUING", 400, 45, 80)
    assert {server.name for server in found.above} == {"ROOT", "POLICY"}


def test_of_three_levels_the_lowest_issues_also_where_its_address_is_not_given(owned):
    without = ISSUING.replace(" ip address 198.51.100.10 255.255.255.255\n", "")
    assert timers_of(owned(without + POLICY + ROOT, BRANCH)) == ("ISSUING", 400, 45, 80)


def test_a_client_that_holds_the_certificate_of_one_of_two_cas_tells_which(owned):
    one = ROOT.replace("3650", "400").replace("90", "45").replace("ROOT", "ONE")
    other = ROOT.replace("R0", "R9")
    held = (
        "branch#show crypto pki certificates\nCertificate\n  Status: Available\n  Issuer: \n    cn=ONE\n"
        "  Subject:\n    Name: branch\n    cn=branch\n  Associated Trustpoints: VPN \n"
    )
    assert timers_of(owned(other, one, BRANCH, held)) == ("ONE", 400, 45, 80)
    assert timers_of(owned(other, one, BRANCH))[0] is None


def test_names_of_trustpoints_tell_where_no_address_does(owned):
    elsewhere = "crypto pki trustpoint MGMT\n enrollment url http://203.0.113.99\n auto-enroll 20\n!\n"
    named = BRANCH.replace("trustpoint VPN", "trustpoint ROOT").replace("!", f"!\n{elsewhere}", 1)
    found = owned(ROOT, named)
    assert timers_of(found) == ("ROOT", 3650, 90, 80)
    assert "name of the certificate server" in why(found, "trustpoint ROOT")
    assert timers_of(owned(ROOT, ROOT.replace("ROOT", "TWO").replace("R0", "R9"), named)) == ("ROOT", 3650, 90, 80)


def test_a_trustpoint_that_is_called_like_the_root_and_enrols_is_a_clients(owned):
    """Excerpts that name no device, in one file: a root has no need to enrol."""
    excerpts = (ROOT + BRANCH.replace("VPN", "ROOT")).replace("hostname R0\n", "").replace("hostname branch\n", "")
    assert timers_of(owned(excerpts)) == ("ROOT", 3650, 90, 80)


def test_ipv6_has_many_ways_to_write_an_address(owned):
    ca = ROOT.replace("end", "interface Loopback0\n ipv6 address 2001:DB8::1:0:0:10/128\n!\nend")
    elsewhere = "crypto pki trustpoint MGMT\n enrollment url http://[2001:db8::99]\n auto-enroll 20\n!\n"
    client = BRANCH.replace("198.51.100.10", "[2001:db8:0:0:1:0:0:10]:80").replace("!", f"!\n{elsewhere}", 1)
    assert timers_of(owned(ca, client)) == ("ROOT", 3650, 90, 80)


def test_the_http_server_of_another_ca_is_not_the_servers(owned):
    other = CA_TEXT.replace("CN=ca-server", "CN=other, O=Elsewhere").replace("10.0.0.80", "192.0.2.9")
    assert owned(other, inquiry=STORM).configuration.http == ()
    assert owned(CLIENT.replace("10.0.0.80", "192.0.2.9"), inquiry=STORM).configuration.http == ()
    own_https = "crypto pki trustpoint TP-self-signed-1\n enrollment selfsigned\n!\n"
    alone = owned(f"hostname CA-1\n{own_https}ip http server\nip http max-connections 5\n", inquiry=STORM)
    assert [http.max_connections for http in alone.configuration.http] == [5]
