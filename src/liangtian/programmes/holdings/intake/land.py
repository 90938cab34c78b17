"""The figures of an intake: sound, in the area, on nobody else's ground, and as large as the ledger says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray

from liangtian.geo.area import survey_areas, to_mu
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.places import Places
from liangtian.programmes.holdings.codes import overlap_tolerance_m2, pack_in_use
from liangtian.programmes.holdings.intake.findings import SHAPE, Findings, Place
from liangtian.programmes.holdings.models import ParcelVersion

_CORRECT = "请在源文件中修正该图形后重新导入；系统不会擅自改动图形"
_INSIDE = 0.9999  # a parcel drawn along the border loses that much to rounding
_NAMED = 3
_AT_ONCE = 20_000  # rows of the register read at a time

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Ground:
    """The figures by row, None where there is none to enter, and their areas in m²."""

    geoms: Shapes
    area: list[Decimal]

    @property
    def rows(self) -> list[int]:
        """Positions of the rows that have a figure."""
        return [int(i) for i in np.flatnonzero(~shapely.is_missing(self.geoms))]


def place_of(geom: shapely.Geometry) -> Place:
    """A point of the figure."""
    point = geom.representative_point()
    return round(point.x, 7), round(point.y, 7)


def find_places(ground: Ground, area: Region, findings: Findings) -> dict[int, Region]:
    """The village (else township) of each figure; those outside the area are refused, straddling ones told."""
    rows = ground.rows
    if not rows:
        return {}
    regions, shares = Places(area).locate(ground.geoms[rows])
    found: dict[int, Region] = {}
    for i, region, share in zip(rows, regions, shares, strict=True):
        place = place_of(ground.geoms[i])
        if region is None:
            findings.error(
                i,
                SHAPE,
                "",
                f"地块不在{area.name}范围内",
                "请核对坐标系和带号；外地的地块由其所在地导入",
                place=place,
            )
        else:
            found[i] = region
            if share < _INSIDE:
                findings.warn(
                    i,
                    SHAPE,
                    "",
                    f"地块有 {1 - share:.2%} 在{area.name}之外",
                    "不影响入库，请核对界线",
                    place=place,
                )
    return found


def find_overlaps(
    ground: Ground, codes: Sequence[str], numbers: Sequence[int], findings: Findings
) -> None:
    """Refuse, at both rows, figures of the file that lie on each other's ground by more than the tolerance."""
    rows = ground.rows
    shapes = ground.geoms[rows]
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    for a, b, m2 in _shared(shapes, shapes, one[once], other[once]):
        for i, j in ((rows[a], rows[b]), (rows[b], rows[a])):
            findings.error(
                i, SHAPE, "", f"与第 {numbers[j]} 行（{codes[j] or '无编码'}）的图形重叠 {m2:.2f} 平方米",
                "请核对两个地块的界线后重新导入", place=place_of(ground.geoms[i]),
            )  # fmt: skip


def find_neighbours(
    ground: Ground, county: str, on: date, findings: Findings, without: Mapping[int, int]
) -> None:
    """Refuse figures on the ground of parcels that are registered on the day or later; `without`: row's own parcel."""
    rows = ground.rows
    if not rows:
        return
    shapes = ground.geoms[rows]
    present = (
        ParcelVersion.objects.within(county)
        .since(on)
        .filter(geom__bbox=tuple(shapely.total_bounds(shapes).tolist()))
    )
    tree = shapely.STRtree(shapes)
    told: dict[int, list[tuple[float, str]]] = {}
    for codes, parcels, others in _blocks(present):
        theirs, ours = tree.query(others, predicate="intersects")
        apart = [without.get(rows[o]) != parcels[t] for t, o in zip(theirs, ours, strict=True)]
        keep = np.array(apart, dtype=bool)
        for t, o, m2 in _shared(others, shapes, theirs[keep], ours[keep]):
            told.setdefault(rows[o], []).append((m2, codes[t]))
    for i, found in sorted(told.items()):
        named = "、".join(
            f"{code}（{m2:.2f} 平方米）" for m2, code in sorted(found, reverse=True)[:_NAMED]
        )
        findings.error(
            i, SHAPE, "", f"与已登记的 {len(found)} 个地块重叠：{named}",
            "请核对界线；若是同一地块，请填写其登记的编码", place=place_of(ground.geoms[i]),
        )  # fmt: skip


def _blocks(rows: object) -> list[tuple[list[str], list[int], Shapes]]:
    out = []
    block: list[tuple[str, int, object]] = []
    for one in rows.order_by().values_list("code", "parcel_id", "geom").iterator(_AT_ONCE):  # type: ignore[attr-defined]
        block.append(one)
        if len(block) == _AT_ONCE:
            out.append(_block(block))
            block = []
    return [*out, _block(block)] if block else out


def _block(block: Sequence[tuple[str, int, object]]) -> tuple[list[str], list[int], Shapes]:
    shapes = np.empty(len(block), dtype=object)
    shapes[:] = [geom for _, _, geom in block]
    return [code for code, _, _ in block], [parcel for _, parcel, _ in block], shapes


def _shared(
    one: Shapes, other: Shapes, i: NDArray[np.int64], j: NDArray[np.int64]
) -> list[tuple[int, int, float]]:
    """Pairs that share more ground than the tolerance, with the area in m²."""
    apart = shapely.touches(one[i], other[j])
    i, j = i[~apart], j[~apart]
    if not len(i):
        return []
    m2 = survey_areas(shapely.intersection(one[i], other[j]))
    tolerance = float(overlap_tolerance_m2())
    return [
        (int(a), int(b), float(area))
        for a, b, area in zip(i, j, m2, strict=True)
        if area > tolerance
    ]


def compare_areas(ground: Ground, written: Sequence[Decimal | None], findings: Findings) -> None:
    """Warn where the ledger's area is far from the figure's; what is registered is the figure's."""
    allowed = pack_in_use().value("holdings.area_difference_percent", timezone.localdate()).decimal
    for i in ground.rows:
        said = written[i]
        measured = to_mu(ground.area[i])
        if said is not None and abs(measured - said) * 100 > measured * allowed:
            findings.warn(
                i, "area_mu", str(said), f"与图形的椭球面积 {measured:.2f} 亩相差 {said - measured:+.2f} 亩",
                f"不影响入库，以图形面积为准；差距超过 {allowed}%，请核对",
            )  # fmt: skip
