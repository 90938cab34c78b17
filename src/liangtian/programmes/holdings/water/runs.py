"""Previewing and posting the water charges of a season; allotting water (配水)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.fees.posting import BillDraft, Posted, cancel_bills, post_bills
from liangtian.programmes.holdings.models import (
    Allocation,
    Bill,
    BillRun,
    Charge,
    Holder,
    WaterSeason,
    WaterUse,
)
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.water import rules
from liangtian.programmes.holdings.water.charging import Reckoned, allotted, reckon
from liangtian.programmes.holdings.water.months import end_of
from liangtian.programmes.holdings.water.volumes import GAPS

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

KINDS = (Charge.WATER, Charge.RESOURCE)
SHOWN = 500  # bills and gaps of a preview that are listed; the counts are of all
_AT_ONCE = 500


@dataclass(frozen=True)
class _Order:
    """What is to be posted: a season up to a month, due on a day."""

    user: User
    season: WaterSeason
    last: date
    due_on: date


def preview(user: User, season_id: int, month: date) -> dict[str, Any]:
    """What would be charged up to a month, against what stands. Raises Forbidden, NotFound, Refused."""
    season = season_of(user, season_id, month)
    found = reckon(season, month)
    standing = _standing(season, month)
    names = _names({draft.holder_id for draft in found.drafts})
    gone = standing.keys() - {draft.key for draft in found.drafts}
    changes = Counter(_change(standing, draft.key, draft.amount) for draft in found.drafts)
    return {
        "season": str(season), "month": month, "m3": found.m3,
        "water_fen": found.fen(Charge.WATER), "resource_fen": found.fen(Charge.RESOURCE),
        "standing_fen": sum(standing.values()), "bills": len(found.drafts),
        "new": changes["new"], "changed": changes["changed"], "unchanged": changes["same"],
        "gone": len(gone),
        "rows": [
            {
                "holder_id": d.holder_id, "holder": names[d.holder_id], "kind": d.kind,
                "kind_label": str(Charge(d.kind).label), "month": d.basis["month"],
                "source": d.basis["source"], "land": d.basis["land"], "m3": d.basis["m3"],
                "quota": d.basis["quota"], "fen": d.amount,
                "change": _change(standing, d.key, d.amount), "basis": dict(d.basis),
            }
            for d in found.drafts[:SHOWN]
        ],
        "gaps": gaps_out(found),
    }  # fmt: skip


def start(user: User, season_id: int, month: date, due_on: date) -> Job:
    """Post the charges up to a month, as a job. Raises Forbidden, NotFound, Refused for the due day,
    Conflict while another of the county is under way."""
    season = season_of(user, season_id, month)
    if due_on < timezone.localdate():
        raise Refused("缴费期限不能早于今天。", fields={"due_on": "早于今天"})
    target = f"water.charge:{season.region_id}"
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=season.region_id)
        live = (Job.Status.QUEUED, Job.Status.RUNNING)
        if other := Job.objects.filter(target=target, status__in=live).first():
            raise Conflict(f"“{other.title}”{other.get_status_display()}，请待其完成。")
        record(user, "holdings.water.charge", season, after={"month": month, "due_on": due_on})
        return enqueue(
            "holdings.water.charge", f"水费核算：{season}至{month:%Y年%m月}", user, season.region,
            link="/water/charges", target=target, season_id=season.pk, month=str(month), due_on=str(due_on),
            user_id=user.pk,
        )  # fmt: skip


@job("holdings.water.charge", "水费核算", retry=True)
def charge(run: JobRun, *, season_id: int, month: str, due_on: str, user_id: int) -> dict[str, Any]:
    """Post the water and resource fees; the same again changes nothing that is unchanged."""
    from liangtian.platform.people.models import User as Person

    user = Person.objects.get(pk=user_id)
    season, last = WaterSeason.objects.get(pk=season_id), date.fromisoformat(month)
    found = reckon(season, last)
    run.progress(0.2, f"应开账单 {len(found.drafts)} 份")
    total, order = Posted(), _Order(user, season, last, date.fromisoformat(due_on))
    for part, kind in enumerate(KINDS, start=1):
        total += _posted(order, kind, found.of(kind))
        run.progress(0.2 + 0.35 * part, f"{kind.label}已入账")
    _keep(season, last, found)
    return {
        "new": total.new, "unchanged": total.unchanged, "replaced": total.replaced,
        "held": total.held, "gaps": len(found.gaps),
    }  # fmt: skip


def allot(user: User, season_id: int, day: date) -> list[Allocation]:
    """Allot the season's water to every holder by irrigated land as of a day (定额 × 亩), in place of before.

    Raises Forbidden, NotFound, Refused for a season that is not approved.
    """
    require(user, "holdings.view", "water.charge")
    with transaction.atomic():
        season = _approved(user, season_id)
        land = allotted(season, day)
        homes = {h.pk: h.region_id for h in _holders(set(land))}
        Allocation.objects.filter(season=season).delete()
        made: list[Allocation] = Allocation.objects.bulk_create(
            [
                Allocation(
                    season=season, holder_id=holder, region_id=homes[holder], area_mu=mu,
                    m3=rules.quota_of(season.per_mu, mu), made_by=user,
                )
                for holder, mu in sorted(land.items())
            ],
            batch_size=_AT_ONCE,
        )  # fmt: skip
        record(user, "holdings.water.allot", season, after={
            "holders": len(made), "m3": sum((a.m3 for a in made), rules.CUBIC * 0), "day": day,
        })  # fmt: skip
    return made


def season_of(user: User, season_id: int, month: date) -> WaterSeason:
    """An approved season with the month in it. Raises Forbidden, NotFound, Refused."""
    require(user, "holdings.view", "water.charge")
    season = _approved(user, season_id)
    if not season.starts_on <= month <= season.ends_on:
        said = f"应在 {season.starts_on:%Y年%m月} 至 {season.ends_on:%Y年%m月} 之间"
        raise Refused(f"月份不在该灌溉季内：{said}。", fields={"month": said})
    return season


def gaps_out(found: Reckoned) -> list[dict[str, Any]]:
    """What is not charged, and why."""
    return [
        {
            "code": gap.code, "label": GAPS[gap.code], "source_id": gap.source.pk,
            "source": str(gap.source), "place": gap.source.region.name, "month": gap.month,
            "detail": gap.detail, "m3": gap.m3,
        }
        for gap in found.gaps[:SHOWN]
    ]  # fmt: skip


def _approved(user: User, season_id: int) -> WaterSeason:
    row: WaterSeason = WaterSeason.objects.select_related("region").fetch_for(user, pk=season_id)
    if row.approved_by_id is None:
        raise Refused(f"{row}的定额还没有审批，不能核算。")
    return row


def _prefix(kind: str, season: WaterSeason) -> str:
    return f"{kind}:{season.pk}:"


def _standing(season: WaterSeason, last: date) -> dict[str, int]:
    """Key and amount of the season's bills up to a month."""
    found: dict[str, int] = {}
    for kind in KINDS:
        rows = Bill.objects.filter(
            county=season.region, kind=kind, reversed_on=None, period_to__lte=end_of(last),
            key__startswith=_prefix(kind, season),
        )  # fmt: skip
        found |= dict(rows.values_list("key", "amount"))
    return found


