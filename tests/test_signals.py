"""A signal ends the reading and not the work: what was read is reported. As terminals, shells and systemd send them."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.process import ENDING

ROOT = Path(__file__).resolve().parents[1]
STORM = ROOT / "captures" / "storm.pcap"
CONTENT = STORM.read_bytes()

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows knows no such signals")


@pytest.fixture(autouse=True, scope="module")
def no_signal_is_ignored() -> Iterator[None]:
    """A program that is started by `nohup`, or in the background of a script, ignores some, and so do its children."""
    ignored = [number for number in ENDING if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def running(*arguments: str | Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """pcapinspect in a process group of its own, which is gone afterwards."""
    command = [sys.executable, "-m", "pcapinspect", *map(str, arguments)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **(streams | options)) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def until(condition: Callable[[], Any]) -> Any:
    """Waits for a condition, however long it takes."""
    while not (found := condition()):
        time.sleep(0.02)
    return found


def feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.flush()


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def same(by_pipe: dict[str, Any], by_path: dict[str, Any]) -> bool:
    """Whether two reports say the same, but for the name of the input."""
    sections = ("servers", "operations", "clients", "findings", "capture")
    pairs = [(json.dumps(by_pipe[name]).replace('"-"', f'"{STORM}"'), json.dumps(by_path[name])) for name in sections]
    return all(one == other for one, other in pairs)


def waits_for(process: subprocess.Popen[bytes], pipe: int) -> bool:
    """Whether nothing is left in the pipe that the process reads."""
    import array
    import fcntl
    import termios

    waiting = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, waiting)
    return waiting[0] == 0


def later(capture: bytes, seconds: int) -> bytes:
    """The capture at another time."""
    moved, at = bytearray(capture), 24
    while at < len(moved):
        time_of, _, size = struct.unpack_from("<III", moved, at)
        struct.pack_into("<I", moved, at, time_of + seconds)
        at += 16 + size
    return bytes(moved)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the whole sample."""
    path = tmp_path_factory.mktemp("whole") / "r.json"
    command = [sys.executable, "-m", "pcapinspect", "analyze", str(STORM), "--json", str(path), "--quiet"]
    subprocess.run(command, check=True, capture_output=True)
    return document(path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_pipe_that_stays_open_is_reported(number: signal.Signals, tmp_path: Path, whole: dict[str, Any]) -> None:
    out = [tmp_path / name for name in ("r.json", "r.md", "r.html")]
    options = [
        part for option, path in zip(("--json", "--markdown", "--html"), out, strict=True) for part in (option, path)
    ]
    with running("analyze", "-", *options, "--fail-on", "info", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        feed(process, CONTENT)
        until(lambda: waits_for(process, process.stdin.fileno()))
        process.send_signal(number)
        said, complaint = process.stdout.read(), process.stderr.read()
        assert process.wait() == 1  # by --fail-on
    found = document(out[0])
    assert found["inputs"][0]["packets"] == whole["inputs"][0]["packets"]
    assert found["capture"]["reading"] == found["inputs"][0]["reading"] == "ended"
    assert found["inputs"][0]["sha256"] is None
    assert found["inputs"][0]["truncated"] is False
    assert found["servers"][0]["attempts"] == whole["servers"][0]["attempts"]
    for text in (said.decode(), out[1].read_text(), out[2].read_text()):
        assert "Reading was ended early, by a signal" in " ".join(text.split())
    assert b"Fatal" not in complaint
    assert b"Traceback" not in complaint


def test_ctrl_c_of_a_pipeline_loses_no_packet(tmp_path: Path, whole: dict[str, Any]) -> None:
    """The writer has the signal too, writes what it still holds, and closes the pipe."""
    writer = tmp_path / "writer.py"
    writer.write_text(
        "import signal, sys, time\n"
        "content = open(sys.argv[1], 'rb').read()\n"
        "def last(*_):\n"
        "    sys.stdout.buffer.write(content[500_000:]); sys.stdout.flush(); sys.exit()\n"
        "signal.signal(signal.SIGINT, last)\n"
        "sys.stdout.buffer.write(content[:500_000]); sys.stdout.flush()\n"
        "open(sys.argv[2], 'w').close()\n"
        "while True: time.sleep(1)\n"
    )
    ready, out = tmp_path / "ready", tmp_path / "r.json"
    line = f"{sys.executable} {writer} {STORM} {ready} | {sys.executable} -m pcapinspect analyze - --json {out} --quiet"
    with subprocess.Popen(
        ["/bin/sh", "-c", line], cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL
    ) as shell:
        until(ready.exists)
        os.killpg(shell.pid, signal.SIGINT)
        until(out.exists)
    found = document(out)
    assert found["inputs"][0]["packets"] == whole["inputs"][0]["packets"]
    assert found["capture"]["reading"] == "whole"
    assert same(found, whole)


def test_a_second_signal_ends_the_program_with_nothing_half_written(tmp_path: Path) -> None:
    outputs = [part for name in ("json", "html", "markdown", "csv") for part in (f"--{name}", tmp_path / name)]
    with running("analyze", "-", *outputs, stdin=subprocess.PIPE) as process:
        feed(process, CONTENT[:100_000])
        until(lambda: waits_for(process, process.stdin.fileno()))
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        assert process.wait() in (128 + signal.SIGINT, 128 + signal.SIGTERM)
        assert process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []


def test_sigusr1_writes_a_report_and_goes_on(tmp_path: Path, whole: dict[str, Any]) -> None:
    out = tmp_path / "r.json"
    with running("analyze", "-", "--json", out, "--quiet", stdin=subprocess.PIPE) as process:
        feed(process, CONTENT[:500_000])
        until(lambda: waits_for(process, process.stdin.fileno()))
        process.send_signal(signal.SIGUSR1)
        until(out.exists)
        part = document(out)
        feed(process, CONTENT[500_000:])
        process.stdin.close()
        assert process.wait() == 0, process.stderr.read()
    assert part["capture"]["reading"] == "goes_on"
    assert 0.4 < part["inputs"][0]["packets"] / whole["inputs"][0]["packets"] < 0.5
    assert 0 < part["servers"][0]["attempts"] < whole["servers"][0]["attempts"]
    found = document(out)
    assert found["capture"]["reading"] == "whole"
    assert same(found, whole)


def test_a_ring_is_reported_as_far_as_it_was_read(tmp_path: Path) -> None:
    """The second file is a pipe to which nobody writes: the reader waits there."""
    (tmp_path / "ring.1").write_bytes(CONTENT)
    os.mkfifo(tmp_path / "ring.2")
    out = tmp_path / "r.json"
    with running("analyze", tmp_path / "ring.1", tmp_path / "ring.2", "--json", out, "--quiet") as process:
        writer = os.open(tmp_path / "ring.2", os.O_WRONLY)
        os.write(writer, CONTENT[:24])
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0, process.stderr.read()
        os.close(writer)
    found = document(out)
    assert [file["reading"] for file in found["inputs"]] == ["whole", "ended"]
    assert found["servers"][0]["attempts"] == 1159


def test_partial_files_of_dead_processes_are_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".r.json.{dead.pid}.partial").write_text("half")
    mine = tmp_path / f".r.json.{os.getpid()}.partial"
    mine.write_text("of a process that is running")
    other = tmp_path / f".other.json.{dead.pid}.partial"
    other.write_text("of another output")
    command = [
        sys.executable,
        "-m",
        "pcapinspect",
        "analyze",
        str(STORM),
        "--json",
        str(tmp_path / "r.json"),
        "--quiet",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert sorted(tmp_path.iterdir()) == sorted([mine, other, tmp_path / "r.json"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_tshark_engine_is_ended_too(number: signal.Signals, tmp_path: Path) -> None:
    """A terminal sends Ctrl-C to tshark as well."""
    for part in (1, 2):
        (tmp_path / f"large.{part}.pcap").write_bytes(CONTENT)
    out = tmp_path / "r.json"
    with running("analyze", *sorted(tmp_path.glob("large.*")), "--engine", "tshark", "--json", out) as process:
        until(lambda: Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        assert process.wait() == 0, process.stderr.read()
        assert b"Traceback" not in process.stderr.read()
    found = document(out)
    assert found["capture"]["reading"] == "ended"
    assert "ended" in [file["reading"] for file in found["inputs"]]


def test_dask_is_ended_after_the_files_that_are_read(tmp_path: Path) -> None:
    """The files are those at the beginning, and the report is of them alone."""
    pytest.importorskip("distributed")
    folder = tmp_path / "ring"
    folder.mkdir()
    for number in range(30):
        (folder / f"ring.{number:02}.pcap").write_bytes(later(CONTENT, 3600 * number))
    out, stages = tmp_path / "r.json", tmp_path / "stages"
    options = ("--dask", "local", "--stages", stages, "--json", out, "--quiet")
    with running("analyze", folder, *options, env=os.environ | {"TMPDIR": str(tmp_path)}) as process:
        until(lambda: list(stages.rglob("packets/*.parquet")) or process.poll() is not None)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() == 0, process.stderr.read()
    found = document(out)
    read = [file["reading"] for file in found["inputs"]]
    assert read == sorted(read, reverse=True)  # whole, then ended
    # On a busy machine the workers may have read them all before the signal was looked at.
    assert found["capture"]["reading"] == read[-1]
    assert found["servers"][0]["attempts"] == 1159 * read.count("whole")
    assert not list(tmp_path.rglob("*.partial"))
