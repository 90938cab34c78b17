"""Ledgers as townships keep them: a workbook with a title and merged cells, figures by code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
import xlsxwriter

from tests.conftest import ZONE_38, plane_box
from tests.holdings.land import id_number

HEADER = (
    "序号", "姓名", "身份证号", "联系电话", "村", "地块编码", "小地名", "面积(亩)", "权属性质", "取得方式", "手续", "用途",
    "水源", "开荒年份", "合同编号", "合同面积", "合同期限", "单价(元/亩)", "发包方",
)  # fmt: skip
MU_15 = (100, 100)  # metres: 10 000 m², 15 mu


def line(serial: int, code: str, **given: Any) -> list[Any]:
    """A row of the ledger; what is not given is sound."""
    row = {
        "姓名": f"王样{serial}", "身份证号": id_number(serial), "联系电话": "13800000000", "村": "柳塘村",
        "地块编码": code, "小地名": "村东", "面积(亩)": 15, "权属性质": "集体", "取得方式": "家庭承包", "手续": "承包协议",
        "用途": "耕地", "水源": "渠水", "开荒年份": 1998, "合同编号": "", "合同面积": "", "合同期限": "",
        "单价(元/亩)": "", "发包方": "柳塘村民委员会", "序号": serial,
    }  # fmt: skip
    assert set(given) <= set(row), set(given) - set(row)
    return [(row | given)[name] for name in HEADER]


def workbook(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> Path:
    """A sheet with a title above the header and a row of totals at the end."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("农户台账")
    page.merge_range(0, 0, 0, len(header) - 1, "柳塘镇农用地清查台账")
    page.write_row(1, 0, header)
    for at, row in enumerate(rows, start=2):
        page.write_row(at, 0, row)
    page.write_row(len(rows) + 2, 0, ["合计", "", "", "", "", "", "", 15 * len(rows)])
    book.close()
    return path


def figures(path: Path, places: Mapping[str, tuple[float, float]], **fields: Sequence[str]) -> Path:
    """A GeoPackage in zone 38: a square of 100 m for each code at metres from the county's corner."""
    shapes = [plane_box(west, south, *MU_15) for west, south in places.values()]
    columns = {"DKBM": list(places), **fields}
    pyogrio.raw.write(
        str(path), np.array([shapely.to_wkb(s) for s in shapes], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()], list(columns),
        layer="地块", geometry_type="Polygon", crs=f"EPSG:{ZONE_38}", driver="GPKG",
    )  # fmt: skip
    return path


def shapefile(folder: Path, shapes: Sequence[Any], columns: Mapping[str, Sequence[str]]) -> bytes:
    """A zipped Shapefile of figures in EPSG:4490."""
    path = folder / "图形.shp"
    pyogrio.raw.write(
        str(path), np.array([shapely.to_wkb(s) for s in shapes], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()], list(columns),
        geometry_type=shapes[0].geom_type, crs="EPSG:4490", driver="ESRI Shapefile", encoding="UTF-8",
    )  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in sorted(folder.glob("图形.*")):
            archive.write(part, part.name)
    return out.getvalue()
