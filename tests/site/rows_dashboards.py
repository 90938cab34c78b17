"""Dashboards, and the boundaries their maps are drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import EVERYONE, EXPORT, LAYERS, VIEW, WHERE, Request, Row
from tests.site.world import PLACES, World

SYSTEM, SECURITY = frozenset({"sysadmin"}), frozenset({"security_officer"})
AUDITOR = frozenset({"auditor"})
TAKING_LAYERS = frozenset({"county_clerk", "county_reviewer", "agriculture", "forestry"})


def _board(name: str) -> Request:
    return lambda world, place: {
        "path": {"name": name},
        "query": {"region": PLACES[place][2], "period": "all"},
    }


def _own(name: str) -> Request:
    return lambda world, place: {"path": {"name": name}}


def _parent(world: World, place: str) -> Mapping[str, Any]:
    return {"query": {"parent": PLACES[place][2]}}


ONE, FILE = "/api/dashboards/{name}", "/api/dashboards/{name}/export.xlsx"
ROWS: tuple[Row, ...] = (
    Row("GET", "/api/dashboards", EVERYONE),
    Row("GET", "/api/regions/boundaries", EVERYONE, _parent, WHERE),
    Row("GET", ONE, VIEW, _board("enforcement"), WHERE, use="enforcement"),
    Row("GET", ONE, LAYERS, _board("land"), WHERE, use="land"),
    Row("GET", ONE, SYSTEM, _own("system"), use="system"),
    Row("GET", ONE, SECURITY, _own("security"), use="security"),
    Row("GET", ONE, AUDITOR, _own("audit"), use="audit"),
    Row("GET", FILE, EXPORT, _board("enforcement"), WHERE, use="enforcement"),
    Row("GET", FILE, TAKING_LAYERS, _board("land"), WHERE, use="land"),
    Row("GET", FILE, SYSTEM, _own("system"), use="system"),
    Row("GET", f"{ONE}/export.pdf", EXPORT, _board("enforcement"), WHERE, use="enforcement"),
)
