"""Sketches (标绘): what a person draws on the map, for themselves or for their office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel, ScopedQuerySet

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


class SketchQuerySet(ScopedQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own sketches; those shared in one's office by people of one's region or below it."""
        if not user.is_active or not user.region_id:
            return self.none()
        mine = Q(owner=user)
        if user.office_id:
            mine |= Q(
                shared=True, office_id=user.office_id, region__code__startswith=user.region_id
            )
        return self.filter(mine)


class Sketch(ScopedModel):
    """A drawn point, line or polygon in EPSG:4490; figures are computed when it is saved.

    `area_m2` is the survey area of polygons, `length_m` the length of lines or the perimeter of
    polygons along geodesics of CGCS2000. `region` is the owner's when it was drawn.
    """

    class Kind(models.TextChoices):
        POINT = "point", "点"
        LINE = "line", "线"
        POLYGON = "polygon", "面"

    name = models.CharField("名称", max_length=60)
    note = models.TextField("说明", blank=True)
    colour = models.CharField("颜色", max_length=7)
    kind = models.CharField("类型", max_length=8, choices=Kind)
    geom = GeometryField("图形", kind="Geometry")
    area_m2 = models.DecimalField("面积(平方米)", max_digits=15, decimal_places=2, null=True)
    length_m = models.DecimalField("长度(米)", max_digits=15, decimal_places=2, null=True)
    shared = models.BooleanField("本机构共享", default=False)
    revision = models.PositiveIntegerField("修订号", default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="标绘人", related_name="+"
    )
    office = models.ForeignKey(
        "people.Office", models.PROTECT, null=True, verbose_name="所在机构", related_name="+"
    )
    created_at = models.DateTimeField("标绘时间", default=timezone.now)
    changed_at = models.DateTimeField("修改时间", default=timezone.now)

    objects = SketchQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "标绘"
        ordering = ["-changed_at", "-id"]
        indexes = [models.Index(fields=["owner", "-changed_at"], name="sketch_by_owner")]
        constraints = [
            models.CheckConstraint(name="sketch_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="sketch_colour_is_hex", condition=Q(colour__regex=r"^#[0-9a-f]{6}$")
            ),
            models.CheckConstraint(
                name="sketch_area_if_polygon",
                condition=Q(kind="polygon", area_m2__gt=0) | Q(~Q(kind="polygon"), area_m2=None),
            ),
            models.CheckConstraint(
                name="sketch_length_unless_point",
                condition=Q(kind="point", length_m=None) | Q(~Q(kind="point"), length_m__gt=0),
            ),
            models.CheckConstraint(
                name="sketch_shared_within_office",
                condition=Q(shared=False) | Q(office__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
