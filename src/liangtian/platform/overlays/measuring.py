"""Measuring a batch of plots against the layers of a run, as columns ready to be stored."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import distribute_each, round_m2
from liangtian.platform.geofield import AsWkb
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import features_with
from liangtian.platform.layers.ready import prepared
from liangtian.platform.overlays.models import Measure, RunLayer

if TYPE_CHECKING:
    from liangtian.geo.overlay.coverage import Zone
    from liangtian.geo.overlay.kernel import Pairs
    from liangtian.platform.overlays.parts import Placed

NEIGHBOURS, FIGURES = 250, 2_000
"""Plots whose distances are looked for together, and figures held at a time for that."""
_METRES_PER_DEGREE = 110_500.0
"""No degree of latitude is shorter, so a distance made into degrees with it is never too short."""


@dataclass
class Columns:
    """Rows of `Part`, column by column; `plot` is the place of the plot in its batch."""

    plot: list[int] = field(default_factory=list)
    layer: list[int] = field(default_factory=list)
    measure: list[str] = field(default_factory=list)
    category: list[str] = field(default_factory=list)
    m2: list[Decimal] = field(default_factory=list)

    def add(
        self,
        layer: RunLayer,
        measure: Measure,
        plot: list[int],
        category: Sequence[str],
        m2: Sequence[Decimal],
    ) -> None:
        """Rows of one layer; those without area are left out."""
        kept = [k for k, one in enumerate(m2) if one]
        self.plot += [plot[k] for k in kept]
        self.category += [str(category[k]) for k in kept]
        self.m2 += [m2[k] for k in kept]
        self.layer += [layer.pk] * len(kept)
        self.measure += [measure.value] * len(kept)


def measured(plots: Placed, layers: Sequence[RunLayer], *, ordered: bool) -> Columns:
    """Areas by category of each layer, closed to the plots' official m²; with `ordered` the ground first met too."""
    from liangtian.geo.overlay.coverage import Zone, by_category, shares_of

    official = plots.m2
    zones = [Zone(prepared(one.version), _shapes_of, one.version.layer.exclusive) for one in layers]
    found = shares_of(plots.chains, [zone.layer for zone in zones])
    out, asked = Columns(), _Asked(plots.geoms, official, found)
    for one, zone, pairs in zip(layers, zones, found, strict=True):
        layer = zone.layer
        if zone.exclusive:
            areas = by_category(pairs, layer, official)
            category = [str(c) for c in areas.category.tolist()]
            out.add(one, Measure.AREA, areas.plot.tolist(), category, areas.m2)
        else:
            _covered(out, one, asked, zone, pairs)
    if ordered:
        _first(out, layers, asked, zones)
    return out


@dataclass
class _Asked:
    """Plots, their official m², and their shares in the layers looked at so far."""

    geoms: NDArray[np.object_]
    official: Sequence[Decimal]
    found: list[Pairs]


def _covered(out: Columns, one: RunLayer, asked: _Asked, zone: Zone, pairs: Pairs) -> None:
    """A layer whose figures may overlap: the ground covered, once, under the layer's own code."""
    from liangtian.geo.overlay.coverage import cover

    rows = list(range(len(asked.geoms)))
    inside = cover(asked.geoms, pairs, zone)
    cents = _closed(np.column_stack([inside, np.maximum(pairs.whole - inside, 0)]), asked.official)
    for k, category in enumerate((one.version.layer.code, "")):
        out.add(one, Measure.AREA, rows, [category] * len(rows), _decimals(cents[:, k]))


def _first(out: Columns, layers: Sequence[RunLayer], asked: _Asked, zones: Sequence[Zone]) -> None:
    """The ground that each layer is the first to cover."""
    from liangtian.geo.overlay.coverage import exclusions

    first = exclusions(asked.geoms, zones, asked.found).first
    rest = np.maximum(asked.found[0].whole - first.sum(axis=1), 0)
    cents = _closed(np.column_stack([first, rest]), asked.official)
    rows = list(range(len(asked.geoms)))
    for k, one in enumerate(layers):
        out.add(one, Measure.FIRST, rows, [""] * len(rows), _decimals(cents[:, k]))


def _closed(parts: NDArray[np.float64], official: Sequence[Decimal]) -> NDArray[np.int64]:
    """Parts of each plot (rows) in whole 0.01 m² that sum to its official area."""
    total = np.array([int(m2.scaleb(2)) for m2 in official], np.int64)
    owner = np.repeat(np.arange(len(parts)), parts.shape[1])
    return distribute_each(total, owner, parts.ravel()).reshape(parts.shape)


def _decimals(cents: NDArray[np.int64]) -> list[Decimal]:
    return [Decimal(cent).scaleb(-2) for cent in cents.tolist()]


def _shapes_of(ids: NDArray[np.int64]) -> NDArray[np.object_]:
    return features_with(ids.tolist()).geoms


def distances(
    geoms: NDArray[np.object_], version: LayerVersion, most_m: int
) -> list[Decimal | None]:
    """Metres from each plot to the nearest figure of a version, None beyond `most_m`.

    Plots are asked for by neighbourhoods, and figures read a few at a time: a layer may be larger than memory.
    """
    from liangtian.geo.overlay.coverage import nearest
    from liangtian.geo.overlay.index import rough_hilbert_order

    nearest_m, (west, south, east, north) = np.full(len(geoms), np.inf), shapely.bounds(geoms).T
    order = rough_hilbert_order((west + east) / 2, (south + north) / 2)
    for start in range(0, len(order), NEIGHBOURS):
        some = order[start : start + NEIGHBOURS]
        for figures in _figures_near(version, geoms[some], most_m):
            _, metres = nearest(geoms[some], figures)
            nearest_m[some] = np.minimum(nearest_m[some], metres)
    return [round_m2(one) if one <= most_m else None for one in nearest_m.tolist()]


def _figures_near(
    version: LayerVersion, geoms: NDArray[np.object_], most_m: int
) -> Iterator[NDArray[np.object_]]:
    """The figures of a version whose boxes are as near as that to the box of all plots, some at a time."""
    west, south, east, north = shapely.total_bounds(geoms).tolist()
    high = most_m / _METRES_PER_DEGREE
    wide = high / math.cos(math.radians(max(abs(south), abs(north)) + high))
    box = (west - wide, south - high, east + wide, north + high)
    rows = Feature.objects.filter(version=version, geom__bbox=box).order_by()
    found = rows.values_list(AsWkb("geom"), flat=True).iterator(FIGURES)
    while some := [bytes(one) for one in itertools.islice(found, FIGURES)]:
        yield shapely.from_wkb(some)
