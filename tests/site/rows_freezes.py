"""Rows of the matrix: freezes linked to violations (增违挂钩)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from tests.site.matrix import COUNTY_ONLY, VIEW, Row, holding
from tests.site.world import ABROAD, World

API = "/api/enforcement/freezes"
SEE, RUN, CONFIRM = holding("books.view") & VIEW, holding("freezes.run"), holding("freezes.confirm")
WHEN = timezone.localdate()


def _county(place: str) -> str:
    return "990122" if place == ABROAD else "990121"


def _asked(w: World, place: str) -> Mapping[str, Any]:
    return {"query": {"year": WHEN.year, "region": _county(place)}}


def _run(w: World, place: str) -> Mapping[str, Any]:
    """Something is to be done: a freeze of a part that is no more."""
    from liangtian.platform.books.reserve import FARMLAND
    from liangtian.programmes.enforcement.models import Freeze

    gone: dict[str, Any] = {
        "part": None,
        "year": WHEN.year,
        "commodity": FARMLAND,
        "wanted": 100,
        "owed": 100,
    }
    Freeze.objects.get_or_create(region_id=_county(place), **gone)
    return {"json": {"year": WHEN.year, "region": _county(place)}}


def _reserve(w: World, place: str) -> Mapping[str, Any]:
    body = {"commodity": "FARMLAND-M2", "mu": "1.5", "document": "示例〔2026〕1号",
            "on": WHEN.isoformat(), "region": _county(place)}  # fmt: skip
    return {"json": body}


def _proposal(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.books.reserve import PADDY
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.enforcement.freeze_proposals import Income, propose_income
    from liangtian.programmes.enforcement.models import FreezeProposal

    county = Region.objects.get(code=_county(place))
    paper = f"示例〔2026〕{FreezeProposal.objects.count() + 10}号"
    clerk = w.users["clerk_abroad" if place == ABROAD else "county_clerk"]
    made = propose_income(clerk, county, Income(PADDY, Decimal("1.5"), paper, WHEN))
    return {"path": {"proposal_id": made.pk}}


def _refusal(w: World, place: str) -> Mapping[str, Any]:
    return {**_proposal(w, place), "json": {"reason": "与验收文件不符，请核对"}}


def _part(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"part_id": w.patches[place][1].parts.get().pk}}


ROWS: tuple[Row, ...] = (
    Row("GET", API, SEE, _asked, COUNTY_ONLY),
    Row("POST", f"{API}/run", RUN, _run, COUNTY_ONLY),
    Row("POST", f"{API}/reserve", RUN, _reserve, COUNTY_ONLY),
    Row("POST", f"{API}/proposals/{{proposal_id}}/confirm", CONFIRM, _proposal, COUNTY_ONLY),
    Row("POST", f"{API}/proposals/{{proposal_id}}/refuse", CONFIRM, _refusal, COUNTY_ONLY),
    Row("POST", f"{API}/proposals/{{proposal_id}}/cancel", RUN, _proposal, COUNTY_ONLY),
    Row("GET", f"{API}/parts/{{part_id}}", SEE, _part, COUNTY_ONLY),
)
