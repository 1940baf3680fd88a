"""The commands of a running configuration that matter here, and what each says.

A rule is a pattern and what its match says. Commands that say nothing here are known all the same: a block is whole
only where every line of it is understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pcapinspect.evidence.names import host_of
from pcapinspect.evidence.secrets import public_url, without_secret
from pcapinspect.pki.timers import DAY

Said = dict[str, Any]
"""Values of one thing while it is read, by the names of its fields."""

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], Said]]

_DURATION = r"(\d{1,5}(?: \d{1,5}){0,2})"


def _seconds(text: str) -> int:
    """`days [hours [minutes]]`."""
    parts = [int(word) for word in text.split()]
    return sum(part * unit for part, unit in zip(parts, (DAY, 3600, 60), strict=False))


def _auto_enroll(found: re.Match[str]) -> Said:
    """Without an argument IOS asks when the certificate expires: that is 100 percent."""
    if found["no"]:
        return {"auto_enroll": None, "regenerate": False}
    return {"auto_enroll": int(found["percent"] or 100), "regenerate": found["regenerate"] is not None}


def _rules(*rules: tuple[str, Callable[[re.Match[str]], Said]]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern), value) for pattern, value in rules)


def _nothing(_: re.Match[str]) -> Said:
    return {}


def short(command: str, least: int) -> str:
    """A pattern of a command and of what people type for it: its first signs, `least` of them or more."""
    pattern = ""
    for sign in reversed(command[least:]):
        pattern = f"(?:{re.escape(sign)}{pattern})?"
    return re.escape(command[:least]) + pattern


_LIFETIME, _ROLLOVER, _ENROLL = short("lifetime", 4), short("auto-rollover", 6), short("auto-enroll", 6)
_CERTIFICATE, _CA_CERTIFICATE = short("certificate", 2), short("ca-certificate", 2)
_ENROLLMENT, _REGENERATE = short("enrollment", 3), short("regenerate", 2)

SERVER = _rules(
    (rf"^{_LIFETIME} {_CERTIFICATE} {_DURATION}$", lambda m: {"lifetime_certificate": _seconds(m[1])}),
    (rf"^{_LIFETIME} {_CA_CERTIFICATE} {_DURATION}$", lambda m: {"lifetime_ca": _seconds(m[1])}),
    (rf"^{_ROLLOVER} {_DURATION}$", lambda m: {"auto_rollover": True, "overlap": _seconds(m[1])}),
    (rf"^{_ROLLOVER}$", lambda _: {"auto_rollover": True, "overlap": None}),
    (rf"^no {_ROLLOVER}\b", lambda _: {"auto_rollover": False, "overlap": None}),
    (r"^mode (ra|sub-cs)\b", lambda m: {"mode": m[1]}),
    (r"^grant auto$", lambda _: {"grant_auto": True}),
    (r"^issuer-name (?!(?:co|eq|nc|ne) )(.{1,255})", lambda m: {"issuer_name": without_secret(m[1]).strip('"')}),
    (r"^(no )?shut(?:down)?$", lambda m: {"shutdown": m[1] is None}),
    (r"^cdp-url (\S{1,255})", lambda m: {"cdp_url": public_url(m[1])}),
    (r"^no lifetime (?:certificate|ca-certificate)\b", _nothing),
    (
        r"^(?:no )?(?:database|hash|cdp-url|lifetime (?:crl|enrollment-request)|grant|serial-number|eku|redundancy|"
        r"description|aaa|rsakeypair|keypair|issuer-name|mode|show)\b",
        _nothing,
    ),
)
"""`crypto pki server NAME`."""

ENDURING_SERVER = (
    "lifetime_certificate",
    "lifetime_ca",
    "auto_rollover",
    "overlap",
    "mode",
    "grant_auto",
    "issuer_name",
)
"""What only a certificate server is told: true of the block also behind a line that nobody understands."""

TRUSTPOINT = _rules(
    (rf"(?:^|\s){_ENROLLMENT} url (\S{{1,255}})", lambda m: {"enrollment_url": public_url(m[1])}),
    (r"^enrollment (terminal|pkcs12|selfsigned|self-signed)\b", lambda m: {"enrollment": m[1]}),
    (r"^enrollment profile (\S{1,63})$", lambda m: {"profile": m[1]}),
    (r"(?:^|\s)enrollment mode ra\b", lambda _: {"ra": True}),
    (
        rf"(?:^|\s)(?P<no>no )?{_ENROLL}(?: (?P<percent>\d{{1,3}}))?(?P<regenerate> {_REGENERATE})?$",
        _auto_enroll,
    ),
    (r"^enrollment retry period (\d{1,3})$", lambda m: {"retry_period": int(m[1]) * 60}),
    (r"^enrollment retry count (\d{1,3})$", lambda m: {"retry_count": int(m[1])}),
    (
        r"(?:^|\s)subject-name (?!(?:co|eq|nc|ne) )(.{1,255}?)(?= auto-enroll\b|$)",
        lambda m: {"subject_name": without_secret(m[1]).strip('"')},
    ),
    (r"^vrf (\S{1,63})$", lambda m: {"vrf": m[1]}),
    (r"^source interface (\S{1,63})$", lambda m: {"source_interface": m[1]}),
    (
        r"^(?:no )?(?:enrollment|revocation-check|rsakeypair|eckeypair|usage|serial-number|fqdn|ip-address|hash|eku|"
        r"password|crl|chain-validation|match|storage|fingerprint|subject-alt-name|authorization|on|primary|root|"
        r"description|regenerate|default|query|ocsp|rollover|show|redundancy|auto-trigger|subject-name|vrf|source)\b",
        _nothing,
    ),
)
"""`crypto pki trustpoint NAME`. Several commands may stand in one line: prose and forms join lines."""

ENDURING_TRUSTPOINT = ("enrollment_url", "enrollment", "profile", "ra", "auto_enroll", "retry_period", "subject_name")
"""What only a trustpoint is told."""

PROFILE = _rules(
    (r"^(?:authentication|enrollment) url (\S{1,255})", lambda m: {"url": public_url(m[1])}),
    (r"^(?:authentication|enrollment|parameter|password|source-interface)\b", _nothing),
)
"""`crypto pki profile enrollment NAME`."""

HTTP = _rules(
    (r"^(no )?ip http server$", lambda m: {"enabled": m[1] is None}),
    (r"^(no )?ip http secure-server$", lambda m: {"secure": m[1] is None}),
    (r"^ip http port (\d{1,5})$", lambda m: {"port": int(m[1])}),
    (r"^ip http secure-port (\d{1,5})$", lambda m: {"secure_port": int(m[1])}),
    (r"^ip http max-connections (\d{1,5})$", lambda m: {"max_connections": int(m[1])}),
    (r"^ip http access-class (?:ipv4 |ipv6 )?(\S{1,63})$", lambda m: {"access_class": m[1]}),
    (
        r"^ip http timeout-policy idle (\d{1,6}) life (\d{1,6}) requests (\d{1,6})$",
        lambda m: {"idle": int(m[1]), "life": int(m[2]), "requests": int(m[3])},
    ),
)

_ADDRESS = r"(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)"

DEVICE = _rules(
    (
        r"^hostname \S|^interface |^clock (?:timezone|summer-time)|^(?:Building|Current) configuration|^end$|^show ",
        _nothing,
    ),
    (rf"^ip(?:v6)? address {_ADDRESS}(?:[ /]|$)", lambda m: {"address": host_of(m[1])}),
    (
        rf"^(?:standby|vrrp|glbp) (?:\d+ )?(?:ip|ipv6|address-family \S+ address) {_ADDRESS}",
        lambda m: {"address": host_of(m[1])},
    ),
    (r"^ip domain[ -]name (?:vrf \S+ )?(\S{1,255})$", lambda m: {"domain": m[1].lower()}),
    (
        rf"^ip(?:v6)? host (?:vrf \S+ )?(\S{{1,255}}) (?:\d{{1,5}} )?{_ADDRESS}",
        lambda m: {"host": (m[1].lower(), host_of(m[2]))},
    ),
    # of `show ip interface brief`
    (rf"^\S+\d\S* +{_ADDRESS} +(?:YES|NO) +\w+ +", lambda m: {"address": host_of(m[1])}),
)
"""What tells a device from others: its addresses and names, and the names that it knows of others."""

TOP_LEVEL = re.compile(
    r"^(?:(?:no|default) )?(?:aaa|access-list|alias|archive|arp|banner|boot|boot-start-marker|boot-end-marker|bridge|"
    r"call-home|cdp|class-map|clock|cns|control-plane|controller|crypto|diagnostic|dial-peer|dot1x|enable|errdisable|"
    r"event|flow|gatekeeper|hostname|hw-module|interface|ip(?! http)|ipv6|kerberos|key chain|l2vpn|license|line|lldp|"
    r"logging|login|mac|memory|mgcp|mls|mpls|multilink|netconf|ntp|object-group|parameter-map|parser|platform|"
    r"policy-map|port-channel|power|ppp|privilege|process|radius|radius-server|redundancy|rmon|route-map|router|rtr|"
    r"scheduler|security|service|snmp-server|spanning-tree|stun|subscriber|switch|tacacs|tacacs-server|template|"
    r"tftp-server|track|transceiver|udld|username|version|virtual|vlan|voice|vpdn|vrf definition|vtp|webvpn|wsma|zone|"
    r"exit|end|quit)\b"
)
"""First words of commands that stand outside of every block that is read here."""
