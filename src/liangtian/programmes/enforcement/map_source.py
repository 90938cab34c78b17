"""Patches on printed maps and for snapping: those the user may see, by outcome."""

from __future__ import annotations

import numpy as np
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from liangtian.platform.maps.sources import MOST, Figures, source
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds
from liangtian.programmes.enforcement.models import Outcome, Patch

STROKES: dict[str, str] = {
    Outcome.LEGAL: "#23794d",
    Outcome.ILLEGAL: "#cf3f3f",
    Outcome.OTHER: "#2b77b8",
    Outcome.SPLIT: "#b8640a",
    Outcome.UNDETERMINED: "#6b7280",
}


@source("patches")
def patch_figures(user: User, bounds: Bounds) -> list[Figures]:
    """One group per outcome (judged, else proposed), labelled with the patch's number."""
    if not user.may("enforcement.view"):
        return []
    outcome = Coalesce(NullIf("judgement_outcome", Value("")), "proposal_outcome")
    rows = Patch.objects.visible_to(user).filter(geom__bbox=bounds).annotate(outcome=outcome)
    grouped: dict[str, list[tuple[str, object]]] = {}
    for number, kind, geom in rows.order_by("pk").values_list("number", "outcome", "geom")[:MOST]:
        grouped.setdefault(kind or Outcome.UNDETERMINED, []).append((number, geom))
    return [
        Figures(
            f"卫片图斑（{Outcome(kind).label}）",
            _array(found),
            [n for n, _ in found],
            "",
            STROKES[kind],
            0.6,
        )
        for kind, found in sorted(grouped.items())
    ]


def _array(found: list[tuple[str, object]]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    out = np.empty(len(found), dtype=object)
    out[:] = [geom for _, geom in found]
    return out
