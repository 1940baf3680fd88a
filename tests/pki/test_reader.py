"""Operations and facts from exchanges: made ones, and those of real SCEP programs."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from collections import Counter
from urllib.parse import quote, unquote

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives import serialization

from pcapinspect.columns import MISSING
from pcapinspect.pki.facts import CA, RA, SHADOW
from pcapinspect.pki.reader import PkiReader

URI = "/cgi-bin/pkiclient.exe?operation="


def encoded(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def test_get_operations(exchanged):
    reader = PkiReader()
    operations = reader.read(
        *exchanged(
            [
                {"method": "GET", "uri": URI + "GetNextCACert&message=GETVPN", "status": 404, "response": b"no"},
                {"method": "GET", "uri": URI + "GetCACaps&message=tti", "status": 404, "response": b"no"},
                {"method": "GET", "uri": URI + "GetCACaps&message=tti", "status": 200, "response": b"SHA-1\r\nRenewal"},
                {"method": "GET", "uri": "/index.html", "status": 200, "response": b"<html>"},
                {"status": 200, "response": b"a response without its request"},
            ]
        )
    )
    assert operations.operation.tolist() == ["GetNextCACert", "GetCACaps", "GetCACaps", None, None]
    assert operations.ca_identifier.tolist() == ["GETVPN", "tti", "tti", None, None]
    assert set(operations.scep_status.tolist()) == {MISSING}
    facts = reader.facts()
    assert [(c.status, c.keywords, c.count) for c in facts.capabilities] == [
        (404, (), 1),
        (200, ("Renewal", "SHA-1"), 1),
    ]
    assert (facts.messages, facts.unread, facts.certificates) == (0, 0, ())


@pytest.mark.parametrize("how", ["post", "get", "get in lines"])
def test_pki_operation(maker, exchanged, how):
    request = maker.signed_data(maker.attributes(19, "ABCD"), maker.router_first)
    reply = maker.signed_data(maker.attributes(3, "ABCD", 2, 4), maker.ca)
    text = base64.b64encode(request) if how == "get" else base64.encodebytes(request)
    row = (
        {"method": "POST", "uri": URI + "PKIOperation", "request": request}
        if how == "post"
        else {"method": "GET", "uri": URI + "PKIOperation&message=" + quote(text, safe="")}
    )
    reader = PkiReader()
    operations = reader.read(*exchanged([row | {"status": 200, "response": reply, "request_frame": 7}]))
    assert operations.scep_message_type.tolist() == [19]
    assert (operations.scep_status.tolist(), operations.scep_fail_info.tolist()) == ([2], [4])
    assert operations.transaction_id.tolist() == ["ABCD"]
    assert operations.signer_subject.tolist() == ["unstructuredName=branch-17.example.com"]
    assert operations.signer_self_signed.tolist() == [1]
    facts = reader.facts()
    (requester,) = facts.requesters
    assert (requester.certificate.name, requester.renewal, requester.first.frame) == ("branch-17.example.com", False, 7)
    assert [(c.role, c.certificate.serial) for c in facts.certificates] == [(CA, "1")]


def test_renewal_is_told_by_the_signer_and_not_by_the_type(maker, exchanged):
    """Cisco sends a renewal as type 19, signed with the certificate that it has (dogtagpki/pki pull request 3413)."""
    request = maker.signed_data(maker.attributes(19, "ABCD"), maker.router_issued)
    reader = PkiReader()
    operations = reader.read(*exchanged([{"method": "POST", "uri": URI + "PKIOperation", "request": request}]))
    assert operations.signer_self_signed.tolist() == [0]
    assert operations.scep_status.tolist() == [MISSING]
    assert [r.renewal for r in reader.facts().requesters] == [True]


def test_a_router_that_polls_is_one_transaction(maker, exchanged):
    asks = maker.signed_data(maker.attributes(19, "T1"), maker.router_first)
    polls = maker.signed_data(maker.attributes(20, "T1"), maker.router_first)
    pending = maker.signed_data(maker.attributes(3, "T1", 3), maker.ca)
    rows = [
        {"method": "POST", "uri": URI + "PKIOperation", "status": 200, "request": sent, "response": pending}
        | {"request_time": at * 60, "response_time": at * 60 + 1}
        for at, sent in enumerate([asks, polls, polls, polls])
    ]
    reader = PkiReader()
    for row in rows:
        reader.read(*exchanged([row]))
    (transaction,) = reader.facts().transactions
    assert (transaction.requests, transaction.answers) == (((19, 1), (20, 3)), ((3, 4),))
    assert (transaction.polls, transaction.pending, transaction.first.time, transaction.last) == (3, 4, 0, 180)


def test_certificates_of_the_server(maker, exchanged):
    shadow = maker.signed_data({}, maker.ca, content=maker.certificates_only([maker.next_ca]))
    rows = [("GetCACert&message=MYCA", encoded(maker.ca))] * 3
    rows += [("GetCACert&message=MYRA", maker.certificates_only([maker.ca, maker.router_issued]))]
    rows += [("GetNextCACert&message=MYCA", shadow)]
    reader = PkiReader()
    reader.read(*exchanged([{"method": "GET", "uri": URI + u, "status": 200, "response": b} for u, b in rows]))
    seen = {
        (c.role, c.certificate.serial): (c.ca_identifier, c.count, c.first.connection)
        for c in reader.facts().certificates
    }
    assert seen == {(CA, "1"): ("MYCA", 5, 0), (RA, "1A2B"): ("MYRA", 1, 3), (SHADOW, "2"): ("MYCA", 1, 4)}


def test_certificates_that_a_server_gives_as_text(maker, exchanged):
    pem = maker.ca.public_bytes(serialization.Encoding.PEM)
    texts = (pem, pem.replace(b"\n", b"\r\n"), base64.b64encode(encoded(maker.ca)), b"\n" + pem + b"\n")
    damaged = (pem[:200], b"MII\x00", b"MIIB!", b"-----BEGIN CERTIFICATE-----")
    reader = PkiReader()
    rows = [{"method": "GET", "uri": URI + "GetCACert", "status": 200, "response": body} for body in texts + damaged]
    reader.read(*exchanged(rows))
    assert [(c.role, c.certificate.serial, c.count) for c in reader.facts().certificates] == [(CA, "1", len(texts))]


def test_what_is_not_scep_is_counted(maker, exchanged):
    reader = PkiReader()
    operations = reader.read(
        *exchanged(
            [
                {"method": "POST", "uri": URI + "PKIOperation", "status": 200, "request": b"x", "response": b"<html>"},
                {"method": "GET", "uri": URI + "PKIOperation&message=%%%", "status": 200, "response": None},
                {"method": "GET", "uri": URI + "GetCACert", "status": 200, "response": b"\x30\x03\x02\x01\x05"},
                {"method": "GET", "uri": URI + "GetNextCACert", "status": 200, "response": maker.certificates_only([])},
            ]
        )
    )
    assert set(operations.transaction_id.tolist()) == {None}
    facts = reader.facts()
    assert (facts.unread, facts.messages, facts.requesters) == (3, 1, ())


def test_a_storm_of_404_costs_little(exchanged):
    chunk, bodies = exchanged(
        [
            {
                "method": "GET",
                "uri": URI + "GetNextCACert&message=GETVPN",
                "status": 404,
                "response": b"404 Not Found\r\n",
            }
        ]
        * 20_000
    )
    began = time.process_time()
    operations = PkiReader().read(chunk, bodies)
    assert time.process_time() - began < 0.5
    assert Counter(operations.operation.tolist()) == {"GetNextCACert": 20_000}


@pytest.mark.parametrize("value", [core.Integer(19), core.OctetString(b"19"), core.Null()])
def test_a_type_in_another_encoding_is_not_guessed(maker, exchanged, value):
    request = maker.signed_data({"2.16.840.1.113733.1.9.2": value}, maker.ca)
    operations = PkiReader().read(*exchanged([{"method": "POST", "uri": URI + "PKIOperation", "request": request}]))
    assert operations.scep_message_type[0] in (19, MISSING)


# Messages of real programs


def exchanges_of(path) -> list[dict]:
    """Requests and responses as tshark reassembles them, with their bodies."""
    command = ["tshark", "-r", str(path), "-Y", "http", "-T", "json", "-x", "-J", "http frame", "--no-duplicate-keys"]
    packets = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    requests: dict[int, dict] = {}
    for packet in packets:
        layers = packet["_source"]["layers"]
        http, frame = layers["http"], int(layers["frame"]["frame.number"])
        raw = http.get("http.file_data_raw")
        body = bytes.fromhex(raw[0]) if raw else None
        lines = [v for v in http.values() if isinstance(v, dict)]
        line = next(v for v in lines if "http.request.uri" in v or "http.response.code" in v)
        if "http.request" in http:
            named = {"method": line["http.request.method"], "uri": line["http.request.uri"]}
            requests[frame] = named | {"request": body, "request_frame": frame}
        elif "http.request_in" in http:
            requests[int(http["http.request_in"])] |= {"status": int(line["http.response.code"]), "response": body}
    return [requests[frame] for frame in sorted(requests)]


def attributes_by_openssl(message: bytes) -> dict[str, str]:
    """The last arc of SCEP's attributes -> their text, as `openssl asn1parse` prints it."""
    printed = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"], input=message, capture_output=True, check=True, timeout=10
    ).stdout.decode("latin-1")
    found = re.findall(r"OBJECT\s+:2\.16\.840\.1\.113733\.1\.9\.(\d+)\n.*SET.*\n.*PRINTABLESTRING\s*:(.*)\n", printed)
    return dict(found)


