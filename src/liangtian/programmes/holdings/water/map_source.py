"""Wells and canals on printed maps and for snapping: those the user may see."""

from __future__ import annotations

import numpy as np

from liangtian.platform.maps.sources import MOST, Figures, source
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds
from liangtian.programmes.holdings.models import WaterSource

STROKES = {"well": "#0b62a8", "canal": "#2f9bd6"}


@source("water")
def water_figures(user: User, bounds: Bounds) -> list[Figures]:
    """Wells in one group, canals in another, labelled with their codes."""
    if not user.may("holdings.view"):
        return []
    rows = WaterSource.objects.visible_to(user).filter(geom__bbox=bounds).exclude(geom=None)
    found: dict[str, list[tuple[str, object]]] = {}
    for code, kind, geom in rows.order_by("pk").values_list("code", "kind", "geom")[:MOST]:
        found.setdefault(kind, []).append((code, geom))
    made = []
    for kind, figures in sorted(found.items()):
        geoms = np.empty(len(figures), dtype=object)
        geoms[:] = [geom for _, geom in figures]
        label = str(WaterSource.Kind(kind).label)
        made.append(Figures(label, geoms, [c for c, _ in figures], "", STROKES[kind], 0.5))
    return made
