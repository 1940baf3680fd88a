"""The folders show the way data flows: a layer imports only from layers to its left."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pcapinspect"

LAYERS = (
    "capture",
    "packets",
    "tcp",
    "http",
    "pki",
    "points",
    "spread",
    "load",
    "evidence",
    "findings",
    "report",
    "compare",
    "watch",
    "plan",
    "simulate",
    "commands",
)

SHARED = {"address", "clock", "columns", "errors", "fields", "kernel", "labels", "mixing", "settings", "__init__"}
"""Small modules that every layer may use. They import only each other."""

PURE = ("tcp", "http", "pki", "points", "load", "findings")

IO_MODULES = {"os", "io", "pathlib", "sys", "socket", "subprocess", "time", "logging", "shutil", "tempfile"}


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, anywhere in it (imports for types alone aside)."""
    names: set[str] = set()
    tree = ast.parse(path.read_text())
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


def part_of(module: str) -> str:
    """The layer or shared module that a dotted name of the package begins with."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_imports_only_from_its_left(layer: str) -> None:
    allowed = SHARED | set(LAYERS[: LAYERS.index(layer) + 1])
    if layer in ("commands", "watch"):
        allowed |= {"pipeline", "process", "verify"}
    for path in (PACKAGE / layer).rglob("*.py"):
        for module in imported(path):
            if module.startswith("pcapinspect"):
                assert part_of(module) in allowed, f"{path.relative_to(PACKAGE)} imports {module}"


def test_simulate_knows_nothing_of_the_analysis() -> None:
    # Its truth would be worth nothing if it came from the code that it is to test.
    for path in (PACKAGE / "simulate").rglob("*.py"):
        for module in imported(path):
            if module.startswith("pcapinspect"):
                assert part_of(module) in SHARED | {"simulate"}, f"{path.relative_to(PACKAGE)} imports {module}"


@pytest.mark.parametrize("layer", PURE)
def test_pure_layers_do_no_io(layer: str) -> None:
    for path in (PACKAGE / layer).rglob("*.py"):
        assert not IO_MODULES & {name.split(".")[0] for name in imported(path)}, path
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not {"open", "print", "input"} & calls, path


def test_every_layer_of_the_package_is_listed() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(LAYERS)
