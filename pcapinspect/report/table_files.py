"""The tables as files: CSV for spreadsheets and scripts, Parquet for everything else."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path

from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import FLAG, TEXT, Array, Kind, json_column
from pcapinspect.report.output import whole
from pcapinspect.report.tables import Tables

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins with one of these (OWASP, "CSV Injection"). An apostrophe stops it."""

CHUNK = 50_000
"""Rows that are held as Python objects at a time."""


def paths(folder: str, suffix: str) -> list[Path]:
    """The files that a folder of tables has: one a table."""
    return [Path(folder, f"{name}.{suffix}") for name in TABLES]


def write_csv(tables: Tables, folder: str) -> None:
    """Every table as RFC 4180 text in UTF-8: ISO 8601 times with `Z`, true, false, and nothing for what is missing.

    All are there in the end, or none: tables of two runs in one folder would contradict each other.
    """
    with ExitStack() as written:
        for name, path in zip(TABLES, paths(folder, "csv"), strict=True):
            _write_csv(tables, name, written.enter_context(whole(str(path))))


def _write_csv(tables: Tables, name: str, path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        kinds = TABLES[name].kinds
        writer.writerow(kinds)
        for start in range(0, tables.sources[name].length, CHUNK):
            columns = tables.columns(name, slice(start, start + CHUNK))
            writer.writerows(zip(*(_cells(kind, columns[c]) for c, kind in kinds.items()), strict=True))


def write_parquet(tables: Tables, folder: str) -> None:
    """Every table with its types: UTC times in nanoseconds, nullable integers, text. All or none, as `write_csv`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ExitStack() as written:
        for name, path in zip(TABLES, paths(folder, "parquet"), strict=True):
            partial = written.enter_context(whole(str(path)))
            pq.write_table(pa.Table.from_pandas(tables[name], preserve_index=False), partial)


def _cells(kind: Kind, values: Array) -> list[object]:
    cells = json_column(kind, values)
    if kind == TEXT:
        return [f"'{cell}" if cell is not None and cell.startswith(FORMULA_STARTS) else cell for cell in cells]
    if kind == FLAG:
        return [None if cell is None else str(cell).lower() for cell in cells]
    return cells
