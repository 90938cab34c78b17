"""At whose desk a task lies: a region, in it an office or the offices of one kind, and who of them may do it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import F, Q, Subquery

from liangtian.platform.people.models import Office, User

if TYPE_CHECKING:
    from liangtian.platform.cases.models import Task


class Offices:
    """The office of a person with those above it: who works in a section (股室) works in its bureau too."""

    def __init__(self, user: User) -> None:
        self._user = user

    @cached_property
    def _above(self) -> list[tuple[int, str]]:
        own = Office.objects.filter(user=self._user).values("path")
        above = Office.objects.annotate(own=Subquery(own)).filter(own__startswith=F("path"))
        return list(above.values_list("pk", "kind")) if self._user.office_id else []

    def condition(self) -> Q:
        """Tasks that lie with one of these offices, or with no office in particular."""
        ids, kinds = [pk for pk, _ in self._above], sorted({kind for _, kind in self._above})
        return (Q(office=None) | Q(office__in=ids)) & Q(office_kind__in=["", *kinds])

    def handle(self, task: Task) -> bool:
        """Whether the task lies with one of them."""
        ids, kinds = {pk for pk, _ in self._above}, {kind for _, kind in self._above}
        return (task.office_id in {None, *ids}) and task.office_kind in {"", *kinds}


def able(region_code: str, permission: str) -> list[User]:
    """Active people of a region who hold a permission."""
    people = User.objects.filter(is_active=True, region_id=region_code).select_related("office")
    return [p for p in people.prefetch_related("roles").order_by("username") if p.may(permission)]


def staffed(region_code: str, kind: str, permission: str) -> bool:
    """Whether an office of that kind has somebody who could do it; a task nobody sees would never be done."""
    offices = Office.objects.filter(region_id=region_code, kind=kind, is_active=True)
    paths = tuple(offices.values_list("path", flat=True))
    return bool(paths) and any(
        p.office.path.startswith(paths) for p in able(region_code, permission) if p.office
    )


def people_at(task: Task) -> list[User]:
    """Who could claim a task of a desk."""
    return [p for p in able(task.desk_id, task.permission) if Offices(p).handle(task)]


def offices_that_may_answer(region_code: str, permission: str) -> Iterable[Office]:
    """Offices of a region with somebody who holds the permission, by name of the tree."""
    ids = {p.office_id for p in able(region_code, permission) if p.office_id}
    return Office.objects.filter(pk__in=ids, is_active=True).order_by("path")
