"""Writing the files as a county would receive them."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from .county import EPSG
from .mosaic import Bools, Shapes

FIXED_TIME = (2026, 4, 1, 8, 0, 0)
"""Time stamp of every zip member, so that the same county gives the same archive layout."""


@dataclass(frozen=True)
class ManifestFile:
    """One file: `path` relative to the manifest, `kind` (see generate), Chinese `title`, survey
    `year` or validity dates (ISO), `encoding` of its texts, `layer` name inside, and `meta`."""

    path: str
    kind: str
    title: str
    format: str
    layer: str = ""
    encoding: str = "UTF-8"
    crs: str = f"EPSG:{EPSG}"
    year: int | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    rows: int | None = None
    meta: dict[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """JSON-safe form."""
        return asdict(self)


def write_vector(
    path: Path,
    layer: str,
    shapes: Shapes,
    columns: Mapping[str, NDArray[np.generic] | NDArray[np.object_]],
    *,
    encoding: str = "UTF-8",
    cpg: bool = True,
    append: bool = False,
) -> str:
    """Write one layer and return the format's name. The suffix decides the format:
    .gpkg, .gdb.zip (file geodatabase) or .shp.zip (Shapefile set; `cpg` tells its encoding)."""
    if path.name.endswith(".gdb.zip"):
        with tempfile.TemporaryDirectory() as tmp:
            target = Path(tmp) / path.name.removesuffix(".zip")
            _write(target, "OpenFileGDB", layer, shapes, columns)
            _zip(target, path)
        return "FileGDB"
    if path.name.endswith(".shp.zip"):
        with tempfile.TemporaryDirectory() as tmp:
            target = Path(tmp) / f"{layer}.shp"
            _write(target, "ESRI Shapefile", layer, shapes, columns, encoding=encoding)
            if not cpg:
                target.with_suffix(".cpg").unlink(missing_ok=True)
            _zip(Path(tmp), path)
        return "Shapefile"
    if path.exists() and not append:
        path.unlink()
    _write(path, "GPKG", layer, shapes, columns, append=append)
    return "GeoPackage"


def _write(
    path: Path,
    driver: str,
    layer: str,
    shapes: Shapes,
    columns: Mapping[str, NDArray[np.generic] | NDArray[np.object_]],
    *,
    encoding: str = "UTF-8",
    append: bool = False,
) -> None:
    multi = bool((shapely.get_type_id(shapes) == 6).any())
    data: list[NDArray[np.generic] | NDArray[np.object_]] = []
    masks: list[Bools | None] = []
    for given in columns.values():
        values, mask = given, None
        if driver == "OpenFileGDB" and given.dtype.kind == "M":
            # Classic file geodatabases know no plain date; counties hand over ISO text instead.
            values = given.astype("datetime64[D]").astype(str).astype(object)
        if values.dtype.kind == "f" and np.isnan(values).any():
            mask = np.isnan(values)
        data.append(values)
        masks.append(mask)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        data,
        list(columns),
        field_mask=masks,
        layer=layer,
        driver=driver,
        geometry_type="MultiPolygon" if multi else "Polygon",
        crs=f"EPSG:{EPSG}",
        encoding=encoding if driver == "ESRI Shapefile" else None,
        promote_to_multi=multi,
        append=append,
    )


def _zip(source: Path, target: Path) -> None:
    """Zip a folder's files (a .gdb folder keeps its own name inside)."""
    prefix = source.name + "/" if source.suffix == ".gdb" else ""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for f in sorted(source.iterdir()):
            info = zipfile.ZipInfo(prefix + f.name, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            with f.open("rb") as src, z.open(info, "w", force_zip64=True) as dst:
                shutil.copyfileobj(src, dst)
