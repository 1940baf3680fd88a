"""The bundle of plotly.js that pages carry: pinned in package.json, taken from npm when the package is built.

It draws what the page draws in a third of the size of the bundle of Python's plotly, which a page has where nothing
could be fetched. Source distributions and wheels hold it; building from them needs no npm. In a checkout:

    python -m scripts.plotly_bundle
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parents[1]
PINNED = ("package.json", "package-lock.json")
PACKAGE = "plotly.js-cartesian-dist-min"
BUNDLE = ROOT / "pcapinspect" / "report" / "plotly"
SCRIPT = "plotly-cartesian.min.js"
TIMEOUT = 300
"""Seconds for npm, of which a registry out of reach may take most."""


def fetch() -> None:
    """Puts the bundle and its licence into the package, unless it is there; what stands in the way is a warning."""
    if not all((ROOT / name).exists() for name in PINNED) or _is_there():
        return
    npm = shutil.which("npm")
    if npm is None:
        warnings.warn("no npm: pages will carry the larger bundle of Python's plotly", stacklevel=2)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in PINNED:
            shutil.copy(ROOT / name, folder)
        # npm holds what it gets against the SHA-512 of package-lock.json, and knows proxies and mirrors
        command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(command, cwd=folder, check=True, timeout=TIMEOUT)
        except (subprocess.SubprocessError, OSError) as failure:
            warnings.warn(f"{failure}: pages will carry the larger bundle of Python's plotly", stacklevel=2)
            return
        BUNDLE.mkdir(exist_ok=True)
        for name in ("LICENSE", SCRIPT):
            shutil.copy(Path(folder) / "node_modules" / PACKAGE / name, BUNDLE)


def _is_there() -> bool:
    """By the version in the comment that the bundle begins with."""
    version = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"][PACKAGE]
    bundle = BUNDLE / SCRIPT
    return bundle.exists() and f" v{version}\n".encode() in bundle.read_bytes()[:200]


class BuildPy(build_py):
    """Named in pyproject.toml: builds wheels, also those of `pip install -e`."""

    def run(self) -> None:
        fetch()
        super().run()


class Sdist(sdist):
    """Named in pyproject.toml: what is built from a source distribution needs no npm."""

    def run(self) -> None:
        fetch()
        super().run()


if __name__ == "__main__":
    fetch()
