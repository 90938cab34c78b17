"""Regions and the reference layers laid over the survey: PBF, red line, slope, town boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from liangtian.geo.area import survey_areas

from .county import EPSG, County
from .dltb import Column
from .mosaic import Bools, Ints, Mosaic, Shapes, build_mosaic
from .places import COUNTY_CODE, COUNTY_NAME
from .survey import SurveyYear

PBF_YSDM = "2005010900"
RED_LINE_KINDS = ("水源涵养", "水土保持", "生物多样性维护")
STEEP = 25.0


@dataclass(frozen=True)
class Layer:
    """Geometry and fields of one layer, ready to write."""

    name: str
    shapes: Shapes
    columns: dict[str, Column]


def texts(values: list[str]) -> Column:
    """A text column."""
    return np.array(values, dtype=object)


def region_layers(county: County) -> list[Layer]:
    """County (XZQX), townships (XZQ) and villages (CJDCQ); each level tessellates the one above."""
    v = county.cell_village
    town = np.where(v >= 0, county.village_town()[np.maximum(v, 0)], -1)
    whole = county.outlines(np.where(v >= 0, 0, -1))
    towns, villages = county.outlines(town), county.outlines(v)
    out = [
        Layer("XZQX", whole, _region("XZQ", [COUNTY_CODE], [COUNTY_NAME], whole)),
        Layer("XZQ", towns, _region("XZQ", [t.code for t in county.towns], [t.name for t in county.towns], towns)),
    ]  # fmt: skip
    units = [x.unit_code for x in county.villages]
    names = [x.name for x in county.villages]
    return [*out, Layer("CJDCQ", villages, _region("ZLDW", units, names, villages))]


def _region(prefix: str, codes: list[str], names: list[str], shapes: Shapes) -> dict[str, Column]:
    area = np.round(survey_areas(shapes, EPSG), 2)
    n = len(codes)
    return {
        "BSM": texts([f"{COUNTY_CODE}{'0201' if prefix == 'XZQ' else '0202'}{k + 1:08d}" for k in range(n)]),
        "YSDM": texts(["1000600100" if prefix == "XZQ" else "1000600600"] * n),
        f"{prefix}DM": texts(codes),
        f"{prefix}MC": texts(names),
        "DCMJ": area,
        "JSMJ": area,
        "MSSM": texts(["00"] * n),
        "HDMC": texts([""] * n),
    }  # fmt: skip


def basic_farmland(county: County, survey: SurveyYear) -> Layer:
    """永久基本农田图斑: most flat farmland away from settlements, as plots of the first survey."""
    rng = np.random.default_rng([county.seed, 31])
    grade = survey.columns["GDPDJB"]
    centre = shapely.get_coordinates(shapely.point_on_surface(survey.shapes)) - county.offset
    far, who = county.land.tree.query(centre)
    room = far - county.land.settlement_radius[who]
    town = who < len(county.towns)
    good = np.isin(grade, ["1", "2"]) & (survey.area > 1200) & (room > np.where(town, 220, 40))
    good &= rng.uniform(size=len(good)) < 0.90
    i = np.nonzero(good)[0]
    col = {k: v[i] for k, v in survey.columns.items()}
    n = len(i)
    fields: dict[str, Column] = {
        "BSM": texts([f"{COUNTY_CODE}0509{k + 1:08d}" for k in range(n)]),
        "YSDM": texts([PBF_YSDM] * n),
        "YJJBNTTBBH": texts([f"{COUNTY_CODE}{k + 1:06d}" for k in range(n)]),
    }
    same = (
        "TBBH",
        "DLBM",
        "DLMC",
        "QSXZ",
        "QSDWDM",
        "QSDWMC",
        "ZLDWDM",
        "ZLDWMC",
        "GDLX",
        "GDPDJB",
    )
    fields |= {k: col[k] for k in (*same, "KCDLBM", "KCXS", "KCMJ", "TBMJ")}
    fields["YJJBNTMJ"] = col["TBDLMJ"]
    fields["BHKSSJ"] = np.full(n, np.datetime64("2022-11-01"), dtype="datetime64[D]")
    fields["BHJSSJ"] = np.full(n, np.datetime64("2035-12-31"), dtype="datetime64[D]")
    return Layer("YJJBNTTB", survey.shapes[i], fields)


def drawn_layers(county: County, whole: shapely.Geometry) -> list[Layer]:
    """Ecological red line, slopes above 25 degrees and town boundaries.

    They are drawn on a mosaic of their own, so that they cut through survey plots.
    """
    mosaic, xy = _loose_mosaic(county)
    land, rng = county.land, np.random.default_rng([county.seed, 33])
    inside = mosaic.kept
    wild = (
        land.height(xy) + 0.35 * land.at(land.grain_grid, xy) + 0.18 * rng.standard_normal(len(xy))
    )
    far, who = land.tree.query(xy)
    wild = np.where(far < land.settlement_radius[who] + 120, -9.0, wild)
    red = _patches(mosaic, inside & (wild > np.quantile(wild[inside], 0.80)), 2e4, whole)
    red = red[np.argsort(-shapely.area(red), kind="stable")][: land.scale.red_lines]
    steep = _patches(mosaic, inside & (land.slope(xy) > STEEP), 1.2e4, whole)
    d, t = _nearest(land.towns, xy)
    wiggle = 1.35 + 0.2 * land.at(land.grain_grid, xy)
    group = np.where(inside & (d < land.town_radius[t] * wiggle), t, -1)
    towns, owner = _largest_of_each(mosaic, group, whole)
    names = [county.towns[k].name for k in owner]
    return [
        Layer("STBHHX", red, {
            "HXBM": texts([f"STHX{COUNTY_CODE}{k + 1:03d}" for k in range(len(red))]),
            "HXMC": texts([f"青禾西北山地{RED_LINE_KINDS[k % 3]}红线区{k + 1}" for k in range(len(red))]),
            "HXLX": texts([RED_LINE_KINDS[k % 3] for k in range(len(red))]),
            "MJ": np.round(survey_areas(red, EPSG), 2),
        }),
        Layer("PDT", steep, {
            "BSM": texts([f"{COUNTY_CODE}0305{k + 1:08d}" for k in range(len(steep))]),
            "PDJB": texts(["5"] * len(steep)),
            "MJ": np.round(survey_areas(steep, EPSG), 2),
        }),
        Layer("CZKFBJ", towns, {
            "BJBH": texts([f"KFBJ{COUNTY_CODE}{k + 1:03d}" for k in range(len(towns))]),
            "BJMC": texts([f"{n}城镇开发边界" for n in names]),
            "GHFQ": texts(["集中建设区"] * len(towns)),
            "MJ": np.round(survey_areas(towns, EPSG), 2),
        }),
    ]  # fmt: skip


def _nearest(places: np.ndarray, xy: np.ndarray) -> tuple[np.ndarray, Ints]:
    from scipy.spatial import cKDTree

    d, t = cKDTree(places).query(xy)
    return d, t.astype(np.int64)


def _loose_mosaic(county: County) -> tuple[Mosaic, np.ndarray]:
    land = county.land
    n = int(min(land.width**2 / 4500, 260_000))
    xy = np.random.default_rng([county.seed, 32]).uniform(0, land.width, (n, 2))
    kept = land.inside(xy) & ((xy > 300) & (xy < land.width - 300)).all(1)
    rough, seg = np.full(n, 0.13), np.full(n, 6.0)
    return build_mosaic(xy + county.offset, kept, rough, seg, county.seed + 1), xy


def _clip(shapes: Shapes, whole: shapely.Geometry) -> Shapes:
    shapely.prepare(whole)
    out = shapes.copy()
    cross = ~shapely.contains_properly(whole, shapes)
    out[cross] = shapely.intersection(shapes[cross], whole)
    parts, owner = shapely.get_parts(out, return_index=True)
    ok = shapely.get_type_id(parts) == 3
    parts, owner = parts[ok], owner[ok]
    order = np.lexsort((-shapely.area(parts), owner))
    _, first = np.unique(owner[order], return_index=True)
    return np.asarray(parts[order[first]])


def _patches(mosaic: Mosaic, mask: Bools, least: float, whole: shapely.Geometry) -> Shapes:
    comp = mosaic.connected(np.where(mask, 0, -1))
    _, shapes = mosaic.polygons(comp)
    shapes = shapes[shapely.area(shapes) > least]
    return _clip(shapes, whole)


def _largest_of_each(
    mosaic: Mosaic, group: Ints, whole: shapely.Geometry
) -> tuple[Shapes, list[int]]:
    comp = mosaic.connected(group)
    labels, shapes = mosaic.polygons(comp)
    owner = np.zeros(int(comp.max()) + 1, np.int64)
    owner[comp[comp >= 0]] = group[comp >= 0]
    who, area = owner[labels], shapely.area(shapes)
    best = [int(np.argmax(np.where(who == k, area, -1))) for k in np.unique(who)]
    return _clip(shapes[best], whole), [int(who[k]) for k in best]
