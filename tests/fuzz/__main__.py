"""A long seeded run, each execution under a limit of memory and time:

    python -m tests.fuzz [--executions N] [--seed S] [TARGET...]

Prints a line a target, and the input of the first failure. Exit code 1 where there was one.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import time
from itertools import islice
from random import Random
from types import FrameType

from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, try_one
from tests.fuzz.test_fuzz import EXECUTIONS

MEMORY = 2 << 30
"""Bytes of address space."""

SECONDS = 10
"""Of processor time for one execution: other work on the machine does not count. It may be tried twice, for the first
that comes to a kernel compiles it."""


def too_long(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"an execution took more than {SECONDS} s")


def limited(name: str, data: bytes) -> None:
    """One execution. Raises TimeoutError."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        try_one(TARGETS[name], data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def run(name: str, count: int, seed: int) -> bool:
    """Whether nothing was outside."""
    begin = time.process_time()
    for number, data in enumerate(islice(mutated(seeds(name), Random(seed)), count)):
        try:
            try:
                limited(name, data)
            except TimeoutError:
                limited(name, data)
        except BaseException as error:
            print(f"{name}: execution {number} of seed {seed}: {type(error).__name__}: {error}\n{data!r}", flush=True)
            return False
    seconds = time.process_time() - begin
    print(f"{name:14} {count:9,} executions, none outside, {seconds:,.0f} s of processor time", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], metavar="TARGET", default=[])
    parser.add_argument("--executions", type=int, default=500_000, help="in all, divided as the test divides them")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = options.targets or list(TARGETS)
    for name in names:  # compiling kernels takes memory and time of its own
        for data in seeds(name):
            try_one(TARGETS[name], data)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, too_long)
    total = sum(EXECUTIONS[name] for name in names)
    good = [run(name, -(-options.executions * EXECUTIONS[name] // total), options.seed) for name in names]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{sum(good)} of {len(names)} targets without a failure, {peak} MB at most")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
