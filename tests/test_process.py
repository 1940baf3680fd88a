from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from pcapinspect.process import MALLOPT


def printed(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc, whose settings these are")
def test_glibc_takes_every_setting() -> None:
    """It refuses what is above a limit of its own, by returning 0."""
    program = f"import ctypes; print([ctypes.CDLL(None).mallopt(*pair) for pair in {list(MALLOPT.values())}])"
    assert printed(program) == "[1, 1, 1]\n"


def test_nothing_is_looked_through_for_garbage_at_the_end() -> None:
    program = (
        "import atexit, gc\n"
        "atexit.register(lambda: print('frozen', gc.get_freeze_count() > 0))\n"
        "from pcapinspect.cli import main\n"
        "main(['timers', '--ca-lifetime', '1825', '--lifetime', '600', '--auto-enroll', '70', '--overlap', '30'])\n"
    )
    assert printed(program).endswith("frozen True\n")