@pytest.fixture(scope="module")
def real(shared_captures) -> list[dict]:
    assert shutil.which("tshark"), "these tests need tshark as a witness"
    return exchanges_of(shared_captures / "lab" / "scep-enrol-real.pcap")


def test_real_messages_against_openssl(real, exchanged):
    operations = PkiReader().read(*exchanged(real))
    checked = 0
    for row, exchange in enumerate(real):
        if operations.operation[row] != "PKIOperation":
            continue
        message = exchange["request"] or base64.b64decode(unquote(exchange["uri"].partition("message=")[2]))
        asked, replied = attributes_by_openssl(message), attributes_by_openssl(exchange["response"])
        assert operations.scep_message_type[row] == int(asked["2"])
        assert operations.transaction_id[row] == asked["7"]
        assert operations.scep_status[row] == int(replied["3"])
        assert operations.scep_fail_info[row] == (int(replied["4"]) if "4" in replied else MISSING)
        checked += 1
    assert checked == 4


def test_real_enrolments_against_the_log_of_the_programs(real, exchanged, shared_captures):
    logged = json.loads((shared_captures / "lab" / "scep-enrol-real.truth.json").read_text())["client_events"]
    statuses = [{"SUCCESS": 0, "FAILURE": 2}[e["pkistatus"]] for e in logged if "pkistatus" in e]
    statuses += [0 for e in logged if any("pkiStatus=SUCCESS" in line for line in e.get("tail", []))]
    reader = PkiReader()
    operations = reader.read(*exchanged(real))
    assert [s for s in operations.scep_status.tolist() if s != MISSING] == statuses
    assert {r.renewal for r in reader.facts().requesters} == {False}
    caps = next(e["tail"][0] for e in logged if e["client"] == "sscep getcaps").rpartition("capabilities: ")[2]
    assert set(reader.facts().capabilities[0].keywords) == set(caps.split(", "))
    assert len(reader.facts().of_role(CA)) == 1


def test_every_message_of_the_mixed_capture(exchanged, shared_captures):
    rows = exchanges_of(shared_captures / "lab" / "mix-full.pcap")
    reader = PkiReader()
    operations = reader.read(*exchanged(rows))
    sent = Counter(re.search(r"operation=(\w+)", row["uri"]).group(1) for row in rows if "operation=" in row["uri"])
    assert Counter(o for o in operations.operation.tolist() if o) == sent
    for row, exchange in enumerate(rows):
        if exchange.get("response") and operations.operation[row] == "PKIOperation" and exchange["status"] == 200:
            assert operations.scep_status[row] == int(attributes_by_openssl(exchange["response"])["3"])
    assert reader.facts().unread == 0
