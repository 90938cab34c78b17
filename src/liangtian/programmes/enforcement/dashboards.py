"""The dashboard of satellite patches (卫片执法): every number is one of the ledger of patches.

A patch counts by its judgement, before that by its proposal: the ledger's column 结论. Only the ratio
(问责比例) rests on confirmed judgements alone, as its own page does, and goes by the patch year.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Count, Max, Q
from django.utils import timezone

from liangtian.platform.calendar.reading import Wanted, deadlines_for
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Drawn,
    Figure,
    Series,
    Value,
    register,
)
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import below
from liangtian.policy.accountability import cut_percent
from liangtian.policy.pack_errors import PackError
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.flow import (
    ACCEPTED,
    ARCHIVED,
    JUDGED,
    SETTLED,
    UNJUDGED,
)
from liangtian.programmes.enforcement.ledgers import PATCHES
from liangtian.programmes.enforcement.models import Outcome, Patch
from liangtian.programmes.enforcement.ratio_sums import Sums, sums

OPEN = ",".join((*UNJUDGED, JUDGED))
DONE = ",".join(SETTLED)
_ILLEGAL = {"conclusion": Outcome.ILLEGAL.value}
_NOT_PUT_RIGHT = ",".join(s for s in (*UNJUDGED, JUDGED, *SETTLED) if s not in (ACCEPTED, ARCHIVED))


def _counted(asked: Asked) -> Mapping[str, Value]:
    """What no column of the ledger adds up to."""
    return {**_deadlines(asked), **_month(asked), **_ratio(asked)}


def _deadlines(asked: Asked) -> Mapping[str, Value]:
    """What is overdue today, as the calendar lists it."""
    if not asked.user.may("calendar.view"):
        return {}
    wanted = Wanted(state="overdue", region=asked.region.code if asked.region else "")
    return {"overdue": deadlines_for(asked.user, wanted).count()}


def _month(asked: Asked) -> Mapping[str, Value]:
    """Of the patches that came down last in the year, how many are judged and confirmed."""
    assert asked.region is not None
    rows = Patch.objects.visible_to(asked.user).filter(
        below(asked.region.code), batch__period__startswith=f"{_year(asked)}-"
    )
    last = rows.aggregate(last=Max("batch__period"))["last"]
    if last is None:
        return {}
    found = rows.filter(batch__period=last).aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(case__stage__in=SETTLED))
    )
    return {"month_clear": round(Decimal(found["done"]) / found["all"], 4)}


def _ratio(asked: Asked) -> Mapping[str, Value]:
    found = _sums(asked)
    if found is None or found.whole.ratio is None:
        return {}
    return {"ratio": cut_percent(found.whole.ratio) / 100}


def _places_against_the_share(asked: Asked) -> Drawn:
    found = _sums(asked)
    if found is None:
        return Drawn([], [])
    shares = (cut_percent(one.ratio or Decimal(0)) / 100 for one in found.below.values())
    values: list[Value] = list(shares)
    return Drawn(
        [found.names[code] for code in found.below],
        [Series("", "问责比例", values, tag="danger")],
        mark=found.whole.share_percent / 100,
    )


def _sums(asked: Asked) -> Sums | None:
    """None for a year without rules: the other figures of the board are shown all the same."""
    assert asked.region is not None
    try:
        return sums(asked.user, ratio.Asked(asked.region, _year(asked)))
    except Refused as refused:
        if isinstance(refused.__cause__, PackError):
            return None
        raise


def _year(asked: Asked) -> int:
    return int(asked.period.code[:4]) if asked.period else timezone.localdate().year


def _ratio_page(asked: Asked) -> str:
    region = f"&region={asked.region.code}" if asked.region else ""
    return f"/ratio?year={_year(asked)}{region}"


def _calendar(asked: Asked) -> str:
    region = f"&region={asked.region.code}" if asked.region else ""
    return f"/calendar?tab=list&state=overdue{region}"


ENFORCEMENT = register(
    Dashboard(
        name="enforcement",
        title="卫片执法",
        permission="enforcement.view",
        export_permission="enforcement.export",
        ledger=PATCHES.name,
        page="/patches",
        period="period_after",
        period_note="按图斑后时相所在时间统计；结论以判定为准，未判定的按拟判定。",
        places=True,
        position=10,
        count=_counted,
        home=("received", "confirmed", "illegal", "illegal_farmland", "illegal_pbf"),
        figures=(
            Figure("received", "下发图斑"),
            Figure("judged", "已提交判定", where={"stage": f"{JUDGED},{DONE}"}),
            Figure("confirmed", "已判定", where={"stage": DONE}, tag="success"),
            Figure("confirmed_share", "判定率", "%", "percent", share=("confirmed", "received")),
            Figure("archived", "已归档", where={"stage": ARCHIVED}),
            Figure("open", "未判定", where={"stage": OPEN}, tag="warning"),
            Figure("overdue", "逾期时限", "项", counted=True, to=_calendar, timed=False,
                   needs="calendar.view", tag="danger", note="截至今日"),
            Figure("illegal", "违法图斑", where=_ILLEGAL, tag="danger"),
            Figure("farmland", "涉及耕地", "亩", "area_mu", measure="farmland_mu"),
            Figure("illegal_farmland", "违法占用耕地", "亩", "area_mu", where=_ILLEGAL,
                   measure="farmland_mu", tag="danger"),
            Figure("illegal_pbf", "其中永久基本农田", "亩", "area_mu", where=_ILLEGAL,
                   measure="pbf_mu", tag="danger"),
            Figure("illegal_open", "未整改违法图斑", where={**_ILLEGAL, "stage": _NOT_PUT_RIGHT},
                   tag="danger"),
            Figure("month_clear", "最近一月月清率", "%", "percent", counted=True, timed=False,
                   tag="success", note="卫片年度最近一月下发图斑中已判定的"),
            Figure("ratio", "问责比例", "%", "percent", counted=True, to=_ratio_page, timed=False,
                   tag="danger", note="卫片年度，只计已判定的"),
        ),
        charts=(
            Chart("ratio", "下级区划问责比例（卫片年度）", "bar", "", "percent",
                  read=_places_against_the_share),
            Chart("months", "逐月图斑数（按结论）", "stack", by=("period_after:month", "conclusion")),
            Chart("conclusions", "结论构成", "pie", by=("conclusion",)),
            Chart("illegal_months", "逐月违法占用耕地", "line", "亩", "area_mu",
                  by=("period_after:month",), where=_ILLEGAL, measure="farmland_mu"),
            Chart("stages", "办理环节", "bar", by=("stage",)),
            Chart("quarters", "逐季度图斑数（按结论，历年）", "stack",
                  by=("period_after:quarter", "conclusion"), timed=False),
        ),
    )
)  # fmt: skip
