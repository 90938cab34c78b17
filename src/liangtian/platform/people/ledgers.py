"""The register of people (人员名册): accounts with office, roles, state and last sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.accounts import administered, unused
from liangtian.platform.people.models import LoginFailure, OneTimeCode, Role, User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.people.security import current

STATES = (
    Choice("active", "正常", "success"),
    Choice("initial", "未改初始密码", "warning"),
    Choice("unused", "长期未登录", "warning"),
    Choice("locked", "登录锁定", "danger"),
    Choice("disabled", "已停用", "info"),
)
NOWHERE = "-"  # the place of who has neither office nor region


class _Joined(Aggregate):
    """Texts of a group in one, in their order."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(%(expressions)s, '、')")

    def as_postgresql(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        template = "STRING_AGG(%(expressions)s, '、' ORDER BY %(expressions)s)"
        return self.as_sql(compiler, connection, template=template)


def people(user: User) -> ScopedQuerySet:
    """Who the officer answers for."""
    place = Coalesce("office__region__code", "region__code", Value(NOWHERE))
    rows = ScopedQuerySet(User).annotate(place=place)
    mine: ScopedQuerySet = rows.filter(pk__in=administered(user).order_by().values("pk"))
    return mine


def _roles(user: User) -> Combinable:
    held = Role.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return Coalesce(Subquery(held.annotate(names=_Joined("name")).values("names")), Value(""))


def _post(user: User) -> Combinable:
    held = Role.objects.filter(user=OuterRef("pk")).order_by("-post").values("post")
    return Coalesce(Subquery(held[:1]), Value(""))


def _state(user: User) -> Combinable:
    policy = current()
    since = timezone.now() - timedelta(minutes=policy["lock_minutes"])
    failures = LoginFailure.objects.filter(username=OuterRef("username"), at__gte=since)
    many = failures.order_by().values("username").annotate(n=Count("pk")).values("n")
    locked = many.filter(n__gte=policy["failures_per_account"])
    return Case(
        When(is_active=False, then=Value("disabled")),
        When(Exists(locked), then=Value("locked")),
        When(pk__in=unused(User.objects.order_by()).values("pk"), then=Value("unused")),
        When(must_change_password=True, then=Value("initial")),
        default=Value("active"),
        output_field=CharField(),
    )


def _with_code(user: User) -> Combinable:
    return Exists(OneTimeCode.objects.filter(~Q(confirmed_at=None), user=OuterRef("pk")))


def _states() -> Sequence[Choice]:
    return STATES


def _posts() -> Sequence[Choice]:
    return [Choice(p.value, str(p.label)) for p in Role.Post if p]


register(
    Ledger(
        name="people.accounts",
        title="人员名册",
        permission="people.view",
        export_permission="people.view",
        unmask_permission="people.unmask",
        rows=people,
        default_sort="username",
        unit_note="",
        region_filter="place",
        search=("username", "name"),
        columns=(
            Column("username", "账号", "username", width=130, filter="text", fixed=True),
            Column("name", "姓名", "name", width=90, filter="text", sensitivity="staff"),
            Column("office_name", "所在机构", "office__name", width=190, filter="text", by=True),
            Column("region_name", "管辖区划", "region__name", width=110, by=True),
            Column("roles", "角色", _roles, width=170, filter="text", by=True,
                   nothing="（未授权）"),
            Column("post", "岗位", _post, "choice", width=100, filter="choice", choices=_posts,
                   nothing=str(Role.Post.BUSINESS.label)),
            Column("state", "状态", _state, "choice", width=120, filter="choice",
                   choices=_states),
            Column("last_login", "最近登录", "last_login", "datetime", width=150,
                   filter="date_range"),
            Column("with_code", "动态口令", _with_code, "boolean", width=90),
            Column("phone", "联系电话", "phone", width=130, sortable=False,
                   sensitivity="phone", digest="phone_digest"),
            Column("password_changed_at", "密码设置时间", "password_changed_at", "datetime",
                   width=150),
            Column("created_at", "建立时间", "created_at", "datetime", width=150),
        ),
    )
)  # fmt: skip
