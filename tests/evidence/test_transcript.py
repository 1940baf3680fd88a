"""Which device said what: prompts, stamps and messages in what consoles wrote."""

from __future__ import annotations

import pytest

from pcapinspect.evidence.transcript import spoken


def said(text: str) -> list[tuple[str | None, str | None, str]]:
    return [(s.device, s.mode, s.text) for s in spoken(enumerate(text.strip("\n").split("\n"), 1)) if not s.message]


def test_devices_modes_and_output():
    found = said(
        """
R1#show clock
12:00:00.000 UTC Mon Mar 2 2026
R1#configure terminal
R1(config)#hostname 2911-CA
2911-CA(config)#crypto pki server CA
2911-CA(cs-server)#grant auto
"""
    )
    assert found == [
        ("R1", None, "show clock"),
        ("R1", None, "12:00:00.000 UTC Mon Mar 2 2026"),
        ("R1", None, "configure terminal"),
        ("R1", "config", "hostname 2911-CA"),
        ("2911-CA", "config", "crypto pki server CA"),
        ("2911-CA", "cs-server", "grant auto"),
    ]


def test_a_prompt_in_the_middle_of_a_line():
    assert said("CA#show run\nauto-rolloverCA#show clock\ngrant autoCA(config)#endCA#") == [
        ("CA", None, "show run"),
        ("CA", None, "auto-rollover"),
        ("CA", None, "show clock"),
        ("CA", None, "grant auto"),
        ("CA", "config", "end"),
        ("CA", None, ""),
    ]


@pytest.mark.parametrize(
    "stamp",
    [
        "[2026-03-02 08:00:01] ",
        "2026-03-02T08:00:01.123Z ",
        "08:00:01.123 ",
        "Mar  2 08:00:01 ",
        "Mon Mar  2 08:00:01 2026 | ",
        "[08:00:01] ",
        "| ",
        "  12: ",
        "7 ",
    ],
)
def test_the_stamps_of_a_terminal_come_off(stamp):
    lines = ["hostname CA", "crypto pki server CA", " auto-rollover 30", "!", "ip http server"]
    found = said("\n".join(stamp + line for line in lines))
    assert [text for _, _, text in found] == lines
    assert found[-1][0] == "CA"


@pytest.mark.parametrize(
    "message",
    [
        "*Dec 30 07:04:54.072: %PKI-6-CS_GRANT_AUTO: All enrollment requests will be automatically granted.",
        "%PKI-6-CS_ENABLED: Certificate server now enabled.",
        "000123: Mar  2 2026 08:00:01.000 CET: CRYPTO_PKI: Socket timeout",
        "<187>4712: ca1: *Mar  1 2026 10:00:04.120 UTC: %PKI-3-SOCKETSEND: Failed to send out message to CA server.",
        "2025/06/09 18:56:14.446143266 {iosrp_R0-0}{255}: [pki] [16352]: (ERR): CRYPTO_PKI: x",
    ],
)
def test_messages_between_the_lines_are_no_lines_of_the_device(message):
    lines = list(spoken([(1, "crypto pki server CA"), (2, message), (3, " auto-rollover 30")]))
    assert [line.message for line in lines] == [False, True, False]
    assert [line.number for line in lines] == [1, 2, 3]
