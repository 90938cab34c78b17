"""Opening the file of an import: its layers, its coordinate system, its first rows."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from liangtian.geo.crs import CrsRefused, Resolved, require_holdable, resolve_crs
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy

PREVIEW_ROWS = 20
ENCODINGS = ("UTF-8", "GB18030")


@dataclass(frozen=True)
class Source:
    """The layer that is meant, all layers there are, and what its coordinates are."""

    format: str
    layers: list[VectorLayer]
    layer: VectorLayer
    resolved: Resolved

    @property
    def crs_label(self) -> str:
        """Name and EPSG code of the coordinate system."""
        return f"{self.resolved.crs.name}(EPSG:{self.resolved.epsg})"

    @property
    def field_names(self) -> list[str]:
        """Names of the layer's fields."""
        return [field.name for field in self.layer.fields]


def open_source(file: StoredFile, layer: str = "", encoding: str = "") -> Source:
    """Read the stored file. Refused (Chinese) for anything that cannot become a batch of patches.

    A file without a polygon layer, with a coordinate system a county cannot hold, or with one that its
    coordinates contradict is refused as a whole, by name.
    """
    try:
        with named_copy(file) as path:
            found = read(path, encoding=encoding or None)
        chosen = _choose(found.layers, layer)
        resolved = resolve_crs(chosen.crs, _bounds(chosen))
        require_holdable(resolved)
    except (FormatRefused, CrsRefused) as refusal:
        raise Refused(str(refusal), fields={"file": str(refusal)}) from refusal
    return Source(found.format, found.layers, chosen, resolved)


def _bounds(layer: VectorLayer) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    return west, south, east, north


def _choose(layers: list[VectorLayer], wanted: str) -> VectorLayer:
    areal = [one for one in layers if one.polygonal]
    if wanted:
        areal = [one for one in areal if one.name == wanted]
    if not areal:
        listed = "、".join(f"“{one.name}”({one.geometry_type})" for one in layers)
        raise Refused(f"文件里没有可用的面状图层,图斑必须是面。现有:{listed}。")
    return areal[0]


def preview_rows(layer: VectorLayer) -> list[dict[str, str]]:
    """The first rows as text, for a person to judge fields and encoding."""
    shown = range(min(PREVIEW_ROWS, len(layer.fids)))
    return [{name: text_of(column[i]) for name, column in layer.columns.items()} for i in shown]


def text_of(value: object) -> str:
    """A cell as text; nothing for a missing value; no '.0' behind a whole number."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN is not itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
