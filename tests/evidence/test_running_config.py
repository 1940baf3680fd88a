"""The running configuration, as routers print it and as people paste it."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = 86_400


def ns(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


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


def test_running_configuration(read_config):
    found = read_config(RUNNING)
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
    assert {w.device for w in (ca.where, test.where, http.where)} == {"CA-1"}
    assert RUNNING.splitlines()[ca.where.line - 1].strip() == "crypto pki server ca-server"


def test_no_secret_is_kept(read_config):
    assert "SECRET" not in repr(read_config(RUNNING))


def test_what_is_not_known_is_counted(read_config):
    (file,) = read_config(RUNNING).files
    # username, shutdown of the interface, and the two of the line
    assert file.ignored - RUNNING.count("!\n") == 4


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


def test_the_notes_listing_with_lines_run_together(read_config):
    """As it stands in Cisco TAC note 118734: a prompt in the middle of a line, commands joined."""
    found = read_config(NOTE)
    (server,) = found.servers
    assert (server.lifetime_certificate, server.lifetime_ca) == (600 * DAY, 1825 * DAY)
    assert (server.auto_rollover, server.overlap, server.where.device) == (True, None, "CA-Server")
    (trustpoint,) = found.trustpoints
    assert (trustpoint.auto_enroll, trustpoint.ra) == (70, True)
    assert trustpoint.enrollment_url == "http://enrollment_url.test.com:80"
    assert trustpoint.subject_name == "OU = TEST OU, OU = cisco"


def test_commands_behind_prompts(read_config):
    found = read_config(
        """
        CA-Server(config)#crypto pki server ca-server
        CA-Server(cs-server)#auto-rollover ?
        <0-1825> Overlap time between CA certificates during rollover, in days
        CA-Server(cs-server)#auto-rollover 365
        CA-Server(cs-server)#no shutdown
        """
    )
    assert [(s.name, s.overlap, s.shutdown) for s in found.servers] == [("ca-server", 365 * DAY, False)]


def test_a_shutdown_elsewhere_is_not_the_servers(read_config):
    found = read_config("crypto pki server a\nlifetime certificate 10\ninterface Gi0\n shutdown\n", dedent=False)
    assert found.servers[0].shutdown is None


def test_a_certificate_in_the_configuration(read_config, tmp_path):
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
    found = read_config(
        f"crypto pki certificate chain ca-server\n certificate ca 01\n{lines}\n  \tquit\n certificate 02\n  30820000\n"
        "\tquit\nip http server\n",
        dedent=False,
    )
    (certificate,) = found.certificates
    assert (certificate.trustpoint, certificate.kind, certificate.where.line) == ("ca-server", "ca", 2)
    assert (certificate.certificate.subject, certificate.certificate.not_after) == ("CN=root", ns(2025, 1, 1))
    assert found.http[0].enabled


def test_what_people_type_for_it(read_config):
    found = read_config(
        """
        CA(config)#cry pki ser CA
        CA(cs-server)#lifetime cert 600
        CA(cs-server)#life ca 1825
        CA(cs-server)#auto-roll 30
        CA(cs-server)#no shut
        CA(cs-server)#crypto  pki  trustp T
        CA(ca-trustpoint)#enroll url http://192.0.2.1
        CA(ca-trustpoint)#auto-en 70 reg
        """
    )
    (server,), (trustpoint,) = found.servers, found.trustpoints
    assert (server.lifetime_certificate, server.lifetime_ca, server.overlap) == (600 * DAY, 1825 * DAY, 30 * DAY)
    assert (trustpoint.auto_enroll, trustpoint.regenerate, trustpoint.enrollment_url) == (70, True, "http://192.0.2.1")


def test_pem_of_show_output_and_no_key(read_config):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "root")])
    key = ec.generate_private_key(ec.SECP256R1())
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
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    damaged = pem.replace(pem.splitlines()[3], pem.splitlines()[3][:-2])
    found = read_config(
        f"CA#show crypto pki certificates pem\n------Trustpoint: T------\n% The specified trustpoint is enrolled\n"
        f"% CA certificate:\n{pem}\n% Router certificate:\n{damaged}\n{secret}",
        dedent=False,
    )
    (held,) = found.certificates
    assert (held.trustpoint, held.kind, held.certificate.subject) == ("T", "ca", "CN=root")
    assert held.certificate.not_after == ns(2025, 1, 1)
    assert found.files[0].damaged_certificates == 1
    assert secret.splitlines()[1][:20] not in repr(found)
