"""Small inputs to begin with: what readers meet every day, and every file that once broke one."""

from __future__ import annotations

import struct
from random import Random

from pcapinspect.simulate import scep
from tests.capture import wire
from tests.capture.wire import block, enhanced, interface, option, section
from tests.evidence.netflow.test_export import a_set, ipfix, record, template, v9
from tests.evidence.netflow.test_reader import TEXTS
from tests.http.plain import GET, IOS_404
from tests.tcp.wire import ACK, FIN, PSH, SYN

NOW = 1_772_400_000
"""2026-03-01, in seconds."""


def conversation() -> list[bytes]:
    """A poll in six packets."""
    up = {"source": 40_000, "destination": 80}
    down = {"source": 80, "destination": 40_000}
    parts = [
        wire.tcp(b"", seq=99, ack=0, flags=SYN, **up),
        wire.tcp(b"", seq=199, ack=100, flags=SYN | ACK, **down),
        wire.tcp(GET, seq=100, ack=200, flags=PSH | ACK, **up),
        wire.tcp(IOS_404, seq=200, ack=100 + len(GET), flags=FIN | ACK, **down),
        wire.tcp(b"", seq=100 + len(GET), ack=201 + len(IOS_404), flags=FIN | ACK, **up),
    ]
    back = {"source": wire.SERVER, "destination": wire.CLIENT}
    packets = [wire.ipv4(part, **(back if part[:2] == (80).to_bytes(2) else {})) for part in parts]
    tunnel = wire.ipv4(b"\0\0\x08\0" + wire.ipv4(wire.tcp()), 47)
    in_udp = wire.ipv4(wire.udp(b"\0\0\x08\0" + wire.ipv4(wire.tcp()), 4754), 17)
    pieces = [wire.ipv4(bytes(24), place=place) for place in (0x2000, 3)]
    return [wire.ethernet(packet) for packet in (*packets, tunnel, in_udp, *pieces)]


def captures() -> list[bytes]:
    packets = conversation()
    tagged = wire.ethernet(b"\0\1\x88\x47\0\1\1\x40" + wire.ipv6(wire.tcp()), 0x8100)
    drops = option(5, struct.pack("<Q", 7)) + option(7, b"\xff" * 8)
    statistics = block(5, struct.pack("<III", 0, 0, 0) + drops)
    wide = block(5, struct.pack("<III", 0, 0, 0) + option(5, b"\x07" * 4000))
    begin = section(options=option(1, b"comment")) + interface(options=option(9, b"\x09") + option(2, b"") * 20)
    return [
        wire.pcap(packets),
        wire.pcap(packets, order=">", nano=True),
        wire.pcapng([*packets, tagged]),
        wire.pcapng(packets, order=">"),
        begin + enhanced(packets[0], 1, options=option(1, b"noted") * 3) + statistics + wide,
        wire.pcap([b"\xff\x03\0\x21" + wire.ipv4(wire.tcp())], 9),
        wire.pcap([bytes(14) + b"\x08\0" + wire.ipv4(wire.tcp())], 113),
    ]


def messages() -> list[bytes]:
    """What a client sends, 0xFF, and what its server answers."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
    zeros = b"POST /a HTTP/1.1\r\nContent-Length: " + b"5".zfill(32) + b"\r\n\r\nabcdeGET / HTTP/1.1\r\n\r\n"
    return [
        GET + b"\xff" + IOS_404,
        zeros + b"\xff" + chunked * 2,
        b"GET / HTTP/1.\n\n\xffHTTP/1.0 200 OK\r\n\r\nbody",
        b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GET\xff" + IOS_404,
        b"CONNECT a:443 HTTP/1.1\r\n\r\n\x16\x03\xff" + chunked,
        b"GET /old\r\n\xffbare",
    ]


def structures() -> list[bytes]:
    rng = Random(1)
    identity = scep.Identity.of("branch-1.example.net", rng)
    return [
        scep.certification_request(identity, NOW, True, rng),
        scep.certification_request(identity, NOW, False, rng),
        scep.certificate_reply("0A1B", rng),
        scep.next_ca_certificate(scep.ca_certificate(NOW, rng), rng),
        scep.ca_certificate(NOW, rng),
    ]


def exports() -> list[bytes]:
    """Datagrams, each behind its length."""
    five = struct.pack("!HHIIIIBBH", 5, 1, 9, 9, 0, 0, 0, 0, 0) + bytes(48)
    nine = v9(a_set(0, template(256)), a_set(256, record() + record(2)))
    ten = ipfix(a_set(2, template(300)), a_set(300, record()))
    return [b"".join(len(one).to_bytes(2) + one for one in some) for some in ([nine, five], [ten, ten], [five])]


CSV = (
    "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n"
    '2026-03-01 08:00:00,2026-03-01 08:00:01,1.0,"192.0.2.7,192.0.2.80,40000,80,TCP,......S.,0,0,1,44\n'
)

LOG = b"""Mar  1 08:02:09.275 UTC: %PKI-6-CERTRENEWAUTO: Renewing the router certificate for trustpoint GETVPN
000123: *Mar  1 08:02:10.001: CRYPTO_PKI: Sending Next CA Certificate Request:
GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=GETVPN HTTP/1.0
User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)
<189>41: ca.example.net: 2026-03-01T08:02:11Z: %SYS-5-CONFIG_I: Configured from console by vty0
Host 10.1.1.1 08:02:12 router 12: .Mar  1 08:02:12: HTTP: connection queue limit 80 reached
"""

CONFIGURATION = b"""hostname CA
clock timezone CET 1 0
ip http server
ip http max-connections 16
crypto pki server CA
 database level complete
 lifetime certificate 365
 lifetime ca-certificate 1825
 auto-rollover 30
crypto pki trustpoint GETVPN
 enrollment url http://192.0.2.80:80
 revocation-check none
 auto-enroll 70 regenerate
CA#show crypto pki server
Certificate Server CA:
    Status: enabled
    CA cert fingerprint: 01234567 89ABCDEF 01234567 89ABCDEF
    CA certificate expiration timer: 12:00:00 UTC Mar 1 2027
CA#show ip http server statistics
HTTP server statistics:
Accepted connections total: 99999999999999999999999
"""


def report() -> bytes:
    from tests.report import example

    return example.report().to_json().encode()


def seeds(name: str) -> list[bytes]:
    """Those of a target."""
    if name in ("capture", "job"):
        return captures()
    if name == "flow_text":
        return [text.encode() for text in TEXTS] + [CSV.encode(), b'[{"first": "2026-03-01T08:00:00", "proto": 6}]']
    made = {"http": messages, "cms": structures, "netflow": exports}
    if name in made:
        return made[name]()
    return {"log": [LOG], "configuration": [CONFIGURATION], "saved_report": [report()]}[name]
