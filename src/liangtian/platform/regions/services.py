"""Administrative boundaries (行政区界线) taken in from a delivered file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.db import transaction
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import densified
from liangtian.geo.clean import GeometryRefused, require_valid
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.pinyin import pinyin_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Level = Region.Level
CODE_LENGTH = {Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}
# Code field, name field and level of the survey's boundary layers (TD/T 1057-2020). XZQ holds the
# county or its townships, told apart by the length of their codes.
_FIELDS = (("XZQDM", "XZQMC"), ("ZLDWDM", "ZLDWMC"))


@dataclass
class BoundaryImport:
    """What an import of boundaries did; codes of regions."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(
        default_factory=list
    )  # known before, not in the file; left as they are


@dataclass
class _Row:
    level: Region.Level
    name: str
    geom: BaseGeometry


def import_boundaries(
    user: User | None,
    path: Path,
    *,
    county_code: str,
    county_name: str,
    prefecture_name: str,
    province_name: str,
) -> BoundaryImport:
    """Take in the county, its townships and villages; running it again changes nothing.

    The file holds XZQ (XZQDM, XZQMC) and CJDCQ (ZLDWDM, ZLDWMC) layers in any number. Province and
    prefecture rows are made from the names given. Without a county polygon the county is the union of its
    townships. `user` None is the installation itself. Raises Refused; then nothing is changed.
    """
    if user is not None:
        require(user, "regions.manage")
    if not re.fullmatch(r"\d{6}", county_code):
        raise Refused(f"县级区划代码“{county_code}”应为6位数字。")
    rows = _rows(path, county_code)
    if county_code not in rows:
        towns = [row.geom for row in rows.values() if row.level == Level.TOWNSHIP]
        rows[county_code] = _Row(Level.COUNTY, county_name, shapely.union_all(towns))
    rows[county_code].name = county_name
    done = BoundaryImport()
    with transaction.atomic():
        _save(done, county_code[:2], _Row(Level.PROVINCE, province_name, None))
        _save(done, county_code[:4], _Row(Level.PREFECTURE, prefecture_name, None))
        for code in sorted(rows):
            _save(done, code, rows[code])
        known = Region.objects.current().within(county_code).exclude(level=Level.GROUP)
        done.absent = sorted(set(known.values_list("code", flat=True)) - rows.keys())
        after = {"created": done.created, "updated": done.updated, "absent": done.absent}
        county = Region.objects.get(code=county_code)
        record(user, "regions.import", county, region=county, after=after, note=path.name)
    return done


def _rows(path: Path, county: str) -> dict[str, _Row]:
    """Regions of the file by code; several figures of one region (飞地) become one."""
    try:
        layers = read(path).layers
        found: dict[str, tuple[str, list[BaseGeometry]]] = {}
        for layer in layers:
            _collect(layer, county, found)
    except (FormatRefused, CrsRefused, GeometryRefused) as error:
        raise Refused(f"区划界线“{path.name}”未导入：{error}") from error
    if not any(len(code) == CODE_LENGTH[Level.TOWNSHIP] for code in found):
        names = "、".join(layer.name for layer in layers)
        raise Refused(
            f"文件“{path.name}”里没有 {county} 的乡级行政区(图层 XZQ，字段 XZQDM、XZQMC)。"
            f"现有图层：{names}。"
        )
    level_of = {length: level for level, length in CODE_LENGTH.items()}
    rows = {
        code: _Row(level_of[len(code)], name, shapely.union_all(geoms))
        for code, (name, geoms) in found.items()
    }
    _require_parents(rows, county)
    return rows


def _collect(
    layer: VectorLayer, county: str, found: dict[str, tuple[str, list[BaseGeometry]]]
) -> None:
    present = {name.upper(): name for name in layer.columns}
    fields = next(
        ((present[c], present[n]) for c, n in _FIELDS if c in present and n in present), None
    )
    if fields is None or not layer.polygonal:
        return
    geoms = _in_degrees(layer)
    codes, names = (layer.columns[name] for name in fields)
    for index, (raw, name) in enumerate(zip(codes, names, strict=True)):
        code, row = _canonical(raw), index + 1
        if code is None:
            raise Refused(f"图层“{layer.name}”第 {row} 行的代码“{raw}”不是县、乡、村的区划代码。")
        if not code.startswith(county):
            raise Refused(f"图层“{layer.name}”第 {row} 行的代码“{raw}”不属于本县({county})。")
        if not str(name or "").strip():
            raise Refused(f"图层“{layer.name}”第 {row} 行(代码 {raw})没有名称。")
        if geoms[index] is None or geoms[index].is_empty:
            raise Refused(f"图层“{layer.name}”第 {row} 行({name})没有图形。")
        known = found.setdefault(code, (str(name).strip(), []))
        known[1].append(geoms[index])


def _in_degrees(layer: VectorLayer) -> NDArray[np.object_]:
    require_valid(layer.geometry, f"图层“{layer.name}”")
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    resolved = resolve_crs(layer.crs, (west, south, east, north))
    require_holdable(resolved)
    return to_4490(densified(layer.geometry, resolved.crs), resolved.crs)


def _canonical(raw: object) -> str | None:
    """6, 9 or 12 digits without the zeros that pad a code to 12 or 19."""
    text = str(raw or "").strip()
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}|\d{19}", text):
        return None
    text = text[:12]
    while len(text) > 6 and text.endswith("000"):
        text = text[:-3]
    return text


def _require_parents(rows: dict[str, _Row], county: str) -> None:
    lost = sorted(code for code in rows if len(code) == 12 and code[:9] not in rows)
    if lost:
        shown = "、".join(f"{code}({rows[code].name})" for code in lost[:5])
        raise Refused(
            f"{len(lost)} 个村找不到所属乡镇的界线：{shown}。请补齐乡级行政区后重新导入。"
        )


def _save(done: BoundaryImport, code: str, row: _Row) -> None:
    parent = {2: None, 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]
    values = {
        "name": row.name,
        "level": row.level,
        "parent_id": parent,
        "pinyin": pinyin_of(row.name),
    }
    region = Region.objects.filter(code=code).first()
    if region is None:
        Region.objects.create(code=code, geom=row.geom, **values)
        done.created.append(code)
        return
    same_shape = row.geom is None or (
        region.geom is not None
        and shapely.equals_exact(region.geom, _multi(row.geom), normalize=True)
    )
    if same_shape and all(getattr(region, name) == value for name, value in values.items()):
        done.unchanged.append(code)
        return
    for name, value in values.items():
        setattr(region, name, value)
    if row.geom is not None:
        region.geom = row.geom
    region.save()
    done.updated.append(code)


def _multi(geom: BaseGeometry) -> BaseGeometry:
    return shapely.multipolygons([geom]) if geom.geom_type == "Polygon" else geom
