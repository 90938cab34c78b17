"""Flattening (压平): ground that two figures of a layer both have goes to one of them.

Only overlaps that the import found and listed are settled. Where figures of one category overlap in a layer
like red lines, the category keeps the union of its ground; in a layer that must not overlap at all, the
figure of higher rank keeps what it shares. docs/algorithms/flattening.md tells the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Count, Sum

from liangtian.geo.area import CENT, distribute, single_polygons, survey_areas
from liangtian.platform.layers.models import (
    Feature,
    LayerCut,
    LayerProblem,
    LayerVersion,
    OriginalFigure,
)
from liangtian.platform.layers.storing import insert_rows

BY_ROW, BY_CATEGORY = "row", "category"
RULES = {
    BY_ROW: "重叠部分归行号在前的图形",
    BY_CATEGORY: "重叠部分归图例中排在前面的类别，同类归行号在前的图形",
}
BATCH = 500  # figures looked at together
OVERLAP = "G03"


@dataclass(frozen=True)
class Cut:
    """Ground that `loser` gives up to `keeper`."""

    loser: Feature
    keeper: Feature
    m2: Decimal
    shape: shapely.MultiPolygon


@dataclass(frozen=True)
class Settled:
    """What is left of one figure (None: nothing) and its area."""

    figure: Feature
    left: shapely.MultiPolygon | None
    m2: Decimal
    cuts: list[Cut]


def overlapping(version: LayerVersion) -> int:
    """How many overlaps were listed when the version came in."""
    return LayerProblem.objects.filter(
        version=version, rule=OVERLAP, other_row__isnull=False
    ).count()


def settle(
    version: LayerVersion, rule: str, told: Callable[[float], None] = lambda _: None
) -> list[Settled]:
    """What every figure that loses ground keeps. Nothing is written yet.

    Areas of what is kept and what is given up sum to the figure's survey area exactly (0.01 m²).
    """
    out = []
    keepers = _keepers(version, rule)
    losers = sorted(keepers)
    for start in range(0, len(losers), BATCH):
        now = losers[start : start + BATCH]
        wanted = set(now).union(*(keepers[row] for row in now))
        figures = {one.row: one for one in _figures(version, sorted(wanted))}
        for row in now:
            out.append(_settled(figures[row], [figures[k] for k in keepers[row]]))
        told((start + len(now)) / len(losers))
    return [one for one in out if one.cuts]


def apply(version: LayerVersion, rule: str, settled: list[Settled]) -> dict[str, Any]:
    """Write it: figures, their originals, the list of cuts, and the version's totals. All or nothing."""
    with transaction.atomic():
        before = version.area_m2
        _keep_originals(version, settled)
        _list_cuts(version, [cut for one in settled for cut in one.cuts])
        gone = [one.figure.pk for one in settled if one.left is None]
        changed = [one for one in settled if one.left is not None]
        for one in changed:
            one.figure.geom, one.figure.area_m2 = one.left, one.m2
        Feature.objects.bulk_update([o.figure for o in changed], ["geom", "area_m2"], BATCH)
        Feature.objects.filter(pk__in=gone).delete()
        total = _totals(version)
        version.flattened = {
            "rule": rule, "rule_label": RULES[rule], "figures": len(settled), "gone": len(gone),
            "cuts": sum(len(one.cuts) for one in settled),
            "before_m2": str(before), "after_m2": str(total), "cut_m2": str(before - total),
        }  # fmt: skip
        version.save(update_fields=["flattened", "area_m2", "feature_count", "classes"])
    return dict(version.flattened)


