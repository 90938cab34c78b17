"""Layers written part by part, in memory that does not grow with them, and packed with a readme.

GeoPackage, Shapefile and FileGDB through GDAL; GeoJSON and KML as text, since GDAL cannot add to them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from liangtian.geo.formats.field_names import FileField, file_fields, legend_text
from liangtian.geo.formats.model import FormatRefused

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "gdb": "OpenFileGDB"}
SUFFIXES = {"gpkg": ".gpkg", "shp": ".shp", "gdb": ".gdb", "geojson": ".geojson", "kml": ".kml"}
ENCODING = "GBK"  # of a Shapefile, as the desktop programs of a county expect
DBF_TEXT_BYTES = 254
EPSG = 4490
_KML_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{name}</name>\n'
)


class BulkWriter:
    """One layer of multipolygons in EPSG:4490 written into `folder`; `close` packs it.

    `columns` maps names to the kind of their values ("text", "integer", "real"). Raises FormatRefused when
    a text does not fit what the format can hold.
    """

    def __init__(
        self,
        folder: Path,
        kind: str,
        name: str,
        columns: Mapping[str, str],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.kind, self.name = folder, kind, name
        self.kinds = dict(columns)
        short = kind == "shp"
        self.fields: list[FileField] = file_fields(list(columns), labels=labels, short=short)
        self.path = folder / f"{name}{SUFFIXES[kind]}"
        self.count = 0
        self._text: IO[str] | None = None
        if kind in ("geojson", "kml"):
            self._text = self.path.open("w", encoding="utf-8")
            head = _KML_HEAD.format(name=escape(name)) if kind == "kml" else _geojson_head(name)
            self._text.write(head)

    def add(self, geoms: NDArray[np.object_], columns: Mapping[str, Sequence[Any]]) -> None:
        """Write some more features."""
        if not len(geoms):
            return
        values = [columns[one.name] for one in self.fields]
        if self._text is None:
            self._append(geoms, values)
        else:
            write = self._kml if self.kind == "kml" else self._geojson
            self._text.write(write(geoms, values))
        self.count += len(geoms)

    def close(self, readme: Sequence[str], target: Path) -> None:
        """Finish the file and pack it into the zip `target` with 说明.txt and 字段说明.txt."""
        if self._text is not None:
            self._text.write("</Document></kml>\n" if self.kind == "kml" else "\n]}\n")
            self._text.close()
        (self.folder / "说明.txt").write_text("\r\n".join(readme) + "\r\n", "utf-8-sig")
        (self.folder / "字段说明.txt").write_text(legend_text(self.fields), "utf-8-sig")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(one for one in self.folder.rglob("*") if one.is_file()):
                archive.write(file, file.relative_to(self.folder).as_posix())

    def _append(self, geoms: NDArray[np.object_], values: Sequence[Sequence[Any]]) -> None:
        arrays, masks = [], []
        for field, column in zip(self.fields, values, strict=True):
            array, mask = self._array(field, column)
            arrays.append(array)
            masks.append(mask)
        options = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"} if self.kind == "gdb" else {}
        pyogrio.raw.write(
            self.path, shapely.to_wkb(geoms), arrays, [one.short for one in self.fields],
            field_mask=masks, layer=self.name, driver=DRIVERS[self.kind],
            geometry_type="Polygon" if self.kind == "shp" else "MultiPolygon",
            crs=f"EPSG:{EPSG}", encoding=ENCODING if self.kind == "shp" else None,
            append=self.count > 0, layer_options=options if self.count == 0 else None,
            promote_to_multi=None if self.kind == "shp" else True,
        )  # fmt: skip

    def _array(
        self, field: FileField, column: Sequence[Any]
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        kind = self.kinds[field.name]
        mask = np.array([value is None or value == "" for value in column], dtype=np.bool_)
        if kind == "real":
            return np.array(
                [np.nan if m else float(v) for v, m in zip(column, mask, strict=True)]
            ), mask
        if kind == "integer":
            return np.array(
                [0 if m else int(v) for v, m in zip(column, mask, strict=True)], np.int64
            ), mask
        out = np.empty(len(column), dtype=object)
        out[:] = ["" if m else str(v) for v, m in zip(column, mask, strict=True)]
        if self.kind == "shp":
            self._check(field, out)
        return out, mask

    def _check(self, field: FileField, texts: NDArray[np.object_]) -> None:
        for text in set(texts.tolist()):
            raw = text.encode(ENCODING, "replace")
            if len(raw) > DBF_TEXT_BYTES or raw.decode(ENCODING, "replace") != text:
                raise FormatRefused(
                    f"字段“{field.name}”的值“{text[:20]}”超过 {DBF_TEXT_BYTES} 字节，或有 {ENCODING} 写不出的字，"
                    "Shapefile 装不下。请改用 GeoPackage。"
                )

    def _geojson(self, geoms: NDArray[np.object_], values: Sequence[Sequence[Any]]) -> str:
        names = [one.short for one in self.fields]
        lines = []
        for shape, row in zip(shapely.to_geojson(geoms), zip(*values, strict=True), strict=True):
            properties = json.dumps(
                dict(zip(names, row, strict=True)), ensure_ascii=False, default=str
            )
            lines.append(f'{{"type":"Feature","properties":{properties},"geometry":{shape}}}')
        return (",\n" if self.count else "") + ",\n".join(lines)

    def _kml(self, geoms: NDArray[np.object_], values: Sequence[Sequence[Any]]) -> str:
        out = []
        for shape, row in zip(geoms, zip(*values, strict=True), strict=True):
            data = "".join(
                f'<Data name="{escape(one.short, {chr(34): "&quot;"})}"><value>{escape(str(value))}</value></Data>'
                for one, value in zip(self.fields, row, strict=True)
                if value not in (None, "")
            )
            polygons = "".join(_kml_polygon(part) for part in shapely.get_parts(shape))
            title = escape(str(row[0]))
            out.append(
                f"<Placemark><name>{title}</name><ExtendedData>{data}</ExtendedData>"
                f"<MultiGeometry>{polygons}</MultiGeometry></Placemark>\n"
            )
        return "".join(out)


def _geojson_head(name: str) -> str:
    return (
        '{"type":"FeatureCollection","name":'
        + json.dumps(name, ensure_ascii=False)
        + ',"features":[\n'
    )


def _kml_polygon(polygon: shapely.Polygon) -> str:
    def ring(line: Any) -> str:
        text = " ".join(f"{x:.9f},{y:.9f}" for x, y in shapely.get_coordinates(line))
        return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"

    inner = "".join(f"<innerBoundaryIs>{ring(r)}</innerBoundaryIs>" for r in polygon.interiors)
    return f"<Polygon><outerBoundaryIs>{ring(polygon.exterior)}</outerBoundaryIs>{inner}</Polygon>"
