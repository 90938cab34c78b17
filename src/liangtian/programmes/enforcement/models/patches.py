"""Patches: what came down, what was measured, what was judged, part by part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.cases.models import Case
from liangtian.platform.files.models import StoredFile
from liangtian.platform.geofield import GeometryField
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.enforcement.models.batches import AREA, Batch
from liangtian.programmes.enforcement.models.projects import InfrastructureProject

MU: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}  # 亩, as shown and reported


class Outcome(models.TextChoices):
    """What a patch is judged to be (判定类型)."""

    LEGAL = "legal", "合法"
    ILLEGAL = "illegal", "违法"
    OTHER = "other", "其他用地"
    SPLIT = "split", "部分合法"
    UNDETERMINED = "undetermined", "存疑"


class Patch(ScopedModel):
    """One patch: what came down, what was measured, what is proposed, what was decided.

    `region` is the village (or township) that holds the largest share of it.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="patches", verbose_name="批次")
    case = models.OneToOneField(Case, models.PROTECT, related_name="patch", verbose_name="案件")
    number = models.CharField("监测编号", max_length=60)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    row = models.IntegerField("文件行号")
    monitoring_type = models.CharField("图斑类型", max_length=20, blank=True)
    period_before = models.DateField("前时相", null=True)
    period_after = models.DateField("后时相", null=True)
    declared_area_mu = models.DecimalField(
        "监测面积(亩)", max_digits=15, decimal_places=4, null=True
    )
    attributes = models.JSONField("原始属性", default=dict)
    geom = GeometryField("图形")
    area_m2 = models.DecimalField("图斑面积(平方米)", **AREA)
    farmland_m2 = models.DecimalField("耕地面积(平方米)", **AREA, null=True)
    pbf_m2 = models.DecimalField("永久基本农田面积(平方米)", **AREA, null=True)
    measured_at = models.DateTimeField("套合时间", null=True)
    engine = models.CharField("套合引擎", max_length=60, blank=True)
    facts = models.JSONField("判定依据", null=True)
    proposal = models.JSONField("拟判定", null=True)
    proposal_outcome = models.CharField("拟判定", max_length=15, choices=Outcome, blank=True)
    judgement_outcome = models.CharField("判定", max_length=15, choices=Outcome, blank=True)
    judgement_reason = models.TextField("判定理由", blank=True)
    overridden = models.BooleanField("改变拟判定", default=False)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="判定人", related_name="+"
    )
    judged_at = models.DateTimeField("判定时间", null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="确认人", related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "图斑"
        ordering = ["number"]
        indexes = [
            # With the region, so that pages in the order of numbers skip rows without reading them.
            models.Index(fields=["number", "id", "region"], name="patch_numbers"),
            # Holds all that the ledger counts, adds up and mostly filters by, so that no row is read.
            models.Index(
                fields=[
                    "region",
                    "judgement_outcome",
                    "proposal_outcome",
                    "monitoring_type",
                    "batch",
                    "period_after",
                    "number",
                    "case",
                    "area_m2",
                    "farmland_m2",
                    "pbf_m2",
                ],
                name="patch_ledger",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="patch_number_once"),
            models.CheckConstraint(name="patch_has_area", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="patch_farmland_within_patch",
                condition=Q(farmland_m2=None)
                | Q(farmland_m2__lte=F("area_m2"), farmland_m2__gte=0),
            ),
            models.CheckConstraint(
                name="patch_judgement_is_whole",
                condition=Q(judgement_outcome="", judged_by=None, judged_at=None)
                | (~Q(judgement_outcome="") & Q(judged_by__isnull=False, judged_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="patch_override_has_reason",
                condition=Q(overridden=False) | ~Q(judgement_reason=""),
            ),
            models.CheckConstraint(
                name="patch_confirmation_is_whole",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    ~Q(judgement_outcome="")
                    & Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="patch_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("judged_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PatchArea(models.Model):
    """Area of one category of one layer version in a patch; category "" is what lies outside."""

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="areas")
    version = models.ForeignKey(LayerVersion, models.PROTECT, related_name="+")
    category = models.CharField("类别", max_length=100, blank=True)
    m2 = models.DecimalField("面积(平方米)", **AREA)

    class Meta:
        verbose_name = verbose_name_plural = "套合面积"
        ordering = ["version", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch", "version", "category"], name="patch_area_once"
            ),
            models.CheckConstraint(name="patch_area_not_negative", condition=Q(m2__gte=0)),
        ]


class EarlierOverlap(models.Model):
    """Ground a patch shares with a patch of an earlier batch of its county (往期图斑)."""

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="earlier_overlaps")
    earlier = models.ForeignKey(Patch, models.PROTECT, related_name="later_overlaps")
    m2 = models.DecimalField("重叠面积(平方米)", **AREA)

    class Meta:
        verbose_name = verbose_name_plural = "与往期图斑重叠"
        ordering = ["-m2", "earlier"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "earlier"], name="earlier_patch_once"),
            models.CheckConstraint(name="earlier_overlap_has_area", condition=Q(m2__gt=0)),
            models.CheckConstraint(
                name="earlier_patch_is_another", condition=~Q(patch=F("earlier"))
            ),
        ]


