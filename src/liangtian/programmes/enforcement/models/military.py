"""Military land (涉军图斑): what is registered apart, without geometry or detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.programmes.enforcement.models.batches import Batch

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PERMISSION = "military.register"


class MilitaryQuerySet(ScopedQuerySet):
    """Rows that only those entrusted with them see at all."""

    def visible_to(self, user: User) -> Self:
        """As for every row, and none without the permission."""
        return super().visible_to(user) if user.may(PERMISSION) else self.none()


class MilitaryPatch(models.Model):
    """One line of the register of military land (军用土地登记表).

    Taking a patch in here takes everything else of it out of the system: geometry, measurements, photos,
    papers, tasks. The form itself goes up by confidential post (机要件); here stands that it went.
    `region` is the county.
    """

    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="+"
    )
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", verbose_name="批次")
    number = models.CharField("监测编号", max_length=60)
    form_number = models.CharField("登记表编号", max_length=60)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    registered_at = models.DateTimeField("登记时间", default=timezone.now)
    dispatch_number = models.CharField("机要件编号", max_length=60, blank=True)
    dispatched_on = models.DateField("机要寄发日期", null=True)

    objects = MilitaryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "军用土地登记"
        ordering = ["-registered_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="military_number_once"),
            models.UniqueConstraint(fields=["region", "form_number"], name="military_form_once"),
            models.CheckConstraint(
                name="military_dispatch_is_whole",
                condition=Q(dispatch_number="", dispatched_on=None)
                | (~Q(dispatch_number="") & Q(dispatched_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return "军用土地登记"  # never its number: names of rows reach logs
