"""Compiled kernels: the same as Python, kept where a changed source is noticed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
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

    kernel._places.cache_clear()
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


def kernels() -> set[str]:
    """`walk.walk` for each function under `@kernel`."""
    decorated = re.compile(r"^@kernel\ndef (\w+)", re.MULTILINE)
    sources = (ROOT / "pcapinspect").rglob("*.py")
    return {f"{path.stem}.{name}" for path in sources for name in decorated.findall(path.read_text())}


def test_kernels_call_only_what_their_place_is_named_after() -> None:
    # A change of a step in another folder would go unnoticed, and old machine code be used.
    decorated = re.compile(r"^@step\ndef (\w+)", re.MULTILINE)
    package = ROOT / "pcapinspect"
    sources = {
        ".".join(path.relative_to(package).with_suffix("").parts): path.read_text() for path in package.rglob("*.py")
    }
    steps = {module: set(decorated.findall(text)) for module, text in sources.items()}
    for module, text in sources.items():
        for other, names in re.findall(r"^from pcapinspect\.([\w.]+) import \(?([\w,\s]+)", text, re.MULTILINE):
            if "." in other and other.rpartition(".")[0] != module.rpartition(".")[0]:
                assert not steps.get(other, set()) & {name.strip() for name in names.split(",")}, (module, other)


def run_without_rights(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a user who may write nowhere but in folders for all, and who has no home."""
    code = f"import sys; from pcapinspect.cli import main; main({list(arguments)!r})"
    code += "; print('compiled', 'numba.np.linalg' in sys.modules)"
    # Root is held by no permission unless it gives these up.
    powerless = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    return subprocess.run(
        [*powerless, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=package,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )


def test_what_one_user_compiled_serves_those_who_may_write_nowhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pcapinspect", tmp_path / "pcapinspect", ignore=shutil.ignore_patterns("__pycache__"))
    warm = subprocess.run(
        [sys.executable, "-m", "pcapinspect", "warm"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(tmp_path / "pcapinspect" / "tcp" / "__pycache__") in warm.stderr
    kept = {index.name.split("-")[0] for index in tmp_path.rglob("*.nbi")}
    assert kernels() - kept == {"parts.divide", "store.copy"}  # only workers of a cluster call these
    subprocess.run(["chmod", "-R", "a-w", str(tmp_path / "pcapinspect")], check=True)
    for name in ("storm", "healthy"):
        capture = tmp_path / f"{name}.pcap"
        shutil.copy(ROOT / "captures" / f"{name}.pcap", capture)
        done = run_without_rights(tmp_path, "analyze", str(capture))
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("compiled False\n")
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path / "pcapinspect")], check=True)


def test_a_copy_of_an_installation_brings_its_machine_code_with_it(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "changing_outer.py").write_text(OUTER.format(name="changing_inner"))
    assert answer(tmp_path / "one", 1) == 22
    (kept,) = (tmp_path / "one" / "__pycache__").glob("kernels-*")
    shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("*.pyc"))
    os.utime(tmp_path / "two" / "changing_outer.py", (0, 0))
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "two" / "__pycache__" / kept.name).iterdir()}
    assert files
    assert answer(tmp_path / "two", 1) == 22
    assert {path: path.stat().st_mtime_ns for path in files} == files
