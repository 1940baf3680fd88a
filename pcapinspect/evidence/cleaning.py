"""Text as people hand it over -> the lines that the device wrote, with the numbers that they have in the file.

Between the device and the file lie terminals, pagers, editors, ticket systems and mail: encodings and line ends change,
escape sequences and backspaces stay in, quotes and markup come on, long lines are broken at the terminal's width. What
is undone here is what cannot be the device's own; prompts, stamps and commands are for the readers behind it.

It streams: a file of any size is read a block at a time, and a block without anything odd costs hardly more than being
cut into lines.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO

from pcapinspect.errors import EvidenceError

Line = tuple[int, str]
"""Number in the file (1-based; of the first, where several were joined) and text without trailing blanks."""

_BLOCK = 1 << 20
"""Bytes that are read at once."""

LONGEST_LINE = 8192
"""Characters. IOS takes no command beyond 254, and a message has a few hundred: what is longer is cut into parts."""

SNIFFED = 4096
"""Bytes that tell the encoding."""

_BINARY = 0.1
"""Share of control characters from which on a file is no text; damaged logs hold a few zeros."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
_NO_TEXT = bytes(set(_CONTROLS) - set(b"\b\f\x07\x1b"))

_PAGER_WORDS = ("ore-", "ore -", "ore)-", "ORE-", "ORE -")
_BACKSPACE = r"(?:\^H|<BS>|<0x08>|[\u2408\u25a1\ufffd])"
"""How programs and fonts show a backspace."""

_PAGER = re.compile(
    r"[ \t]?<?-{2,3} ?\(?(?:[Mm]ore|MORE)\)? ?-{2,3}>?(?:\(\d{1,3}%\))?"
    rf"(?:[ \t]*{_BACKSPACE}+[ \t]*{_BACKSPACE}*|[ \t]?)"
)
"""Of IOS, ASA, other makers' terminal servers, and Unix."""

_WRAPPED_AROUND = re.compile(r"\n(?:[ \t]*[>`~{]|\*[^\n]*\*[ \t\r]*(?=\n))")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~|\{(?:code|noformat|quote)\b)[\w:=.|{}-]*$")
_TAG = re.compile(r"</?(?:br|pre|code|p|div|span|b|i|tt|samp|li|ul|td|tr)\b[^<>]*>", re.IGNORECASE)
_TAGS = ("<br", "<pre", "<code", "<p>", "<div", "<span", "<b>", "<li", "<td", "</", "<BR", "<PRE")
_ENTITIES = ("&lt;", "&gt;", "&amp;", "&nbsp;", "&quot;", "&#")
_INVISIBLE = {ord(sign): None for sign in "\u200b\u200c\u200d\u200e\u200f\ufeff"} | {
    ord(sign): " " for sign in "\x85\xa0\u2007\u2028\u2029\u202f"
}
_ESCAPE = re.compile(
    r"\x1b\[(?P<number>\d{0,4})[0-?]*[ -/]*(?P<command>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[()*+][0-9A-Za-z]|\x1b[ -~]?"
)
"""Control sequences of ECMA-48, window titles, character sets, and what a cut left over."""


def read_lines(path: str) -> Iterator[Line]:
    """The lines of a file. Raises EvidenceError where it cannot be read, or is no text."""
    number = 1
    for block in _blocks(path):
        lines = block.split("\n")
        if not _is_odd(block) and max(map(len, lines)) <= LONGEST_LINE:
            yield from enumerate(map(str.rstrip, lines), number)
        else:
            yield from _each(lines, number)
        number += len(lines)


def _is_odd(block: str) -> bool:
    """Whether more than line ends is to be taken from some line. Never False where it is; cheap, for most are not."""
    octets = block.encode("utf-8", "replace")
    return (
        len(octets.translate(None, _CONTROLS)) < len(octets)
        or block.count("\r") > block.count("\r\n") + block.endswith("\r")
        or not block.isascii()
        or _WRAPPED_AROUND.search(f"\n{block}\n") is not None
        or any(word in block for word in (*_PAGER_WORDS, *_ENTITIES, *_TAGS, "\\_"))
    )


def _each(lines: list[str], number: int) -> Iterator[Line]:
    """Each line cleaned, and cut where it is too long."""
    for line_number, line in enumerate(lines, number):
        for part in _cleaned(line).split("\n"):
            for begin in range(0, len(part) or 1, LONGEST_LINE):
                yield line_number, part[begin : begin + LONGEST_LINE]


def _blocks(path: str) -> Iterator[str]:
    """Whole lines, many at once, without the end of the last."""
    try:
        with Path(path).open("rb") as file:
            yield from _whole_lines(_decoded(file, path))
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None


