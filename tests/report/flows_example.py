"""Reports of flows: alone, and beside the capture of the example report. Made of nfdump's CSV, as a file has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pcapinspect
from pcapinspect.evidence.netflow.judgement import compared, judge_flows
from pcapinspect.evidence.netflow.reader import read_flows
from pcapinspect.findings.registry import find
from pcapinspect.report.document import Report, build
from tests.report import example

SERVER = "192.0.2.10"
DIALS, UNANSWERED = 120, 12
"""In one minute, so above the limit; every tenth dial is SYNs and nothing else."""


def csv_text(day: str = "2026-03-01") -> str:
    """Flows of DIALS dials of 30 clients from 08:05:00 on; the name of the router holds markup."""
    lines = []
    for dial in range(DIALS):
        second = dial * 50 // DIALS
        client, port = f"198.51.100.{1 + dial % 30}", 20_000 + dial
        begin = f"{day} 08:05:{second:02d}"
        up = f"{begin},{begin},0.100,{client},{SERVER},{port},80,TCP"
        down = f"{begin},{begin},0.100,{SERVER},{client},80,{port},TCP"
        if dial % 10 == 9:
            lines.append(f"{up},......S.,0,0,4,176")
        else:
            lines += [f"{up},...AP.SF,0,0,5,415", f"{down},...AP.SF,0,0,5,900"]
    return "\n".join(["ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt", *lines, "Summary", ""])


def written(folder: Path) -> str:
    """The flows as a file, whose name holds markup."""
    path = folder / "flows <b>.csv"
    path.write_text(csv_text())
    return str(path)


def flows_only(folder: Path) -> Report:
    """As `analyze --netflow FILE` builds it."""
    return pcapinspect.analyze([written(folder)])


def beside_a_capture(folder: Path) -> Report:
    """The example's packets, and the flows."""
    packets = example.analysis()
    evidence = read_flows([written(folder)], packets.settings.ports)
    together = replace(packets, flows=compared(judge_flows(evidence, packets.settings), packets.connections))
    return build(together, find(together), ["pcapinspect", "analyze", "storm.pcapng", "--netflow", "flows.csv"])
