"""Real captures at both ends of a path on which a real router, or the server itself, drops SYNs.

    python tests/lab/two_points.py PLACE FOLDER

PLACE is `router` or `server`: where nft drops one SYN in three. Writes PLACE-client.pcap, PLACE-server.pcap and
PLACE.truth.json: how many packets the rule dropped, and of which clients' ports. Needs root, Linux, iproute2,
nft and tcpdump; takes half a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab import HERE, LONGEST, PORT, capturing, inside, ip

SERVER = "10.88.0.80"
CLIENTS = [f"10.89.1.{number}" for number in range(1, 21)]
ROUTER = {"r0": "10.89.0.1", "r1": "10.88.0.1"}
CALLS, INTERVAL = 90, 0.15

RULES = """
table ip lab {{
    set dropped {{ type ipv4_addr . inet_service; flags dynamic; size 4096; }}
    chain drops {{
        type filter hook {hook} priority 0;
        tcp dport {port} tcp flags & (syn | ack) == syn numgen random mod 3 == 0 \\
            add @dropped {{ ip saddr . tcp sport }} counter drop
    }}
}}
"""
"""tcpdump sees what arrives before the hook, and so at the server also what its rule drops."""


@contextmanager
def namespaces() -> Iterator[tuple[str, str, str]]:
    """Clients, a router, and a server, with two cables."""
    client, router, server = names = tuple(f"pcapinspect-lab-{os.getpid()}-{side}" for side in "crs")
    try:
        for name in names:
            ip("netns", "add", name)
        ip("link", "add", "c0", "netns", client, "type", "veth", "peer", "name", "r0", "netns", router)
        ip("link", "add", "s0", "netns", server, "type", "veth", "peer", "name", "r1", "netns", router)
        ends = [(client, "c0", CLIENTS), (server, "s0", [SERVER])]
        for name, link, addresses in [*ends, *((router, link, [address]) for link, address in ROUTER.items())]:
            for address in addresses:
                ip("-n", name, "address", "add", f"{address}/16", "dev", link)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
        ip("-n", client, "route", "add", "default", "via", ROUTER["r0"])
        ip("-n", server, "route", "add", "default", "via", ROUTER["r1"])
        inside(router, ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]).wait(10)
        yield client, router, server
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=20)


def nft(namespace: str, *arguments: str, rules: str | None = None) -> str:
    command = ["ip", "netns", "exec", namespace, "nft", *arguments]
    return subprocess.run(command, input=rules, check=True, capture_output=True, text=True, timeout=20).stdout


def dropped(namespace: str) -> dict[str, Any]:
    """What the rule counted, and the clients' addresses and ports that it met."""
    listed = json.loads(nft(namespace, "-j", "list", "table", "ip", "lab"))["nftables"]
    (rule,) = (entry["rule"]["expr"] for entry in listed if "rule" in entry)
    (counter,) = (part["counter"] for part in rule if "counter" in part)
    (kept,) = (entry["set"] for entry in listed if "set" in entry)
    return {"packets": counter["packets"], "attempts": [element["concat"] for element in kept.get("elem", [])]}


def play(place: str, folder: Path) -> dict[str, Any]:
    with namespaces() as (client, router, server):
        hook, where = ("forward", router) if place == "router" else ("input", server)
        nft(where, "-f", "-", rules=RULES.format(hook=hook, port=PORT))
        command = [sys.executable, str(HERE / "listener.py"), "steady", SERVER, str(PORT)]
        listener = inside(server, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert listener.stdin is not None
        assert listener.stdout is not None
        try:
            assert "listening" in listener.stdout.readline()
            captures = [folder / f"{place}-{side}.pcap" for side in ("client", "server")]
            with capturing(client, captures[0], "c0"), capturing(server, captures[1]):
                arguments = [str(HERE / "callers.py"), SERVER, str(PORT), str(CALLS), str(INTERVAL), *CLIENTS]
                subprocess.run(
                    ["ip", "netns", "exec", client, sys.executable, *arguments],
                    check=True,
                    capture_output=True,
                    timeout=LONGEST,
                )
            listener.stdin.close()
        finally:
            listener.kill()
            listener.wait(20)
        return {"place": place, "calls": CALLS, **dropped(where)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", choices=("router", "server"))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    truth = play(options.place, options.folder)
    (options.folder / f"{options.place}.truth.json").write_text(json.dumps(truth, indent=1) + "\n")


if __name__ == "__main__":
    main()
