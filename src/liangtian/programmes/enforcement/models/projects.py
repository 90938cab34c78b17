"""Infrastructure of traffic, energy and water whose supervision duty counts (重大基础设施项目)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel


class InfrastructureProject(ScopedModel):
    """A listed project and whether the duty of supervision and service was done for it.

    Belongs to the county; the parts of patches it stands on point here.
    """

    class Sector(models.TextChoices):
        TRAFFIC = "traffic", "交通"
        ENERGY = "energy", "能源"
        WATER = "water", "水利"

    class Listing(models.TextChoices):
        PROVINCIAL = "provincial", "省级"
        NATIONAL = "national", "国家级"

    name = models.CharField("项目名称", max_length=100)
    sector = models.CharField("行业", max_length=10, choices=Sector)
    listing = models.CharField("清单级别", max_length=10, choices=Listing)
    listing_document = models.CharField("立项文件或清单名称", max_length=200)
    listing_number = models.CharField("文号", max_length=100)
    listing_on = models.DateField("文件日期")
    duty_done = models.BooleanField("已履行监管服务职责", default=False)
    duty_on = models.DateField("履职日期", null=True)
    duty_note = models.TextField("履职情况", blank=True)
    duty_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="履职佐证材料"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "重大基础设施项目"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="project_named_once"),
            models.CheckConstraint(
                name="project_is_listed",
                condition=~Q(name="") & ~Q(listing_document="") & ~Q(listing_number=""),
            ),
            models.CheckConstraint(
                name="project_duty_has_evidence",
                condition=Q(duty_done=False)
                | (Q(duty_on__isnull=False, duty_file__isnull=False) & ~Q(duty_note="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
