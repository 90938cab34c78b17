"""The attribute table of one part of a layer as the checks read it: texts, numbers, patterns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class Column:
    """One field of one part."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    @cached_property
    def texts(self) -> NDArray[np.object_]:
        """As written, without blanks round it; "" for nothing; whole floats without a point."""
        out = np.empty(len(self.values), dtype=object)
        out[:] = [_text(value) for value in self.values]
        return out

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """As numbers; nan where there is nothing or no number."""
        return np.array([_number(value) for value in self.values], dtype=np.float64)

    @cached_property
    def empty(self) -> Mask:
        """Where nothing is written."""
        return np.asarray(self.texts == "", dtype=np.bool_)

    def meets(self, patterns: Sequence[str]) -> Mask:
        """Rows whose value meets one of the patterns (dltb.toml tells their form)."""
        known = {text: any(_meets(text, p) for p in patterns) for text in set(self.texts)}
        return np.array([known[text] for text in self.texts], dtype=np.bool_)


class Table:
    """Rows of one part: columns by upper-case name, survey areas, shapes in EPSG:4490."""

    def __init__(
        self,
        rows: NDArray[np.int64],
        fids: Sequence[str],
        values: dict[str, list[Any]],
        areas: NDArray[np.float64],
        shapes: NDArray[np.object_],
    ) -> None:
        self.rows, self.fids, self.areas, self.shapes = rows, fids, areas, shapes
        self.columns = {name.upper(): Column(column) for name, column in values.items()}

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def widths(self) -> NDArray[np.float64]:
        """Mean width in metres: twice the area by the length of the outline."""
        middle = np.radians((self.bounds[:, 1] + self.bounds[:, 3]) / 2)
        outlines = shapely.boundary(self.shapes)
        xy, owner = shapely.get_coordinates(outlines, return_index=True)
        metres = xy * np.column_stack(
            [np.cos(middle)[owner] * 111_320.0, np.full(len(xy), 110_950.0)]
        )
        length = shapely.length(shapely.set_coordinates(outlines.copy(), metres))
        width: NDArray[np.float64] = 2 * self.areas / np.maximum(length, 1e-9)
        return width

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """Of each shape, in degrees."""
        found: NDArray[np.float64] = shapely.bounds(self.shapes)
        return found

    def place(self, index: int) -> tuple[float, float] | None:
        """A point in a figure, longitude and latitude."""
        shape = self.shapes[index]
        if shape is None:
            return None
        point = shapely.point_on_surface(shape)
        return float(point.x), float(point.y)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _meets(text: str, pattern: str) -> bool:
    if pattern[:2] == "<=":
        return text != "" and _number(text) <= float(pattern[2:])
    if pattern[:1] in (">", "="):
        number, limit = _number(text), float(pattern[1:])
        return number > limit if pattern[0] == ">" else number == limit
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern
