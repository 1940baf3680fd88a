"""`pcapinspect compare`, as a user calls it, on simulated networks of which it is known what was changed."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from pcapinspect import cli
from pcapinspect.simulate import simulate

BEFORE = "captures/storm.pcap"


@pytest.fixture(scope="module")
def worlds(tmp_path_factory) -> dict[str, Path]:
    """The storm of `captures/`, without its limit, with a sixth of its routers, with half the limit."""
    folder = tmp_path_factory.mktemp("worlds")
    made = {}
    for name, change in {"unlimited": {"limit": 1000}, "few": {"routers": 20}, "stricter": {"limit": 40}}.items():
        made[name] = folder / f"{name}.pcap"
        made[name].write_bytes(simulate("storm", 1, **change).packets)
    return made


@pytest.fixture
def run(capsys):
    def of(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["compare", "--quiet", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return of


def compared(run, *sides) -> dict:
    code, out, _ = run(*sides, "--json", "-")
    assert code == 0
    document = json.loads(out)
    schema = json.loads((resources.files("pcapinspect.compare") / "schema.json").read_text())
    jsonschema.validate(document, schema)
    return document


def test_the_same_load_without_a_limit(run, worlds):
    document = compared(run, BEFORE, worlds["unlimited"])
    assert document["change"]["verdict"] == "removed"
    (server,) = document["servers"]
    assert (server["before"]["pauses"], server["after"]["pauses"]) == (12, 0)
    assert server["before"]["attempts"] == 1_159
    assert server["clients"]["stayed"] == 128


def test_a_sixth_of_the_load(run, worlds):
    assert compared(run, BEFORE, worlds["few"])["change"]["verdict"] == "not tested"


def test_nothing_changed(run):
    document = compared(run, BEFORE, BEFORE)
    assert document["change"]["verdict"] == "unchanged"
    assert document["servers"][0]["before"] == document["servers"][0]["after"]


def test_it_became_worse_and_the_exit_code_says_so(run, worlds):
    assert compared(run, BEFORE, worlds["stricter"])["change"]["verdict"] == "worse"
    assert run(BEFORE, worlds["stricter"], "--fail-on", "worse")[0] == 1
    assert run(BEFORE, BEFORE, "--fail-on", "worse")[0] == 0
    assert run(BEFORE, BEFORE, "--fail-on", "unchanged")[0] == 1


def test_saved_reports_are_as_good_as_captures(run, worlds, tmp_path, capsys):
    saved = []
    for place, capture in enumerate((BEFORE, worlds["unlimited"])):
        saved.append(str(tmp_path / f"{place}.json"))
        assert cli.main(["analyze", str(capture), "--quiet", "--json", saved[-1]]) == 0
    capsys.readouterr()
    of_reports, of_captures = compared(run, *saved), compared(run, BEFORE, worlds["unlimited"])
    assert of_reports["servers"] == of_captures["servers"]


def test_reports_with_other_settings_are_refused(run, tmp_path):
    for name, limit in (("a", "80"), ("b", "40")):
        assert cli.main(["analyze", BEFORE, "--quiet", "--limit", limit, "--json", str(tmp_path / f"{name}.json")]) == 0
    code, _, err = run(tmp_path / "a.json", tmp_path / "b.json")
    assert code == 2
    assert "limit 80 and 40" in err
    assert err.count("\n") == 1


def test_servers_on_one_side_only(run):
    document = compared(run, BEFORE, "captures/lab-throttle.pcap")
    # Each side has one server: the service moved.
    assert document["servers"][0]["address"].count(" and ") == 1


def test_text_markdown_and_page(run, worlds, tmp_path):
    _, out, _ = run(
        BEFORE, worlds["unlimited"], "--markdown", tmp_path / "c.md", "--html", tmp_path / "c.html", "--limit", "80"
    )
    assert "CHANGE  removed, of 10.0.0.80:80" in out
    assert "1,159                1,233" in out
    assert "# Comparison: removed" in (tmp_path / "c.md").read_text()
    page = (tmp_path / "c.html").read_text()
    assert "Content-Security-Policy" in page
    assert "http://" not in page.split("</main>")[0]


def test_an_output_is_not_overwritten(run, tmp_path):
    (tmp_path / "c.json").write_text("mine")
    code, _, err = run(BEFORE, BEFORE, "--json", tmp_path / "c.json")
    assert code == 2
    assert "exists already" in err
    assert (tmp_path / "c.json").read_text() == "mine"
