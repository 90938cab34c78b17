"""The letters of the register of holdings: dunning (催缴通知书), notice and order of stopping (停水、停电)."""

from __future__ import annotations

from django.utils import timezone

from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.documents.kinds import Facts, Field, LetterKind, Table, declare
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.measures.owing import yuan
from liangtian.programmes.holdings.models import Dunning, Measure
from liangtian.programmes.holdings.naming import shown_name

BILLS = Table(
    "bills",
    "欠费明细表",
    (
        Field("year", "年度", "2024"),
        Field("kind", "费种", "水费"),
        Field("due_on", "应缴日期", "2024-10-31"),
        Field("amount", "欠缴金额（元）", "229.00"),
    ),
)


def _day(on: object) -> str:
    year, month, day = (int(part) for part in str(on).split("-"))
    return f"{year}年{month}月{day}日"


def _dunning(user: User, key: int) -> Facts:
    require(user, "holdings.view", "personal.unmask")
    row: Dunning = Dunning.objects.select_related("holder__region").fetch_for(user, pk=key)
    value = pack_in_use().value("measures.pay_within_days", timezone.localdate())
    until = due_after(value, timezone.localdate(), own_arrangement()).due
    values = {
        "holder": row.holder.name, "place": row.holder.region.name, "total": yuan(row.fen),
        "as_of": _day(row.as_of), "round": f"第{row.round}次", "deadline": _day(until),
        "basis": str(pack_in_use().value("fees.stop_water_on_refusal", row.as_of).clause),
        "pay_at": "所在乡镇农用地收费窗口",
    }  # fmt: skip
    rows = [
        {"year": str(one["year"]), "kind": one["label"], "due_on": one["due_on"],
         "amount": yuan(one["fen"])}
        for one in row.items
    ]  # fmt: skip
    about = f"{shown_name(row.holder)}（户档 {row.holder_id}）欠费 {yuan(row.fen)} 元"
    return Facts(values, row.region, about, row.holder.name, {BILLS.name: rows})


def _measure(user: User, key: int) -> Facts:
    require(user, "holdings.view", "personal.unmask")
    rows = Measure.objects.select_related("holder", "source__region", "region")
    row: Measure = rows.fetch_for(user, pk=key)
    on = timezone.localdate()
    until = row.notice_until
    if until is None:
        until = due_after(
            pack_in_use().value("measures.notice_days", on), on, own_arrangement()
        ).due
    power = row.kind == Measure.Kind.POWER
    values = {
        "holder": row.holder.name if row.holder else "机电井管理使用人",
        "object": str(row.source) if row.source else "承包经营地块的灌溉用水",
        "measure": str(row.get_kind_display()), "place": row.region.name,
        "reasons": row.said, "until": _day(until),
        "basis": "、".join(dict.fromkeys(one["clause"] for one in row.reasons)),
        "stop_on": _day(row.executed_on or on),
    }  # fmt: skip
    addressee = "供电公司" if power else row.region.name
    if row.noticed_on is None:
        addressee = row.holder.name if row.holder else f"{row.source}管理使用人"
    about = f"{row.get_kind_display()}：{row.source or shown_name(row.holder)}"  # type: ignore[arg-type]
    return Facts(values, row.region, about, addressee)


declare(
    LetterKind(
        code="holdings.dunning", title="催缴通知书", source="催缴", permission="measures.propose",
        fields=(
            Field("holder", "缴费人", "王演示"), Field("place", "所在村镇", "柳塘村"),
            Field("total", "欠费合计（元）", "1,229.00"), Field("as_of", "截至日期", "2026年9月30日"),
            Field("round", "催缴次数", "第1次"), Field("basis", "依据条款", "《实施方案》三.8"),
            Field("deadline", "缴费期限", "2026年10月15日", edited=True),
            Field("pay_at", "缴费地点", "所在乡镇农用地收费窗口", edited=True),
        ),
        body=(
            "截至{{ as_of }}，你（单位）欠缴费用共计人民币 {{ total }} 元，明细如下：",
            BILLS.name,
            "请于{{ deadline }}前到{{ pay_at }}缴清。这是{{ round }}催缴。",
            "逾期仍不缴纳的，将依据{{ basis }}停止供水，并依法追缴。如已缴费或对金额有异议，请携带缴费票据到缴费地点核对。",
        ),
        facts=_dunning, tables=(BILLS,), page="/dunning",
    )
)  # fmt: skip

_FIELDS = (
    Field("holder", "当事人", "王演示"), Field("object", "对象", "一号井（J001）"),
    Field("measure", "措施", "停电"), Field("place", "所在村镇", "柳塘村"),
    Field("reasons", "理由", "未安装计量设施"), Field("basis", "依据条款", "《实施方案》四.(二)"),
    Field("until", "告知期满", "2026年10月15日"), Field("stop_on", "停止日期", "2026年10月16日", edited=True),
)  # fmt: skip

declare(
    LetterKind(
        code="holdings.stop_notice", title="停水（停电）告知书", source="停水停电",
        permission="measures.propose", fields=_FIELDS,
        body=(
            "经查，{{ place }}{{ object }}存在以下情形：{{ reasons }}。",
            "依据{{ basis }}，拟对其采取{{ measure }}措施。请于{{ until }}前改正或缴清费用，如有异议可在此前书面提出陈述和申辩。"
            "期满仍未改正的，将实施{{ measure }}。",
        ),
        facts=_measure, page="/stopping",
    )
)  # fmt: skip

declare(
    LetterKind(
        code="holdings.stop_order", title="停水（停电）通知书", source="停水停电",
        permission="measures.propose", fields=_FIELDS,
        body=(
            "{{ place }}{{ object }}存在以下情形：{{ reasons }}，经告知，至{{ until }}期满仍未改正。",
            "依据{{ basis }}，经批准，请自{{ stop_on }}起对其{{ measure }}。改正或缴清费用后，另行通知恢复。",
        ),
        facts=_measure, page="/stopping",
    )
)  # fmt: skip
