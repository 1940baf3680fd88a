"""No secret of a configuration or a log is kept, in whatever form IOS writes it."""

from __future__ import annotations

import pytest

from pcapinspect.evidence.ios_log import read_logs
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.secrets import public_url, redacted

FORMS = (
    *(f"password {kind} S3CRET" for kind in range(10)),
    *(f"enable secret {kind} S3CRET" for kind in (0, 4, 5, 8, 9)),
    "password S3CRET with S3CRET blanks",
    "passwd S3CRET",
    "username admin privilege 15 secret 9 $9$S3CRET",
    "username admin password 0 S3CRET",
    "enable password 7 S3CRET",
    "key 7 S3CRET",
    "key S3CRET",
    "key-string 7 S3CRET",
    "tacacs-server key S3CRET",
    "radius-server host 192.0.2.1 key 0 S3CRET",
    "server-private 192.0.2.1 key S3CRET",
    "crypto isakmp key S3CRET address 0.0.0.0 0.0.0.0",
    "crypto isakmp key 6 S3CRET address 0.0.0.0",
    "pre-shared-key local S3CRET",
    "ip ospf message-digest-key 1 md5 S3CRET",
    "ntp authentication-key 1 md5 S3CRET 7",
    "neighbor 192.0.2.1 password S3CRET",
    "ppp chap password 0 S3CRET",
    "snmp-server community S3CRET RO",
    "ip ftp password S3CRET",
    "ip http client password 0 S3CRET",
    "wpa-psk ascii 0 S3CRET",
    "license smart register idtoken S3CRET",
    "database archive pkcs12 password S3CRET",
    "crypto pki import T pkcs12 terminal S3CRET",
    "challenge-password S3CRET",
    "enrollment url http://admin:S3CRET@192.0.2.1:80/cgi-bin",
    "enrollment url http://admin:S3/CRET@192.0.2.1:80",
    "enrollment url http://admin:S3?CRET@192.0.2.1:80",
    "enrollment url http://192.0.2.1/scep?token=S3CRET",
    "enrollment url http://192.0.2.1/scep?a=1&otp=S3CRET#x",
    "database url ftp://admin:S3CRET@192.0.2.1/ca",
    "cdp-url http://admin:S3CRET@192.0.2.1/crl?auth=S3CRET",
    "Authorization: Basic S3CRET",
    "Cookie: session=S3CRET",
)

GIVEN_AWAY = ("S3CRET", "S3/CRET", "CRET@", "S3?", "3CRET")


def nothing_of_it(shown: str) -> bool:
    return not any(part in shown for part in GIVEN_AWAY)


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
@pytest.mark.parametrize("before", ["", "subject-name CN=R1, O=Example ", "issuer-name CN=CA ", "enrollment mode ra "])
def test_configuration(read_config, form, before):
    for block in ("trustpoint T", "server S"):
        found = read_config(f"hostname R\ncrypto pki {block}\n {before}{form}\n!\n{before}{form}\n", dedent=False)
        assert nothing_of_it(repr(found))
        assert nothing_of_it(repr(own(found)))


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_logs(tmp_path, form):
    log = tmp_path / "log"
    log.write_text(
        f"Mar  2 08:03:11.100: %PKI-6-AAA: what was typed: {form}\n"
        f"Mar  2 08:03:12.100: %PARSER-5-CFGLOG_LOGGEDCMD: User:a  logged command:{form}\n"
        f"Mar  2 08:03:13.100: CRYPTO_PKI: Sending Next CA Certificate Request:\n{form}\n"
        f"GET http://admin:S3CRET@192.0.2.1/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0\n"
    )
    found = read_logs([str(log)], None)
    assert len(found.records) >= 2
    assert nothing_of_it(repr(found.records))


@pytest.mark.parametrize(
    "line",
    [
        "%PKI-3-SOCKETSEND: Failed to send out message to CA server.",
        "GET http://192.0.2.1/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0",
        "TCP0: bad seg from 10.22.0.37 -- connection queue limit reached: port 80 seq 558257473 ack 0 len 0",
        "CRYPTO_PKI: Certificate Request Fingerprint MD5: 17B772A8 B4BA0766",
    ],
)
def test_what_holds_none_stays(line):
    assert redacted(line) == line


def test_urls():
    assert public_url("http://192.0.2.1:80/cgi-bin") == "http://192.0.2.1:80/cgi-bin"
    assert public_url("http://a:b@ca.example.net:80?x=1") == "http://ca.example.net:80"
    assert public_url("a:b@ca.example.net") == "ca.example.net"
    assert redacted("http://a:b@h/x?operation=GetCACert&sid=9") == "http://h/x?operation=GetCACert&sid=..."
