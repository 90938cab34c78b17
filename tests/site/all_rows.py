"""The whole matrix: the rows of `matrix.py` and of every `rows_*.py` beside it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.site.matrix import CORE, Row


def _gathered() -> tuple[Row, ...]:
    rows = list(CORE)
    for path in sorted(Path(__file__).parent.glob("rows_*.py")):
        rows += import_module(f"tests.site.{path.stem}").ROWS
    return tuple(rows)


MATRIX = _gathered()
