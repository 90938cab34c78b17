"""Overlay of patches (套合) with layer versions and with the patches of earlier batches.

What comes of it: areas by category, the papers that touch a patch, and the earlier patches on its ground.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo import overlay as geo
from liangtian.geo.area import round_m2, survey_areas
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.queries import FeatureArrays, features_with
from liangtian.platform.layers.ready import prepared
from liangtian.programmes.enforcement.models import Patch

if TYPE_CHECKING:
    from liangtian.geo.overlay.kernel import Pairs
    from liangtian.geo.overlay.prepared import PreparedLayer

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
    """Patches side by side, and where the result of each goes."""

    patches: Sequence[Patch]
    shapes: NDArray[np.object_]
    out: list[Measured]

    def only(self, rows: list[int]) -> _Plots:
        """Some of them."""
        return _Plots(
            [self.patches[i] for i in rows], self.shapes[rows], [self.out[i] for i in rows]
        )

    def scales(self, computed: NDArray[np.float64]) -> NDArray[np.float64]:
        """What leads from computed areas to official ones."""
        return np.array([float(p.area_m2) for p in self.patches]) / computed


def overlay(
    patches: Sequence[Patch], versions: Sequence[Versions], earlier_batches: Sequence[int] = ()
) -> list[Measured]:
    """Measure each patch against its own choice of versions, layer by layer, and the batches given.

    Figures are adjusted to `patch.area_m2`, the official area in the coordinate system of the file.
    Raises GeometryRefused for an invalid patch or feature.
    """
    from liangtian.geo.overlay.coverage import shares

    shapes = _array([patch.geom for patch in patches])
    plots = _Plots(patches, shapes, [Measured() for _ in patches])
    wanted: dict[int, tuple[LayerVersion, list[int]]] = {}
    for index, chosen in enumerate(versions):
        for version in chosen.values():
            wanted.setdefault(version.pk, (version, []))[1].append(index)
    for version, rows in sorted(wanted.values(), key=lambda w: (w[0].layer.position, w[0].pk)):
        some, layer = plots.only(rows), prepared(version)
        measure = _by_category if version.layer.exclusive else _by_cover
        measure(version, some, layer, shares(some.shapes, layer))
    _by_earlier(plots, earlier_batches)
    for measured, scale in zip(plots.out, plots.scales(survey_areas(shapes)).tolist(), strict=True):
        measured.papers_overlap_m2 = _papers_overlap(measured.papers, scale)
    return plots.out


def _by_category(version: LayerVersion, plots: _Plots, layer: PreparedLayer, found: Pairs) -> None:
    """A layer whose figures do not overlap: one sum per category."""
    from liangtian.geo.overlay.coverage import by_category

    result = by_category(found, layer, [patch.area_m2 for patch in plots.patches])
    rows = zip(result.plot.tolist(), result.category.tolist(), result.m2, strict=True)
    for index, category, m2 in rows:
        plots.out[index].areas.append((version, category, m2))
    for index, excess in result.excess_m2.items():
        plots.out[index].notes.append(
            f"“{version}”在图斑内自相重叠 {excess} 平方米，各类面积已按比例调平，请核对该图层。"
        )


def _by_cover(version: LayerVersion, plots: _Plots, layer: PreparedLayer, found: Pairs) -> None:
    """A layer whose figures may overlap: the ground covered counts once, each paper is kept apart."""
    from liangtian.geo.overlay.coverage import Zone, cover

    touched = found.m2 >= NEGLIGIBLE_M2
    features = features_with(np.unique(layer.ids[found.source[touched]]).tolist())
    zone = Zone(layer, features.shapes_of)
    covered = cover(plots.shapes, found, zone) * plots.scales(found.whole)
    for index, (patch, measured) in enumerate(zip(plots.patches, plots.out, strict=True)):
        inside = min(round_m2(float(covered[index])), patch.area_m2)
        if inside:
            measured.areas.append((version, version.layer.code, inside))
        measured.areas.append((version, OUTSIDE, patch.area_m2 - inside))
    if version.layer.group == Layer.Group.APPROVAL:
        for index in np.unique(found.plot[touched]).tolist():
            mine = layer.ids[found.source[touched & (found.plot == index)]]
            _by_paper(version, plots.only([index]), features.only(mine))


def _by_paper(version: LayerVersion, plot: _Plots, found: FeatureArrays) -> None:
    """The papers that touch one patch, each with its piece of ground."""
    whole, scale = plot.patches[0].area_m2, float(plot.scales(survey_areas(plot.shapes))[0])
    papers = _papers(version.layer.code, geo.pieces(plot.shapes[0], found.geoms), found)
    for paper in papers:
        paper.raw_m2 = float(survey_areas(_array([paper.geom]))[0])
        paper.m2 = min(round_m2(paper.raw_m2 * scale), whole)
    plot.out[0].papers += papers


def _by_earlier(plots: _Plots, batches: Sequence[int]) -> None:
    """Patches of earlier batches: how much ground each shares, whether or not another covers it too."""
    from liangtian.geo.overlay.coverage import shares
    from liangtian.geo.overlay.prepared import build

    west, south, east, north = shapely.total_bounds(plots.shapes).tolist()
    near = Patch.objects.filter(batch__in=batches, geom__bbox=(west, south, east, north))
    earlier = list(near.order_by("pk").values_list("pk", "geom"))
    ids = [pk for pk, _ in earlier]
    layer = build(_array([geom for _, geom in earlier]), ids, [str(pk) for pk in ids])
    found = shares(plots.shapes, layer)
    m2 = found.m2 * plots.scales(found.whole)[found.plot]
    for index, source, shared in zip(found.plot, found.source, m2.tolist(), strict=True):
        counted = min(round_m2(shared), plots.patches[index].area_m2)
        if counted:
            plots.out[index].earlier.append((ids[source], counted))


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
