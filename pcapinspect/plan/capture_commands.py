"""The exact commands for a capture, on routers and on hosts."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.plan.expected import Expected

MAX_CLASSIC_KILOBYTES = 102_400
"""The largest `monitor capture buffer ... size` of classic IOS: <256-102400> kilobytes, by its own help."""

WHOLE_FRAME = 1_518
"""Bytes of an Ethernet frame without a VLAN tag: classic IOS keeps 68 bytes of each packet unless told otherwise."""

RING_FILES = 10
"""Files in which a ring on a host keeps what was captured."""

MIN_RING_MEGABYTES = 100
"""Of a ring's file: smaller ones make many files and save nothing."""

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """Commands for one place, with what to know of them."""

    place: str
    commands: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def recipes(expected: Expected, interface: str) -> tuple[Recipe, ...]:
    """The same capture in every place that may have it: one at the server, one at the clients' side, is best."""
    return (
        _ios_xe(expected, interface),
        _classic_ios(expected, interface),
        _span(interface),
        _tcpdump(expected),
        _dumpcap(expected),
    )


def _ios_xe(expected: Expected, interface: str) -> Recipe:
    megabytes = max(10, -(-expected.bytes_in_all // MEGABYTE))
    return Recipe(
        "On the router, IOS XE",
        (
            *_access_list(expected),
            f"monitor capture PKI interface {interface} both",
            "monitor capture PKI access-list PKI-CAPTURE",
            f"monitor capture PKI buffer size {min(megabytes, 100)} circular",
            f"monitor capture PKI limit pps {max(1_000, expected.packets_a_second)} duration {expected.minutes * 60}",
            "monitor capture PKI start",
            "show monitor capture PKI buffer brief",
            "monitor capture PKI stop",
            "monitor capture PKI export flash:pki.pcap",
        ),
        (
            "It keeps at most 1,000 packets a second unless `limit pps` says otherwise.",
            "The buffer is memory: it is lost at a reload, and releases differ in the largest that they allow."
            + (
                f" All {expected.minutes} minutes would need {megabytes:,} MB: a circular buffer keeps the last."
                if megabytes > 100
                else ""
            ),
        ),
    )


def _classic_ios(expected: Expected, interface: str) -> Recipe:
    kilobytes = min(MAX_CLASSIC_KILOBYTES, max(2_048, expected.bytes_in_all // 1_000))
    return Recipe(
        "On the router, classic IOS (12.4(20)T and later)",
        (
            *_access_list(expected),
            f"monitor capture buffer PKI size {kilobytes} max-size {WHOLE_FRAME} circular",
            "monitor capture buffer PKI filter access-list PKI-CAPTURE",
            f"monitor capture point ip cef PKIPOINT {interface} both",
            "monitor capture point associate PKIPOINT PKI",
            "monitor capture point start PKIPOINT",
            "monitor capture point stop PKIPOINT",
            "monitor capture buffer PKI export tftp://TFTP-SERVER/pki.pcap",
        ),
        ("Without `max-size` a packet's first bytes are kept only, and no request can be read.",),
    )


def _access_list(expected: Expected) -> tuple[str, ...]:
    server = f"host {expected.server}" if expected.server else "any"
    return (
        "configure terminal",
        "ip access-list extended PKI-CAPTURE",
        f" permit tcp any {server} eq {expected.port}",
        f" permit tcp {server} eq {expected.port} any",
        " permit icmp any any",
        "end",
    )


def _span(interface: str) -> Recipe:
    return Recipe(
        "On the switch in front of the server: SPAN to a host that captures",
        (
            "configure terminal",
            f"monitor session 1 source interface {interface} both",
            "monitor session 1 destination interface CAPTURE-PORT",
            "end",
        ),
        ("`both` is needed. The host then runs one of the lines below.",),
    )


def _tcpdump(expected: Expected) -> Recipe:
    return Recipe(
        "On a host: tcpdump, a ring of files",
        (f"tcpdump -i IFACE -s 0 -B 65536 -w pki-%Y%m%dT%H%M%S.pcap -G 300 -Z root '{_bpf(expected)}'",),
        (f"A file each five minutes; end it with Ctrl-C after {expected.minutes} minutes or more.",),
    )


def _dumpcap(expected: Expected) -> Recipe:
    kilobytes = max(MIN_RING_MEGABYTES * 1_000, expected.bytes_in_all // 1_000 // RING_FILES)
    return Recipe(
        "On a host: dumpcap (Wireshark), a ring of bounded size",
        (
            f"dumpcap -i IFACE -s 0 -B 64 -b filesize:{kilobytes} -b files:{RING_FILES} -w pki.pcapng "
            f'-f "{_bpf(expected)}"',
        ),
        (f"{RING_FILES} files of {kilobytes // 1_000:,} MB: it may run for weeks before the storm comes.",),
    )


def _bpf(expected: Expected) -> str:
    """Errors about a SYN come by ICMP, and a VLAN tag hides the rest from a filter that does not ask for one."""
    host = f"host {expected.server} and " if expected.server else ""
    plain = f"({host}tcp port {expected.port}) or icmp or icmp6"
    return f"{plain} or (vlan and (({host}tcp port {expected.port}) or icmp or icmp6))"
