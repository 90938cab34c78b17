"""Batches of patches as files, the way they come down, and the shortest way through an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyproj

from liangtian.geo.formats.writer import Driver, write_vector
from liangtian.platform.files.services import read_chunks, store
from liangtian.programmes.enforcement.imports.services import (
    accept_import,
    choose_mapping,
    start_import,
)
from liangtian.programmes.enforcement.models import BatchImport
from tests.conftest import ZONE_38, Run, plane_box

Kind = Literal["shp", "gdb", "gpkg", "geojson"]
PERIOD, TITLE = "2026-03", "2026年3月卫片图斑"
_DRIVERS: dict[Kind, Driver] = {
    "shp": "ESRI Shapefile",
    "gdb": "OpenFileGDB",
    "gpkg": "GPKG",
    "geojson": "GeoJSON",
}
_ENDINGS = {"shp": ".shp.zip", "gdb": ".gdb.zip", "gpkg": ".gpkg", "geojson": ".geojson"}


@dataclass
class Sent:
    """One patch as the producer writes it; `changes` replace or add fields."""

    number: str
    geom: Any
    changes: dict[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """The fields of a patch as they are seen in producers' files."""
        return {
            "JCBH": self.number,
            "XZQDM": "990121",
            "XMC": "青禾县",
            "TBLX": "20",
            "TZ": "建筑",
            "QSX": "20260105",
            "HSX": "20260310",
            "DLBM": "0101",
            "DLMC": "水田",
            "SFYN": "否",
            "BZ": "示例",
            **self.changes,
        }


def sent(order: int, **changes: Any) -> Sent:
    """A sound patch of 60 × 50 m: odd ones in township A, even ones in B, none touching another."""
    west = 500 + order * 200 + (0 if order % 2 else 10_000)
    return Sent(f"990121SJBG2603{order:04d}", plane_box(west, 2_000, 60, 50), changes)


def batch_file(
    folder: Path,
    rows: Sequence[Sent],
    *,
    name: str = "WPTB_202603",
    kind: Kind = "shp",
    crs: int = ZONE_38,
    encoding: str = "GBK",
) -> Path:
    """A file of patches: zipped Shapefile in GBK, zone 38 with its prefix, unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{_ENDINGS[kind]}"
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [row.geom for row in rows]
    names = list(dict.fromkeys(key for row in rows for key in row.fields()))
    columns = {
        key: np.array([row.fields().get(key) for row in rows], dtype=object) for key in names
    }
    write_vector(
        path, _DRIVERS[kind], geometry, columns, pyproj.CRS.from_epsg(crs),
        encoding=encoding if kind == "shp" else "UTF-8", layer_name=name,
    )  # fmt: skip
    return path


def boundary_file(folder: Path, rows: Sequence[Sent], *, name: str = "界址点") -> Path:
    """The same patches as boundary points (报部坐标 TXT), number and use per plot, in GBK."""
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格",
             "计量单位=米", "带号=38", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]"]  # fmt: skip
    for row in rows:
        points = list(row.geom.exterior.coords)
        hectares = row.geom.area / 10_000
        lines.append(f"{len(points)},{hectares:.4f},{row.number},示例地块,面,,建筑,0601,@")
        lines += [f"J{i},1,{y:.3f},{x:.3f}" for i, (x, y) in enumerate(points, start=1)]
    path = folder / f"{name}.txt"
    path.write_bytes("\r\n".join([*lines, ""]).encode("gbk"))
    return path


def handed_in(user: Any, path: Path, kind: str = "batch") -> Any:
    """The file as uploaded by a user."""
    return store(read_chunks(path), path.name, user=user, region=user.region, kind=kind)


def checked(
    user: Any,
    path: Path,
    run_jobs: Run,
    *,
    mapping: Mapping[str, str | None] | None = None,
    title: str = TITLE,
    **options: Any,
) -> BatchImport:
    """The import after its fields were matched (as proposed, changed by `mapping`) and checked."""
    started = start_import(user, handed_in(user, path), PERIOD, title)
    choose_mapping(user, started, {**started.mapping, **(mapping or {})}, **options)
    run_jobs()
    started.refresh_from_db()
    return started


def accepted(user: Any, path: Path, run_jobs: Run, **options: Any) -> BatchImport:
    """The import after all its good rows came in and were measured."""
    current = checked(user, path, run_jobs, **options)
    accept_import(user, current)
    run_jobs()
    current.refresh_from_db()
    return current


def problems(current: BatchImport) -> list[tuple[int, str, str, str]]:
    """Row, severity, field and reason of every finding."""
    rows = current.problems.order_by("row", "pk")
    return [(p.row, p.severity, p.field, p.reason) for p in rows]
