"""Proposals by the table of the pack: for one parcel, for some, and for all that are ready, in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.packs.services import keep_version
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.policy.judgement import Judged, judge
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.corps import on_corps_land
from liangtian.programmes.holdings.judging.facts import facts_of
from liangtian.programmes.holdings.models import Judgement, Parcel, ParcelVersion
from liangtian.programmes.holdings.notices.stage import blocked

if TYPE_CHECKING:
    from django.db.models import QuerySet

JOB = "holdings.judge"
AT_ONCE = 500
State = Judgement.State


def tried(user: User, parcel_id: int) -> tuple[ParcelVersion, Judged, dict[str, Any]]:
    """What the table would say of a parcel today, without keeping it; its version and facts.

    Raises Forbidden, NotFound.
    """
    require(user, "holdings.view")
    version = ParcelVersion.objects.visible_to(user).filter(parcel=parcel_id, valid_to=None).first()
    if version is None:
        raise NotFound
    today = timezone.localdate()
    facts = facts_of([version], today)[version.parcel_id]
    return version, judge(facts, pack_in_use(), today), facts.to_dict()


def propose(user: User, parcel_ids: Sequence[int]) -> tuple[int, list[str]]:
    """Propose for parcels whose notice has run out; how many, and why the others are not judged.

    A proposal that waits is replaced. Raises Forbidden, NotFound for a parcel of others.
    """
    require(user, "holdings.view", "holdings.judge")
    keys = list(dict.fromkeys(parcel_ids))
    with transaction.atomic():
        rows = list(Parcel.objects.visible_to(user).select_for_update().filter(pk__in=keys))
        if len(rows) < len(keys):
            raise NotFound
        stopped = blocked(rows) | _corps(rows)
        made = _keep(user, [row.pk for row in rows if row.pk not in stopped])
        record(user, "holdings.judgement.propose", rows[0] if rows else "", after={
            "proposed": made, "not_ready": len(stopped),
        })  # fmt: skip
    return made, list(stopped.values())


def _corps(rows: Sequence[Parcel]) -> dict[int, str]:
    """Those that became XPCC land: it is listed apart and not judged here."""
    found = ParcelVersion.objects.filter(parcel__in=[r.pk for r in rows], valid_to=None, corps=True)
    return {
        key: f"地块 {code} 为兵团用地，另列协调，不研判。"
        for key, code in found.values_list("parcel_id", "code")
    }


def _keep(user: User, keys: Sequence[int]) -> int:
    today, pack = timezone.localdate(), pack_in_use()
    versions = list(ParcelVersion.objects.filter(parcel__in=keys, valid_to=None).defer("geom"))
    facts = facts_of(versions, today)
    Judgement.objects.filter(parcel__in=keys, state=State.PROPOSED).update(state=State.REPLACED)
    rows = []
    for one in versions:
        said = judge(facts[one.parcel_id], pack, today)
        rows.append(Judgement(
            parcel_id=one.parcel_id, version=one, region_id=one.region_id, row=said.row,
            facts=facts[one.parcel_id].to_dict(), proposal=said.decision.to_dict(),
            proposed=said.decision.outcome, proposed_label=said.decision.label, proposed_by=user,
        ))  # fmt: skip
    Judgement.objects.bulk_create(rows, batch_size=AT_ONCE)
    if rows:
        keep_version(pack)
    return len(rows)


def start(user: User, region: str = "") -> Job:
    """Queue proposals for every parcel of a region that is ready and has neither proposal nor judgement.

    Raises Forbidden, NotFound, Refused when none is ready.
    """
    require(user, "holdings.view", "holdings.judge")
    code = region or user.region_id or ""
    place = Region.objects.within(user.region_id or "-").filter(code=code).first()
    if place is None:
        raise NotFound("没有该区划，或不在您的管辖范围内。")
    count = ready(user, code).count()
    if not count:
        raise Refused("没有可以研判的地块：公示期满、没有未答复异议且尚未研判的地块才能研判。")
    with transaction.atomic():
        made = enqueue(JOB, f"批量研判：{place.name} {count} 个地块", user, place, link="/judgements",
                       target=f"holdings.judge:{place.pk}", user_id=user.pk, code=code)  # fmt: skip
        record(user, "holdings.judgement.run", place, after={"parcels": count})
    return made


def ready(user: User, region: str) -> QuerySet[Parcel]:
    """Parcels of a region past their notice that nobody has proposed for or judged."""
    today = timezone.localdate()
    done = Judgement.objects.filter(~Q(state=State.REPLACED)).values("parcel")
    rows: QuerySet[Parcel] = (
        Parcel.objects.visible_to(user)
        .within(region)
        .filter(standing__noticed_until__lt=today, standing__objections=0, standing__reopened=False)
        .exclude(pk__in=done)
        .exclude(on_corps_land("pk"))
    )
    return rows


@job(JOB, "批量研判", retry=True)
def propose_all(run: JobRun, *, user_id: int, code: str) -> dict[str, Any]:
    """Propose in parts, each a transaction of its own; begun again it goes on with what is left."""
    user = User.objects.get(pk=user_id)
    total, made, stopped = ready(user, code).count(), 0, 0
    for keys in _parts(user, code):
        run.progress(min(made + stopped, total) / max(total, 1), f"已研判 {made} 个地块")
        done, said = propose(user, keys)
        made, stopped = made + done, stopped + len(said)
    return {"proposed": made, "not_ready": stopped}


def _parts(user: User, region: str) -> Iterator[list[int]]:
    last = 0
    while True:
        rows = ready(user, region).filter(pk__gt=last).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        if not keys:
            return
        yield keys
        last = keys[-1]
