"""Buildings at the field edge on printed maps and for snapping: those the user may see that stand."""

from __future__ import annotations

import numpy as np

from liangtian.platform.maps.sources import MOST, Figures, source
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds
from liangtian.programmes.holdings.models import Building

STROKE = "#7a4a1d"


@source("buildings")
def building_figures(user: User, bounds: Bounds) -> list[Figures]:
    """One group, labelled with the kind."""
    if not user.may("holdings.view"):
        return []
    rows = Building.objects.visible_to(user).filter(valid_to=None, geom__bbox=bounds)
    found = list(rows.order_by("pk").values_list("kind", "geom")[:MOST])
    if not found:
        return []
    geoms = np.empty(len(found), dtype=object)
    geoms[:] = [geom for _, geom in found]
    return [Figures("地头建筑物", geoms, [kind for kind, _ in found], "", STROKE, 0.4)]
