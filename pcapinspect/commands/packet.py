"""`pcapinspect packet`: Wireshark's dissection of one frame."""

from __future__ import annotations

import argparse

from pcapinspect.commands.numbers import whole

HELP = "Print Wireshark's dissection of one frame of a capture, through pyshark and tshark."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """CAPTURE and the frame number."""
    parser.add_argument("capture", metavar="CAPTURE", help="a capture file that Wireshark can read")
    parser.add_argument(
        "frame",
        metavar="N",
        type=whole(1, 2**32 - 1, "a frame number: they count from 1"),
        help="frame number, 1-based",
    )


def run(options: argparse.Namespace) -> int:
    """Print the frame layer by layer."""
    from pcapinspect.packets.tshark import dissect_frame
    from pcapinspect.report.inert import inert

    for line in dissect_frame(options.capture, options.frame):
        print(inert(line.expandtabs(4)))
    return 0
