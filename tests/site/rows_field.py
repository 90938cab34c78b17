"""Rows of the matrix: work on the ground."""

from __future__ import annotations

from tests.site.matrix import EVIDENCE, Row

ROWS: tuple[Row, ...] = (Row("GET", "/api/enforcement/field-tasks", EVIDENCE),)
