"""IOS configuration and show output, in the forms that routers print and people paste."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.configuration import read_configuration

DAY = 86_400


def ns(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


@pytest.fixture
def read(tmp_path):
    def of(text: str, dedent: bool = True):
        path = tmp_path / "router.txt"
        path.write_text(textwrap.dedent(text) if dedent else text)
        return read_configuration([str(path)])

    return of


RUNNING = """
    hostname CA-1
    !
    username admin privilege 15 secret 9 $9$SECRETHASH
    interface GigabitEthernet0/0
     ip address 10.0.0.1 255.255.255.0
     shutdown
    !
    crypto pki server ca-server
     database level complete
     database archive pem password 7 SECRETSEVEN
     issuer-name CN=ca-server, O=Example
     grant auto
     lifetime certificate 600
     lifetime ca-certificate 1825 12 30
     auto-rollover 0 0 20
     shutdown
    !
    crypto pki server ra
     mode ra
     auto-rollover
     no shutdown
    !
    crypto pki trustpoint test
     enrollment retry count 5
     enrollment retry period 2
     enrollment url http://user:SECRETURL@192.0.2.1:80
     enrollment mode ra
     password 7 SECRETPASSWORD
     subject-name OU=TEST OU, OU=cisco
     vrf MGMT
     source interface Loopback0
     auto-enroll 70 regenerate
    !
    crypto ca trustpoint old
     enrollment url http://192.0.2.9
     auto-enroll
    !
    no ip http server
    ip http port 8080
    ip http max-connections 2
    ip http timeout-policy idle 60 life 120 requests 1
    ip http access-class ipv4 PKI
    ip http secure-server
    line vty 0 4
     password SECRETLINE
"""


def test_running_configuration(read):
    found = read(RUNNING)
    ca, ra = found.servers
    assert (ca.name, ca.mode, ca.shutdown, ca.grant_auto) == ("ca-server", "ca", True, True)
    assert (ca.lifetime_certificate, ca.lifetime_ca, ca.overlap) == (600 * DAY, 1825 * DAY + 12 * 3600 + 30 * 60, 1200)
    assert (ra.mode, ra.auto_rollover, ra.overlap, ra.shutdown) == ("ra", True, None, False)
    test, old = found.trustpoints
    assert (test.enrollment_url, test.ra, test.auto_enroll, test.regenerate) == ("http://192.0.2.1:80", True, 70, True)
    assert (test.retry_period, test.retry_count, test.vrf, test.source_interface) == (120, 5, "MGMT", "Loopback0")
    assert (old.auto_enroll, old.ra) == (100, False)
    (http,) = found.http
    assert (http.enabled, http.secure, http.port, http.max_connections) == (False, True, 8080, 2)
    assert (http.idle, http.life, http.requests, http.access_class) == (60, 120, 1, "PKI")
    assert found.max_connections == 2
    assert {w.device for w in (ca.where, test.where, http.where)} == {"CA-1"}
    assert RUNNING.splitlines()[ca.where.line - 1].strip() == "crypto pki server ca-server"


def test_no_secret_is_kept(read):
    assert "SECRET" not in repr(read(RUNNING))


def test_what_is_not_known_is_counted(read):
    (file,) = read(RUNNING).files
    # username, the three of the interface, and the two of the line
    assert file.ignored - RUNNING.count("!\n") == 6


NOTE = """
CA-Server#show running | section pki server
crypto pki server ca-server
<snip>
lifetime certificate 600
lifetime ca-certificate 1825
auto-rolloverCA-Server#show crypto pki server | include Rollover
Auto-Rollover configured, overlap period 30 days
CA-Server#

