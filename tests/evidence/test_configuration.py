"""Files of configuration and show output: several, unreadable, hostile."""

from __future__ import annotations

import time

import pytest

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.configuration import read_configuration


def test_several_files(tmp_path):
    for name, text in (("ca.txt", "crypto pki server ca\n"), ("router.txt", "crypto pki trustpoint tp\n")):
        (tmp_path / name).write_text(text)
    found = read_configuration([str(tmp_path / "ca.txt"), str(tmp_path / "router.txt")])
    assert [f.path for f in found.files] == [str(tmp_path / "ca.txt"), str(tmp_path / "router.txt")]
    assert (found.servers[0].name, found.trustpoints[0].where.path) == ("ca", str(tmp_path / "router.txt"))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(EvidenceError, match=r"none\.txt"):
        read_configuration([str(tmp_path / "none.txt")])
    (tmp_path / "binary").write_bytes(b"\xd4\xc3\xb2\xa1\x00\x00")
    with pytest.raises(EvidenceError, match="no text"):
        read_configuration([str(tmp_path / "binary")])
    with pytest.raises(EvidenceError):
        read_configuration([str(tmp_path)])


def test_hostile_lines(read_config):
    text = "crypto pki trustpoint x\n" + "subject-name " + "a " * 200_000 + "\n" + "auto-enroll " + "9" * 5000 + "\n"
    text += (
        "crypto pki certificate chain x\n certificate ca 01\n"
        + "AB" * 4 * 9
        + "\n" * 9
        + "PKI Timers\n|"
        + "9" * 4000
        + "\n"
    )
    text += "Trustpoint x:\n" + ("A" + " " * 9000 + "\n") * 2000 + "1:1" * 3000 + "\n"
    began = time.process_time()
    assert read_config(text, dedent=False).trustpoints[0].name == "x"
    assert time.process_time() - began < 10


def test_two_devices_in_one_file(read_config):
    found = read_config(
        "hostname CA-1\nip http max-connections 16\nhostname RA-1\nip http max-connections 5\n"
        "CA-1#show running | include http\nip http port 8080\n"
    )
    assert [(h.where.device, h.max_connections, h.port) for h in found.http] == [("CA-1", 16, 8080), ("RA-1", 5, None)]
