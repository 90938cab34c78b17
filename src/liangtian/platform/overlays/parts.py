"""The plots of a run, part by part, each plot with the region it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liangtian.platform.overlays.models import Run
from liangtian.platform.overlays.sources import Batch, source_named
from liangtian.platform.people.scope import COUNTY_DIGITS
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.places import Places

if TYPE_CHECKING:
    from liangtian.geo.overlay.chains import Chains

PART = 2_000
"""Plots measured and stored together: what memory holds, and what a kill can cost."""


@dataclass(frozen=True)
class Placed:
    """Plots side by side that lie in the region of the run."""

    keys: list[int]
    numbers: list[str]
    categories: list[str]
    m2: list[Decimal]
    regions: list[str]
    geoms: NDArray[np.object_]
    chains: Chains
    """The same figures as `geoms`, checked."""


class Parts:
    """Iterates over the plots with ids above `after`; `share` tells how far it is, 0 to 1."""

    def __init__(self, run: Run, after: int = 0) -> None:
        self.run, self.after = run, after
        self.seen = run.plots if after else 0
        self.county = Region.objects.get(code=run.region_id[:COUNTY_DIGITS])
        self.places = Places(self.county)

    @property
    def share(self) -> float:
        """How much of the source is done."""
        return min(self.seen / max(self.run.expected, 1), 1.0)

    def __iter__(self) -> Iterator[Placed]:
        source = source_named(self.run.source)
        while True:
            batch = source.batch(self.run.source_key, self.run.region, self.after, PART)
            if not len(batch.keys):
                return
            placed = self._placed(batch)
            if placed.keys:
                yield placed
            self.after = batch.keys[-1]
            self.seen += len(batch.keys)

    def _placed(self, batch: Batch) -> Placed:
        """Those of a batch that lie in the region of the run; what lies in no village or township is the county's.

        Raises GeometryRefused for an invalid one.
        """
        from liangtian.geo.overlay.chains import select
        from liangtian.geo.overlay.coverage import checked

        chains = checked(batch.geoms)
        found, _ = self.places.located(chains)
        codes = [region.code if region else self.county.code for region in found]
        keep = [k for k, code in enumerate(codes) if code.startswith(self.run.region_id)]
        return Placed(
            [batch.keys[k] for k in keep],
            [batch.numbers[k] for k in keep],
            [batch.categories[k] for k in keep],
            [batch.m2[k] for k in keep],
            [codes[k] for k in keep],
            batch.geoms[keep],
            chains if len(keep) == len(codes) else select(chains, np.asarray(keep, np.int64)),
        )
