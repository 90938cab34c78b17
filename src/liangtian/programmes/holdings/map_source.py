"""Parcels on printed maps and for snapping: those the user may see today, by way of use."""

from __future__ import annotations

import numpy as np

from liangtian.platform.maps.sources import MOST, Figures, source
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds
from liangtian.programmes.holdings.colouring import CORPS, OTHER, STROKES
from liangtian.programmes.holdings.models import ParcelVersion
from liangtian.programmes.holdings.tiles import shown_code


@source("parcels")
def parcel_figures(user: User, bounds: Bounds) -> list[Figures]:
    """One group per way of use, XPCC land apart, labelled with the parcel's code."""
    if not user.may("holdings.view"):
        return []
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, geom__bbox=bounds)
    grouped: dict[str, list[tuple[str, object]]] = {}
    found = rows.order_by("pk").values_list("code", "way", "corps", "geom")[:MOST]
    for code, way, corps, geom in found:
        grouped.setdefault(CORPS if corps else way, []).append((shown_code(code), geom))
    return [
        Figures(
            f"地块（{way}）", _array(some), [code for code, _ in some], "",
            STROKES.get(way, OTHER), 0.4,
        )
        for way, some in sorted(grouped.items())
    ]  # fmt: skip


def _array(found: list[tuple[str, object]]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    out = np.empty(len(found), dtype=object)
    out[:] = [geom for _, geom in found]
    return out
