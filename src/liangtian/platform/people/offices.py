"""Offices (机构): made, changed, moved and closed by the system administrator."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region

DEEPEST = 8  # levels; keeps the path inside its column


def administered(officer: User) -> QuerySet[Office]:
    """Offices the officer answers for: those of the own region, all of them without one."""
    return Office.objects.filter(region__code__startswith=officer.scope)


def tree(officer: User) -> QuerySet[Office]:
    """The offices with their number of people, parents first."""
    staff = Count("user", filter=Q(user__is_active=True))
    return administered(officer).select_related("region").annotate(staff=staff).order_by("path")


def fetch(officer: User, office_id: int) -> Office:
    """One office. NotFound when there is none or it is not the officer's."""
    office = administered(officer).select_related("region", "parent").filter(pk=office_id).first()
    if office is None:
        raise NotFound("没有这个机构，或不在您的管理范围内。")
    return office


def create(
    officer: User, *, code: str, name: str, kind: str, parent_id: int | None, region_code: str
) -> Office:
    """A new office. Refused for a code in use, a region outside the parent's. Needs `people.accounts`."""
    require(officer, "people.accounts")
    with transaction.atomic():
        if Office.objects.filter(code=code).exists():
            raise Refused(f"机构代码“{code}”已在使用，请换一个。", fields={"code": "已在使用"})
        parent = fetch(officer, parent_id) if parent_id else None
        office = Office(code=code, name=name, kind=kind, parent=parent)
        office.region = _region(officer, region_code, parent)
        _check_depth(parent, 1)
        office.save()
        record(officer, "office.create", office, region=office.region, after=_state(office))
    return office


def change(officer: User, office: Office, *, name: str, kind: str, region_code: str) -> Office:
    """Rename, or another kind or region. Refused when offices or people below no longer fit."""
    require(officer, "people.accounts")
    with transaction.atomic():
        before = _state(office)
        office.name, office.kind = name, kind
        if region_code != office.region_id:
            office.region = _region(officer, region_code, office.parent)
            _check_below(office)
        office.save()
        record(officer, "office.change", office, region=office.region, before=before, after=_state(office))  # fmt: skip
    return office


def move(officer: User, office: Office, parent_id: int | None) -> Office:
    """Hang an office, with all below it, under another. Refused for a place below itself."""
    require(officer, "people.accounts")
    with transaction.atomic():
        # One move at a time: two at once could hang two offices below each other.
        list(Office.objects.select_for_update().values_list("pk", flat=True))
        office.refresh_from_db()
        parent = fetch(officer, parent_id) if parent_id else None
        if parent and parent.path.startswith(office.path):
            raise Refused(
                "不能把机构移到它自己或它的下级之下。", fields={"parent_id": "是本机构的下级"}
            )
        if parent and not parent.is_active:
            raise Refused("上级机构已停用，请另选。", fields={"parent_id": "已停用"})
        _inside(office.region, parent)
        below = Office.objects.filter(path__startswith=office.path).exclude(pk=office.pk)
        deepest = max((p.count("/") for p in below.values_list("path", flat=True)), default=0)
        _check_depth(parent, max(1, deepest - office.path.count("/") + 1))
        before, old = _state(office), office.path
        office.parent = parent
        office.save()
        rest = Substr("path", len(old) + 1)
        Office.objects.filter(path__startswith=old).exclude(pk=office.pk).update(
            path=Concat(Value(office.path), rest)
        )
        record(officer, "office.move", office, region=office.region, before=before, after=_state(office))  # fmt: skip
    return office


def set_active(officer: User, office: Office, active: bool) -> Office:
    """Close or reopen an office. Conflict while people in use or open offices are in it."""
    require(officer, "people.accounts")
    with transaction.atomic():
        if not active:
            people = User.objects.filter(office=office, is_active=True).count()
            below = office.children.filter(is_active=True).count()
            if people or below:
                raise Conflict(
                    f"机构内还有 {people} 个在用账号、{below} 个在用下级机构，请先调动或停用，再停用本机构。"
                )
        elif office.parent and not office.parent.is_active:
            raise Conflict("上级机构已停用，请先启用上级机构。")
        office.is_active = active
        office.save(update_fields=["is_active"])
        record(officer, "office.enable" if active else "office.disable", office, region=office.region)  # fmt: skip
    return office


def _region(officer: User, code: str, parent: Office | None) -> Region:
    region = Region.objects.filter(code=code, code__startswith=officer.scope).first()
    if region is None:
        raise Refused("没有这个行政区划，请从列表中选择。", fields={"region": "请从列表中选择"})
    _inside(region, parent)
    return region


def _inside(region: Region, parent: Office | None) -> None:
    if parent and not region.code.startswith(parent.region_id):
        raise Refused(
            f"“{region.name}”不在上级机构的区划“{parent.region.name}”之内，请改选区划或上级机构。",
            fields={"region": "不在上级机构的区划之内"},
        )


def _check_below(office: Office) -> None:
    """Offices and people keep their regions inside the office's."""
    code = office.region_id
    below = Office.objects.filter(path__startswith=office.path).exclude(pk=office.pk)
    outside = below.exclude(region__code__startswith=code).first()
    if outside:
        raise Conflict(f"下级机构“{outside}”的区划不在新区划之内，请先调整。")
    person = office.user_set.filter(region__isnull=False).exclude(region__code__startswith=code)
    if found := person.first():
        raise Conflict(f"“{found.name}”的数据范围不在新区划之内，请先收回其角色。")


def _check_depth(parent: Office | None, levels: int) -> None:
    if (parent.path.count("/") if parent else 0) + levels > DEEPEST:
        raise Refused(f"机构层级不能超过 {DEEPEST} 级。", fields={"parent_id": "层级过多"})


def _state(office: Office) -> dict[str, Any]:
    return {
        "code": office.code, "name": office.name, "kind": office.kind,
        "parent": office.parent.code if office.parent else None, "region": office.region_id,
    }  # fmt: skip
