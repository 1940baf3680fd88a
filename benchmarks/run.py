"""Runs pcapinspect and other tools on the same generated captures in turn, and writes a table with ratios.

    python benchmarks/run.py                          # 100, 20,000 and 5,000,000 packets of port 80, and the mixed file
    python benchmarks/run.py --sizes 20000 500000     # other sizes

Speeds differ from machine to machine and from minute to minute: only ratios within one run mean something. Each tool
runs `--repeat` times (once where that takes long), interleaved with the others, and its best time counts. Answers are
checked against the truth that the generator wrote; a tool that is not installed is named as missing. Results are kept
in benchmarks/results.json, and a ratio that has fallen behind the last run by more than a fifth is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
BEHIND = 1.2
"""A ratio this much above the last one is shown: noise on a shared machine is about a tenth."""

SIZES = [100, 20_000, 5_000_000]
"""What a tool takes for a hundred packets, it takes to start."""

LONG = 20
"""Seconds from which a tool runs only once: beside them noise is small."""

TSHARK = ["tshark", "-n", "-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0 || http", "-T", "fields"]
for _field in ("frame.time_epoch", "tcp.stream", "http.request.uri", "http.response.code"):
    TSHARK += ["-e", _field]

Truth = dict[str, int]


@dataclass(frozen=True)
class Tool:
    """A program, how it is called, how its answer is read, and what it does not do."""

    name: str
    command: Callable[[str], list[str]]
    lacks: str
    answer: Callable[[str], int] | None = None
    """Reads a figure from its standard output."""
    expected: str = ""
    """Which figure of the truth that must be."""
    most_packets: int = 10**9
    """Not run on larger files: it would take hours."""
    module: str | None = None


def _count_lines(text: str) -> int:
    return text.count("\n")


def _last_number(text: str) -> int:
    return int(text.split()[-1])


def _python(source: str) -> Callable[[str], list[str]]:
    return lambda path: [sys.executable, "-c", source, path]


def _unanswered(text: str) -> int:
    return sum(server["unanswered"] for server in json.loads(text)["servers"])


SCAPY = """
import sys
from scapy.layers.inet import TCP
from scapy.layers.l2 import Ether
from scapy.utils import PcapReader
print(sum(1 for p in PcapReader(sys.argv[1]) if TCP in p and p[TCP].flags == "S"))
"""
DPKT = """
import sys, dpkt
count = 0
for _, frame in dpkt.pcap.Reader(open(sys.argv[1], "rb")):
    segment = dpkt.ethernet.Ethernet(frame).data.data
    count += isinstance(segment, dpkt.tcp.TCP) and segment.flags & 0x12 == 2
