"""Show output, in the forms that routers print."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

DAY = 86_400


def ns(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


def test_show_crypto_pki_server(read_config):
    found = read_config(
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


def test_zones(read_config):
    """A zone that the configuration names is known; others are read as UTC and said to be so."""
    found = read_config(
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


def test_show_crypto_pki_timers(read_config):
    found = read_config(
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


def test_show_crypto_pki_certificates(read_config):
    found = read_config(
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


def test_show_crypto_pki_trustpoints_status(read_config):
    found = read_config(
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
def test_show_ip_http_server(read_config, gap):
    rows = (
        ["192.0.2.1:80", "192.0.2.7:39278", "120", "118"],
        ["192.0.2.1:80", "192.0.2.8:39279", "120", "118", "12:52:11 15/05"],
        ["[2001:db8::1]:80", "[2001:db8::2]:9", "120", "118", "12:52:13 15/05"],
    )
    current, *history = (gap.join(row) for row in rows)
    found = read_config(
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


def test_the_http_server_of_newer_ios_xe(read_config):
    found = read_config(
        "HTTP server status: Enabled\nMaximum number of concurrent server connections allowed: 300\n"
        "OPENRESTY_PKI 3 Active Active IOS OpenResty PKI Server\nMaxmum connection Hit = 7\n"
    )
    assert (found.http_statuses[0].nginx, found.http_statuses[0].max_connections_hit) == (True, 7)


def test_numbers_beyond_any_timer_are_no_timers(read_config):
    found = read_config(f"PKI Timers\n| {'9' * 400}d1:00:00.5  RENEW tti\n| {'9' * 400}.5  POLL tti\n")
    assert found.timers == ()


@pytest.mark.parametrize(
    ("heading", "role", "rollover"),
    [
        ("Certificate", "router", False),
        ("Certificate (Rollover)", "router", True),
        ("CA Certificate", "ca", False),
        ("CA Certificate (Rollover)", "ca", True),
        ("Certificate (subordinate CA certificate)", "sub-ca", False),
        ("Certificate (subordinate CA certificate, Rollover)", "sub-ca", True),
        ("Certificate (RA mode CS certificate)", "ra", False),
        ("Certificate (RA mode CS certificate, Rollover)", "ra", True),
        ("Router Self-Signed Certificate", "self-signed", False),
        ("RA Signature Certificate", "ra", False),
        ("RA KeyEncipher Certificate", "ra", False),
        ("Router General Purpose Certificate", "router", False),
    ],
)
def test_every_heading_begins_a_certificate_of_its_own(read_config, heading, role, rollover):
    block = "  Certificate Serial Number (hex): {}\n  Issuer:\n    cn=CA\n    o=X\n  Subject:\n    cn=S\n"
    text = "CA Certificate\n" + block.format("01") + heading + "\n" + block.format("0A")
    first, second = read_config(text, dedent=False).shown_certificates
    assert (first.serial, second.serial) == ("01", "0A")
    assert (second.role, second.rollover) == (role, rollover)
    assert (second.issuer, second.subject) == ("cn=CA, o=X", "cn=S")
