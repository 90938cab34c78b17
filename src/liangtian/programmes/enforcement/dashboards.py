"""The dashboard of satellite patches (卫片执法): every number is one of the ledger of patches.

A patch counts by its judgement, before that by its proposal: the ledger's column 结论.
"""

from __future__ import annotations

from collections.abc import Mapping

from liangtian.platform.calendar.reading import Wanted, deadlines_for
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Figure,
    Value,
    register,
)
from liangtian.programmes.enforcement.flow import (
    ARCHIVED,
    JUDGED,
    SETTLED,
    UNJUDGED,
)
from liangtian.programmes.enforcement.ledgers import PATCHES
from liangtian.programmes.enforcement.models import Outcome

OPEN = ",".join((*UNJUDGED, JUDGED))
DONE = ",".join(SETTLED)
_ILLEGAL = {"conclusion": Outcome.ILLEGAL.value}


def _deadlines(asked: Asked) -> Mapping[str, Value]:
    """What is overdue today, as the calendar lists it."""
    if not asked.user.may("calendar.view"):
        return {}
    wanted = Wanted(state="overdue", region=asked.region.code if asked.region else "")
    return {"overdue": deadlines_for(asked.user, wanted).count()}


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
        count=_deadlines,
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
            Figure("illegal_share", "违法占用耕地比例", "%", "percent",
                   share=("illegal_farmland", "farmland"), note="违法占用耕地 ÷ 涉及耕地"),
        ),
        charts=(
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
