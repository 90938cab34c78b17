"""The tables of the algorithm pages, which the tests take as their fixtures."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "algorithms"


def doc_table(page: str, *header: str) -> list[dict[str, str]]:
    """The rows of the table with exactly this header on docs/algorithms/<page>."""
    lines = (PAGES / page).read_text(encoding="utf-8").splitlines()
    start = lines.index("| " + " | ".join(header) + " |")
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        rows.append(dict(zip(header, cells, strict=True)))
    assert rows
    return rows
