"""Seconds and memory for a log in which every line is a record, beside a pass of `wc -w` over the same file.

    python benchmarks/logs.py                     # 200 MB
    python benchmarks/logs.py --megabytes 20

Only the ratio means something. Every line is counted, whether or not there is room to keep its record: the count is
checked against what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXTS = (
    "TCP0: bad seg from 10.20.{low}.{high} -- connection queue limit reached: port 80 seq {isn} ack 0 rcvnxt 0",
    "CRYPTO_PKI_SCEP: CS received GetNextCACert request",
    "CRYPTO_PKI: Sending Next CA Certificate Request: GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=CA",
    "%PKI-3-SOCKETSEND: Failed to send out message to CA server.",
)
EVERY = 37
"""Milliseconds between two lines."""


def write_log(path: Path, size: int) -> int:
    """Lines of the four kinds in turn, `size` bytes of them; returns how many."""
    count = written = 0
    with path.open("w") as file:
        while written < size:
            seconds, thousandth = divmod(count * EVERY, 1000)
            minutes, second = divmod(seconds, 60)
            hours, minute = divmod(minutes, 60)
            day, hour = divmod(hours, 24)
            text = TEXTS[count % len(TEXTS)].format(low=count % 250, high=count // 250 % 250, isn=count * 7919)
            stamp = f"Mar {day % 28 + 1:2d} {hour:02d}:{minute:02d}:{second:02d}.{thousandth:03d}"
            written += file.write(f"{stamp}: {text}\n")
            count += 1
    return count


def measure(command: list[str], output: Path) -> tuple[float, float]:
    """Wall-clock seconds, and the peak resident megabytes."""
    with output.open("w") as file:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{command[0]} failed")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log, report = Path(folder) / "server.log", Path(folder) / "report.json"
        lines = write_log(log, options.megabytes * 1_000_000)
        analyze = [sys.executable, "-m", "pcapinspect", "analyze", "--log", str(log), "--quiet", "--json", "-"]
        seconds, peak = measure(analyze, report)
        counted = sum(json.loads(report.read_text())["evidence"]["logs"]["counts"].values())
        if counted != lines:
            raise RuntimeError(f"{counted} records, {lines} lines were written")
        base, _ = measure(["wc", "-w", str(log)], Path(folder) / "words")
    print("| log | lines | seconds | times wc -w | peak MB |", "|---|--:|--:|--:|--:|", sep="\n")
    print(f"| {options.megabytes} MB | {lines:,} | {seconds:.1f} | {seconds / base:.0f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
