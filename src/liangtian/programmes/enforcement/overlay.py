"""Overlay of patches (套合) with layer versions and with the patches of earlier batches.

What comes of it: areas by category, the papers that touch a patch, and the earlier patches on its ground.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo import overlay as geo
from liangtian.geo.area import distribute, round_m2, survey_areas
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.queries import FeatureArrays, features_in
from liangtian.programmes.enforcement.models import Patch

OUTSIDE = geo.REMAINDER
NEGLIGIBLE_M2 = 0.005  # half of the last figure kept

Versions = Mapping[str, LayerVersion]  # by layer code


@dataclass
class Paper:
    """What one approval, filing or licence covers of a patch; `raw_m2` before rounding."""

    source: str
    number: str
    valid_from: date | None
    valid_to: date | None
    geom: BaseGeometry
    raw_m2: float = 0.0
    m2: Decimal = Decimal(0)


@dataclass
class Measured:
    """One patch measured. Per version the rows sum to the patch's area; category "" lies outside."""

    areas: list[tuple[LayerVersion, str, Decimal]] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    papers_overlap_m2: Decimal = Decimal(0)
    earlier: list[tuple[int, Decimal]] = field(default_factory=list)  # (id of a patch, m² shared)
    notes: list[str] = field(default_factory=list)

    def of_layer(self, code: str) -> dict[str, Decimal]:
        """Category -> m² of one layer."""
        return {c: m2 for version, c, m2 in self.areas if version.layer.code == code}


@dataclass(frozen=True)
class _Plots:
    """The patches of one run side by side; `scale` leads from computed to official areas."""

    patches: Sequence[Patch]
    shapes: NDArray[np.object_]
    scale: NDArray[np.float64]
    out: list[Measured]


def overlay(
    patches: Sequence[Patch], versions: Sequence[Versions], earlier_batches: Sequence[int] = ()
) -> list[Measured]:
    """Measure each patch against its own choice of versions, layer by layer, and the batches given.

    Figures are adjusted to `patch.area_m2`, the official area in the coordinate system of the file.
    Raises GeometryRefused for an invalid patch or feature.
    """
    shapes = _array([patch.geom for patch in patches])
    scale = np.array([float(p.area_m2) for p in patches]) / survey_areas(shapes)
    plots = _Plots(patches, shapes, scale, [Measured() for _ in patches])
    wanted: dict[int, tuple[LayerVersion, list[int]]] = {}
    for index, chosen in enumerate(versions):
        for version in chosen.values():
            wanted.setdefault(version.pk, (version, []))[1].append(index)
    for version, rows in sorted(wanted.values(), key=lambda w: (w[0].layer.position, w[0].pk)):
        west, south, east, north = shapely.total_bounds(shapes[rows]).tolist()
        found = features_in(version, (west, south, east, north))
        measure = _by_category if version.layer.exclusive else _by_cover
        measure(version, rows, plots, found)
    _by_earlier(plots, earlier_batches)
    for index, measured in enumerate(plots.out):
        measured.papers_overlap_m2 = _papers_overlap(measured.papers, float(scale[index]))
    return plots.out


def _by_category(
    version: LayerVersion, rows: list[int], plots: _Plots, found: FeatureArrays
) -> None:
    """A layer whose figures do not overlap: one sum per category."""
    result = geo.areas(plots.shapes[rows], found.geoms, found.categories.tolist())
    for position, index in enumerate(rows):
        mine = np.flatnonzero(result.plot == position).tolist()
        official, figures = plots.patches[index].area_m2, [result.m2[i] for i in mine]
        if sum(figures, Decimal(0)) != official:
            figures = distribute(official, figures)
        measured = plots.out[index]
        measured.areas += [
            (version, str(result.category[i]), m2)
            for i, m2 in zip(mine, figures, strict=True)
            if m2 or result.category[i] == OUTSIDE
        ]
        if position in result.excess_m2:
            measured.notes.append(
                f"“{version}”在图斑内自相重叠 {result.excess_m2[position]} 平方米，"
                "各类面积已按比例调平，请核对该图层。"
            )


def _by_cover(version: LayerVersion, rows: list[int], plots: _Plots, found: FeatureArrays) -> None:
    """A layer whose figures may overlap: the ground covered counts once, each paper is kept apart."""
    near, hits = shapely.STRtree(found.geoms).query(plots.shapes[rows], predicate="intersects")
    for position, index in enumerate(rows):
        features = np.sort(hits[near == position])
        shape, scale = plots.shapes[index], float(plots.scale[index])
        pieces = geo.pieces(shape, found.geoms[features]) if len(features) else []
        whole, measured = plots.patches[index].area_m2, plots.out[index]
        covered = _size([geom for _, geom in pieces], scale, whole)
        if covered:
            measured.areas.append((version, version.layer.code, covered))
        measured.areas.append((version, OUTSIDE, whole - covered))
        if version.layer.group == Layer.Group.APPROVAL:
            cuts = [(int(features[i]), geom) for i, geom in pieces]
            papers = _papers(version.layer.code, cuts, found)
            for paper in papers:
                paper.raw_m2 = float(survey_areas(_array([paper.geom]))[0])
                paper.m2 = min(round_m2(paper.raw_m2 * scale), whole)
            measured.papers += papers


def _by_earlier(plots: _Plots, batches: Sequence[int]) -> None:
    """Patches of earlier batches: how much ground each shares, whether or not another covers it too."""
    west, south, east, north = shapely.total_bounds(plots.shapes).tolist()
    near = Patch.objects.filter(batch__in=batches, geom__bbox=(west, south, east, north))
    found = list(near.order_by("pk").values_list("pk", "geom"))
    others = _array([geom for _, geom in found])
    rows, hits = shapely.STRtree(others).query(plots.shapes, predicate="intersects")
    for index in np.unique(rows).tolist():
        mine = np.sort(hits[rows == index])
        cuts = geo.pieces(plots.shapes[index], others[mine])
        for position, geom in cuts:
            m2 = _size([geom], float(plots.scale[index]), plots.patches[index].area_m2)
            if m2:
                plots.out[index].earlier.append((found[int(mine[position])][0], m2))


def _papers(source: str, cuts: list[tuple[int, BaseGeometry]], found: FeatureArrays) -> list[Paper]:
    """One paper per number and term, however many figures it has; without a number, per figure."""
    grouped: dict[tuple[str, date | None, date | None], tuple[str, list[BaseGeometry]]] = {}
    for i, geom in cuts:
        number = str(found.titles[i]).strip()
        key = (number or f"#{found.ids[i]}", found.date_from[i], found.date_to[i])
        grouped.setdefault(key, (number, []))[1].append(geom)
    return [
        Paper(source, number, start, end, shapely.union_all(geoms))
        for (_, start, end), (number, geoms) in grouped.items()
    ]


def _size(geoms: list[BaseGeometry], scale: float, whole: Decimal) -> Decimal:
    """Area of the union, m², never more than the whole."""
    if not geoms:
        return Decimal("0.00")
    raw = float(survey_areas(_array([shapely.union_all(geoms)]))[0])
    return min(round_m2(raw * scale), whole)


def _papers_overlap(papers: list[Paper], scale: float) -> Decimal:
    """Ground that papers share: sum of their areas less the area of their union, m²."""
    if len(papers) < 2:
        return Decimal(0)
    union = float(survey_areas(_array([shapely.union_all([p.geom for p in papers])]))[0])
    shared = sum(p.raw_m2 for p in papers) - union
    return round_m2(shared * scale) if shared >= NEGLIGIBLE_M2 * len(papers) else Decimal(0)


def _array(geoms: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
