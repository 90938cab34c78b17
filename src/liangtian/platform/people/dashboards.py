"""The dashboard of the security officer: counts of grants, accounts and sign-ins, no business data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from liangtian.platform.dashboards.days import DAYS, by_day
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Drawn,
    Figure,
    Value,
    register,
)
from liangtian.platform.people.models import Grant, LoginFailure, Presence, User


def _count(asked: Asked) -> Mapping[str, Value]:
    now = timezone.now()
    since = now - timedelta(days=DAYS)
    grants = Grant.objects.order_by().aggregate(
        pending=Count("pk", filter=Q(state=Grant.State.PENDING)),
        active=Count("pk", filter=Q(state=Grant.State.ACTIVE)),
    )
    accounts = User.objects.aggregate(
        accounts=Count("pk", filter=Q(is_active=True)),
        without_role=Count("pk", filter=Q(is_active=True, roles=None)),
    )
    failures = LoginFailure.objects.aggregate(
        failures=Count("pk", filter=Q(at__gte=since)),
        failures_today=Count("pk", filter=Q(at__date=timezone.localdate())),
    )
    sign_ins = Presence.objects.filter(started_at__gte=since).count()
    return {**grants, **accounts, **failures, "sign_ins": sign_ins}


def _failures(asked: Asked) -> Drawn:
    return by_day(LoginFailure.objects.all(), "at", [("failed", "登录失败", Q(), "danger")])


register(
    Dashboard(
        name="security",
        title="账号安全",
        permission="security.policy",
        export_permission="security.policy",
        timed=False,
        regional=False,
        position=72,
        count=_count,
        home=("pending", "failures_today", "failures", "without_role", "accounts"),
        figures=(
            Figure("pending", "待审批授权", "项", counted=True, to=lambda _: "/grants", tag="warning"),
            Figure("active", "有效授权", "项", counted=True, to=lambda _: "/grants"),
            Figure("accounts", "启用账号", counted=True),
            Figure("without_role", "未授权的账号", counted=True, to=lambda _: "/grants", tag="warning"),
            Figure("sign_ins", "近30日登录", "次", counted=True),
            Figure("failures_today", "今日登录失败", "次", counted=True, to=lambda _: "/audit",
                   tag="danger"),
            Figure("failures", "近30日登录失败", "次", counted=True, to=lambda _: "/audit",
                   tag="danger"),
        ),
        charts=(Chart("failures", "近30日登录失败", "bar", "次", read=_failures),),
    )
)  # fmt: skip
