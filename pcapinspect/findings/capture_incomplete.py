"""What the capture lacks, and what may not be concluded from it. Observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.load.measures.quality import CaptureQuality

HARMFUL_LOSS = 0.01
"""Share of SYN/ACKs missing from the capture above which silence may be the capture's own: a pause of 15 s at 80 a
minute has 20 attempts, of which a hundredth is not yet one."""


def judge(analysis: Analysis) -> Finding | None:
    """True of a capture that is known to lack packets or parts of them."""
    quality = analysis.quality
    figures = _figures(quality)
    if not figures:
        return None
    serious = bool(quality.one_way or quality.drops or quality.truncated or quality.clock_jumps)
    serious |= quality.share_lost > HARMFUL_LOSS
    warnings = [f"{file.path}: {warning}" for file in analysis.inputs for warning in file.warnings[:3]]
    return Finding(
        id="capture-incomplete",
        severity="warning" if serious else "notice",
        title="The capture is incomplete: " + ", ".join(figures),
        explanation="Observed: " + " ".join((*quality.notes, *warnings)),
        figures={name.replace(" ", "_").replace("/", "_"): value for name, value in figures.items()},
        not_shown=(
            "What the missing packets held. Where answers are missing, silence here is no silence of the server.",
        ),
        remedy=(
            "Capture both directions and whole packets, with a large buffer. On a SPAN port: `tcpdump -s 0 -B 65536`.",
            "On the router, IOS-XE: `monitor capture CAP interface INTERFACE both` and `monitor capture CAP buffer "
            "size 100`; by default it keeps at most 1000 packets a second.",
            "On the router, classic IOS: `monitor capture buffer BUF size 12400 max-size 1518`.",
        ),
    )


def _figures(quality: CaptureQuality) -> dict[str, str | int | float | None]:
    """What makes it incomplete; copies and connections that began earlier do not."""
    every: dict[str, str | int | float | None] = {
        "one direction only": quality.one_way,
        "dropped packets": quality.drops,
        "packets cut by the snaplen": quality.snaplen_cut,
        "files cut": quality.truncated,
        "SYN/ACKs missing": quality.synack_not_captured,
        "ACKs for missing bytes": quality.acked_unseen,
        "holes in payload": quality.gaps,
        "clock jumps": quality.clock_jumps,
    }
    return {name: value for name, value in every.items() if value}
