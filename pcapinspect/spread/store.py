"""Files of the stages: Parquet, with facts beside the columns. Each is there whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pcapinspect.columns import Int32, Int64, UInt8
from pcapinspect.errors import StageError
from pcapinspect.kernel import kernel

Array = Any
"""A numpy array of any type."""

Table = Any
"""A pyarrow table."""

COMPRESSION = "lz4"
"""Of all codecs the one that costs least time; stages are read once or twice."""

_FACTS = b"pcapinspect"

SEAL = 64
"""Hexadecimal digits of a SHA-256, in front of the facts."""

PARTIAL = re.compile(r"\.[\w.-]+\.(parquet|json)\.[0-9a-f]{32}\.partial")
"""Names of what `whole` has not made whole yet."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yields the path to write to; what was written there becomes `path` at the end, or vanishes on an error.

    Two workers may write one path at a time, where one is thought to be dead: each has a name of its own until the end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")
    try:
        yield partial
        _to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Waits until the content is kept: after a power cut, a file may have its name before its content."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def reading(path: Path, texts: list[str] | None = None, footer: Any = None) -> Iterator[pq.ParquetFile]:
    """Yields the opened file. Raises StageError where what is read from it within is not as it was written.

    Columns of `texts` are read as numbers of their distinct values; `footer`: its metadata, if known.
    """
    try:
        with pq.ParquetFile(path, metadata=footer, read_dictionary=texts, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        # Of the system's own errors (no such file, no permission) each has a number; arrow's have none.
        if getattr(error, "errno", None) is not None:
            raise
        raise StageError(f"{path}: not a stage of pcapinspect: remove it") from None


class Writer:
    """Writes tables of one kind as they come, and facts at the end. The first table says which columns there are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def add(self, table: Table) -> None:
        """One row group."""
        if self._file is None:
            self._file = pq.ParquetWriter(
                self._path, table.schema, compression=COMPRESSION, use_dictionary=False, write_page_checksum=True
            )
        self._file.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self, facts: Any = None) -> None:
        """Ends the file. `facts` is anything that JSON can hold."""
        if self._file is None:
            self.add(pa.table({}))
        text = json.dumps(facts).encode()
        self._file.add_key_value_metadata({_FACTS: sha256(text).hexdigest().encode() + text})
        self._file.close()


def write(path: Path, columns: Mapping[str, Any], facts: Any = None) -> None:
    """A file of one row group."""
    with whole(path) as partial:
        writer = Writer(partial)
        writer.add(pa.table(dict(columns)))
        writer.close(facts)


def read(path: Path, names: list[str] | None = None) -> dict[str, Array]:
    """All rows, as columns of numbers; with `names` only those columns."""
    with reading(path) as file:
        table = file.read(names)
        return {name: table.column(name).to_numpy() for name in table.column_names}


def facts_of(path: Path) -> Any:
    """The facts beside the columns. They have a checksum of their own: those of Parquet are of its pages."""
    with reading(path) as file:
        sealed: bytes = (file.metadata.metadata or {}).get(_FACTS, b"")
        seal, text = sealed[:SEAL], sealed[SEAL:]
        if seal != sha256(text).hexdigest().encode():
            raise pa.ArrowInvalid("the facts are not as they were written")
        return json.loads(text)


def binary(data: UInt8, start: Int64, size: Int32) -> Any:
    """The stretches of `data` as an arrow column of bytes."""
    edges = np.zeros(len(size) + 1, np.int32)
    np.cumsum(size, out=edges[1:])
    content = np.empty(int(edges[-1]), np.uint8)
    copy(data, start, edges, content)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(content)]
    return pa.BinaryArray.from_buffers(pa.binary(), len(size), buffers)


@kernel
def copy(data: UInt8, start: Int64, edges: Int32, out: UInt8) -> None:
    """Fills the stretches of `out` between the edges with those that begin at `start`."""
    for row in range(start.size):
        first, last = edges[row], edges[row + 1]
        out[first:last] = data[start[row] : start[row] + last - first]


def stretches(column: Any) -> tuple[UInt8, Int64]:
    """The content of an arrow column of bytes, and where each value begins in it."""
    column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    _, edges, content = column.buffers()
    begins = np.frombuffer(edges, np.int32)[column.offset : column.offset + len(column)].astype(np.int64)
    return np.frombuffer(content, np.uint8) if content else np.empty(0, np.uint8), begins
