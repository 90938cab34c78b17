"""The ledgers: rows, groups, the map's extent, saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import LEDGER, VIEW, Row, _ledger
from tests.site.world import World

VIEWS = f"{LEDGER}/views"
DRAFT = {"name": "我的视图", "columns": [{"name": "number"}], "query": {"q": "1"}}


def _groups(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "query": {"by": "region:township"}}


def _new_view(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "json": DRAFT}


def _own_view(w: World, place: str) -> Mapping[str, Any]:
    """A view of the township's clerk."""
    from liangtian.platform.ledgers.models import SavedView

    view, _ = SavedView.objects.get_or_create(
        ledger="enforcement.patches", name="乡镇视图", owner=w.users["township_clerk"]
    )
    return {"path": {"name": "enforcement.patches", "view_id": view.pk}, "json": DRAFT}


def _no_default(w: World, place: str) -> Mapping[str, Any]:
    return {**_ledger(w, place), "json": {"view": None}}


OWNER = frozenset({"township_clerk"})
UNSEEN = frozenset({403, 404})

ROWS: tuple[Row, ...] = (
    Row("GET", f"{LEDGER}/extent", VIEW, _ledger),
    Row("GET", f"{LEDGER}/groups", VIEW, _groups),
    Row("GET", VIEWS, VIEW, _ledger),
    Row("POST", VIEWS, VIEW, _new_view),
    Row("PUT", f"{VIEWS}/{{view_id}}", OWNER, _own_view, denied=UNSEEN),
    Row("DELETE", f"{VIEWS}/{{view_id}}", OWNER, _own_view, denied=UNSEEN),
    Row("PUT", f"{LEDGER}/default-view", VIEW, _no_default),
)
