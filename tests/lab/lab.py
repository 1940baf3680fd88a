"""Captures of real listeners and clients on a real kernel, with the truth that they recorded.

    python tests/lab/lab.py CASE FOLDER        writes FOLDER/lab-CASE.pcap and FOLDER/lab-CASE.truth.json

Needs root, Linux, iproute2 and tcpdump. Everything happens in two network namespaces of its own, which are gone
afterwards; each case takes about a minute and a quarter.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVER, PORT = "10.88.0.80", 80
CLIENTS = [f"10.88.1.{number}" for number in range(1, 41)]
SNAPLEN = 200
LONGEST = 120
"""Seconds after which a case is given up."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is made, and what a reader of the capture must say of the server (the first word is the best)."""

    description: str
    mode: str
    """Of listener.py."""
    verdicts: tuple[str, ...]
    calls: int = 200
    interval: float = 0.2
    blackholed: tuple[str, ...] = ()
    """Clients to which the server's kernel has no way back: a blackhole route."""


CASES = {
    "throttle": Case(
        "After the 80th connection in a minute a BPF filter drops every SYN for 15 s.", "deaf", ("rate_limit",)
    ),
    "overflow": Case(
        "After the 80th connection in a minute the process accepts none for 15 s; its queue fills, then the kernel "
        "drops SYNs.",
        "busy",
        ("rate_limit",),
    ),
    "closed": Case(
        "After the 80th connection in a minute the process closes its socket for 15 s: the kernel refuses with RST.",
        "closed",
        ("refused", "rate_limit"),
    ),
    "lossy": Case(
        "A BPF filter drops one packet in eight that arrives at the server.", "lossy", ("loss",), calls=60, interval=0.9
    ),
    "blackhole": Case(
        "The server's kernel has a blackhole route to two of the clients: it never answers them.",
        "steady",
        ("blocked_client",),
        calls=50,
        interval=0.9,
        blackholed=(CLIENTS[4], CLIENTS[11]),
    ),
}


def ip(*arguments: str) -> None:
    """Run `ip`; its complaint is the error."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)


@contextmanager
def namespaces(case: Case) -> Iterator[tuple[str, str]]:
    """Two namespaces, of the clients and the server, with a cable between them."""
    client, server = (f"pcapinspect-lab-{os.getpid()}-{side}" for side in ("c", "s"))
    try:
        for name in (client, server):
            ip("netns", "add", name)
        ip("link", "add", "c0", "netns", client, "type", "veth", "peer", "name", "s0", "netns", server)
        for name, link, addresses in ((client, "c0", CLIENTS), (server, "s0", [SERVER])):
            for address in addresses:
                ip("-n", name, "address", "add", f"{address}/16", "dev", link)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
        for address in case.blackholed:
            ip("-n", server, "route", "add", "blackhole", address)
        # SYNs again after 1, 3, 7, 15 s, as most clients do, where newer kernels begin with one a second.
        linear = "/proc/sys/net/ipv4/tcp_syn_linear_timeouts"
        inside(client, ["sh", "-c", f"test ! -e {linear} || echo 0 > {linear}"]).wait(10)
        yield client, server
    finally:
        for name in (client, server):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=20)


def inside(namespace: str, command: list[str], **options: object) -> subprocess.Popen[str]:
    """Start a program in a namespace."""
    return subprocess.Popen(["ip", "netns", "exec", namespace, *command], text=True, **options)  # type: ignore[call-overload,no-any-return]


@contextmanager
def capturing(namespace: str, file: Path, link: str = "s0") -> Iterator[None]:
    """tcpdump at an end of a cable, the server's if not said otherwise."""
    command = ["tcpdump", "-i", link, "-n", "-U", "--immediate-mode", "-Z", "root", "-s", str(SNAPLEN), "-w", str(file)]
    tcpdump = inside(namespace, [*command, "tcp or icmp"], stderr=subprocess.PIPE)
    assert tcpdump.stderr is not None
    try:
        for line in tcpdump.stderr:
            if "listening on" in line:
                break
        yield
        time.sleep(1.0)  # the last packets are on their way to the file
    finally:
        tcpdump.send_signal(signal.SIGINT)
        tcpdump.wait(20)
        tcpdump.stderr.close()


def play(case: Case, capture: Path) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """What the clients and the server recorded."""
    port = str(PORT)
    with namespaces(case) as (client, server):
        listener = inside(
            server,
            [sys.executable, str(HERE / "listener.py"), case.mode, SERVER, port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert listener.stdin is not None
        assert listener.stdout is not None
        try:
            listening = listener.stdout.readline()
            assert "listening" in listening
            with capturing(server, capture):
                command = [str(HERE / "callers.py"), SERVER, port, str(case.calls), str(case.interval), *CLIENTS]
                callers = subprocess.run(
                    ["ip", "netns", "exec", client, sys.executable, *command],
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=LONGEST,
                )
            listener.stdin.close()
            lived = listener.stdout.read().splitlines()
        finally:
            listener.kill()
            listener.wait(20)
    return [json.loads(line) for line in callers.stdout.splitlines()], [json.loads(line) for line in lived]


def truth(name: str, case: Case, calls: list[dict[str, object]], lived: list[dict[str, object]]) -> dict[str, object]:
    """One document: times in nanoseconds since 1970."""
    pauses = [fact for fact in lived if "pause" in fact]
    return {
        "simulated": False,
        "case": name,
        "description": case.description,
        "server": [SERVER, PORT],
        "any_of": list(case.verdicts),
        "accepts": sum("accepted" in fact for fact in lived),
        "pauses": [
            {"begin": begin["time"], "end": end["time"]} for begin, end in zip(pauses[::2], pauses[1::2], strict=False)
        ],
        "clients": sorted(calls, key=lambda call: str(call["started"])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    case = CASES[options.case]
    capture = options.folder / f"lab-{options.case}.pcap"
    calls, lived = play(case, capture)
    text = json.dumps(truth(options.case, case, calls, lived), indent=1)
    # A client a line.
    text = text.replace("\n   ", " ").replace("\n  }", " }")
    (options.folder / f"lab-{options.case}.truth.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
