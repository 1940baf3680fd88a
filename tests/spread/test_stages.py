"""What is kept between the stages: it is used again where it is of the same files, and never half-written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from shutil import rmtree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pcapinspect.capture.fileset import in_order
from pcapinspect.errors import CaptureError, StageError
from pcapinspect.settings import Settings
from pcapinspect.spread.connections import TABLES
from pcapinspect.spread.follow import FEWEST_PARTS, MOST_PARTS, follow, parts_for
from pcapinspect.spread.plan import read_plan
from tests.spread.traffic import Here, frames_of, in_one, in_stages, same, written

STORM = Path(__file__).resolve().parents[2] / "captures" / "storm.pcap"


@pytest.fixture
def ring(tmp_path: Path) -> list[str]:
    frames = frames_of(STORM)[:4000]
    return written([frames[first : first + 1000] for first in range(0, 4000, 1000)], tmp_path, Random(1))


def kept(folder: Path, kind: str) -> dict[str, int]:
    """The Parquet files of a stage, and a number that changes when one is written anew."""
    files = (folder / kind).rglob("*.parquet")
    return {str(path.relative_to(folder)): path.stat().st_ino for path in files}


def again(paths: list[str], folder: Path) -> None:
    same(in_one(paths), in_stages(paths, folder, 3, Random(2)))


def test_what_is_there_is_not_done_again(ring: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    before = kept(folder, "")
    assert len(before) == 4 * 3 + 1 + 3 * 4
    again(ring, folder)
    assert kept(folder, "") == before


def test_a_part_that_is_missing_is_done_alone(ring: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    before = kept(folder, "connections")
    next((folder / "connections").rglob("connections-0001.parquet")).unlink()
    again(ring, folder)
    changed = {name for name, number in kept(folder, "connections").items() if number != before[name]}
    assert changed
    assert all(name.endswith("-0001.parquet") for name in changed)


def test_a_file_that_changed_is_read_anew_and_no_other(ring: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    before = kept(folder, "packets")
    os.utime(ring[2], (1, 1))
    again(ring, folder)
    after = kept(folder, "packets")
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 3
    again(ring[:3], folder)
    assert kept(folder, "packets") == after


def test_other_ports_are_other_work_but_other_limits_are_not(ring: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "stages"
    follow(in_order(ring), Settings(), Here(), folder, parts=3)
    before = kept(folder, "")
    follow(in_order(ring), Settings(limit=5, tz="Europe/Berlin"), Here(), folder, parts=3)
    assert kept(folder, "") == before
    followed, _ = follow(in_order(ring), Settings(ports=(443,)), Here(), folder, parts=3)
    assert len(followed.tcp.connections) == 0
    assert len(kept(folder, "")) == 2 * len(before)


def test_the_manifest_says_what_is_where(ring: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sorted(manifest["packets"]) == ring
    assert all((folder / name).is_file() for name in manifest["packets"].values())
    plan = read_plan(folder / manifest["connections"] / "plan.json")
    assert [source.rows for source in plan.sources] == [str(folder / manifest["packets"][path]) for path in ring]
    assert (plan.parts, plan.joined, [source.epoch for source in plan.sources]) == (3, None, [0, 1, 2, 3])


def test_an_error_is_that_of_one_process_and_leaves_nothing_half_written(
    ring: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = bytearray(Path(ring[1]).read_bytes())
    Path(ring[1]).write_bytes(damaged[:24] + b"\xff" * 16 + damaged[40:])
    monkeypatch.chdir(tmp_path)
    paths = [Path(path).name for path in ring]
    with pytest.raises(CaptureError) as expected:
        in_one(paths)
    with pytest.raises(CaptureError) as found:
        in_stages(paths, tmp_path / "stages", 3, Random(1))
    assert str(found.value) == str(expected.value)
    assert str(found.value).startswith(paths[1])
    assert not list((tmp_path / "stages").rglob("*.partial"))


@pytest.mark.parametrize("size", [0, 50, -50])
@pytest.mark.parametrize(
    "name", ["packets/*[0-9a-f].parquet", *(f"connections/*/{table}-0001.parquet" for table in TABLES)]
)
def test_a_damaged_stage_is_named_and_made_anew_when_it_was_removed(
    ring: list[str], tmp_path: Path, name: str, size: int
) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    damaged = next(folder.glob(name))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:size])
    with pytest.raises(StageError) as found:
        again(ring, folder)
    assert str(found.value) == f"{damaged}: not a stage of pcapinspect: remove it"
    damaged.unlink()
    again(ring, folder)
    assert pq.read_table(damaged).equals(pq.read_table(pa.BufferReader(content)))


@pytest.mark.parametrize("name", ["packets/*[0-9a-f].parquet", "connections/*/connections-*.parquet", "sweeps/*"])
def test_one_changed_byte_of_a_number_is_noticed(ring: list[str], tmp_path: Path, name: str) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    if not name.startswith("connections"):
        rmtree(folder / "connections")  # what is made of the others is read first
    for damaged in folder.glob(name):
        content = bytearray(damaged.read_bytes())
        group = pq.read_metadata(damaged).row_group(0)
        if group.num_rows:
            column = group.column(group.num_columns - 1)
            content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
            damaged.write_bytes(content)
    with pytest.raises(StageError):
        again(ring, folder)


@pytest.mark.parametrize("change", [(b"1000", b"3000"), (b"1000", b"0000"), (b'{"input"', b'["input"')])
def test_changed_facts_are_noticed(ring: list[str], tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    damaged = next(folder.glob("packets/*[0-9a-f].parquet"))
    content = damaged.read_bytes()
    place = content.rindex(b'{"input"')
    damaged.write_bytes(content[:place] + content[place:].replace(*change, 1))
    assert damaged.read_bytes() != content
    with pytest.raises(StageError, match=f"{damaged}: not a stage"):
        again(ring, folder)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("packets/*[0-9a-f].parquet", "connections/*/connections-0000.parquet"),
        ("packets/*.marks.parquet", "sweeps/*"),
        ("sweeps/*", "connections/*/connections-0000.parquet"),
    ],
)
def test_damage_before_the_end_of_a_stage_is_told_when_it_is_read(
    ring: list[str], tmp_path: Path, name: str, wanted: str
) -> None:
    folder = tmp_path / "stages"
    again(ring, folder)
    damaged = next(folder.glob(name))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:4] + bytes(100) + content[104:])
    again(ring, folder)
    next(folder.glob(wanted)).unlink()
    with pytest.raises(StageError, match=f"{damaged}: not a stage"):
        again(ring, folder)


def test_progress_tells_of_whole_files_and_then_of_parts(ring: list[str], tmp_path: Path) -> None:
    told: list[tuple[int, int | None, int]] = []
    follow(in_order(ring), Settings(), Here(), tmp_path / "stages", lambda *figures: told.append(figures), 3)
    sizes = [Path(path).stat().st_size for path in ring]
    read, size = [sum(sizes[: n + 1]) for n in range(4)], sum(sizes)
    assert [done for done, _, _ in told] == [*read, size + size // 3, size + 2 * size // 3, 2 * size]
    assert [packets for _, _, packets in told] == [1000, 2000, 3000, 4000, 4000, 4000, 4000]
    assert {total for _, total, _ in told} == {2 * size}


def test_the_number_of_parts() -> None:
    assert [parts_for(size) for size in (0, 10**9, 10**10, 10**12, 10**15)] == [FEWEST_PARTS, 16, 64, 1024, MOST_PARTS]
