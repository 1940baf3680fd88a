"""Write what is made from the descriptions of the report: `python -m scripts.describe` (`make described`)."""

from __future__ import annotations

from pathlib import Path

from scripts.describe import files

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    for path, text in files().items():
        (root / path).write_text(text, encoding="utf-8")
        print(path)
