"""`pcapinspect warm`: compile the packet kernels now, for images and shared installations."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Compile the packet kernels now, so that no user of this installation waits for it (images, shared hosts)."

PLAIN, BLOCKS = "storm", "policer"
"""Scenarios: tables grow and are swept, and SYNs are held against a bucket. All kernels but those of a cluster."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    parser.add_argument("--quiet", action="store_true", help="no remarks on standard error")


def run(options: argparse.Namespace) -> int:
    """Read small captures of each kind; what they need is kept beside the package, or with the user's caches."""
    import sys
    from tempfile import TemporaryDirectory

    from pcapinspect import kernel
    from pcapinspect.pipeline import analyze

    with TemporaryDirectory() as folder:
        for capture in _captures(Path(folder)):
            analyze([str(capture)])
    if not options.quiet:
        places = ", ".join(map(str, kernel.kept_in()))
        print(f"Kernels: {places or 'not kept, for no folder can be written'}", file=sys.stderr)
    return 0


def _captures(folder: Path) -> tuple[Path, Path]:
    """As pcap, and as pcapng with a packet in a tunnel, which few captures have."""
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import GRE, Ether
    from scapy.utils import PcapNgWriter, rdpcap

    from pcapinspect.simulate import simulate

    plain, blocks = folder / "warm.pcap", folder / "warm.pcapng"
    blocks_as_pcap = folder / "blocks.pcap"
    plain.write_bytes(simulate(PLAIN).packets)
    blocks_as_pcap.write_bytes(simulate(BLOCKS).packets)
    inner = IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1024, dport=80, flags="S")
    with PcapNgWriter(str(blocks)) as writer:
        writer.write(
            [
                *rdpcap(str(blocks_as_pcap)),
                Ether(dst="02:00:00:00:00:01") / IP(src="192.0.2.3", dst="192.0.2.4") / GRE() / inner,
            ]
        )
    return plain, blocks