def _decoded(file: BinaryIO, path: str) -> Iterator[str]:
    head = file.read(SNIFFED)
    encoding = encoding_of(head)
    if encoding is None:
        raise EvidenceError(f"{path}: is no text")
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    octets = head + file.read(_BLOCK - len(head))
    while octets:
        yield decoder.decode(octets)
        octets = file.read(_BLOCK)
    yield decoder.decode(b"", final=True)


def encoding_of(head: bytes) -> str | None:
    """By its mark, or by where the zeros of UTF-16 stand (PowerShell's `>` writes it); None: no text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4:
        if min(even, odd) > max(even, odd) // 4:
            return None
        return "utf-16-be" if even > odd else "utf-16-le"
    if len(head) - len(head.translate(None, _NO_TEXT)) > _BINARY * len(head):
        return None
    return "utf-8-sig"


def _whole_lines(texts: Iterable[str]) -> Iterator[str]:
    """Cut where a line ends. A lone carriage return ends a line only in a file that has no other line ends."""
    rest, old_mac = "", None
    for text in texts:
        text = rest + text
        if old_mac is None and text:
            old_mac = "\n" not in text and "\r" in text.rstrip("\r")
        if old_mac:
            text = text.replace("\r", "\n")
        whole, end, rest = text.rpartition("\n")
        if end:
            yield whole
        elif len(rest) > _BLOCK:
            yield rest
            rest = ""
    if rest:
        yield rest


def _cleaned(line: str) -> str:
    """One line as a reader of the terminal saw it, without what was wrapped around it.

    Two, with a line end between, where a pager stands in its middle: it came where a line had ended.
    """
    line = line.rstrip("\r")
    if not line.isprintable():
        line = _shown(line).translate(_INVISIBLE)
    if any(word in line for word in _PAGER_WORDS):
        line = _PAGER.sub(lambda found: "\n" if line[: found.start()].strip() else "", line)
    if "<" in line:
        line = _TAG.sub("", line)
    if any(entity in line for entity in _ENTITIES):
        line = html.unescape(line).translate(_INVISIBLE)
    line = _QUOTE.sub("", line.replace("\\_", "_")).rstrip()
    if _FENCE.match(line):
        return ""
    while len(line) > 1 and line[0] == line[-1] == "*" and line.strip("*"):
        line = line[1:-1]
    return line


def _shown(line: str) -> str:
    """What is left on the screen after backspaces, carriage returns and escape sequences."""
    cells: list[str] = []
    at = position = 0
    while position < len(line):
        sign, end = line[position], position + 1
        if sign == "\x1b" and (found := _ESCAPE.match(line, position)):
            end = found.end()
            at = _move(cells, at, found["command"], int(found["number"] or 0))
        elif sign == "\b":
            at = max(0, at - 1)
        elif sign == "\r":
            at = 0
        elif (sign >= " " and sign != "\x7f") or sign == "\t":
            cells[at : at + 1] = sign
            at += 1
        position = end
    return "".join(cells)


def _move(cells: list[str], at: int, command: str | None, number: int) -> int:
    """Where the cursor is after a control sequence; of all that there are, only these change a line."""
    if command == "D":
        return max(0, at - (number or 1))
    if command == "C":
        cells += " " * (at + (number or 1) - len(cells))
        return at + (number or 1)
    if command == "K":
        del cells[at if number == 0 else 0 :]
    return min(at, len(cells))


_TERMINAL_WIDTH = 80
"""Columns of a terminal that nobody made wider."""

_WIDTHS = range(60, 256)
"""Of terminals that somebody did."""

_LEAST_BROKEN = 3
"""Lines that end exactly at another width than 80 and go on in the next, from which on it is taken for a terminal's."""

_LOOK_AHEAD = 2000
"""Lines that tell a terminal's width."""

_STAMPED = re.compile(
    r"^(?:<\d{1,3}>)?(?:\d{1,9}: )?\[?[*.]?"
    r"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} |\d{4}[-/]\d\d[-/]\d\d|\d{1,2}:\d\d:\d\d\b)"
)
_BEGINS = re.compile(
    r"^(?:\s|$|[!<\[{|%^(]|--|[A-Z][A-Z0-9_]{2,}[:(-]|PKI:|TCP\d*:|[A-Z][A-Za-z ()]{1,40}:"
    r"|[\w./:@-]{1,63}(?:\([\w-]{1,40}\))?[#>])"
)
"""Lines that are nobody's continuation: indented, empty, a separator, a message, a debug line, a label, a prompt."""

