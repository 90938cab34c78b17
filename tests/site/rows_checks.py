"""Rows of the matrix: data checks (数据检查) of patches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import JUDGE, PATCH, VIEW, WHERE, Row, holding
from tests.site.world import ABROAD, HOME, World

API = "/api/enforcement"
PASS = holding("checks.pass")


def _judged(w: World, place: str) -> Any:
    """Judged as other land without the number of its paper: the check J03."""
    from liangtian.programmes.enforcement.data_checks.keeping import look_over

    w.patches[place][1].parts.update(number="")
    look_over(w.patches[place][1])
    return w.patches[place][1]


def _of_patch(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"patch_id": _judged(w, place).pk}}


def _pass(w: World, place: str) -> Mapping[str, Any]:
    body = {"code": "J03", "reason": "文号以备案系统为准，正在核对"}
    return {**_of_patch(w, place), "json": body}


def _problem(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"problem_id": _judged(w, place).problems.filter(code="J03")[0].pk}}


def _batch(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"batch": w.patches[place][0].batch_id}}


ROWS: tuple[Row, ...] = (
    Row("GET", f"{PATCH}/problems", VIEW, _of_patch, WHERE),
    Row("POST", f"{PATCH}/problems/pass", PASS, _pass, WHERE),
    Row("GET", f"{API}/problems/counts", VIEW),
    Row("GET", f"{API}/problems/{{problem_id}}", VIEW, _problem, WHERE),
    Row("POST", f"{API}/steps/listed", JUDGE, lambda w, p: {"json": {"step": "assign"}}),
    Row("POST", f"{API}/checks", JUDGE, _batch, (HOME, ABROAD)),
)
