"""Errors of enrolment in a client's own log: what HTTP shows as 200 may be no certificate for the router."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.logged import lines_of

if TYPE_CHECKING:
    from pcapinspect.evidence.log_model import LogRecord
    from pcapinspect.findings.analysis import Analysis

MNEMONICS = ("CERTFAIL", "CERTREJECT", "AUTOCERTFAIL")

REMEDIES = {
    "E_ENCRYPT_ALG_NOT_SUPPORTED": (
        "The router's release does not know the algorithm with which the reply is encrypted or signed: give the CA one "
        "that it knows, or the router a newer release."
    ),
}


def judge(analysis: Analysis) -> Finding | None:
    """True of logs in which a client says that an enrolment failed, or names an error of its certificate library."""
    if analysis.logs is None:
        return None
    placed = analysis.logs.placed or (None,) * len(analysis.logs.records)
    own = [(record, at) for record, at in zip(analysis.logs.records, placed, strict=True) if _name(record)]
    if not own:
        return None
    names = Counter(_name(record) for record, _ in own)
    failed = sum(count for name, count in names.items() if name.startswith("%"))
    lines = lines_of(analysis, own)
    told = [f"{name} ({count:,})" for name, count in names.most_common(5)]
    first = own[0][0]
    known = [REMEDIES[name] for name in names if name in REMEDIES]
    return Finding(
        id="enrolment-failed-logged",
        severity="warning",
        title=f"Routers logged that enrolment failed: {listed(told)}",
        explanation=(
            f"Observed in the log of {lines.sources}: {plural(failed, 'message')} of a failed enrolment. The first "
            f"line: `{first.text}`.{lines.placed} A response with status 200 is no certificate "
            "for a router that says so."
        ),
        figures={"lines": len(own), "failed": failed},
        not_shown=("What the reply held: `debug crypto pki messages` and `debug crypto pki transactions` tell.",),
        remedy=(*known, "On the router: `show crypto pki certificates verbose` and `debug crypto pki transactions`."),
        start=lines.start,
        end=lines.end,
    )


def _name(record: LogRecord) -> str:
    """What the line is called; empty for one that says nothing of a failure."""
    if record.kind == "failed":
        return record.state or ""
    if record.mnemonic and record.mnemonic.startswith("PKI-") and record.mnemonic.endswith(MNEMONICS):
        return f"%{record.mnemonic}"
    return "certificate request is rejected" if record.kind == "rejected" else ""
