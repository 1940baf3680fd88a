"""The report is described once: what is made of the description is up to date, and says all that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.load.causes import CAUSES
from pcapinspect.report import model
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import SECONDS
from pcapinspect.report.model import Client, SettingsInForce
from pcapinspect.settings import Settings
from scripts.describe import files
from scripts.describe.fields import sections_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", files())
def test_what_is_made_of_the_description_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == files()[path], "make described"


def test_every_column_says_what_it_is() -> None:
    for name, table in TABLES.items():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), name
        assert set(table.shown) <= set(names), name
        assert all(column.doc.endswith(".") for column in table.columns), name


def test_a_head_has_its_unit_and_the_window_in_force() -> None:
    heads = {column.name: column.heading("37 s") for column in TABLES["minutes"].columns}
    assert heads["peak_accepted_60s"] == "most in 37 s"
    assert heads["paused_seconds"] == "paused (s)"
    for table in TABLES.values():
        for column in table.columns:
            assert column.heading("37 s").endswith(" (s)") == (column.kind == SECONDS)


def test_a_top_talker_is_a_row_of_its_table() -> None:
    assert list(Client.__annotations__) == list(TABLES["clients"].kinds)


def test_every_setting_is_in_the_report() -> None:
    assert set(SettingsInForce.__annotations__) == set(Settings.__dataclass_fields__)


def test_every_section_says_what_it_is() -> None:
    assert all(section.__doc__ and section.__doc__.endswith(".") for section in sections_of(model.Document))


def test_causes_have_different_words() -> None:
    words = [cause.words for cause in CAUSES.values()]
    assert len(set(words)) == len(words)
