"""`pcapinspect explain`, as a user calls it."""

from __future__ import annotations

import pytest

from pcapinspect import cli
from pcapinspect.findings.kinds import KINDS
from pcapinspect.load.causes import CAUSES


def explained(capsys, *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["explain", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", [*CAUSES, *KINDS])
def test_every_cause_and_every_finding_is_explained(name, capsys):
    code, out, _ = explained(capsys, name)
    assert code == 0
    assert out.startswith(name)
    assert max(map(len, out.splitlines())) <= 120


def test_a_finding_is_named_as_reports_name_it(capsys):
    _, plain, _ = explained(capsys, "root-cause")
    _, of_a_server, _ = explained(capsys, "root-cause@10.0.0.80:80")
    assert plain == of_a_server
    assert "auto_rollover_days_needed" in plain
    assert "rate_limit" in plain


def test_the_list_has_all(capsys):
    _, out, _ = explained(capsys)
    assert [name for name in (*CAUSES, *KINDS) if f"  {name}" not in out] == []


def test_what_is_none_is_one_line_with_a_guess(capsys):
    code, _, err = explained(capsys, "rate-limit")
    assert code == 2
    assert "rate" in err
    assert err.count("\n") == 1
