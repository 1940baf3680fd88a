"""Memory of pcapinspect over time, for captures of two sizes: what grows with packets, and what with the result.

    python benchmarks/memory.py                              # 5 and 50 million packets
    python benchmarks/memory.py --sizes 500000 5000000

`downloads` has the same hundred connections at every size: memory must not grow. A `storm` has a connection for every
8.5 packets, and each is a row of the result. Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
EVERY = 0.05
"""Seconds between two looks."""

POINTS = 10
PAGE = 4096 / 1e6


def samples(capture: Path) -> list[float]:
    """Resident megabytes while the capture is analyzed, one after each EVERY seconds."""
    command = [sys.executable, "-m", "pcapinspect", "analyze", str(capture), "--quiet", "--json", "-"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    found = []
    while process.poll() is None:
        try:
            resident = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):  # it ended in between
            break
        found.append(resident * PAGE)
        time.sleep(EVERY)
    if process.wait() != 0:
        raise RuntimeError(f"pcapinspect failed on {capture.name}")
    return found


def row(kind: str, packets: int, found: list[float]) -> str:
    """A row of the table: the peak, and the most in each tenth of the time."""
    edges = [len(found) * point // POINTS for point in range(POINTS + 1)]
    course = [max(found[first : max(last, first + 1)]) for first, last in pairwise(edges)]
    return f"| {kind} | {packets:,} | {max(found):.0f} | {' '.join(f'{most:.0f}' for most in course)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000_000, 50_000_000], help="packets")
    options = parser.parse_args()
    print("| capture | packets | peak MB | most MB in each tenth of the time |", "|---|--:|--:|---|", sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "capture.pcap"
        for kind in ("downloads", "storm"):
            for packets in options.sizes:
                generate = [sys.executable, str(HERE / "generate.py"), kind, str(packets), str(capture)]
                subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)
                print(row(kind, packets, samples(capture)), flush=True)


if __name__ == "__main__":
    main()
