"""The dashboard of the auditor: how much was recorded, refused and sealed; counts only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from liangtian.platform.audit.acts import Kind
from liangtian.platform.audit.models import AuditEntry, Seal
from liangtian.platform.dashboards.days import DAYS, by_day
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


def _recent() -> Q:
    return Q(at__gte=timezone.now() - timedelta(days=DAYS))


def _count(asked: Asked) -> Mapping[str, Value]:
    entries = AuditEntry.objects.filter(_recent()).order_by()
    counted = entries.aggregate(
        entries=Count("pk"),
        failed=Count("pk", filter=Q(success=False)),
        denied=Count("pk", filter=Q(act__startswith="access.")),
        exported=Count("pk", filter=Q(kind=Kind.EXPORTED)),
    )
    seals = Seal.objects.aggregate(seals=Count("pk"), sealed=Sum("count"), upto=Max("upto_id"))
    waiting = AuditEntry.objects.filter(pk__gt=seals["upto"] or 0).count()
    return {
        **counted, "seals": seals["seals"], "sealed": seals["sealed"] or 0, "unsealed": waiting
    }  # fmt: skip


def _by_kind(asked: Asked) -> Drawn:
    rows = AuditEntry.objects.filter(_recent()).order_by().values_list("kind")
    found = dict(rows.annotate(n=Count("pk")))
    kinds = [kind for kind in Kind if kind.value in found]
    return Drawn(
        [kind.label for kind in kinds], [Series("", "条数", [found[k.value] for k in kinds])]
    )


def _by_day(asked: Asked) -> Drawn:
    denied = Q(act__startswith="access.")
    return by_day(
        AuditEntry.objects.all(), "at",
        [("other", "正常记录", ~denied, "success"), ("denied", "越权或辖区外访问", denied, "danger")],
    )  # fmt: skip


register(
    Dashboard(
        name="audit",
        title="审计情况",
        permission="audit.view",
        export_permission="audit.view",
        timed=False,
        regional=False,
        position=74,
        count=_count,
        home=("entries", "denied", "exported", "seals", "unsealed"),
        figures=(
            Figure("entries", "近30日审计记录", "条", counted=True, to=lambda _: "/audit"),
            Figure("failed", "其中未成功", "条", counted=True, to=lambda _: "/audit", tag="warning"),
            Figure("denied", "越权或辖区外访问", "条", counted=True, to=lambda _: "/audit", tag="danger"),
            Figure("exported", "导出操作", "条", counted=True, to=lambda _: "/audit"),
            Figure("seals", "封存块", counted=True, to=lambda _: "/audit"),
            Figure("sealed", "已封存记录", "条", counted=True, to=lambda _: "/audit", tag="success"),
            Figure("unsealed", "待封存记录", "条", counted=True, to=lambda _: "/audit"),
        ),
        charts=(
            Chart("days", "近30日每日记录", "stack", "条", read=_by_day),
            Chart("kinds", "近30日记录类型", "pie", "条", read=_by_kind),
        ),
    )
)  # fmt: skip
