"""URIs as IOS, sscep, certmonger and micromdm send them, and as a hostile client could."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pcapinspect.pki.pkiclient import OPERATIONS, classify, message_of


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN", ("GetNextCACert", "GETVPN")),
        ("/cgi-bin/pkiclient.exe?operation=GetCACaps&message=0", ("GetCACaps", "0")),
        ("/scep?operation=GetCACert&message=Test-Router", ("GetCACert", "Test-Router")),
        ("/scep?operation=GetCACaps", ("GetCACaps", None)),
        ("/scep?operation=GetCACert&message=", ("GetCACert", None)),
        ("/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACertChain&message=x", ("GetCACertChain", "x")),
        ("http://ca.example:80/cgi-bin/pkiclient.exe?operation=GetCACert&message=tti", ("GetCACert", "tti")),
        ("/cgi-bin/pkiclient.exe?operation=PKIOperation&message=MIIJ%2B%0A", ("PKIOperation", None)),
        ("/cgi-bin/pkiclient.exe?operation=PKIOperation", ("PKIOperation", None)),
    ],
)
def test_requests_of_real_clients(uri: str, expected: tuple[str | None, str | None]) -> None:
    assert classify("GET", uri) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/pkiclient.exe?message=GETVPN&operation=GetNextCACert", ("GetNextCACert", "GETVPN")),
        ("/CGI-BIN/PKICLIENT.EXE?OPERATION=getnextcacert&MESSAGE=Getvpn", ("GetNextCACert", "Getvpn")),
        ("/cgi-bin/%70kiclient%2Eexe?%6fperation=Get%43ACert&mess%61ge=a%20b", ("GetCACert", "a b")),
        ("/x?operation=GetCACert&operation=GetCACaps&message=1&message=2", ("GetCACert", "1")),
        ("/x?a&b=&operation=GetCACert&&message=a=b", ("GetCACert", "a=b")),
        ("/x?operation=GetCACert&message=a+b#fragment", ("GetCACert", "a+b")),
        ("/cgi-bin/pkiclient.exe?operation=Bogus&message=GETVPN", ("Bogus", None)),
        ("/x?operation=GetCACert&message=%e7%a7%81%ff%1b[2J", ("GetCACert", "私\\xff\\x1b[2J")),
        ("/x?operation=GetCACert&message=%zz%4", ("GetCACert", "%zz%4")),
    ],
)
def test_odd_order_case_and_encoding(uri: str, expected: tuple[str | None, str | None]) -> None:
    assert classify("GET", uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "/",
        "*",
        "/?",
        "/cgi-bin/pkiclient.exe",
        "/cgi-bin/pkiclient.exe?operation=",
        "/cgi-bin/pkiclient.exe?message=GETVPN",
        "/shop?operation=Bogus",
        "/operation=GetCACert",
        "/x%3Foperation=GetCACert",
        "/x?myoperation=GetCACert",
        "/notpkiclient.exe?operation=Bogus",
    ],
)
def test_what_is_not_scep(uri: str | None) -> None:
    assert classify("GET", uri) == (None, None)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "CONNECT", "get", "", None])
def test_scep_is_get_or_post_only(method: str | None) -> None:
    assert classify(method, "/pkiclient.exe?operation=GetCACert&message=x") == (None, None)


def test_post_is_classified_as_get_is() -> None:
    assert classify("POST", "/pkiclient.exe?operation=PKIOperation") == ("PKIOperation", None)
    assert classify("POST", "/scep?operation=GetCACert&message=x") == ("GetCACert", "x")


def test_message_keeps_plus_signs_and_decodes_line_breaks() -> None:
    assert message_of("/pkiclient.exe?operation=PKIOperation&message=MII+%2B/A%3D%0A") == b"MII++/A=\n"
    assert message_of("/pkiclient.exe?operation=PKIOperation") is None


@given(st.text(max_size=200))
@example("/pkiclient.exe?operation=%ed%a0%80")
@example("?operation=getcacert&message=%ed%a0%80")
def test_any_uri_gives_text_that_json_and_a_terminal_can_carry(uri: str) -> None:
    operation, identifier = classify("GET", uri)
    for text in (operation, identifier):
        assert text is None or (text.isprintable() and json.loads(json.dumps(text).encode()) == text)
    message_of(uri)


@given(st.sampled_from(OPERATIONS), st.binary(min_size=1, max_size=30))
def test_percent_encoding_of_every_byte_changes_nothing(operation: str, label: bytes) -> None:
    def encoded(raw: bytes) -> str:
        return "".join(f"%{byte:02x}" for byte in raw)

    plain = classify("GET", f"/x?operation={operation}&message={encoded(label)}")
    assert plain[0] == operation
    assert (
        classify("GET", f"/x?{encoded(b'message')}={encoded(label)}&operation={encoded(operation.encode())}") == plain
    )


@pytest.mark.parametrize(
    ("query", "operation", "label"),
    [
        ("operation=GetNextCACert&message=GET…", "GetNextCACert", "GET…"),
        ("operation=GetNextCACert&message=…", "GetNextCACert", None),
        ("operation=GetNextCACert&…", "GetNextCACert", None),
        ("operation=GetNextCACert…", "GetNextCACert", None),
        ("operation=GetN…", "GetNextCACert", None),
        ("operation=PKIOp…", "PKIOperation", None),
        ("operation=GetCACert&mess…", "GetCACert", None),
        ("operation=GetCACert…", "GetCACert…", None),  # or GetCACertChain
        ("operation=Get…", "Get…", None),
        ("operation=Other…", "Other…", None),
        ("message=A&operation=GetCACa…", "GetCACaps", "A"),
        ("operation=…", None, None),
        ("opera…", None, None),
    ],
)
def test_a_uri_that_the_capture_cut_names_what_is_certain(query: str, operation: str | None, label: str | None) -> None:
    assert classify("GET", f"/cgi-bin/pkiclient.exe?{query}") == (operation, label)
