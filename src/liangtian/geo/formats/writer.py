"""Writing vector files that the desktop programs of a county open with their Chinese intact."""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.formats import encoding as text
from liangtian.geo.formats.gdal import gdal
from liangtian.geo.formats.model import FormatRefused
from liangtian.geo.formats.ogr import objects

Driver = Literal["ESRI Shapefile", "GPKG", "GeoJSON", "OpenFileGDB", "KML"]

DBF_NAME_BYTES = 10
DBF_TEXT_BYTES = 254
_SUFFIXES = {
    "ESRI Shapefile": (".shp", ".zip"),
    "GPKG": (".gpkg",),
    "GeoJSON": (".geojson", ".json"),
    "OpenFileGDB": (".gdb", ".zip"),
    "KML": (".kml",),
}
LAYER_OPTIONS: dict[str, dict[str, str]] = {
    # Without it a geodatabase stores 64-bit integers as floats.
    "OpenFileGDB": {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"},
    "GeoJSON": {"RFC7946": "YES", "COORDINATE_PRECISION": "9"},
}
_OWN_COLUMNS: dict[str, tuple[str, ...]] = {
    "GPKG": ("fid", "geom"),
    "OpenFileGDB": ("objectid", "shape", "shape_length", "shape_area"),
}
_LONLAT = {4326, 4490}


def write_vector(
    path: Path,
    driver: Driver,
    geometry: NDArray[np.object_],
    columns: Mapping[str, NDArray[Any] | Sequence[Any]],
    crs: pyproj.CRS | int | str,
    *,
    encoding: str = "UTF-8",
    layer_name: str | None = None,
) -> dict[str, str]:
    """Write one layer, replacing nothing: `path` must not exist. Geometries are 2D in `crs`, x east.

    Returns the name each column has in the file: Shapefile cuts names to 10 bytes of `encoding`
    (UTF-8 or GBK, stated in a .cpg), a geodatabase takes only letters, digits and “_”. A path ending in .zip packs a Shapefile or a
    geodatabase, whose own grid is 0.0001 m (1e-9°). GeoJSON and KML want EPSG:4326 or 4490. Raises FormatRefused when something would be lost.
    """
    if path.suffix.lower() not in _SUFFIXES[driver]:
        wanted = " 或 ".join(_SUFFIXES[driver])
        raise FormatRefused(f"{driver} 的文件名应以 {wanted} 结尾，现在是“{path.name}”。")
    if path.exists():
        raise FormatRefused(f"“{path.name}”已经存在，不覆盖。请换一个文件名。")
    system = pyproj.CRS.from_user_input(crs)
    if driver in ("GeoJSON", "KML") and system.to_epsg() not in _LONLAT:
        raise FormatRefused(
            f"{driver} 只能写经纬度(EPSG:4326 或 4490)，现在是 {system.name}。请先转换坐标。"
        )
    label = _encoding(driver, encoding)
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    if driver == "ESRI Shapefile":
        names = shapefile_names(list(arrays), label)
        _check_widths(arrays, label)
    else:
        names = database_names(list(arrays), driver)
    stem = path.name.split(".")[0] or "layer"
    file_name = re.sub(r"[^\w-]", "_", stem)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as scratch:
        made = Path(scratch) / f"{file_name}{_SUFFIXES[driver][0]}"
        _write(
            made,
            driver,
            geometry,
            {names[n]: a for n, a in arrays.items()},
            system,
            encoding=label,
            layer=file_name
            if driver == "ESRI Shapefile"
            else layer_name or (file_name if driver == "OpenFileGDB" else stem),
        )
        _deliver(made, path, driver)
    return names


def _encoding(driver: Driver, wanted: str) -> str:
    label, _ = text.named(wanted)
    if driver != "ESRI Shapefile":
        return "UTF-8"
    if label not in ("UTF-8", "GBK"):
        raise FormatRefused(f"Shapefile 的文字编码只能选 UTF-8 或 GBK，现在是“{wanted}”。")
    return label


def shapefile_names(names: Sequence[str], encoding: str) -> dict[str, str]:
    """Column names that survive DBF: at most 10 bytes of the encoding, whole characters, all distinct.

    DBF compares names without regard to case. A clash ends in a number: 耕地面积 → 耕地面积, 耕地面_2.
    """
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for name in names:
        short, number = _cut(name, encoding, ""), 1
        while short.casefold() in taken or not short:
            number += 1
            short = _cut(name, encoding, f"_{number}")
        taken.add(short.casefold())
        chosen[name] = short
    return chosen


def database_names(names: Sequence[str], driver: str) -> dict[str, str]:
    """Column names a database keeps as they are, clear of the columns it makes itself."""
    taken = set(_OWN_COLUMNS.get(driver, ()))
    chosen: dict[str, str] = {}
    for name in names:
        base = re.sub(r"\W", "_", name) if driver == "OpenFileGDB" else name
        base = f"_{base}" if driver == "OpenFileGDB" and not base[:1].isalpha() else base
        fresh, number = base, 1
        while fresh.casefold() in taken:
            number += 1
            fresh = f"{base}_{number}"
        taken.add(fresh.casefold())
        chosen[name] = fresh
    return chosen


def _cut(name: str, encoding: str, ending: str) -> str:
    room = DBF_NAME_BYTES - len(ending)
    kept = ""
    for character in name:
        if len(_encoded(kept + character, encoding, "字段名")) > room:
            break
        kept += character
    return kept + ending


def _encoded(value: str, encoding: str, what: str) -> bytes:
    try:
        return value.encode(encoding)
    except UnicodeEncodeError as fault:
        raise FormatRefused(
            f"{what}“{value}”里的字符“{value[fault.start]}”无法用 {encoding} 写出。请改用 UTF-8。"
        ) from fault


def _check_widths(arrays: Mapping[str, NDArray[Any]], encoding: str) -> None:
    for name, array in arrays.items():
        for row, value in enumerate(array if array.dtype.kind in "OU" else ()):
            size = (
                len(_encoded(value, encoding, f"字段“{name}”的值")) if isinstance(value, str) else 0
            )
            if size > DBF_TEXT_BYTES:
                raise FormatRefused(
                    f"第 {row + 1} 个要素的“{name}”有 {size} 字节，Shapefile 每格最多 {DBF_TEXT_BYTES} 字节。"
                    "请改用 GeoPackage。"
                )


def _write(
    path: Path,
    driver: Driver,
    geometry: NDArray[np.object_],
    columns: Mapping[str, NDArray[Any]],
    crs: pyproj.CRS,
    *,
    encoding: str,
    layer: str,
) -> None:
    prepared = [_prepare(array) for array in columns.values()]
    epsg = crs.to_epsg()
    kinds = {g.geom_type for g in geometry if g is not None}
    put(
        path,
        shapely.to_wkb(geometry),
        [values for values, _ in prepared],
        list(columns),
        field_mask=[mask for _, mask in prepared],
        layer=layer,
        driver=driver,
        geometry_type=_common_type(kinds, driver),
        crs=f"EPSG:{epsg}" if epsg else crs.to_wkt(),
        encoding=encoding if driver == "ESRI Shapefile" else None,
        layer_options=LAYER_OPTIONS.get(driver),
        promote_to_multi=(driver in ("GPKG", "OpenFileGDB") and len(kinds) > 1) or None,
    )


def put(path: Path, *parts: Any, **options: Any) -> None:
    """Hand features to GDAL. Raises FormatRefused when it fails, or warns that something will change."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            gdal().raw.write(path, *parts, **options)
        except Exception as fault:
            raise FormatRefused(f"“{path.name}”写出失败。", detail=str(fault)) from fault
    if heard:
        raise FormatRefused(
            f"“{path.name}”写出时有内容会改变，没有写出。", detail=str(heard[0].message)
        )


def _common_type(kinds: set[str], driver: Driver) -> str:
    if len(kinds) == 1:
        kind = next(iter(kinds))
        return f"Multi{kind}" if driver == "OpenFileGDB" and kind == "Polygon" else kind
    if kinds <= {"Polygon", "MultiPolygon"}:
        return "Polygon" if driver == "ESRI Shapefile" else "MultiPolygon"
    return "Unknown"


def _prepare(array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Values in a type OGR knows with the mask of nulls; integers with None stay integers."""
    if array.dtype.kind != "O":
        return (objects(array.tolist()), None) if array.dtype.kind == "U" else (array, None)
    missing = np.array([v is None for v in array], dtype=np.bool_)
    present = [v for v in array if v is not None]
    if present and all(isinstance(v, bool | np.bool_) for v in present):
        return np.array([bool(v) for v in array], dtype=np.bool_), missing
    if present and all(isinstance(v, int | np.integer) for v in present):
        return np.array([0 if v is None else int(v) for v in array], dtype=np.int64), missing
    if present and not all(isinstance(v, str) for v in present):
        return np.array([np.nan if v is None else float(v) for v in array]), missing
    return array, missing


def _deliver(made: Path, path: Path, driver: Driver) -> None:
    parts = sorted(made.parent.iterdir())
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(f for p in parts for f in (p.rglob("*") if p.is_dir() else [p])):
                archive.write(file, file.relative_to(made.parent).as_posix())
    elif driver == "ESRI Shapefile":
        for part in parts:
            shutil.move(part, path.with_suffix(part.suffix))
    else:
        shutil.move(made, path)
