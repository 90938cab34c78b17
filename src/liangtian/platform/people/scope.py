"""The one door to data: what a user may see, by region and by office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.lookups import BuiltinLookup
from shapely.geometry.base import BaseGeometry

from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.people.sealed import SEALED, sealed_rows

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

COUNTY_DIGITS = 6  # of a region code


def below(code: str, path: str = "region__code") -> models.Q:
    """Rows whose region code under `path` is `code` or lies below it: the same as "starts with".

    As a range an index serves it on both databases; letters stand behind digits in every collation.
    A whole county is nearly all that an installation holds, and SQLite is told so: else it takes every
    range for a small part, and sorts all rows where an index has them in order.
    """
    mostly = "mostly_" if len(code) <= COUNTY_DIGITS else ""
    return models.Q(**{f"{path}__{mostly}gte": code, f"{path}__{mostly}lt": f"{code}z"})


class _Mostly(BuiltinLookup[Any]):
    operator: str

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"{self.operator} {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        sql, params = self.as_sql(compiler, connection, **extra)
        return f"likely({sql})", params


@models.CharField.register_lookup
class MostlyFrom(_Mostly):
    """`>=` of which SQLite is told that nearly all rows pass."""

    lookup_name, operator = "mostly_gte", ">="


@models.CharField.register_lookup
class MostlyBelow(_Mostly):
    """`<` of which SQLite is told that nearly all rows pass."""

    lookup_name, operator = "mostly_lt", "<"


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows of a model that belong to a region."""

    def visible_to(self, user: User) -> Self:
        """Rows in the user's region or below it; none for a user without a region.

        Where the rows belong to an office, who is confined to their own office sees that and below. What
        was sealed only the keeper of secrets sees.
        """
        if not user.is_active or not user.region_id:
            return self.none()
        rows = self.filter(below(user.region_id))
        if getattr(self.model, "sealable", False) and not user.may(SEALED):
            rows = rows.filter(~sealed_rows(self.model))
        if _has_office(self.model) and user.own_office_only:
            office = user.office
            return rows.filter(office__path__startswith=office.path) if office else rows.none()
        return rows

    def within(self, code: str) -> Self:
        """Rows in the region `code` or below it."""
        return self.filter(below(code))

    def fetch_for(self, user: User, **key: Any) -> Any:
        """The one row of that key that the user may see; NotFound otherwise."""
        found = self.visible_to(user).filter(**key).first()
        if found is None:
            raise NotFound
        return found


def _has_office(model: type[models.Model]) -> bool:
    return any(field.name == "office" for field in model._meta.concrete_fields)


class ScopedModel(models.Model):
    """A row that belongs to a region and is seen by those responsible for it."""

    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="+"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def require(user: User, *permissions: str) -> None:
    """Raise Forbidden unless the user holds every one of `permissions`."""
    if not all(user.may(permission) for permission in permissions):
        raise Forbidden


def scope_geometry(user: User) -> BaseGeometry | None:
    """The boundary at which shared layers are cut for this user; None means no cut.

    A reference layer has no owner township, so its scope is spatial: who answers for one township
    sees the layer inside that township. A county user sees all of it. Raises Forbidden for a user
    whose region has no boundary yet, because showing everything would leak.
    """
    region = user.region
    if region is None:
        raise Forbidden("您的账号未设置管辖区划，不能查看图层。请联系系统管理员。")
    if region.level in ("province", "prefecture", "county"):
        return None
    if region.geom is None:
        raise Forbidden(
            f"“{region.name}”尚未导入界线，不能查看图层。请联系系统管理员导入区划界线。"
        )
    boundary: BaseGeometry = region.geom
    return boundary