crypto pki trustpoint test enroll url http://enrollment_url.test.com:80
enrollment mode ra subject-name OU = TEST OU, OU = cisco auto-enroll 70
"""


def test_the_notes_listing_with_lines_run_together(read):
    """As it stands in Cisco TAC note 118734: a prompt in the middle of a line, commands joined."""
    found = read(NOTE)
    (server,) = found.servers
    assert (server.lifetime_certificate, server.lifetime_ca) == (600 * DAY, 1825 * DAY)
    assert (server.auto_rollover, server.overlap, server.where.device) == (True, None, "CA-Server")
    (trustpoint,) = found.trustpoints
    assert (trustpoint.auto_enroll, trustpoint.ra) == (70, True)
    assert trustpoint.enrollment_url == "http://enrollment_url.test.com:80"
    assert trustpoint.subject_name == "OU = TEST OU, OU = cisco"


def test_commands_behind_prompts(read):
    found = read(
        """
        CA-Server(config)#crypto pki server ca-server
        CA-Server(cs-server)#auto-rollover ?
        <0-1825> Overlap time between CA certificates during rollover, in days
        CA-Server(cs-server)#auto-rollover 365
        CA-Server(cs-server)#no shutdown
        """
    )
    assert [(s.name, s.overlap, s.shutdown) for s in found.servers] == [("ca-server", 365 * DAY, False)]


def test_a_shutdown_elsewhere_is_not_the_servers(read):
    found = read("crypto pki server a\nlifetime certificate 10\ninterface Gi0\n shutdown\n", dedent=False)
    assert found.servers[0].shutdown is None


def test_a_certificate_in_the_configuration(read, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime(2025, 1, 1))
        .sign(key, hashes.SHA256())
    )
    digits = made.public_bytes(serialization.Encoding.DER).hex().upper()
    words = [digits[at : at + 8] for at in range(0, len(digits), 8)]
    lines = "\n".join("  " + " ".join(words[at : at + 8]) for at in range(0, len(words), 8))
    found = read(
        f"crypto pki certificate chain ca-server\n certificate ca 01\n{lines}\n  \tquit\n certificate 02\n  30820000\n"
        "\tquit\nip http server\n",
        dedent=False,
    )
    (certificate,) = found.certificates
    assert (certificate.trustpoint, certificate.kind, certificate.where.line) == ("ca-server", "ca", 2)
    assert (certificate.certificate.subject, certificate.certificate.not_after) == ("CN=root", ns(2025, 1, 1))
    assert found.http[0].enabled


def test_show_crypto_pki_server(read):
    found = read(
        """
        Certificate Server ca-server:
            Status: enabled
            State: enabled
            Server's configuration is locked  (enter "shut" to unlock it)
            Issuer name: CN=ca-server
            CA cert fingerprint: 01234567 89ABCDEF 01234567 89ABCDEF
            Granting mode is: auto
            Last certificate issued serial number (hex): 1F
            CA certificate expiration timer: 12:58:34 UTC Jan 4 2025
            CRL NextUpdate timer: 00:58:35 UTC Jan 6 2022
            Current primary storage dir: nvram:
            Database Level: Minimum - no cert data written to storage
            Auto-Rollover configured, overlap period 30 days
            Autorollover timer: 12:58:34 UTC Dec 5 2024
        Certificate Server ios_ra:
            Server configured in RA mode
            Granting mode is: manual
        """
    )
    ca, ra = found.server_statuses
    assert (ca.name, ca.status, ca.state, ca.issuer_name, ca.granting) == (
        "ca-server",
        "enabled",
        "enabled",
        "CN=ca-server",
        "auto",
    )
    assert (ca.overlap, ca.ra) == (30 * DAY, False)
    assert ca.ca_expiry.time == ns(2025, 1, 4, 12, 58, 34)
    assert ca.ca_expiry.time - ca.rollover_timer.time == 30 * DAY * 10**9
    assert (ra.name, ra.ra, ra.granting, ra.ca_expiry, ra.overlap) == ("ios_ra", True, "manual", None, None)


def test_zones(read):
    """A zone that the configuration names is known; others are read as UTC and said to be so."""
    found = read(
        """
        clock timezone LOCAL 5 30
        Certificate Server a:
            CA certificate expiration timer: 12:00:00 LOCAL Jan 4 2025
            Autorollover timer: 12:00:00 IST Jan 4 2025
        """
    )
    status = found.server_statuses[0]
    assert (status.ca_expiry.time, status.ca_expiry.zone_known) == (ns(2025, 1, 4, 6, 30), True)
    assert (status.rollover_timer.time, status.rollover_timer.zone_known) == (ns(2025, 1, 4, 12), False)


def test_show_crypto_pki_timers(read):
    found = read(
        """
        PKI Timers
        |          48.241  (2022-01-15T08:54:35Z)
          |          48.241  (2022-01-15T08:54:35Z) SESSION CLEANUP
          |985d11:54:30.614  (2024-09-26T20:48:17Z) SHADOW client
          |291d23:54:53.214  (2022-11-04T03:01:26Z) RENEW client
        Expiry Alert Timers
        |304d23:58:41.613
          |1034d23:54:30.571  CS(root)
        CRL Timers
          |        4:33.164  (2022-01-16T05:06:20Z) CRL auto-download retry timer
          |     5:54:30.889  (2022-01-15T14:48:17Z) CRL UPDATE *cn=root
        Trustpool Timers
          | 6.908 (2020-05-02T04:10:40Z) CONNECT RETRY estclient
        CS Timers
          |1094d23:34:30.810  (2025-01-14T08:28:17Z) CS SHADOW CERT GENERATION
        """
    )
    assert [(t.group, t.name, t.subject) for t in found.timers] == [
        ("PKI Timers", "SESSION CLEANUP", None),
        ("PKI Timers", "SHADOW", "client"),
        ("PKI Timers", "RENEW", "client"),
        ("Expiry Alert Timers", "CS", "root"),
        ("CRL Timers", "CRL auto-download retry timer", None),
        ("CRL Timers", "CRL UPDATE", "*cn=root"),
        ("Trustpool Timers", "CONNECT RETRY", "estclient"),
        ("CS Timers", "CS SHADOW CERT GENERATION", None),
    ]
    assert [t.remaining for t in found.timers[:2]] == [48.241, pytest.approx(985 * DAY + 11 * 3600 + 54 * 60 + 30.614)]
    assert found.timers[4].remaining == pytest.approx(4 * 60 + 33.164)
    assert (found.timers[1].time, found.timers[3].time) == (ns(2024, 9, 26, 20, 48, 17), None)


def test_show_crypto_pki_certificates(read):
    found = read(
        """
        Certificate
          Status: Available
          Certificate Serial Number (hex): 1f
          Certificate Usage: General Purpose
          Issuer:
            cn=ca-server
          Subject:
            Name: R1.example.com
            Serial Number: 1234ABCD
            hostname=R1.example.com
            serialNumber=1234ABCD
          Validity Date:
            start date: 09:17:52 UTC Jun 22 2022
            end   date: 09:17:52 UTC Jun 22 2023
            renew date: 09:19:52 UTC Apr 10 2023
          Associated Trustpoints: test old
          Storage: nvram:ca-server#1F.cer

        CA Certificate (Rollover)
          Status: Available
          Certificate Serial Number (hex): 02
          Subject:
            cn=ca-server
          Validity Date:
            start date: 00:00:00 UTC Nov 9 2028
            end   date: 00:00:00 UTC Nov 9 2038
        """
    )
    own, shadow = found.shown_certificates
    assert (own.kind, own.serial, own.rollover, own.trustpoints) == ("Certificate", "1F", False, ("test", "old"))
    assert own.subject == "hostname=R1.example.com, serialNumber=1234ABCD"
    assert (own.start.time, own.end.time) == (ns(2022, 6, 22, 9, 17, 52), ns(2023, 6, 22, 9, 17, 52))
    assert own.renew.time == ns(2023, 4, 10, 9, 19, 52)
    assert (shadow.kind, shadow.rollover, shadow.subject, shadow.renew) == (
        "CA Certificate",
        True,
        "cn=ca-server",
        None,
    )


def test_show_crypto_pki_trustpoints_status(read):
    found = read(
        """
        Trustpoint test:
          Issuing CA certificate configured:
            Subject Name:
             cn=ca-server
            Fingerprint MD5: 01234567 89ABCDEF 01234567 89ABCDEF
          Router General Purpose certificate configured:
            Subject Name:
             hostname=R1
          Last enrollment status: Granted
          State:
            Keys generated ............. Yes (General Purpose, non-exportable)
            Issuing CA authenticated ....... Yes
            Certificate request(s) ..... None

        Trustpoint other:
          State:
            Keys generated ............. No
        """
    )
    test, other = found.trustpoint_statuses
    assert (test.name, test.issuing_ca_configured, test.router_certificate_configured) == ("test", True, True)
    assert (test.last_enrollment, test.ca_authenticated, test.requests) == ("Granted", "Yes", "None")
    assert test.keys_generated == "Yes (General Purpose, non-exportable)"
    assert (other.keys_generated, other.last_enrollment, other.issuing_ca_configured) == ("No", None, False)


@pytest.mark.parametrize("gap", [" ", "    "])
def test_show_ip_http_server(read, gap):
    rows = (
        ["192.0.2.1:80", "192.0.2.7:39278", "120", "118"],
        ["192.0.2.1:80", "192.0.2.8:39279", "120", "118", "12:52:11 15/05"],
        ["[2001:db8::1]:80", "[2001:db8::2]:9", "120", "118", "12:52:13 15/05"],
    )
    current, *history = (gap.join(row) for row in rows)
    found = read(
        f"""
        HTTP server status: Enabled
        HTTP server port: 80
        Maximum number of concurrent server connections allowed: 5
        Maximum number of secondary server connections allowed: 50
        Server idle time-out: 180 seconds
        Server life time-out: 170 seconds
        Maximum number of requests allowed on a connection: 1
        HTTP server current connections:
        {gap.join(["local-ipaddress:port", "remote-ipaddress:port", "in-bytes", "out-bytes"])}
        {current}
        HTTP server statistics:
        Accepted connections total: 4242
        HTTP server history:
        {history[0]}
        {history[1]}
        """
    )
    (http,) = found.http_statuses
    assert (http.enabled, http.port, http.max_connections, http.idle, http.life, http.requests) == (
        True,
        80,
        5,
        180,
        170,
        1,
    )
    assert (http.accepted_total, http.connections, http.history, http.nginx) == (4242, 1, 2, False)
    assert found.max_connections == 5


def test_the_http_server_of_newer_ios_xe(read):
    found = read(
        "HTTP server status: Enabled\nMaximum number of concurrent server connections allowed: 300\n"
        "OPENRESTY_PKI 3 Active Active IOS OpenResty PKI Server\nMaxmum connection Hit = 7\n"
    )
    assert (found.http_statuses[0].nginx, found.http_statuses[0].max_connections_hit) == (True, 7)


def test_several_files(tmp_path):
    for name, text in (("ca.txt", "crypto pki server ca\n"), ("router.txt", "crypto pki trustpoint tp\n")):
        (tmp_path / name).write_text(text)
    found = read_configuration([str(tmp_path / "ca.txt"), str(tmp_path / "router.txt")])
    assert [f.path for f in found.files] == [str(tmp_path / "ca.txt"), str(tmp_path / "router.txt")]
    assert (found.servers[0].name, found.trustpoints[0].where.path) == ("ca", str(tmp_path / "router.txt"))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(EvidenceError, match=r"none\.txt"):
        read_configuration([str(tmp_path / "none.txt")])
    (tmp_path / "binary").write_bytes(b"\xd4\xc3\xb2\xa1\x00\x00")
    with pytest.raises(EvidenceError, match="no text"):
        read_configuration([str(tmp_path / "binary")])
    with pytest.raises(EvidenceError):
        read_configuration([str(tmp_path)])


def test_hostile_lines(read):
    text = "crypto pki trustpoint x\n" + "subject-name " + "a " * 200_000 + "\n" + "auto-enroll " + "9" * 5000 + "\n"
    text += (
        "crypto pki certificate chain x\n certificate ca 01\n"
        + "AB" * 4 * 9
        + "\n" * 9
        + "PKI Timers\n|"
        + "9" * 4000
        + "\n"
    )
    assert read(text, dedent=False).trustpoints[0].name == "x"
