"""What is made from the descriptions of the report, so that nothing about it is written twice.

The report is described in `report/model.py` (sections), `report/catalogue.py` (tables and columns), `load/causes.py`
and `findings/kinds.py`. A test holds the files against it.
"""

from __future__ import annotations

from scripts.describe.pages import causes_page, findings_page, json_page, tables_page
from scripts.describe.schema import schema_text
from scripts.describe.script_types import types_text


def files() -> dict[str, str]:
    """Path within the checkout and text of every file that is made."""
    return {
        "pcapinspect/report/schema.json": schema_text(),
        "pcapinspect/report/assets/types/document.d.ts": types_text(),
        "docs/tables.md": tables_page(),
        "docs/json.md": json_page(),
        "docs/findings.md": findings_page(),
        "docs/causes.md": causes_page(),
    }
