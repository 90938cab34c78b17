"""Returns of satellite-patch enforcement (卫片执法报表)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.returns.forms import CHECKER, HEAD, Form, Post, register
from liangtian.programmes.enforcement.models import PatchArea
from liangtian.programmes.enforcement.rules import pack_in_use


def _months(first: str, last: str) -> Q:
    return Q(batch__period__gte=first, batch__period__lte=last)


def _months_of_parts(first: str, last: str) -> Q:
    return Q(patch__batch__period__gte=first, patch__batch__period__lte=last)


def _basis(rows: ScopedQuerySet, patch: str = "pk") -> dict[str, Any]:
    """The pack in use, and every layer version that a patch of the return was measured against."""
    pack = pack_in_use()
    versions = (
        PatchArea.objects.filter(patch__in=rows.order_by().values(patch))
        .order_by("version__layer__name", "version__label")
        .values_list("version__layer__name", "version__label")
        .distinct()
    )
    return {
        "packs": [f"{pack.title}（{pack.version}）"],
        "layers": [f"{name} {label}" for name, label in versions],
    }


def _form(name: str, title: str, period: Any, posts: tuple[Post, ...]) -> Form:
    return register(
        Form(
            name=name, title=title, ledger_name="enforcement.patches", period=period,
            within=_months, lines="region:village", across="judgement", basis=_basis,
            posts=posts,
        )
    )  # fmt: skip


MONTHLY = _form("enforcement.patches.month", "卫片图斑核查情况月报表", "month", (HEAD,))
QUARTERLY = _form(
    "enforcement.patches.quarter", "卫片图斑核查情况汇总表", "quarter", (CHECKER, HEAD)
)


def _result_form(name: str, title: str, period: Any) -> Form:
    """The result (成果) of half a year or a year: every part with its putting right, from the results ledger."""
    return register(
        Form(
            name=name, title=title, ledger_name="enforcement.results", period=period,
            within=_months_of_parts, lines="region:village", across="judgement",
            basis=lambda rows: _basis(rows, "patch"),
        )
    )  # fmt: skip


HALF_YEAR = _result_form("enforcement.results.half", "卫片执法成果汇总表（半年）", "half")
YEAR = _result_form("enforcement.results.year", "卫片执法成果汇总表（年度）", "year")
RESULTS = (HALF_YEAR, YEAR)