def _change(standing: dict[str, int], key: str, amount: int) -> str:
    if key not in standing:
        return "new"
    return "same" if standing[key] == amount else "changed"


def _posted(order: _Order, kind: Charge, drafts: Sequence[BillDraft]) -> Posted:
    user, season, last = order.user, order.season, order.last
    today = timezone.localdate()
    row = BillRun.objects.filter(county=season.region, kind=kind, state="posting").first()
    row = row or BillRun.objects.create(
        county=season.region, region=season.region, kind=kind, first_year=season.year,
        last_year=season.year, issued_on=today, due_on=max(order.due_on, today), state="posting",
        preview={"season": str(season), "through": str(last)}, made_by=user,
    )  # fmt: skip
    done = post_bills(user, row, drafts)
    wanted = {draft.key for draft in drafts}
    standing = Bill.objects.filter(
        county=season.region, kind=kind, reversed_on=None, period_to__lte=end_of(last),
        key__startswith=_prefix(kind, season),
    )  # fmt: skip
    row.gone = cancel_bills(user, row, [b for b in standing if b.key not in wanted])
    row.new, row.unchanged, row.replaced = done.new, done.unchanged, done.replaced
    row.held, row.state, row.posted_at = done.held, "posted", timezone.now()
    row.save()
    return done


def _keep(season: WaterSeason, last: date, found: Reckoned) -> None:
    """The water as charged, in place of what was kept of these months."""
    with transaction.atomic():
        WaterUse.objects.filter(season=season, month__lte=last).delete()
        WaterUse.objects.bulk_create(found.uses, batch_size=_AT_ONCE)


def _holders(keys: set[int]) -> list[Holder]:
    ordered, found = sorted(keys), []
    for i in range(0, len(ordered), _AT_ONCE):
        found += list(Holder.objects.filter(pk__in=ordered[i : i + _AT_ONCE]))
    return found


def _names(keys: set[int]) -> dict[int, str]:
    return {holder.pk: shown_name(holder) for holder in _holders(keys)}
