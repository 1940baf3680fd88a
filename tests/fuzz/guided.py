"""Fuzzing that is guided by coverage; not run by pytest.

    pip install atheris
    python -m tests.fuzz.guided TARGET [CORPUS_FOLDER] [-max_total_time=3600]

The kernels run as Python, so that their branches are seen and an index outside an array is an error.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"

import atheris

with atheris.instrument_imports(include=["pcapinspect"]):
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS, try_one


def main() -> None:
    """Fuzz a target from the corpus folder of the command line, or one made of its seeds."""
    name, rest = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as made:
        if not rest or rest[0].startswith("-"):
            rest.insert(0, made)
        for number, data in enumerate(seeds(name)):
            (Path(rest[0]) / f"seed{number}").write_bytes(data)
        atheris.Setup([sys.argv[0], *rest], lambda data: try_one(TARGETS[name], data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
