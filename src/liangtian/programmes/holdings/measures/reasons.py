"""Why water or power is stopped (停水、停电名单): every reason with its clause, from the register and the books."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from liangtian.policy.pack import Value
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.measures.owing import (
    FROM_WELLS,
    Due,
    overdue_water,
    total,
    yuan,
)
from liangtian.programmes.holdings.models import Fitting, Holder, WaterSource, WaterUse

REASONS: dict[str, str] = {
    "arrears": "拖欠水费",
    "no_permit": "无取水许可",
    "permit_over": "取水许可已过期",
    "no_meter": "未安装计量设施",
    "groundwater": "拖欠地下水费",
}


@dataclass
class Case:
    """One holder or well that is to be stopped, and why."""

    region: str
    holder: int | None
    source: int | None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    fen: int = 0

    @property
    def said(self) -> str:
        """All reasons in one line."""
        return "；".join(one["text"] for one in self.reasons)[:500]

    def add(self, code: str, text: str, value: Value, fen: int = 0) -> None:
        """One more reason, with the clause it rests on."""
        self.reasons.append({"code": code, "text": text, "clause": str(value.clause)})
        self.fen += fen


def water_cases(county: str, today: date) -> dict[int, Case]:
    """Holders whose water is to be stopped: fees unpaid for longer than the pack lets them be."""
    rule = pack_in_use().value("fees.stop_water_on_refusal", today)
    if not rule.flag:
        return {}
    late = overdue_water(county, _since(today))
    found: dict[int, Case] = {}
    for holder in _holders(set(late)):
        case = Case(holder.region_id, holder.pk, None)
        case.add("arrears", _owed(late[holder.pk]), rule, total(late[holder.pk]))
        found[holder.pk] = case
    return found


def power_cases(county: str, today: date) -> dict[int, Case]:
    """Wells whose power is to be stopped: no permit, no meter, or groundwater fees unpaid."""
    pack = pack_in_use()
    wells = WaterSource.objects.within(county).filter(kind="well", closed_on=None)
    metered = Fitting.objects.filter(source=OuterRef("pk"), removed_on=None)
    permit, meter, arrears = (
        pack.value(f"wells.{name}", today)
        for name in ("stop_power_without_permit", "no_power_without_meter", "no_power_on_arrears")
    )
    late = _owing_wells(county, today) if arrears.flag else {}
    found: dict[int, Case] = {}
    for well in wells.annotate(metered=Exists(metered)).defer("geom").order_by("code"):
        case = Case(well.region_id, well.holder_id, well.pk)
        if permit.flag and not well.permit:
            case.add("no_permit", "未办理取水许可", permit)
        elif permit.flag and well.permit_until is not None and well.permit_until < today:
            case.add("permit_over", f"取水许可于 {well.permit_until} 到期", permit)
        if meter.flag and not well.metered:
            case.add("no_meter", "未安装计量设施", meter)
        if well.pk in late:
            owed = late[well.pk]
            case.add("groundwater", _owed(owed), arrears, total(owed))
        if case.reasons:
            found[well.pk] = case
    return found


def _owing_wells(county: str, today: date) -> dict[int, list[Due]]:
    """Wells whose manager owes for groundwater; of one without a manager, when all owe whom it watered."""
    late = {
        holder: some
        for holder, owed in overdue_water(county, _since(today)).items()
        if (some := [one for one in owed if FROM_WELLS in one.key])
    }
    found = {
        pk: late[holder]
        for pk, holder in WaterSource.objects.within(county)
        .filter(kind="well", holder__isnull=False)
        .values_list("pk", "holder")
        if holder in late
    }
    users: dict[int, set[int]] = defaultdict(set)
    unmanaged = WaterUse.objects.filter(
        Q(source__region__code__startswith=county), source__kind="well", source__holder=None
    )
    for source, holder in unmanaged.order_by().values_list("source", "holder").distinct():
        users[source].add(holder)
    for source, holders in users.items():
        if holders <= late.keys():
            found[source] = [one for holder in sorted(holders) for one in late[holder]]
    return found


def _since(today: date) -> date:
    """Bills due before that day have been unpaid for too long."""
    return today - timedelta(days=pack_in_use().value("measures.overdue_days", today).integer)


def _owed(owed: list[Due]) -> str:
    years = "、".join(str(y) for y in sorted({one.year for one in owed}))
    first = min(one.due_on for one in owed)
    return f"欠缴{years}年水费、水资源费共 {yuan(total(owed))} 元，最早应于 {first} 缴清"


def _holders(keys: set[int]) -> list[Holder]:
    ordered, found = sorted(keys), []
    for i in range(0, len(ordered), 500):
        found += list(Holder.objects.filter(pk__in=ordered[i : i + 500]))
    return found
