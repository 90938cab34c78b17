"""Where plots come from (地块来源): a published layer version here; a programme may add its own.

A source gives the same plots in the same order each time it is asked, so that a run begun anew goes on where the
last one stopped, and one made again finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import AsWkb
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import versions_for

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region


@dataclass(frozen=True)
class Batch:
    """Plots side by side: ids in the source, what they are called, official m², figures in EPSG:4490."""

    keys: Sequence[int]
    numbers: Sequence[str]
    categories: Sequence[str]
    m2: Sequence[Decimal]
    geoms: NDArray[np.object_]


@dataclass(frozen=True)
class Choice:
    """A set of plots that can be chosen."""

    source: str
    key: int
    title: str
    plots: int


@dataclass(frozen=True)
class Source:
    """A kind of plots: what a user may choose, and the plots of one choice by ascending id.

    `choices(user)` are those of the user's county; `batch(key, region, after, size)` reads at most `size` plots
    that may lie in the region, with ids above `after`; none means the end.
    """

    name: str
    label: str
    choices: Callable[[User], list[Choice]]
    batch: Callable[[int, Region, int, int], Batch]


_sources: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Make a source known. Raises ValueError for a name taken."""
    if source.name in _sources:
        raise ValueError(f"two sources named {source.name!r}")
    _sources[source.name] = source
    return source


def source_named(name: str) -> Source:
    """The source of that name. Raises NotFound."""
    if name not in _sources:
        raise NotFound("没有该地块来源。")
    return _sources[name]


def all_choices(user: User) -> list[Choice]:
    """What the user may choose, source by source."""
    return [choice for source in _sources.values() for choice in source.choices(user)]


def chosen(user: User, name: str, key: int) -> Choice:
    """One of them. Raises NotFound."""
    for choice in source_named(name).choices(user):
        if choice.key == key:
            return choice
    raise NotFound("没有该地块来源，或您无权使用。")


def _versions(user: User) -> list[Choice]:
    rows = versions_for(user).filter(status=LayerVersion.Status.PUBLISHED)
    rows = rows.order_by("layer__position", "-valid_from", "-pk")
    return [Choice("layer", one.pk, str(one), one.feature_count) for one in rows]


def _features(key: int, region: Region, after: int, size: int) -> Batch:
    rows = Feature.objects.filter(version=key, pk__gt=after)
    if region.level in ("township", "village", "group") and region.geom is not None:
        rows = rows.filter(geom__bbox=region.geom.bounds)
    names = ("pk", "fid", "title", "category", "area_m2", AsWkb("geom"))
    found = list(rows.order_by("pk").values_list(*names)[:size])
    return Batch(
        [row[0] for row in found],
        [(row[2] or row[1] or str(row[0]))[:80] for row in found],
        [row[3] for row in found],
        [row[4] for row in found],
        shapely.from_wkb([bytes(row[5]) for row in found]),
    )


register(Source("layer", "参考图层", _versions, _features))
