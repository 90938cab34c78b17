"""Reads the worked tables in docs/algorithms: what the pages show is what the tests check."""

from __future__ import annotations

from pathlib import Path

ALGORITHMS = Path(__file__).parents[2] / "docs" / "algorithms"


def tables(page: str) -> list[list[dict[str, str]]]:
    """Every Markdown table of a page, in order, as rows of {heading: cell}."""
    found: list[list[dict[str, str]]] = []
    heading: list[str] | None = None
    for line in (ALGORITHMS / page).read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            heading = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if heading is None:
            heading = cells
            found.append([])
        elif set("".join(cells)) != {"-"}:
            assert len(cells) == len(heading), line
            found[-1].append(dict(zip(heading, cells, strict=True)))
    return found


def table(page: str, *headings: str) -> list[dict[str, str]]:
    """All rows of the page's tables that have these headings; never empty."""
    rows = [row for rows in tables(page) for row in rows if set(headings) <= set(row)]
    assert rows, f"{page} has no table with {headings}"
    return rows
