"""Section `evidence.account`: every file that was read beside the captures, and how much of it was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.evidence.account import Account
from pcapinspect.report import model

if TYPE_CHECKING:
    from pcapinspect.evidence.netflow.model import FlowFile
    from pcapinspect.findings.analysis import Analysis


def account_section(analysis: Analysis) -> list[model.AccountedFile]:
    """A row a file, in the order of the options."""
    rows = []
    if analysis.configuration is not None:
        rows += [_row("--config", file.path, file.account) for file in analysis.configuration.files]
    if analysis.logs is not None:
        rows += [_row("--log", file.path, file.account) for file in analysis.logs.files]
    if analysis.flows is not None:
        rows += [_row("--netflow", file.path, _of_flows(file)) for file in analysis.flows.evidence.files]
    return rows


def _row(option: str, path: str, account: Account) -> model.AccountedFile:
    return {
        "option": option,
        "path": path,
        "lines": account.lines,
        "understood": account.understood,
        "not_understood": account.not_understood,
        "kinds": [[kind, count] for kind, count in account.kinds],
        "whose": list(account.whose),
        "warning": account.warning,
    }


def _of_flows(file: FlowFile) -> Account:
    """Its lines are records."""
    warning = None
    if not file.kept:
        warning = f"none of its {file.records:,} records is of TCP towards or from a watched port"
    return Account(
        lines=file.records + file.malformed if file.datagrams else file.records,
        understood=file.records if file.datagrams else file.records - file.malformed,
        not_understood=file.malformed,
        whose=tuple(file.exporters),
        warning=warning,
    )
