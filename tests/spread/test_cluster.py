"""Real workers: the same report, also when one is killed; an end at once on Ctrl-C; errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

import pcapinspect
from pcapinspect.commands.analyze import without
from tests.spread.traffic import frames_of, written

ROOT = Path(__file__).resolve().parents[2]

KILLED = """
import os, signal, sys
from distributed import LocalCluster
import pcapinspect

def main(stages, out, *paths):
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as workers:
        victims = [nanny.pid for nanny in workers.workers.values()]

        def half_way(done, total, packets):
            if done > total // 2 and len(victims) == 2:
                os.kill(victims.pop(), signal.SIGKILL)

        spread = pcapinspect.Spread(workers.scheduler_address, stages)
        report = pcapinspect.analyze(paths, spread=spread, progress=half_way)
        assert len(victims) == 1
        open(out, "w").write(report.to_json())

main(*sys.argv[1:])
"""

UNGUARDED = """
import sys
import pcapinspect
from pcapinspect.errors import EngineError
from pcapinspect.spread import cluster

cluster.START_SECONDS = 8
try:
    pcapinspect.analyze(sys.argv[1:], spread=pcapinspect.Spread("local"))
except EngineError as error:
    print(error)
"""


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture
def ring(tmp_path: Path) -> list[str]:
    """30 files, with connections across every border."""
    frames = frames_of(ROOT / "captures" / "storm.pcap")
    step = -(-len(frames) // 30)
    (tmp_path / "ring").mkdir()
    files = [frames[first : first + step] for first in range(0, len(frames), step)]
    return written(files, tmp_path / "ring", Random(1))


def test_a_worker_that_is_killed_costs_no_data(ring: list[str], tmp_path: Path) -> None:
    expected = pcapinspect.analyze(ring).to_json()
    out = tmp_path / "report.json"
    result = run("-c", KILLED, tmp_path / "stages", out, *ring)
    assert result.returncode == 0, result.stderr
    assert out.read_text() == expected
    assert len(list((tmp_path / "stages").rglob("connections-*.parquet"))) == 16
    assert not list((tmp_path / "stages").rglob("*.partial"))


def test_the_command_line_gives_the_same_report_byte_for_byte(ring: list[str], tmp_path: Path) -> None:
    folder = Path(ring[0]).parent
    alone = run("-m", "pcapinspect", "analyze", folder, "--json", "-")
    spread = run("-m", "pcapinspect", "analyze", folder, "--dask", "local", "--json", "-", TMPDIR=str(tmp_path))
    assert (spread.returncode, spread.stderr) == (0, "")
    assert spread.stdout == alone.stdout
    assert json.loads(spread.stdout)["tool"]["command"] == f"pcapinspect analyze {folder} --json -"
    assert [path.name for path in tmp_path.iterdir()] == ["ring"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--dask", "local", "--engine", "tshark"], "leave out --engine"),
        (["--dask", "tcp://127.0.0.1:1"], "needs --stages DIR"),
        (["--dask", "nowhere", "--stages", "stages"], "neither local nor an address"),
        (["--stages", "stages"], "give its ADDRESS"),
        (["--dask", "local", "--verify"], "leave out --dask"),
    ],
)
def test_options_that_make_no_sense(options: list[str], words: str, tmp_path: Path) -> None:
    result = run("-m", "pcapinspect", "analyze", ROOT / "captures" / "healthy.pcap", *options)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("analyze a --dask local --stages s --json -", "analyze a --json -"),
        ("analyze --dask=local a --stages=s --server ::1", "analyze a --server ::1"),
        ("analyze --da local a --st s --limit 5", "analyze a --limit 5"),
        ("analyze a --dask local -- --stages b", "analyze a -- --stages b"),
    ],
)
def test_where_the_work_was_done_is_no_part_of_the_command_in_the_report(command: str, kept: str) -> None:
    assert without(command.split(), "--dask", "--stages") == kept.split()


def test_a_pipe_cannot_be_read_elsewhere() -> None:
    result = run("-m", "pcapinspect", "analyze", "-", "--dask", "local")
    assert (result.returncode, result.stderr) == (2, "pcapinspect: --dask reads files, and - is none\n")


def test_without_dask_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError")
    capture = ROOT / "captures" / "healthy.pcap"
    result = run("-m", "pcapinspect", "analyze", capture, "--dask", "local", PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "pcapinspect: --dask needs Dask: pip install 'pcapinspect[dask]'\n"


def test_a_program_without_a_guard_is_told_of_it(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(UNGUARDED)
    result = run(program, ROOT / "captures" / "healthy.pcap", PYTHONPATH=str(ROOT), TMPDIR=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("\n") == 1
    assert "no worker came within 8 s" in result.stdout
    assert "`if __name__ == '__main__':`" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]


def test_an_error_in_a_worker_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.pcap").write_text("no capture")
    result = run("-m", "pcapinspect", "analyze", tmp_path / "bad.pcap", "--dask", "local")
    assert (result.returncode, result.stderr) == (
        2,
        f"pcapinspect: {tmp_path}/bad.pcap: not a packet capture but text\n",
    )
