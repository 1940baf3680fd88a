"""What of the configuration is used, and what is not, in every output."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.pipeline import Evidence, analyze
from pcapinspect.report.document import Report
from pcapinspect.report.html import render_html
from pcapinspect.report.markdown import render_markdown
from pcapinspect.report.terminal import render_terminal

STORM = Path(__file__).resolve().parents[2] / "captures" / "storm.pcap"

CA = (
    "hostname {device}\ncrypto pki server {name}\n issuer-name CN={issuer}\n lifetime certificate 600\n"
    " auto-rollover\n!\n"
)
CLIENT = "hostname R34\ncrypto pki trustpoint GETVPN\n enrollment url http://10.0.0.80:80\n auto-enroll 70\n!\n"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("owned")
    texts = {
        "ca.txt": CA.format(device="CA-1", name="CA", issuer="ca-server"),
        "west.txt": CA.format(device="CA-9", name="WEST", issuer="west"),
        "client.txt": CLIENT,
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return analyze([str(STORM)], evidence=Evidence(configuration=[str(folder / name) for name in texts]))


@pytest.mark.parametrize("render", [render_terminal, render_markdown, render_html])
def test_every_output_tells_whose_the_configuration_is(report: Report, render) -> None:
    told = " ".join(render(report).split())
    for words in ("certificate server CA of CA-1", "trustpoint GETVPN of R34", "certificate server WEST of CA-9"):
        assert words in told
    assert "its issuer is CN=west" in told.replace("\\u003d", "=")


def test_the_document_has_both_sides(report: Report) -> None:
    (ownership,) = report.sections["evidence"]["configuration"]["ownership"]
    assert [tie["piece"] for tie in ownership["belongs"]] == ["certificate server CA", "trustpoint GETVPN"]
    assert [tie["piece"] for tie in ownership["does_not_belong"]] == ["certificate server WEST"]
    assert ownership["ca_name"] == "CN=ca-server"


def test_a_lower_bound_is_told_as_one_and_never_typed() -> None:
    told = " ".join(render_terminal(analyze([str(STORM)])).split())
    assert "with `<days>` at least 125" in told
    assert "auto-rollover 125" not in told