def _keepers(version: LayerVersion, rule: str) -> dict[int, list[int]]:
    """For each figure that loses ground, the figures it loses it to, the highest rank first."""
    pairs = LayerProblem.objects.filter(version=version, rule=OVERLAP, other_row__isnull=False)
    found = [(row, other) for row, other in pairs.values_list("row", "other_row") if other]
    places: dict[str, int] = {}
    if rule == BY_CATEGORY:
        places = {str(e["code"]): n for n, e in enumerate(version.layer.legend)}
    rows = sorted({row for pair in found for row in pair})
    category: dict[int, str] = {}
    for start in range(0, len(rows), BATCH):
        some = Feature.objects.filter(version=version, row__in=rows[start : start + BATCH])
        category.update(some.values_list("row", "category"))

    def rank(row: int) -> tuple[int, int]:
        return places.get(category[row], len(places)), row

    out: dict[int, list[int]] = defaultdict(list)
    for one, other in found:
        keeper, loser = sorted((one, other), key=rank)
        out[loser].append(keeper)
    return {loser: sorted(set(k), key=rank) for loser, k in out.items()}


def _figures(version: LayerVersion, rows: list[int]) -> Iterator[Feature]:
    for start in range(0, len(rows), BATCH):
        yield from Feature.objects.filter(version=version, row__in=rows[start : start + BATCH])


def _settled(figure: Feature, keepers: list[Feature]) -> Settled:
    # A keeper's own loss does not matter: whoever took it ranks higher still and is a keeper here too.
    left = figure.geom
    taken: list[tuple[Feature, shapely.MultiPolygon]] = []
    for keeper in keepers:
        shared = _areal(shapely.intersection(left, keeper.geom))
        if shared is not None:
            taken.append((keeper, shared))
            left = _areal(shapely.difference(left, keeper.geom)) or shapely.MultiPolygon()
    shapes = np.empty(len(taken) + 1, dtype=object)
    shapes[:] = [left, *(shape for _, shape in taken)]
    areas = survey_areas(shapes).tolist()
    if not taken or sum(areas) == 0:
        return Settled(figure, figure.geom, figure.area_m2, [])
    rest, *parts = distribute(figure.area_m2, areas)
    cuts = [
        Cut(figure, keeper, m2, shape)
        for (keeper, shape), m2 in zip(taken, parts, strict=True)
        if m2 >= CENT
    ]
    rest = figure.area_m2 - sum((cut.m2 for cut in cuts), Decimal(0))
    return Settled(figure, None if left.is_empty else left, rest, cuts)


def _areal(geom: shapely.Geometry) -> shapely.MultiPolygon | None:
    polygons, _ = single_polygons(np.array([geom], dtype=object))
    return shapely.multipolygons(polygons) if len(polygons) else None


def _keep_originals(version: LayerVersion, settled: list[Settled]) -> None:
    if not settled:
        return
    shapes = np.empty(len(settled), dtype=object)
    shapes[:] = [one.figure.geom for one in settled]
    columns: dict[str, Sequence[Any]] = {
        "version_id": [version.pk] * len(settled),
        "row": [one.figure.row for one in settled],
        "area_m2": [one.figure.area_m2 for one in settled],
    }
    insert_rows(OriginalFigure, columns, shapes)


def _list_cuts(version: LayerVersion, cuts: list[Cut]) -> None:
    if not cuts:
        return
    shapes = np.empty(len(cuts), dtype=object)
    shapes[:] = [cut.shape for cut in cuts]
    columns: dict[str, Sequence[Any]] = {
        "version_id": [version.pk] * len(cuts),
        "row": [cut.loser.row for cut in cuts],
        "fid": [cut.loser.fid for cut in cuts],
        "keeper_row": [cut.keeper.row for cut in cuts],
        "keeper_fid": [cut.keeper.fid for cut in cuts],
        "area_m2": [cut.m2 for cut in cuts],
    }
    insert_rows(LayerCut, columns, shapes)


def _totals(version: LayerVersion) -> Decimal:
    rows = Feature.objects.filter(version=version).order_by("category").values("category")
    found = list(rows.annotate(count=Count("pk"), m2=Sum("area_m2")))
    version.classes = [
        {"category": r["category"], "count": r["count"], "area_m2": str(_cents(r["m2"]))}
        for r in found
    ]
    version.feature_count = sum(r["count"] for r in found)
    version.area_m2 = sum((_cents(r["m2"]) for r in found), Decimal(0))
    return version.area_m2


def _cents(value: Decimal) -> Decimal:
    return Decimal(value).quantize(CENT)  # SQLite sums in binary; cents are exact again
