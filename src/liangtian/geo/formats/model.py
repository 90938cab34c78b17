"""What a file of vectors holds once it is read, and how it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyproj
from numpy.typing import NDArray

FieldType = Literal["text", "integer", "real", "date", "datetime", "boolean"]


@dataclass(frozen=True)
class LineProblem:
    """One fault in a text file: 1-based line number, the value found, what is wrong (Chinese)."""

    line: int
    value: str
    message: str

    def __str__(self) -> str:
        shown = f"(“{self.value}”)" if self.value else ""
        return f"第 {self.line} 行{shown}：{self.message}"


class FormatRefused(ValueError):  # noqa: N818
    """The file cannot be taken in. The message is Chinese and says what was found and what to do.

    `detail` carries the reading library's own words when there are any; `problems` carries the
    line-by-line faults of a text file.
    """

    def __init__(
        self, message: str, *, detail: str = "", problems: Sequence[LineProblem] = ()
    ) -> None:
        self.message = message
        self.detail = " ".join(detail.split())
        self.problems = tuple(problems)
        super().__init__(f"{message}(读取程序原文：{self.detail})" if self.detail else message)


@dataclass(frozen=True)
class FieldInfo:
    """A column's name as the file writes it, and its type."""

    name: str
    type: FieldType


@dataclass
class VectorLayer:
    """One layer, in the file's own CRS (x east, y north), 2D, curves already linearised.

    `columns` follows `fields`: text, date and datetime (ISO 8601 strings) are object arrays holding
    None for null; integer is int64, or an object array of int and None when there are nulls; real
    is float64 with NaN for null; boolean is bool, or object with None.
    """

    name: str
    crs: pyproj.CRS | None
    crs_name: str
    encoding: str
    fields: list[FieldInfo]
    fids: list[str]
    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[Any]]
    notes: list[str] = field(default_factory=list)
    geometry_type: str = "未知"

    @property
    def polygonal(self) -> bool:
        """True when every geometry present is a polygon or multipolygon, and there is one."""
        kinds = {g.geom_type for g in self.geometry if g is not None}
        return bool(kinds) and kinds <= {"Polygon", "MultiPolygon"}


@dataclass
class VectorFile:
    """A file that was read: what it is and every layer asked for."""

    path: Path
    format: str
    layers: list[VectorLayer]


def crs_label(crs: pyproj.CRS | None) -> str:
    """The name of a CRS with its EPSG code when PROJ is certain of it; a Chinese phrase if none."""
    if crs is None:
        return "未说明"
    code = crs.to_epsg(min_confidence=100) or crs.to_epsg()
    return f"{crs.name}(EPSG:{code})" if code else crs.name
