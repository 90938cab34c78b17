"""Survey area (椭球面积) by the official formula on CGCS2000, and exact area units.

国土调查办发〔2008〕32号, 图幅理论面积与图斑椭球面积计算公式及要求: every edge spans a trapezoid on the ellipsoid
between itself and a reference meridian; the signed sum round a ring is the ring's area. Continued in
TD/T 1055 with the constants of CGCS2000. docs/algorithms/survey-area.md tells the whole procedure.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.crs import CGCS2000, to_4490
from liangtian.geo.densify import split_edges
from liangtian.geo.gauss import PLANE_DECIMALS

Floats = NDArray[np.float64]

CENT = Decimal("0.01")
MU_PER_M2 = Decimal("0.0015")
HECTARE_PER_M2 = Decimal("0.0001")

EDGE_LIMIT_M = 70.0
"""Edges longer than this are split into int(length / 70) + 1 equal parts on the plane."""
_NOT_OPENED = (-1, 3, 6)
"""Nothing, Polygon, MultiPolygon: all other geometries are opened for the polygons in them."""


def survey_areas(geoms: NDArray[np.object_], crs: int | CRS = CGCS2000) -> Floats:
    """Ellipsoidal areas in m², unrounded, one per geometry; holes subtracted; None or empty is 0.

    Degrees (EPSG:4490) are taken edge for edge as given. Plane coordinates are densified to 70 m first,
    as the survey does; the 3° zones go through the survey's own inverse series, any other system through
    PROJ. Ring orientation does not matter. Only polygons count; other parts have no area.

    Raises:
        CrsRefused: `crs` cannot be converted, or a feature contradicts its zone prefix.
    """
    from liangtian.geo.overlay.chains import chains_of
    from liangtian.geo.trapezoid import areas_of

    geoms = np.atleast_1d(np.asarray(geoms, dtype=object))
    polygons, owner = geoms, None
    if not np.isin(shapely.get_type_id(geoms), _NOT_OPENED).all():
        polygons, owner = single_polygons(geoms)
    if crs != CGCS2000:
        polygons = to_4490(densified(polygons, crs), crs)
    areas = areas_of(chains_of(polygons))
    if owner is None:
        return areas
    return np.bincount(owner, weights=areas, minlength=len(geoms)).astype(np.float64)


def survey_areas_of_wkb(wkb: Sequence[bytes | None]) -> Floats:
    """`survey_areas` of polygons and multipolygons as they are stored: little-endian WKB in EPSG:4490; None is 0.

    No geometry objects are made, which would take several times as long as the measuring.

    Raises:
        ValueError: not little-endian, neither Polygon nor MultiPolygon, or not whole.
    """
    from liangtian.geo.trapezoid import areas_of_wkb

    return areas_of_wkb(wkb)


def survey_area(geom: shapely.Geometry | None, crs: int | CRS = CGCS2000) -> Decimal:
    """Ellipsoidal area of one geometry in m², rounded half up to 0.01."""
    one = np.empty(1, dtype=object)
    one[0] = geom
    return round_m2(float(survey_areas(one, crs)[0]))


def densified(geoms: NDArray[np.object_], crs: int | CRS) -> NDArray[np.object_]:
    """Geometries with every edge over 70 m split into equal parts, in the plane of `crs` (metres).

    Plane coordinates come back in 0.0001 m, as the survey keeps them; degrees are returned as they are.
    Degrees made from the result with `crs.to_4490` have the survey area of the plane figure.
    """
    source = CRS.from_user_input(crs)
    if source.is_geographic:
        return geoms
    dense = split_edges(geoms, EDGE_LIMIT_M / source.axis_info[0].unit_conversion_factor)
    plane = np.round(shapely.get_coordinates(dense), PLANE_DECIMALS)
    return np.asarray(shapely.set_coordinates(dense, plane), dtype=object)


def round_m2(x: float | Decimal) -> Decimal:
    """m² to 0.01, half away from zero."""
    return Decimal(x).quantize(CENT, ROUND_HALF_UP)


def to_mu(m2: Decimal) -> Decimal:
    """亩 from m², exactly (× 0.0015, not rounded)."""
    return _exact_product(m2, MU_PER_M2)


def from_mu(mu: Decimal) -> Decimal:
    """m² of an area given in 亩 (× 2000 / 3), half up to 0.01. What it makes, `to_mu` shows again to 0.0001 亩."""
    with localcontext() as context:
        context.prec = 60
        return round_m2(mu * 2000 / 3)


def to_hectare(m2: Decimal) -> Decimal:
    """公顷 from m², exactly (× 0.0001, not rounded)."""
    return _exact_product(m2, HECTARE_PER_M2)


def distribute(total: Decimal, parts: Sequence[float | Decimal]) -> list[Decimal]:
    """Spread `total` over `parts` in proportion, in 0.01 m², so that the result sums to it exactly (调平).

    Largest remainder: every part is rounded down, the cents left go to the largest fractions; of equal
    fractions the earlier part wins.

    Raises:
        ValueError: a negative or non-finite part, a total that is negative or not in 0.01 m², or a total
            above zero over parts that sum to zero.
    """
    cents = round_m2(total) / CENT
    exact = [Decimal(part) for part in parts]
    if not total.is_finite() or total < 0 or round_m2(total) != total:
        raise ValueError(f"总面积必须是不小于0、以0.01平方米为单位的数，现为{total}。")
    if any(not part.is_finite() or part < 0 for part in exact):
        raise ValueError("各部分面积必须是不小于0的数。")
    whole = sum(exact, Decimal(0))
    if whole == 0:
        if total:
            raise ValueError(f"各部分面积合计为0，不能分摊总面积{total}平方米。")
        return [Decimal("0.00") for _ in exact]
    quotas = [part * cents / whole for part in exact]
    floors = [quota.to_integral_value(ROUND_FLOOR) for quota in quotas]
    left = int(cents - sum(floors))
    by_fraction = sorted(range(len(exact)), key=lambda i: floors[i] - quotas[i])
    for i in by_fraction[:left]:
        floors[i] += 1
    return [(units * CENT).quantize(CENT) for units in floors]


def distribute_each(
    cents: NDArray[np.int64], owner: NDArray[np.int64], parts: Floats
) -> NDArray[np.int64]:
    """`distribute` for many totals at once, in whole 0.01 m²: part k belongs to total `owner[k]`.

    Totals whose parts are all zero give zeros. Parts are finite and not negative.
    """
    whole = np.bincount(owner, weights=parts, minlength=len(cents))
    share = np.divide(cents, whole, out=np.zeros(len(cents)), where=whole > 0)
    quotas = parts * share[owner]
    units = np.floor(quotas).astype(np.int64)
    left = np.where(whole > 0, cents, 0)
    np.subtract.at(left, owner, units)
    order = np.lexsort((units - quotas, owner))
    starts = np.searchsorted(owner[order], np.arange(len(cents)))
    rank = np.arange(len(order)) - starts[owner[order]]
    units[order] += rank < left[owner[order]]
    return units


def _exact_product(a: Decimal, b: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return a * b


def single_polygons(geoms: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Single polygons and the index of the geometry each belongs to; collections are opened."""
    parts, owner = shapely.get_parts(geoms, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    return shapely.force_2d(parts[keep]), owner[keep]
