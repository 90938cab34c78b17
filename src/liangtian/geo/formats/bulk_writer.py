"""Layers written part by part, in memory that does not grow with them, and packed with a readme.

GeoPackage, Shapefile and FileGDB through GDAL; GeoJSON and KML as text, since GDAL cannot add to them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.formats.field_names import FileField, file_fields, legend_text
from liangtian.geo.formats.kml_write import PRECISION, kml_geometry
from liangtian.geo.formats.model import FormatRefused
from liangtian.geo.formats.writer import DBF_TEXT_BYTES, LAYER_OPTIONS, database_names, put

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "gdb": "OpenFileGDB"}
SUFFIXES = {"gpkg": ".gpkg", "shp": ".shp", "gdb": ".gdb", "geojson": ".geojson", "kml": ".kml"}
ENCODING = "GBK"  # of a Shapefile, as the desktop programs of a county expect
EPSG = 4490
_KML_TYPES = {"text": "string", "integer": "int", "real": "double"}


class BulkWriter:
    """One layer in EPSG:4490 written into `folder`; `close` finishes it, `pack` also makes a zip of it.

    `columns` maps names to the kind of their values ("text", "integer", "real"); how they are called in the
    file stands in `fields`. `declared` names stand in a Shapefile in place of those of `file_fields`. All
    figures are areas, lines or points, as the first ones are. Raises FormatRefused when something does
    not fit what the format can hold.
    """

    def __init__(
        self,
        folder: Path,
        kind: str,
        name: str,
        columns: Mapping[str, str],
        *,
        labels: Mapping[str, str] | None = None,
        declared: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.kind, self.name = folder, kind, name
        self.kinds = dict(columns)
        self.fields: list[FileField] = _fields(kind, list(columns), labels, declared)
        self.path = folder / f"{name}{SUFFIXES[kind]}"
        self.count = 0
        self._type = ""
        self._text: IO[str] | None = None
        if kind in ("geojson", "kml"):
            self._text = self.path.open("w", encoding="utf-8")
            self._text.write(self._kml_head() if kind == "kml" else _geojson_head(name))

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

    def close(self) -> None:
        """Finish the file."""
        if self._text is not None:
            self._text.write("</Document></kml>\n" if self.kind == "kml" else "\n]}\n")
            self._text.close()

    def pack(self, readme: Sequence[str], target: Path) -> None:
        """Finish the file and pack it into the zip `target` with 说明.txt and 字段说明.txt."""
        self.close()
        (self.folder / "说明.txt").write_text("\r\n".join(readme) + "\r\n", "utf-8-sig")
        (self.folder / "字段说明.txt").write_text(legend_text(self.fields), "utf-8-sig")
        zip_folder(self.folder, target)

    def _append(self, geoms: NDArray[np.object_], values: Sequence[Sequence[Any]]) -> None:
        arrays, masks = [], []
        for field, column in zip(self.fields, values, strict=True):
            array, mask = self._array(field, column)
            arrays.append(array)
            masks.append(mask)
        driver, first = DRIVERS[self.kind], self.count == 0
        if first:
            self._type = _common_type(geoms, self.kind)
        put(
            self.path, shapely.to_wkb(geoms), arrays, [one.short for one in self.fields],
            field_mask=masks, layer=self.name, driver=driver, geometry_type=self._type,
            crs=f"EPSG:{EPSG}", encoding=ENCODING if self.kind == "shp" else None,
            append=not first, layer_options=LAYER_OPTIONS.get(driver) if first else None,
            promote_to_multi=self._type.startswith("Multi") or None,
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
        # RFC 7946: outer rings run against the clock.
        turned = shapely.orient_polygons(shapely.transform(geoms, lambda xy: xy.round(PRECISION)))
        for shape, row in zip(shapely.to_geojson(turned), zip(*values, strict=True), strict=True):
            properties = json.dumps(
                dict(zip(names, row, strict=True)), ensure_ascii=False, default=str
            )
            figure = shape or "null"
            lines.append(f'{{"type":"Feature","properties":{properties},"geometry":{figure}}}')
        return (",\n" if self.count else "") + ",\n".join(lines)

    def _kml(self, geoms: NDArray[np.object_], values: Sequence[Sequence[Any]]) -> str:
        out = []
        for shape, row in zip(geoms, zip(*values, strict=True), strict=True):
            data = "".join(
                f"<SimpleData name={quoteattr(one.short)}>{escape(str(value))}</SimpleData>"
                for one, value in zip(self.fields, row, strict=True)
                if value not in (None, "")
            )
            figure = "" if shape is None else "".join(kml_geometry(shape))
            out.append(
                f"<Placemark><name>{escape(str(row[0]))}</name>"
                f'<ExtendedData><SchemaData schemaUrl="#columns">{data}</SchemaData></ExtendedData>'
                f"{figure}</Placemark>\n"
            )
        return "".join(out)

    def _kml_head(self) -> str:
        columns = "".join(
            f'<SimpleField type="{_KML_TYPES[self.kinds[one.name]]}" name={quoteattr(one.short)}/>'
            for one in self.fields
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{escape(self.name)}</name>\n'
            f'<Schema name={quoteattr(self.name)} id="columns">{columns}</Schema>\n'
        )


def zip_folder(folder: Path, target: Path) -> None:
    """Pack every file below `folder` into the zip `target`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())


def _fields(
    kind: str,
    names: Sequence[str],
    labels: Mapping[str, str] | None,
    declared: Mapping[str, str] | None,
) -> list[FileField]:
    if kind in ("gpkg", "gdb"):
        chosen = database_names(names, DRIVERS[kind])
        return [FileField(name, chosen[name], (labels or {}).get(name, name)) for name in names]
    return file_fields(names, labels=labels, declared=declared, short=kind == "shp")


def _common_type(geoms: NDArray[np.object_], kind: str) -> str:
    """The kind of figures the file is made for; in a Shapefile one kind holds both one part and several."""
    found = {g.geom_type.removeprefix("Multi") for g in geoms if g is not None} or {"Polygon"}
    if len(found) > 1:
        return "Unknown"
    single = found.pop()
    return single if kind == "shp" or single == "Point" else f"Multi{single}"


def _geojson_head(name: str) -> str:
    return (
        '{"type":"FeatureCollection","name":'
        + json.dumps(name, ensure_ascii=False)
        + ',"features":[\n'
    )
