"""Overlay (套合分析) of any drawn plot with reference layers: m² and mu by category, closing to the plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo import overlay
from liangtian.geo.area import CENT, distribute, round_m2, survey_area, to_mu
from liangtian.platform.errors import Refused
from liangtian.platform.layers.models import Layer, LayerVersion
from liangtian.platform.layers.queries import (
    SHOWN_TO_IMPORTERS,
    features_in,
    features_with,
    versions_for,
)
from liangtian.platform.layers.ready import opened
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require, scope_geometry

OUTSIDE_LAYER = "图层范围以外"
OUTSIDE_SCOPE = "本辖区以外（不作分析）"


@dataclass(frozen=True)
class Line:
    """One category; `m2` to 0.01, `mu` rounded to 0.01 for itself."""

    category: str
    label: str
    m2: Decimal

    @property
    def mu(self) -> Decimal:
        return to_mu(self.m2).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Table:
    """One layer version; the lines sum to the plot's survey area exactly."""

    version: LayerVersion
    lines: list[Line]
    notes: list[str]


@dataclass(frozen=True)
class Analysis:
    """The plot, its survey area and one table per version, in the order of the layers."""

    plot: BaseGeometry
    area_m2: Decimal
    tables: list[Table]


def analyse(user: User, plot: BaseGeometry, version_ids: Sequence[int]) -> Analysis:
    """Measure a checked polygon (EPSG:4490) against versions the user may see.

    Only ground inside the user's region is compared; the rest is one line. Raises Refused, Forbidden.
    """
    require(user, "sketches.draw", "layers.view")
    if "Polygon" not in plot.geom_type:
        raise Refused("只有面状图形可以套合分析。请选择面。")
    scope = scope_geometry(user)
    versions = list(
        versions_for(user)
        .filter(pk__in=version_ids, status__in=SHOWN_TO_IMPORTERS)
        .order_by("layer__position", "-valid_from", "pk")
    )
    if not versions:
        raise Refused("请至少选择一个图层再分析。", fields={"versions": "必选"})
    whole = survey_area(plot)
    inside = _within(plot, scope)
    return Analysis(plot, whole, [_table(version, inside, whole) for version in versions])


def _within(plot: BaseGeometry, scope: BaseGeometry | None) -> BaseGeometry | None:
    """The part of the plot in the user's region; None when there is none."""
    if scope is None:
        return plot
    pieces = overlay.pieces(plot, _array([scope]))
    return pieces[0][1] if pieces else None


def _table(version: LayerVersion, inside: BaseGeometry | None, whole: Decimal) -> Table:
    parts: list[tuple[str, str, Decimal]] = []
    notes: list[str] = []
    if inside is not None:
        measure = _by_category if version.layer.exclusive else _by_cover
        parts, notes = measure(version, inside)
    beyond = whole - sum((m2 for _, _, m2 in parts), Decimal(0))
    if inside is None or abs(beyond) > CENT * 2:
        parts.append(("", OUTSIDE_SCOPE, max(beyond, Decimal(0))))
    figures = [m2 for _, _, m2 in parts]
    if (
        sum(figures, Decimal(0)) != whole
    ):  # a cent or two lost where the plot was cut at the boundary
        figures = distribute(whole, figures)
    lines = [Line(c, label, m2) for (c, label, _), m2 in zip(parts, figures, strict=True) if m2]
    return Table(version, lines, notes)


def _by_category(
    version: LayerVersion, plot: BaseGeometry
) -> tuple[list[tuple[str, str, Decimal]], list[str]]:
    """A layer whose figures do not overlap: one sum per category."""
    result = _areas(version, _array([plot]))
    rows = [
        (str(c), version.layer.category_name(str(c)) if c else OUTSIDE_LAYER, m2)
        for c, m2 in zip(result.category, result.m2, strict=True)
    ]
    notes = [
        f"图层在地块内自相重叠 {m2} 平方米，各类面积已按比例调平，请核对该图层。"
        for m2 in result.excess_m2.values()
    ]
    return rows, notes


def _areas(version: LayerVersion, plots: NDArray[np.object_]) -> overlay.Areas:
    """From the prepared layer; while it is still being made, from the features around the plot."""
    from liangtian.geo.overlay.coverage import by_category, shares

    layer = opened(version)
    if layer is None:
        found = features_in(version, plots[0].bounds)
        return overlay.areas(plots, found.geoms, found.categories.tolist())
    return by_category(shares(plots, layer), layer, [survey_area(plots[0])])


def _by_cover(
    version: LayerVersion, plot: BaseGeometry
) -> tuple[list[tuple[str, str, Decimal]], list[str]]:
    """A layer whose figures may overlap: ground covered counts once; papers are named."""
    whole = survey_area(plot)
    raw, titles = _covered(version, plot)
    covered = min(round_m2(raw), whole)
    rows = [(version.layer.code, version.layer.name, covered)] if covered else []
    notes = []
    named = sorted({str(title).strip() for title in titles} - {""})
    if named and version.layer.group == Layer.Group.APPROVAL:
        notes.append(f"涉及：{'、'.join(named)}。")
    return [*rows, ("", OUTSIDE_LAYER, whole - covered)], notes


def _covered(version: LayerVersion, plot: BaseGeometry) -> tuple[float, list[str]]:
    """m² of the plot that any figure covers, and the titles of those that do; as `_areas` from what is there."""
    from liangtian.geo.overlay.closing import NEGLIGIBLE_M2
    from liangtian.geo.overlay.coverage import Zone, cover, shares
    from liangtian.geo.overlay.prepared import build

    layer, plots = opened(version), _array([plot])
    if layer is None:
        near = features_in(version, plot.bounds)
        if not len(near):
            return 0.0, []
        layer = build(near.geoms, near.ids.tolist(), near.categories.tolist())
    found = shares(plots, layer)
    touching = features_with(layer.ids[found.source[found.m2 >= NEGLIGIBLE_M2]].tolist())
    return float(cover(plots, found, Zone(layer, touching.shapes_of))[0]), touching.titles.tolist()


def _array(geoms: list[BaseGeometry]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
