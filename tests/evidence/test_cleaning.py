"""Text as it is handed over: encodings, terminals, pagers, quotes, broken lines."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.cleaning import LONGEST_LINE, prompt, read_lines, unwrapped

CONFIG = """hostname CA-1
crypto pki server CA
 database level complete
 lifetime certificate 600
 auto-rollover 30
!
ip http server"""

PAGERS = (
    " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b",
    " --More-- \r         \r",
    "\x1b[7m--More--\x1b[m\r\x1b[K",
    "\x1b[7m --More-- \x1b[27m\x1b[10D\x1b[K",
    " --More-- ^H^H^H^H^H^H^H^H^H        ^H^H^H^H^H^H^H^H^H",
    "<--- More --->\r              \r",
    "--More--(12%)\r\x1b[2K",
    " --MORE-- ",
    " --More-- " + "\u2408" * 9 + " " * 9 + "\u2408" * 9,
    " --More-- " + "<BS>" * 9 + " " * 9 + "<BS>" * 9,
    " --More-- " + "\u25a1" * 9 + " " * 9 + "\u25a1" * 9,
    " --More-- ",
)
"""Of IOS in PuTTY, of IOS over telnet, of terminals with control sequences, of ASA, of less, of terminal servers; and
as editors and fonts show backspaces."""


@pytest.fixture
def cleaned(tmp_path):
    def of(content: str | bytes) -> list[tuple[int, str]]:
        path = tmp_path / "text"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_lines(str(path)))

    return of


def texts(lines: list[tuple[int, str]]) -> list[str]:
    return [text for _, text in lines]


@pytest.mark.parametrize(
    "encoded",
    [
        CONFIG.encode(),
        codecs.BOM_UTF8 + CONFIG.encode(),
        CONFIG.encode("utf-16"),
        codecs.BOM_UTF16_BE + CONFIG.encode("utf-16-be"),
        CONFIG.encode("utf-16-le"),
        CONFIG.encode("utf-16-be"),
        CONFIG.replace("\n", "\r\n").encode(),
        CONFIG.replace("\n", "\r\r\n").encode(),
        CONFIG.replace("\n", "\r").encode(),
        CONFIG.replace("\n", "\r\n").encode("utf-16"),
        CONFIG.replace("\n", "   \n").encode(),
        CONFIG.replace(" ", "\xa0").encode(),
        ("\ufeff" + CONFIG.replace("\n", "\u200b\n")).encode(),
    ],
    ids=range(13),
)
def test_encodings_and_line_ends(cleaned, encoded):
    assert cleaned(encoded) == list(enumerate(CONFIG.split("\n"), 1))


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("before", range(1, 6))
def test_a_pager_before_any_line_changes_nothing(cleaned, pager, before):
    lines = CONFIG.split("\n")
    lines[before] = pager + lines[before]
    assert texts(cleaned("\n".join(lines))) == CONFIG.split("\n")


def test_a_pager_in_the_middle_of_a_line_stands_where_a_line_ended(cleaned):
    assert cleaned(" grant auto --More--  auto-rollover 30\n!") == [
        (1, " grant auto"),
        (1, " auto-rollover 30"),
        (2, "!"),
    ]


def test_typed_backspaces_escapes_and_titles(cleaned):
    assert texts(cleaned("CA(cs-server)#auto-rollovee\b \br 30\x07")) == ["CA(cs-server)#auto-rollover 30"]
    assert texts(cleaned("\x1b]0;ssh ca1\x07CA#\x1b[1mshow clock\x1b[0m")) == ["CA#show clock"]
    assert texts(cleaned("CA#show clok\x1b[1D\x1b[Kck")) == ["CA#show clock"]
    assert texts(cleaned("a\x1b[3Cb\x1b")) == ["a   b"]


def test_quotes_and_markup_of_tickets(cleaned):
    quoted = "\n".join(f"> > {line}" for line in CONFIG.split("\n"))
    assert texts(cleaned(quoted)) == CONFIG.split("\n")
    assert texts(cleaned(f"```cisco\n{CONFIG}\n```")) == ["", *CONFIG.split("\n"), ""]
    assert texts(cleaned("{code:java}\nCA&gt;show clock\n{code}")) == ["", "CA>show clock", ""]
    page = "<pre>" + CONFIG.replace("\n", "<br>\n") + "</pre>"
    assert texts(cleaned(page)) == CONFIG.split("\n")
    assert texts(cleaned("**%PKI-3-SOCKETSEND: no**\nGET\\_CERT\n***")) == ["%PKI-3-SOCKETSEND: no", "GET_CERT", "***"]


def test_what_the_device_writes_stays(cleaned):
    lines = [
        "*Mar  1 18:09:03.572: %PKI-6-CS_GRANT_AUTO: All requests will be granted, no more questions.",
        "|291d 3:59:52.231  (2022-11-04T03:01:26Z)",
        "<187>1 2026-03-01T10:00:03.5Z ca1 - - - - x",
        "GET /cgi-bin/pkiclient.exe?operation=GetCACert&message=ra HTTP/1.0",
        "  CN=Zertifizierungsstelle für Köln",
        "\tindented by a tab",
    ]
    assert texts(cleaned("\n".join(lines))) == lines


def test_what_is_no_text_is_refused_and_a_few_zeros_are_not(cleaned, tmp_path):
    with pytest.raises(EvidenceError, match="is no text"):
        cleaned(bytes(range(256)) * 20)
    with pytest.raises(EvidenceError, match="is no text"):
        cleaned(b"\x7fELF\x02\x01\x01" + bytes(2000))
    with pytest.raises(EvidenceError, match="No such file"):
        list(read_lines(str(tmp_path / "absent")))
    assert texts(cleaned(b"hostname\0 R1\n" + CONFIG.encode())) == ["hostname R1", *CONFIG.split("\n")]
    assert cleaned(b"") == []


def test_numbers_go_on_over_blocks_and_long_lines_are_cut(cleaned):
    long = "x" * (LONGEST_LINE + 5)
    lines = cleaned("\n".join(["a" * 99] * 30_000 + [long, "end"]))
    assert lines[-3:] == [(30_001, "x" * LONGEST_LINE), (30_001, "xxxxx"), (30_002, "end")]
    assert [number for number, _ in lines[:30_000]] == list(range(1, 30_001))
    assert texts(cleaned("y" * (3 << 20) + "\nend"))[-1] == "end"


@given(
    st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=">`~{*&\\"), max_size=90))
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_text_stays_as_it_is(tmp_path, lines):
    path = tmp_path / "plain"
    path.write_text("".join(f"{line}\n" for line in lines))
    kept = [line.rstrip() for line in lines]
    if not any(word in line for line in lines for word in ("ore-", "ore -", "ore)-")):
        assert texts(list(read_lines(str(path)))) == kept


MESSAGE = (
    "Mar  2 08:02:09.275: TCP0: bad seg from 10.22.0.37 -- connection queue limit reached: port 80 seq 558257473 len 0"
)


def broken(text: str, width: int) -> list[str]:
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def joined(lines: list[str]) -> list[tuple[int, str]]:
    return list(unwrapped(enumerate(lines, 1)))


def test_a_line_broken_at_column_80_is_one_again():
    assert joined([*broken(MESSAGE, 80), MESSAGE[:60]]) == [(1, MESSAGE), (3, MESSAGE[:60])]
    long = MESSAGE + " " + MESSAGE[22:]
    assert joined([*broken(long, 80), "!"]) == [(1, long), (4, "!")]


def test_the_blank_at_the_edge_is_put_back():
    text = "Mar  2 08:02:09.275: %PKI-3-SOCKETSEND: Failed to send out a message to primary CA server."
    assert text[79] == " "
    assert joined([line.rstrip() for line in broken(text, 80)]) == [(1, text)]


def test_a_width_of_one_column_less_loses_no_blank():
    lines = broken(MESSAGE, 79)
    assert [text for _, text in joined(lines * 4)] == [MESSAGE] * 4


@pytest.mark.parametrize("width", [72, 100])
def test_another_width_is_told_by_the_lines_that_it_broke(width):
    lines = broken(MESSAGE, width)
    assert [text for _, text in joined(lines * 4)] == [MESSAGE] * 4
    assert [text for _, text in joined(lines)] == lines, "one such line is an accident"


@pytest.mark.parametrize(
    "following",
    [
        " auto-rollover 30",
        "auto-rollover 30",
        "no shutdown",
        "crypto pki trustpoint T",
        "!",
        "CA-1#show clock",
        "2911(config)#end",
        "*Mar  2 08:02:09.275: next",
        "<187>4712: next",
        "2026-03-01T10:00:02 next",
        "%PKI-6-CERTRET: next",
        "CRYPTO_PKI: next",
        "Certificate Server CA:",
        "",
    ],
)
def test_what_begins_anew_is_never_joined(following):
    line = " description ".ljust(80, "x")
    assert joined([line, following]) == [(1, line), (2, following)]


@pytest.mark.parametrize("command", ["auto-rollover 30", "no auto-enroll", "lifetime ca-certificate 1825"])
def test_no_command_is_the_rest_of_a_message_as_wide_as_the_terminal(command):
    message = "*Mar  3 01:02:03: CRYPTO_CS: enter FSM: input state enabled, input signal config"
    assert len(message) == 80
    assert joined([message, command]) == [(1, message), (2, command)]


def test_dumps_and_pem_have_a_length_of_their_own():
    pem = ["MIIB" + "Q" * 60] * 5
    assert [text for _, text in joined(pem)] == pem
    dump = ["30820321 30820209 A0030201 02020101 300D0609 2A864886 F70D0101 0B050030"] * 5
    assert [text for _, text in joined(dump)] == dump


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30))
@settings(deadline=None)
def test_joining_loses_and_repeats_nothing(lengths):
    lines = [(MESSAGE * 3)[:length].rstrip() for length in lengths]
    result = joined(lines)
    assert "".join(text for _, text in result).replace(" ", "") == "".join(lines).replace(" ", "")
    assert [number for number, _ in result] == sorted({number for number, _ in result})


@pytest.mark.parametrize(
    ("text", "device", "mode", "command"),
    [
        ("CA-1#show clock", "CA-1", None, "show clock"),
        ("2911-CA(config)#crypto pki server CA", "2911-CA", "config", "crypto pki server CA"),
        ("   R14(cs-server)# exit", "R14", "cs-server", "exit"),
        ("R14>", "R14", None, ""),
        ("ca.lab.example(ca-trustpoint)#Enrollment", "ca.lab.example", "ca-trustpoint", "Enrollment"),
        ("RP/0/RSP0/CPU0:edge#show clock", "RP/0/RSP0/CPU0:edge", None, "show clock"),
        ("R1#!", "R1", None, "!"),
        ("[CA-1](config)#hostname x", "[CA-1]", "config", "hostname x"),
        ("CA+1(cs-server)#auto-rollover 30", "CA+1", "cs-server", "auto-rollover 30"),
        ("_ca 1(config-if)#shutdown", "_ca 1", "config-if", "shutdown"),
    ],
)
def test_prompts_of_any_name(text, device, mode, command):
    found = prompt(text)
    assert found is not None
    assert (found["device"], found["mode"], found["command"].strip()) == (device, mode, command)


@pytest.mark.parametrize(
    "text",
    [
        " subject-name CN=R1>x",
        "<187>4712: ca1: *Mar  1 2026",
        "Mar  2 08:02:09.275: TCP0: x#y",
        "a > b",
        "Storage: nvram:TestRootCAon#4.cer",
        "key#9F",
        " description see (note)#4",
        "#",
        "!",
    ],
)
def test_what_is_no_prompt(text):
    assert prompt(text) is None


def test_rows_of_a_table_have_one_length():
    rows = [f"7F1A2B{n:02X}  10.0.0.1.80".ljust(40) + f"10.1.1.{n:03}.1025".ljust(32) + "SYNRCVD" for n in range(6)]
    assert [text for _, text in joined(rows)] == rows
    eighty = [row.ljust(79) + "x" for row in rows]
    assert [text for _, text in joined(eighty)] == eighty