print(count)
"""
PYSHARK = """
import sys, pyshark
capture = pyshark.FileCapture(sys.argv[1], keep_packets=False)
print(sum(1 for p in capture if "TCP" in p and int(p.tcp.flags, 16) & 0x12 == 2))
"""
NFSTREAM = """
import sys
from nfstream import NFStreamer
flows = NFStreamer(sys.argv[1], statistical_analysis=True)
print(sum(flow.src2dst_syn_packets for flow in flows))
"""

LOOP = "counts SYNs in a plain loop"

TOOLS = (
    Tool(
        "tcpdump",
        lambda path: ["tcpdump", "-nr", path, "-w", "/dev/null", "tcp port 80"],
        "selects packets; no connections, no HTTP, no rates",
    ),
    Tool(
        "pcapinspect",
        lambda path: [sys.executable, "-m", "pcapinspect", "analyze", path, "--quiet", "--json", "-"],
        "",
        _unanswered,
        "unanswered",
    ),
    Tool(
        "tshark",
        lambda path: [*TSHARK, "-r", path],
        "lists SYNs and HTTP lines; no outcomes, rates, pauses, verdict",
        _count_lines,
        "tshark_lines",
    ),
    Tool("httpry", lambda path: ["httpry", "-r", path], "prints HTTP lines only"),
    Tool(
        "suricata",
        lambda path: ["suricata", "-r", path, "-l", tempfile.mkdtemp(), "-k", "none"],
        "flow and HTTP logs; no attempts by ISN, no rates, no pauses",
    ),
    Tool("dpkt", _python(DPKT), LOOP, _last_number, "syn_packets", module="dpkt"),
    Tool(
        "nfstream",
        _python(NFSTREAM),
        "flows; no HTTP, no attempts",
        _last_number,
        "syn_packets",
        module="nfstream",
    ),
    Tool("scapy", _python(SCAPY), LOOP, _last_number, "syn_packets", 100_000, "scapy"),
    Tool("pyshark", _python(PYSHARK), LOOP, _last_number, "syn_packets", 100_000, "pyshark"),
)


@dataclass
class Measurement:
    seconds: float
    peak_mb: float


def measure(tool: Tool, path: Path, truth: Truth) -> Measurement:
    """One run: wall-clock seconds and peak resident memory of the process. Raises where the answer is wrong."""
    with tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        process = subprocess.Popen(tool.command(str(path)), stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError(f"{tool.name} failed on {path.name}")
        if tool.answer:
            output.seek(0)
            answer = tool.answer(output.read().decode())
            if answer != truth[tool.expected]:
                raise RuntimeError(f"{tool.name} on {path.name}: {answer}, the truth is {truth[tool.expected]}")
    return Measurement(seconds, usage.ru_maxrss / 1024)


def generated(path: Path, packets: int, *, mixed: bool) -> Truth:
    """Makes a capture in a process of its own: the peak memory of a child begins with that of its parent."""
    kind = "mixed" if mixed else "storm"
    command = [sys.executable, str(HERE / "generate.py"), kind, str(packets), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    truth: Truth = json.loads(path.with_suffix(".truth.json").read_text())
    return truth


def installed(tool: Tool) -> bool:
    if tool.module:
        return find_spec(tool.module) is not None
    return tool.name == "pcapinspect" or shutil.which(tool.name) is not None


def compare(path: Path, truth: Truth, packets: int, repeat: int) -> dict[str, Measurement]:
    """The best of each tool's runs, in turn."""
    truth["tshark_lines"] = truth["syn_packets"] + 2 * truth["exchanges"]
    best: dict[str, Measurement] = {}
    for _ in range(repeat):
        for tool in TOOLS:
            if not installed(tool) or packets > tool.most_packets:
                continue
            if tool.name in best and best[tool.name].seconds > LONG:
                continue
            now = measure(tool, path, truth)
            if tool.name not in best or now.seconds < best[tool.name].seconds:
                best[tool.name] = now
            print(f"{path.name}: {tool.name} {now.seconds:.2f} s", file=sys.stderr)
    return best


def table(name: str, results: dict[str, Measurement]) -> list[str]:
    """A Markdown table, the fastest first; ratios are to tcpdump's filter pass."""
    base = results["tcpdump"].seconds
    lacks = {tool.name: tool.lacks for tool in TOOLS}
    lines = [
        f"**{name}**",
        "",
        "| tool | seconds | times tcpdump | peak MB | what it does not do |",
        "|---|--:|--:|--:|---|",
    ]
    for tool, now in sorted(results.items(), key=lambda item: item[1].seconds):
        lines.append(f"| {tool} | {now.seconds:.2f} | {now.seconds / base:.1f} | {now.peak_mb:.0f} | {lacks[tool]} |")
    missing = [tool.name for tool in TOOLS if not installed(tool)]
    return [*lines, "", *([f"Not installed here: {', '.join(missing)}.", ""] if missing else [])]


def behind(name: str, results: dict[str, Measurement], last: dict[str, dict[str, float]]) -> list[str]:
    """Lines for pcapinspect's ratio where it has fallen behind the last run."""
    now = results["pcapinspect"].seconds / results["tcpdump"].seconds
    before = last.get(name, {}).get("pcapinspect")
    return (
        [f"{name}: {now:.1f} times tcpdump, {before:.1f} in the last run"] if before and now > before * BEHIND else []
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="packets of port 80")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-mixed", action="store_true", help="leave out the file with other traffic")
    options = parser.parse_args()
    last = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    ratios: dict[str, dict[str, float]] = {}
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "",
    ]
    slower: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        cases = [(size, False) for size in options.sizes]
        if not options.no_mixed:
            cases.append((options.sizes[-1] // 2, True))
        for packets, mixed in cases:
            name = f"{packets:,} packets of port 80" + (" among four times their bytes of others" if mixed else "")
            path = Path(folder) / ("mixed.pcap" if mixed else "storm.pcap")
            truth = generated(path, packets, mixed=mixed)
            results = compare(path, truth, packets, options.repeat)
            lines += table(name, results)
            slower += behind(name, results, last)
            ratios[name] = {tool: now.seconds / results["tcpdump"].seconds for tool, now in results.items()}
    RESULTS.write_text(json.dumps(last | ratios, indent=1, sort_keys=True) + "\n")
    print("\n".join(lines + slower))


if __name__ == "__main__":
    main()
