"""Flattening (压平): ground that two figures of a layer both have goes to one of them.

Only overlaps that the import found and listed are settled. Where figures of one category overlap in a layer
like red lines, the category keeps the union of its ground; in a layer that must not overlap at all, the
figure of higher rank keeps what it shares. docs/algorithms/flattening.md tells the rule.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Self

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
from liangtian.platform.layers.storing import insert_rows, update_rows

BY_ROW, BY_CATEGORY = "row", "category"
RULES = {
    BY_ROW: "重叠部分归行号在前的图形",
    BY_CATEGORY: "重叠部分归图例中排在前面的类别，同类归行号在前的图形",
}
BATCH = 500  # figures looked at together
OVERLAP = "G03"


class Figure(NamedTuple):
    """What is needed of a figure."""

    pk: int
    row: int
    fid: str
    area_m2: Decimal
    geom: shapely.MultiPolygon


class Cut(NamedTuple):
    """Ground that a figure gives up to the one called `keeper_fid`."""

    keeper_row: int
    keeper_fid: str
    m2: Decimal
    shape: shapely.MultiPolygon


class Settled(NamedTuple):
    """What is left of one figure (None: nothing) and its area."""

    figure: Figure
    left: shapely.MultiPolygon | None
    m2: Decimal
    cuts: list[Cut]


class Spool:
    """Settled figures kept in a temporary file until all are known, so that memory does not grow."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="liangtian-")  # noqa: SIM115 -- closed in __exit__
        self.figures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, settled: list[Settled]) -> None:
        """Keep one more batch."""
        pickle.dump(settled, self._file, pickle.HIGHEST_PROTOCOL)
        self.figures += len(settled)

    def __iter__(self) -> Iterator[list[Settled]]:
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield pickle.load(self._file)  # written by this very process


def overlapping(version: LayerVersion) -> int:
    """How many overlaps were listed when the version came in."""
    return LayerProblem.objects.filter(
        version=version, rule=OVERLAP, other_row__isnull=False
    ).count()


def settle(
    version: LayerVersion, rule: str, told: Callable[[float], None] = lambda _: None
) -> Iterator[list[Settled]]:
    """What every figure that loses ground keeps, batch by batch. Nothing is written yet.

    Areas of what is kept and what is given up sum to the figure's survey area exactly (0.01 m²).
    """
    keepers = _keepers(version, rule)
    losers = sorted(keepers)
    for start in range(0, len(losers), BATCH):
        now = losers[start : start + BATCH]
        wanted = set(now).union(*(keepers[row] for row in now))
        figures = {one.row: one for one in _figures(version, sorted(wanted))}
        settled = [_settled(figures[row], [figures[k] for k in keepers[row]]) for row in now]
        yield [one for one in settled if one.cuts]
        told((start + len(now)) / len(losers))


def apply(version: LayerVersion, rule: str, batches: Iterable[list[Settled]]) -> dict[str, Any]:
    """Write it: figures, their originals, the list of cuts, and the version's totals. All or nothing."""
    figures = cuts = gone = 0
    with transaction.atomic():
        before = version.area_m2
        for settled in batches:
            _keep_originals(version, settled)
            _list_cuts(version, settled)
            left = [one for one in settled if one.left is not None]
            _change(left)
            lost = [one.figure.pk for one in settled if one.left is None]
            Feature.objects.filter(pk__in=lost).delete()
            figures += len(settled)
            cuts += sum(len(one.cuts) for one in settled)
            gone += len(lost)
        total = _totals(version)
        version.flattened = {
            "rule": rule, "rule_label": RULES[rule], "figures": figures, "gone": gone,
            "cuts": cuts,
            "before_m2": str(before), "after_m2": str(total), "cut_m2": str(before - total),
        }  # fmt: skip
        version.save(update_fields=["flattened", "area_m2", "feature_count", "classes"])
    return dict(version.flattened)


def _change(settled: list[Settled]) -> None:
    shapes = np.empty(len(settled), dtype=object)
    shapes[:] = [one.left for one in settled]
    keys = [one.figure.pk for one in settled]
    update_rows(Feature, keys, {"area_m2": [one.m2 for one in settled]}, shapes)


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


def _figures(version: LayerVersion, rows: list[int]) -> Iterator[Figure]:
    names = ("pk", "row", "fid", "area_m2", "geom")
    for start in range(0, len(rows), BATCH):
        some = Feature.objects.filter(version=version, row__in=rows[start : start + BATCH])
        yield from (Figure(*values) for values in some.values_list(*names))


def _settled(figure: Figure, keepers: list[Figure]) -> Settled:
    # A keeper's own loss does not matter: whoever took it ranks higher still and is a keeper here too.
    left = figure.geom
    taken: list[tuple[Figure, shapely.MultiPolygon]] = []
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
        Cut(keeper.row, keeper.fid, m2, shape)
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


def _list_cuts(version: LayerVersion, settled: list[Settled]) -> None:
    rows = [(one.figure, cut) for one in settled for cut in one.cuts]
    if not rows:
        return
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [cut.shape for _, cut in rows]
    columns: dict[str, Sequence[Any]] = {
        "version_id": [version.pk] * len(rows),
        "row": [loser.row for loser, _ in rows],
        "fid": [loser.fid for loser, _ in rows],
        "keeper_row": [cut.keeper_row for _, cut in rows],
        "keeper_fid": [cut.keeper_fid for _, cut in rows],
        "area_m2": [cut.m2 for _, cut in rows],
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
