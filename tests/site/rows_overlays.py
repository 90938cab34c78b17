"""Who may measure plots against many layers, and see what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import COUNTY_ONLY, Row, holding
from tests.site.world import ABROAD, World

VIEW, RUN = holding("overlays.view"), holding("overlays.run")
ONE = "/api/overlays/{run_id}"


def run_of(world: World, place: str) -> Any:
    """The county's run, made at the first question."""
    from liangtian.platform.overlays.models import Run

    clerk = world.users["clerk_abroad" if place == ABROAD else "county_clerk"]
    version = world.versions[place]["published"]
    found = Run.objects.filter(region=clerk.region).first()
    return found or Run.objects.create(
        title=f"{place}套合", source="layer", source_key=version.pk, source_title=str(version),
        expected=3, as_of="2026-03-01", region=clerk.region, created_by=clerk,
    )  # fmt: skip


def _one(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"run_id": run_of(w, place).pk}}


def _new(w: World, place: str) -> Mapping[str, Any]:
    version = w.versions[place]["published"].pk
    return {"json": {"source": "layer", "key": version, "layers": [version]}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/overlays", VIEW),
    Row("GET", "/api/overlays/choices", RUN),
    Row("POST", "/api/overlays", RUN, _new, COUNTY_ONLY),
    Row("GET", ONE, VIEW, _one, COUNTY_ONLY),
    # A township sees its part of the county's run, and cannot take it away.
    Row("DELETE", ONE, RUN, _one, COUNTY_ONLY, other={"township_clerk": 404}),
)
