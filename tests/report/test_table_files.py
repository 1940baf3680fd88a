from __future__ import annotations

import csv
import errno
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pcapinspect.errors import OutputError
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.table_files import write_csv, write_parquet
from pcapinspect.report.tables import Source, Tables
from tests.report import example

FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return example.report().tables


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_has_every_table_column_and_row(tables: Tables, tmp_path: Path) -> None:
    write_csv(tables, str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.csv" for name in TABLES)
    for name, columns in ((name, table.kinds) for name, table in TABLES.items()):
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            assert next(csv.reader(file)) == list(columns)
        assert len(rows(tmp_path / f"{name}.csv")) == len(tables[name])


def test_csv_keeps_nanoseconds_and_leaves_out_what_is_not_there(tables: Tables, tmp_path: Path) -> None:
    write_csv(tables, str(tmp_path))
    written = rows(tmp_path / "connections.csv")
    assert written[0]["start"] == pd.Timestamp(tables["connections"]["start"][0]).isoformat()[:29] + "Z"
    unanswered = next(row for row in written if row["outcome"] == "unanswered")
    assert (unanswered["synack_time"], unanswered["synack_captured"], unanswered["bytes_up"]) == ("", "", "0")
    assert next(row for row in written if row["outcome"] == "established")["synack_captured"] == "true"


def test_csv_lines_end_as_rfc_4180_says(tables: Tables, tmp_path: Path) -> None:
    write_csv(tables, str(tmp_path))
    data = (tmp_path / "minutes.csv").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == len(tables["minutes"]) + 1


def hostile(texts: list[str]) -> Tables:
    columns = example.report().tables.columns("exchanges")
    taken = {name: values[: len(texts)].copy() for name, values in columns.items()}
    taken["uri"] = np.array(texts, dtype=object)
    taken["latency"] = np.full(len(texts), -1_000_000_000)
    return Tables({**example.report().tables.sources, "exchanges": Source.of(taken)})


def test_no_cell_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    write_csv(hostile(FORMULAS), str(tmp_path))
    written = rows(tmp_path / "exchanges.csv")
    assert [row["uri"] for row in written] == [f"'{formula}" for formula in FORMULAS]
    assert {row["latency"] for row in written} == {"-1.0"}  # a number is no text


def test_text_of_any_kind_survives_csv(tmp_path: Path) -> None:
    texts = ['a,"b"\r\nc', "\x00\x1b[31m", "ü\u2028", "", " x "]
    write_csv(hostile(texts), str(tmp_path))
    assert [row["uri"] for row in rows(tmp_path / "exchanges.csv")] == texts


def test_parquet_has_the_types_of_the_frames(tables: Tables, tmp_path: Path) -> None:
    write_parquet(tables, str(tmp_path))
    for name, columns in ((name, table.kinds) for name, table in TABLES.items()):
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.column_names == list(columns)
        assert table.num_rows == len(tables[name])
    schema = pq.read_schema(tmp_path / "connections.parquet")
    assert str(schema.field("start").type) == "timestamp[ns, tz=UTC]"
    assert str(schema.field("isn").type) == "int64"
    assert str(schema.field("outcome").type) in ("string", "large_string")
    back = pd.read_parquet(tmp_path / "connections.parquet")
    assert (back["start"] == tables["connections"]["start"]).all()
    assert back["synack_time"].isna().sum() == (tables["connections"]["outcome"] == "unanswered").sum()


def test_the_same_tables_give_the_same_bytes(tables: Tables, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_parquet(tables, str(tmp_path / name))
        write_csv(tables, str(tmp_path / name))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(("write", "suffix"), [(write_csv, "csv"), (write_parquet, "parquet")])
def test_a_disk_that_fills_up_leaves_the_folder_as_it_was(
    write: Any, suffix: str, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables of two runs in one folder would contradict each other."""
    for name in TABLES:
        (tmp_path / f"{name}.{suffix}").write_text("of an earlier run")
    written = []
    opened = Path.open

    def fill_up(path: Path, *arguments: Any, **options: Any) -> Any:
        written.append(path)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", fill_up)
    monkeypatch.setattr("pyarrow.parquet.write_table", lambda _, path: fill_up(path, "wb").close())
    with pytest.raises(OutputError, match=rf"{list(TABLES)[2]}\.{suffix}: No space left on device"):
        write(tables, str(tmp_path))
    monkeypatch.undo()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        f"{name}.{suffix}": "of an earlier run" for name in TABLES
    }
