"""The accountability ratio: read by who sees patches, for the own region or below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import EXPORT, VIEW, WHERE, Row
from tests.site.world import World

API = "/api/enforcement"


def _asked(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"year": 2026, "region": w.regions[place].code}}


def _body(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"year": 2026, "region": w.regions[place].code, "restored": []}}


GRID = {"grid_worker": 404}  # answers for a village, not for the township above it

ROWS: tuple[Row, ...] = (
    Row("GET", f"{API}/ratio", VIEW, _asked, WHERE, other=GRID),
    Row("GET", f"{API}/ratio/parts", VIEW, _asked, WHERE, other=GRID),
    Row("POST", f"{API}/ratio/what-if", VIEW, _body, WHERE, other=GRID),
    Row("GET", f"{API}/ratio.xlsx", EXPORT, _asked, WHERE),
)
