"""What lies in a delivered file, shown before its import starts: layers, fields, coordinates, first rows."""

from __future__ import annotations

import numpy as np
import shapely
from ninja import Schema

from liangtian.geo.area import densified
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorStream, open_vector
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy
from liangtian.platform.layers.catalogue import field_label
from liangtian.platform.layers.columns import first_present
from liangtian.platform.layers.models import Layer
from liangtian.platform.shapes import Bounds

PREVIEW_ROWS = 20
ENCODINGS = ("UTF-8", "GB18030")


class LayerFileLayer(Schema):
    """A layer inside the file; only one with polygons can be taken in."""

    name: str
    count: int
    geometry_type: str
    polygonal: bool


class LayerFileField(Schema):
    name: str
    label: str
    type: str


class LayerReadingOut(Schema):
    """A file as it would be read with these choices. `problems` by the field they stand beside.

    `category_field` is what the catalogue's names recognise, empty when none; `needs_category` says that
    the import is refused without one. `bounds` are null while the coordinate system is refused.
    """

    file_id: int
    file_name: str
    format: str
    layers: list[LayerFileLayer]
    source_layer: str
    encoding: str
    encodings: list[str]
    crs_label: str
    notes: list[str]
    fields: list[LayerFileField]
    needs_category: bool
    category_label: str
    category_field: str
    preview: list[dict[str, str]]
    count: int
    bounds: Bounds | None
    problems: dict[str, str]


def read_file(
    file: StoredFile, layer: Layer, *, source_layer: str = "", encoding: str = ""
) -> LayerReadingOut:
    """The file read with these choices; nothing is kept.

    Raises Refused (Chinese, beside `file_id`) when it cannot be read at all or holds no polygons.
    """
    try:
        with named_copy(file) as path, open_vector(path, encoding=encoding or None) as found:
            return _reading(file, layer, found, source_layer)
    except FormatRefused as refusal:
        raise Refused(str(refusal), fields={"file_id": str(refusal)}) from refusal


def _reading(
    file: StoredFile, layer: Layer, found: list[VectorStream], wanted: str
) -> LayerReadingOut:
    source = _meant(layer, found, wanted)
    problems: dict[str, str] = {}
    label, crs_notes, bounds = "", list[str](), None
    try:
        resolved = resolve_crs(source.crs, source.bounds)
        require_holdable(resolved)
        label = resolved.title
        crs_notes = [resolved.note] if resolved.note else []
        outline = np.array([shapely.box(*source.bounds)], dtype=object)
        bounds = tuple(
            shapely.total_bounds(to_4490(densified(outline, resolved.crs), resolved.crs)).tolist()
        )
    except CrsRefused as refusal:
        problems["crs"] = str(refusal)
    names = [info.name for info in source.fields]
    roles = layer.fields.get("category", [])
    recognised = first_present(names, roles) or ""
    if roles and not recognised:
        problems["category_field"] = (
            f"没有找到{layer.category_label}字段({'或'.join(roles)})，请指明，或换一种文字编码再看。"
        )
    sample = source.sample(PREVIEW_ROWS)
    return LayerReadingOut(
        file_id=file.pk, file_name=file.name, format=source.format,
        layers=[
            LayerFileLayer(
                name=one.name, count=one.count, geometry_type=one.geometry_type,
                polygonal=one.polygonal,
            )
            for one in found
        ],
        source_layer=source.name, encoding=source.encoding,
        encodings=list(dict.fromkeys([*ENCODINGS, *([source.encoding] if source.encoding else [])])),
        crs_label=label, notes=[*source.notes, *crs_notes],
        fields=[
            LayerFileField(name=i.name, label=field_label(i.name), type=i.type)
            for i in source.fields
        ],
        needs_category=bool(roles), category_label=layer.category_label,
        category_field=recognised,
        preview=[
            {name: _shown(column[row]) for name, column in sample.columns.items()}
            for row in range(len(sample.fids))
        ],
        count=source.count, bounds=bounds, problems=problems,
    )  # fmt: skip


def _meant(layer: Layer, found: list[VectorStream], wanted: str) -> VectorStream:
    """The layer asked for; else the one under the catalogue's name; else the first with polygons."""
    areal = [one for one in found if one.polygonal]
    listed = "、".join(f"“{one.name}”({one.geometry_type})" for one in found)
    if not areal:
        said = f"文件里没有面状图层，“{layer.name}”必须是面。现有：{listed}。"
        raise Refused(said, fields={"file_id": said})
    if wanted:
        asked = [one for one in areal if one.name == wanted]
        if not asked:
            said = f"文件里没有名为“{wanted}”的面状图层。现有：{listed}。"
            raise Refused(said, fields={"source_layer": said})
        return asked[0]
    named = [one for one in areal if one.name.upper() in layer.source_names]
    return (named or areal)[0]


def _shown(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 -- NaN
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "").strip()
