"""The county of the campaign: who acts in it, and the files its townships bring."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from liangtian.platform.people.models import Office, Role, User
from tests.conftest import PASSWORD, ZONE_38, County, make_county, make_people, plane_box
from tests.holdings.ledger_files import HEADER, MU_15, figures, line, workbook

TOWNS = ("990121100", "990121101")
VILLAGES = {"990121100": "990121100201", "990121101": "990121101201"}
CLERKS = {"990121100": "liutang", "990121101": "shiqiao"}
NAMES = {"990121100": "柳塘镇", "990121101": "石桥镇"}
EXTRA = (("leader", "周拟定", "leader"), ("caizheng", "蔡试验", "finance"))
WITH_CORPS = (*HEADER, "是否兵团")
LEASED = {"权属性质": "国有", "取得方式": "租赁", "手续": "租赁合同"}
BARE = {"权属性质": "国有", "取得方式": "无手续占用", "手续": "无"}
# 柳塘镇: two leases of state land, contract land that is watered, land held without papers.
WEST = {f"L{n}": (1_000.0 + 200 * n, 1_000.0) for n in range(1, 5)}
# 石桥镇: a lease by the year, contract land, land of XPCC.
EAST = {f"S{n}": (11_000.0 + 200 * n, 2_000.0) for n in range(1, 4)}
MOVED = (1_400, 1_005, 100, 95)  # L2 as it was surveyed again


def people() -> County:
    """The county and everybody who acts in it."""
    county = make_county()
    make_people(county)
    office = Office.objects.create(code="990121-CZ", name="青禾县第02局", region=county.county)
    for username, name, role in EXTRA:
        user = User.objects.create_user(
            username, PASSWORD, name=name, office=office, region=county.county
        )
        user.roles.add(Role.objects.get(code=role))
    return county


def west_table(folder: Path) -> Path:
    """The ledger of 柳塘镇; the number of one holder has a digit too few."""
    rows = [
        line(1, "L1", **LEASED), line(2, "L2", **LEASED), line(3, "L3"),
        line(4, "L4", 身份证号="99012119700101001", **BARE),
    ]  # fmt: skip
    return workbook(folder / "柳塘镇台账.xlsx", rows)


def west_again(folder: Path) -> Path:
    """The row that was refused, put right."""
    return workbook(folder / "柳塘镇台账补.xlsx", [line(4, "L4", **BARE)])


def west_figures(folder: Path) -> Path:
    """The parcels of 柳塘镇 as a GeoPackage."""
    return figures(folder / "柳塘镇地块.gpkg", WEST)


def east_table(folder: Path) -> Path:
    """The ledger of 石桥镇, with land of XPCC."""
    here = {"村": "石桥村", "发包方": "石桥村民委员会"}
    rows = [
        [*line(11, "S1", **LEASED, **here), "否"], [*line(12, "S2", **here), "否"],
        [*line(13, "S3", **here), "是"],
    ]  # fmt: skip
    return workbook(folder / "石桥镇台账.xlsx", rows, WITH_CORPS)


def east_figures(folder: Path) -> Path:
    """The parcels of 石桥镇 as a zipped Shapefile."""
    return zipped_shapefile(folder, EAST)


def zipped_shapefile(folder: Path, places: Mapping[str, tuple[float, float]]) -> Path:
    """A square of 100 m for each code."""
    path = folder / "石桥镇地块.shp"
    codes: Sequence[str] = list(places)
    shapes: list[Any] = [plane_box(west, south, *MU_15) for west, south in places.values()]
    pyogrio.raw.write(
        str(path), np.array([shapely.to_wkb(s) for s in shapes], dtype=object),
        [np.array(codes, dtype=object)], ["DKBM"], geometry_type="Polygon",
        crs=f"EPSG:{ZONE_38}", driver="ESRI Shapefile", encoding="UTF-8",
    )  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(folder.glob("石桥镇地块.*")):
            archive.write(part, part.name)
    target = folder / "石桥镇地块.zip"
    target.write_bytes(packed.getvalue())
    return target
