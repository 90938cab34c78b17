"""Rows of the matrix: opinions of several offices (会办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import BUREAUS, JUDGE, PATCH, Row
from tests.site.world import ABROAD, PLACES, World

ASKED = "/api/inbox/tasks/{task_id}/opinion"
WHERE = tuple(PLACES)
QUESTION = "该地块是否属高标准农田，请提供意见"


def _office(place: str) -> Any:
    from liangtian.platform.people.models import Office

    return Office.objects.get(code=f"{PLACES[place][0]}-01")


def _clerk(w: World, place: str) -> Any:
    return w.users["clerk_abroad" if place == ABROAD else "county_clerk"]


def _patch(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"patch_id": w.patches[place][0].pk}}


def _consult(w: World, place: str) -> Mapping[str, Any]:
    body = {"question": QUESTION, "offices": [_office(place).pk]}
    return {**_patch(w, place), "json": body}


def _asked(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.cases.models import Task
    from liangtian.platform.cases.opinions import Asked
    from liangtian.programmes.enforcement.asking import consult

    patch = w.patches[place][0]
    open_ones = Task.objects.filter(case=patch.case_id, parallel=True, closed_at=None)
    if not open_ones:
        consult(_clerk(w, place), patch.pk, Asked(QUESTION, [_office(place).pk]))
    body = {"stance": "agree", "text": "经核对，同意按违法处理"}
    return {"path": {"task_id": open_ones.get().pk}, "json": body}


ROWS: tuple[Row, ...] = (
    Row("GET", f"{PATCH}/offices", JUDGE, _patch, WHERE),
    Row("POST", f"{PATCH}/consult", JUDGE, _consult, WHERE),
    # The office asked is the one everybody of the county works in; those of a township are not of it.
    Row("GET", ASKED, JUDGE | BUREAUS, _asked, WHERE, denied=frozenset({404})),
    Row("POST", ASKED, JUDGE | BUREAUS, _asked, WHERE, denied=frozenset({403, 404})),
)