_FIRST_WORDS = re.compile(
    r"^(?:no |do |default )?(?:aaa|access-list|address-family|alias|archive|arp|auto-enroll|auto-rollover|banner|boot|"
    r"cdp|cdp-url|certificate|class-map|clock|configure|control-plane|copy|crl|crypto|database|debug|default|"
    r"description|diagnostic|dial-peer|do|eku|enable|end|enrollment|errdisable|event|exit|fingerprint|fqdn|grant|hash|"
    r"hostname|hw-module|interface|ip|ipv6|ip-address|issuer-name|key|license|lifetime|line|lldp|logging|login|mac|"
    r"memory|mode|monitor|multilink|netconf|no|ntp|object-group|parser|password|platform|policy-map|privilege|quit|"
    r"radius|redundancy|revocation-check|rmon|route-map|router|rsakeypair|serial-number|service|show|shutdown|"
    r"snmp-server|source|spanning-tree|standby|subject-name|switch|tacacs|tacacs-server|telnet|terminal|track|"
    r"transceiver|tunnel|usage|username|version|vlan|vrf|vtp|wsma|write)\b"
)
"""With these words lines of a configuration begin; none of them is the rest of a broken line."""

_PKI_COMMAND = re.compile(
    r"^(?:no )?(?:auto-(?:enroll|rollover)|lifetime (?:certificate|ca-certificate|crl) |enrollment (?:url|mode|retry) |"
    r"revocation-check |rsakeypair |crypto pki )"
)
"""What is no message's rest either, whatever its width."""

_DIGITS = re.compile(r"^[ \t]*[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8})*$|^[A-Za-z0-9+/]{60,76}={0,2}$")
"""Lines of a dump or of PEM, which all have one length of their own."""


def unwrapped(lines: Iterable[Line]) -> Iterator[Line]:
    """The same lines, those joined that a terminal broke at its width; not for tables, whose rows have one length."""
    stream = iter(lines)
    ahead = list(islice(stream, _LOOK_AHEAD))
    widths = {_TERMINAL_WIDTH, _another_width([text for _, text in ahead])}
    held: Line | None = None
    length = 0
    for chunk in (ahead, stream):
        for number, text in chunk:
            if held is not None and _continues(held[1], length, text, widths):
                # where the blank at the edge was cut off, the line is one column short
                held = held[0], held[1] + ("" if length in widths else " ") + text
            else:
                if held is not None:
                    yield held
                held = number, text
            length = len(text)
    if held is not None:
        yield held


def _another_width(texts: list[str]) -> int:
    """The width that the longest lines have in common where they go on; else that of every terminal."""
    longest = max((len(text) for text in texts), default=0)
    if longest not in _WIDTHS:
        return _TERMINAL_WIDTH
    broken = [
        (text, following) for text, following in pairwise(texts) if len(text) == longest and not _DIGITS.match(text)
    ]
    going_on = sum(
        len(following) < longest and not _begins(following) and not _FIRST_WORDS.match(following)
        for _, following in broken
    )
    return longest if going_on >= _LEAST_BROKEN else _TERMINAL_WIDTH


def _continues(line: str, length: int, following: str, widths: set[int]) -> bool:
    """Whether the line, whose last part has that length, goes on in the following."""
    if length not in widths and not (length + 1 in widths and _STAMPED.match(line)):
        return False
    if len(line) > LONGEST_LINE or _DIGITS.match(line):
        return False
    if _begins(following) or _PKI_COMMAND.match(following):
        return False
    # what follows a message is its rest, or begins like a line of a log; elsewhere it may be a command, or a row
    return bool(_STAMPED.match(line)) or not (_FIRST_WORDS.match(following) or len(following) == length)


def _begins(text: str) -> bool:
    """Whether a line of its own begins here."""
    return bool(_BEGINS.match(text) or _STAMPED.match(text))


PROMPT = re.compile(
    r"^[ \t]*(?P<device>[A-Za-z0-9][\w.:/@-]{0,62}"
    r"|\S(?:.{0,61}?\S)?(?=\((?:config(?:-[\w-]{1,33})?|cs-server|ca-[\w-]{1,37})\)#))"
    r"(?:\((?P<mode>[\w-]{1,40})\))?(?P<sign>[#>])[ \t]?(?P<command>.*)$"
)
"""`NAME#`, `NAME>`, `NAME(config)#` and what was typed behind it. Also true of some texts: see `prompt`. With `prompt`
IOS lets a name be anything; before a mode of configuration it is one."""

_TYPED = re.compile(r"^(?:[a-z][a-z0-9-]*(?:[ \t|?/].*)?|\?.*|!.*)?$")
"""What is typed begins with a word in lower case, or is nothing."""


def prompt(text: str) -> re.Match[str] | None:
    """The match of PROMPT where the line begins with a prompt, of a device of any name."""
    found = PROMPT.match(text)
    if found is None:
        return None
    return found if found["mode"] or _TYPED.match(found["command"].strip()) else None
