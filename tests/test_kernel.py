"""Compiled kernels: the same as Python, kept where a changed source is noticed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent

INNER = "from pcapinspect.kernel import step\n@step\ndef inner(x: int) -> int:\n    return x + {number}\n"
OUTER = """
from pcapinspect.kernel import kernel
from {name} import inner
@kernel
def outer(x: int) -> int:
    return inner(x) * 2
"""


def load(folder: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def answer(folder: Path, number: int) -> int:
    """What the kernel says when the kernel that it calls adds `number`."""
    from pcapinspect import kernel

    kernel._store.cache_clear()
    (folder / "changing_inner.py").write_text(INNER.format(number=number))
    # Python takes byte code for up to date by the size and the whole second of its source.
    os.utime(folder / "changing_inner.py", (number, number))
    load(folder, "changing_inner")
    return int(load(folder, "changing_outer").outer(10))


def test_a_change_of_a_called_kernel_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "changing_outer.py").write_text(OUTER.format(name="changing_inner"))
    assert answer(tmp_path, 1) == 22
    assert answer(tmp_path, 5) == 30
    assert len(list((tmp_path / "__pycache__").glob("kernels-*"))) == 2


def test_kernels_that_are_kept_start_without_the_compiler() -> None:
    script = (
        "import sys; from pcapinspect import analyze; analyze(['captures/down.pcap']);"
        "print('numba.np.linalg' in sys.modules)"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT) for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0]
    assert runs[1].stdout == "False\n"
