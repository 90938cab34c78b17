"""Starting a run and discarding one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import versions_for
from liangtian.platform.overlays.models import Run, RunLayer
from liangtian.platform.overlays.rules import tolerance
from liangtian.platform.overlays.sources import chosen
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region

KIND, DISCARD = "overlays.measure", "overlays.discard"


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for; `layers` and `near` are ids of versions, in the order they count."""

    source: str
    key: int
    layers: Sequence[int]
    as_of: date
    title: str = ""
    region: str = ""
    ordered: bool = False
    near: int | None = None
    near_m: int | None = None


def start(user: User, wanted: Wanted) -> Run:
    """Make a run and queue the job that fills it. Raises Forbidden, NotFound, Refused."""
    require(user, "layers.view", "overlays.run")
    plots = chosen(user, wanted.source, wanted.key)
    versions = _versions(user, wanted)
    near = _near(user, wanted)
    region = _region(user, wanted.region, versions[0])
    pack, sliver = tolerance(wanted.as_of)
    with transaction.atomic():
        run = Run.objects.create(
            title=wanted.title.strip()[:120] or f"{plots.title}×{len(versions)} 个图层"[:120],
            source=plots.source, source_key=plots.key, source_title=plots.title, region=region,
            expected=plots.plots,
            as_of=wanted.as_of, ordered=wanted.ordered, near=near,
            near_m=wanted.near_m if near else None, sliver_m2=sliver,
            pack=pack.name if pack else "", pack_version=pack.version if pack else "", created_by=user,
        )  # fmt: skip
        RunLayer.objects.bulk_create(
            RunLayer(run=run, position=place, version=version)
            for place, version in enumerate(versions, start=1)
        )
        _queue(run, user)
        record(user, "overlays.start", run, after={
            "source": plots.title, "layers": [str(one) for one in versions], "ordered": run.ordered,
            "near": str(near) if near else None, "region": region.code, "pack": run.pack,
            "pack_version": run.pack_version,
        })  # fmt: skip
    return run


def _queue(run: Run, user: User) -> None:
    run.job = enqueue(
        KIND, f"多图层套合：{run.title}", user, run.region, link=f"/overlays/{run.pk}",
        target=f"overlays.run:{run.pk}", run_id=run.pk,
    )  # fmt: skip
    run.save(update_fields=["job"])


def _versions(user: User, wanted: Wanted) -> list[LayerVersion]:
    most = settings.OVERLAY_LAYERS
    if not 1 <= len(wanted.layers) <= most:
        raise Refused(f"请选择 1 至 {most} 个参考图层。", fields={"layers": f"1 至 {most} 个"})
    if len(set(wanted.layers)) < len(wanted.layers):
        raise Refused("同一图层版本只能选一次。", fields={"layers": "重复"})
    found = {one.pk: one for one in _published(user).filter(pk__in=wanted.layers)}
    if len(found) < len(wanted.layers):
        raise NotFound("所选图层中有不存在、未发布或您无权查看的版本。请刷新后重新选择。")
    if len({one.region_id for one in found.values()}) > 1:
        raise Refused("所选图层不属于同一个县，请分县套合。", fields={"layers": "不同县"})
    return [found[pk] for pk in wanted.layers]


def _near(user: User, wanted: Wanted) -> LayerVersion | None:
    if wanted.near is None:
        return None
    most = settings.OVERLAY_NEAR_METRES
    if not 1 <= (wanted.near_m or 0) <= most:
        raise Refused(f"最远距离应为 1 至 {most} 米。", fields={"near_m": f"1 至 {most}"})
    found: LayerVersion | None = _published(user).filter(pk=wanted.near).first()
    if found is None:
        raise NotFound("没有要测距离的图层版本，或您无权查看。")
    return found


def _published(user: User) -> QuerySet[LayerVersion]:
    return versions_for(user).filter(status=LayerVersion.Status.PUBLISHED)


def _region(user: User, code: str, version: LayerVersion) -> Region:
    """The region asked for, in the user's scope and in the county of the layers."""
    own = user.scope if len(user.scope) >= COUNTY_DIGITS else str(version.region_id)
    wanted = code or own
    found = Region.objects.filter(code=wanted).first() if wanted.startswith(own) else None
    if found is None:
        raise NotFound("没有该区划，或不在您的管辖范围内。")
    if found.level in ("township", "village", "group") and found.geom is None:
        raise Refused(f"“{found.name}”尚未导入界线，不能套合。", fields={"region": "没有界线"})
    return found


def discard(user: User, run_id: int) -> None:
    """Take a run off the list; a job deletes its rows. Only in the user's own region or below it.

    Raises Forbidden, NotFound, Conflict while it is being filled.
    """
    require(user, "overlays.run")
    with transaction.atomic():
        run: Run = Run.objects.fetch_for(user, pk=run_id)
        if not run.region_id.startswith(user.scope):
            raise NotFound
        if run.job is not None and not run.job.finished:
            raise Conflict(f"“{run.title}”正在套合，请先取消任务再删除。")
        Run.objects.filter(pk=run.pk).update(discarded_at=timezone.now())
        record(user, "overlays.discard", run)
        enqueue(DISCARD, f"清理多图层套合：{run.title}", user, run.region, run_id=run.pk)