class PatchPart(models.Model):
    """The ground that is judged and put right by itself; of an undivided patch the only one.

    A patch that its papers divide has one part per paper and one for what none covers, cut when it is
    measured. One that is not divided gets its single part, without a geometry of its own, when it is judged.
    Of a judged patch the parts sum to it to 0.01 m²: the database refuses anything else (`frozen`).
    What the accountability ratio asks of a part stands in its columns.
    """

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField("序号")
    source = models.CharField("依据", max_length=40, blank=True)
    number = models.CharField("文号", max_length=100, blank=True)
    outcome = models.CharField("拟判定", max_length=15, choices=Outcome, blank=True)
    m2 = models.DecimalField("面积(平方米)", **AREA)
    farmland_m2 = models.DecimalField("耕地面积(平方米)", **AREA, null=True)
    farmland_mu = models.DecimalField("耕地面积(亩)", **MU, null=True)
    pbf_m2 = models.DecimalField("永久基本农田面积(平方米)", **AREA, null=True)
    geom = GeometryField("图形", null=True)
    judgement = models.CharField("判定", max_length=15, choices=Outcome, blank=True)
    subclass = models.CharField("判定子类", max_length=40, blank=True)
    old_construction = models.BooleanField("存量建设用地违法", default=False)
    farm_damage = models.BooleanField("农业项目破坏耕地", default=False)
    homestead = models.BooleanField("农村宅基地", default=False)
    affordable_housing = models.BooleanField("保障性安居工程", default=False)
    project = models.ForeignKey(
        InfrastructureProject, models.PROTECT, null=True, related_name="parts",
        verbose_name="重大基础设施项目",
    )  # fmt: skip
    restored_mu = models.DecimalField("已拆除复耕(亩)", **MU, default=Decimal(0))
    regularised_mu = models.DecimalField("已补办手续(亩)", **MU, default=Decimal(0))

    class Meta:
        verbose_name = verbose_name_plural = "图斑部分"
        ordering = ["order"]
        indexes = [models.Index(fields=["judgement", "patch"], name="part_judged")]
        constraints = [
            models.UniqueConstraint(fields=["patch", "order"], name="patch_part_once"),
            models.CheckConstraint(name="part_has_area", condition=Q(m2__gt=0)),
            models.CheckConstraint(
                name="part_is_not_divided_again",
                condition=Q(judgement__in=["", "legal", "illegal", "other"]),
            ),
            models.CheckConstraint(
                name="part_farmland_within_part",
                condition=Q(farmland_m2=None, farmland_mu=None)
                | Q(farmland_m2__gte=0, farmland_m2__lte=F("m2"), farmland_mu__gte=0),
            ),
            models.CheckConstraint(
                name="part_marks_are_of_illegal_ones",
                condition=Q(judgement="illegal")
                | Q(
                    old_construction=False,
                    farm_damage=False,
                    homestead=False,
                    affordable_housing=False,
                    project=None,
                    restored_mu=0,
                    regularised_mu=0,
                ),
            ),
            models.CheckConstraint(
                name="part_put_right_not_negative",
                condition=Q(restored_mu__gte=0, regularised_mu__gte=0),
            ),
            # Half of the last figure: sums of binary numbers, as SQLite adds, miss by less.
            models.CheckConstraint(
                name="part_put_right_within_farmland",
                condition=Q(restored_mu=0, regularised_mu=0)
                | Q(
                    farmland_mu__gte=F("restored_mu") + F("regularised_mu") - Decimal("0.005"),
                ),
            ),
        ]


class PatchPhoto(models.Model):
    """A site photo (举证照片) with what its EXIF says, checked against the patch."""

    class Purpose(models.TextChoices):
        EVIDENCE = "evidence", "核查举证"
        RECTIFIED = "rectified", "整改后"

    class PlaceFrom(models.TextChoices):
        EXIF = "exif", "照片自带"
        DEVICE = "device", "拍摄设备上报"

    patch = models.ForeignKey(Patch, models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("拍摄时间", null=True)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    azimuth = models.FloatField("方位角", null=True)
    place_from = models.CharField("位置来源", max_length=6, choices=PlaceFrom, blank=True)
    distance_m = models.FloatField("距图斑(米)", null=True)
    purpose = models.CharField(
        "用途", max_length=10, choices=Purpose, default=Purpose.EVIDENCE, db_default="evidence"
    )
    software = models.CharField("处理软件", max_length=100, blank=True, db_default="")
    flags = models.JSONField("疑点", default=list)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "举证照片"
        ordering = ["taken_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "file"], name="photo_once_per_patch"),
            models.CheckConstraint(
                name="photo_azimuth_in_circle",
                condition=Q(azimuth=None) | Q(azimuth__gte=0, azimuth__lt=360),
            ),
        ]
