"""Rows of the matrix: freezes linked to violations (增违挂钩)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tests.site.matrix import COUNTY_ONLY, VIEW, Row, holding
from tests.site.world import ABROAD, World

API = "/api/enforcement/freezes"
SEE, RUN = holding("books.view") & VIEW, holding("freezes.run")
WHEN = timezone.localdate()


def _county(place: str) -> str:
    return "990122" if place == ABROAD else "990121"


def _asked(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"year": WHEN.year, "region": _county(place)}}


def _run(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"year": WHEN.year, "region": _county(place)}}


def _reserve(w: World, place: str) -> Mapping[str, Any]:
    body = {"commodity": "FARMLAND-M2", "m2": "1000.00", "document": "示例〔2026〕1号",
            "on": WHEN.isoformat(), "region": _county(place)}  # fmt: skip
    return {"json": body}


def _part(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"part_id": w.patches[place][1].parts.get().pk}}


ROWS: tuple[Row, ...] = (
    Row("GET", API, SEE, _asked, COUNTY_ONLY),
    Row("POST", f"{API}/run", RUN, _run, COUNTY_ONLY),
    Row("POST", f"{API}/reserve", RUN, _reserve, COUNTY_ONLY),
    Row("GET", f"{API}/parts/{{part_id}}", SEE, _part, COUNTY_ONLY),
)
