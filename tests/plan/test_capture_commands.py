"""The commands that are printed are those that the programs take."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from pcapinspect.plan.capture_commands import recipes
from pcapinspect.plan.expected import Expected

EXPECTED = Expected("192.0.2.80", 80, 260, 3_120, 195_000_000, 30, "Measured.")


def commands(place: str, expected: Expected = EXPECTED) -> tuple[str, ...]:
    (recipe,) = [r for r in recipes(expected, "GigabitEthernet0/0") if place in r.place]
    return recipe.commands


def test_ios_xe_raises_the_packets_a_second_above_its_default():
    text = "\n".join(commands("IOS XE"))
    assert "limit pps 3120 duration 1800" in text
    assert "permit tcp any host 192.0.2.80 eq 80" in text
    assert "permit tcp host 192.0.2.80 eq 80 any" in text
    assert "buffer size 100 circular" in text  # 195 MB are more than a router gives away
    quiet = Expected("192.0.2.80", 80, 10, 20, 1_000, 30, "")
    assert "limit pps 1000 duration" in "\n".join(commands("IOS XE", quiet))


def test_classic_ios_keeps_whole_packets_in_the_largest_buffer_that_it_takes():
    assert "monitor capture buffer PKI size 102400 max-size 1518 circular" in commands("classic IOS")


@pytest.mark.parametrize("server", ["192.0.2.80", "2001:db8::80", None])
@pytest.mark.parametrize("program", ["tcpdump"])
def test_the_filter_compiles(program: str, server: str | None):
    if shutil.which(program) is None:
        pytest.fail(f"{program} is needed: scripts/test installs it")
    line = commands("tcpdump", Expected(server, 80, 1, 1, 1, 1, ""))[0]
    bpf = shlex.split(line)[-1]
    done = subprocess.run([program, "-d", "-y", "EN10MB", bpf], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shlex.split(commands("dumpcap", Expected(server, 80, 1, 1, 1, 1, ""))[0])[-1] == bpf


def test_a_ring_of_files_holds_all_that_is_expected():
    words = shlex.split(commands("dumpcap", Expected(None, 80, 1, 1, 5_000_000_000, 30, ""))[0])
    size = next(int(word.removeprefix("filesize:")) for word in words if word.startswith("filesize:"))
    files = next(int(word.removeprefix("files:")) for word in words if word.startswith("files:"))
    assert size * 1_000 * files >= 5_000_000_000
