"""Public notices (公示), what each showed, objections to it, and where every parcel stands because of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel
from liangtian.platform.personal import EncryptedTextField
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import AREA, Parcel, ParcelVersion


class Notice(ScopedModel):
    """A notice of survey results; `region` is the smallest that holds its villages.

    What it shows may change while it is a draft and never after. That it has run out (期满) follows from its
    dates. Who has the `token` of its link sees it without signing in, from its first to its last day.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        WITHDRAWN = "withdrawn", "已撤回"

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    title = models.CharField("标题", max_length=100)
    issuer = models.CharField("公示单位", max_length=100)
    contact = models.CharField("异议受理", max_length=200)
    note = models.CharField("说明", max_length=300, blank=True)
    villages: models.Field[list[str], list[str]] = models.JSONField("公示的村", default=list)
    left_out: models.Field[list[int], list[int]] = models.JSONField("移出的地块", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    days = models.PositiveSmallIntegerField("公示天数", null=True)
    clause = models.CharField("依据", max_length=200, blank=True)
    pack_version = models.CharField("政策包版本", max_length=80, blank=True)
    starts_on = models.DateField("公示开始", null=True)
    ends_on = models.DateField("公示截止", null=True)
    token = models.CharField("公开链接", max_length=60, blank=True)
    parcels = models.PositiveIntegerField("地块数", default=0)
    area_m2 = models.DecimalField("面积(平方米)", **AREA, default=0)
    map_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="公示图"
    )
    table_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="公示表"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟稿人"
    )
    created_at = models.DateTimeField("拟稿时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发布人"
    )
    published_at = models.DateTimeField("发布时间", null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_on = models.DateField("撤回日期", null=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state", "ends_on"], name="notice_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=~Q(token=""), name="notice_token_once"
            ),
            models.CheckConstraint(
                name="notice_published_has_dates",
                condition=Q(state="draft", starts_on=None, ends_on=None, token="")
                | Q(
                    state__in=["published", "withdrawn"], days__gt=0, ends_on__gt=F("starts_on"),
                    published_by__isnull=False, published_at__isnull=False,
                ) & ~Q(token=""),
            ),
            models.CheckConstraint(
                name="notice_withdrawn_has_reason",
                condition=~Q(state="withdrawn")
                | (Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class NoticeParcel(ScopedModel):
    """One parcel of a notice as it is shown: its place in the list, persons masked, its figure."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="rows")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="notices", verbose_name="地块")
    version = models.ForeignKey(ParcelVersion, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("序号")
    code = models.CharField("地块编码", max_length=40)
    holder = models.ForeignKey(Holder, models.PROTECT, null=True, related_name="+")
    holder_name = models.CharField("权利人", max_length=100, blank=True)
    ownership = models.CharField("权属性质", max_length=10)
    way = models.CharField("使用方式", max_length=20)
    source_paper = models.CharField("权属来源材料", max_length=40)
    actual_use = models.CharField("实际用途", max_length=20)
    place_name = models.CharField("坐落", max_length=100, blank=True)
    area_m2 = models.DecimalField("面积(平方米)", **AREA)
    geom = GeometryField("图形")

    class Meta:
        verbose_name = verbose_name_plural = "公示地块"
        ordering = ["notice", "number"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "parcel"], name="notice_parcel_once"),
            models.UniqueConstraint(fields=["notice", "number"], name="notice_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.code}"


class Objection(ScopedModel):
    """An objection to a notice (公示异议): who, how to be reached, against which land, why, and the answer."""

    class Channel(models.TextChoices):
        COUNTER = "counter", "窗口登记"
        ONLINE = "online", "网上提交"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        UPHELD = "upheld", "成立"
        REJECTED = "rejected", "不成立"
        RETRACTED = "retracted", "已撤回"

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="objections", verbose_name="公示"
    )
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, related_name="objections", verbose_name="地块"
    )
    number = models.PositiveIntegerField("编号")
    lot = models.CharField("所指地块", max_length=60, blank=True)
    name = models.CharField("异议人", max_length=100)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    kind = models.CharField("异议类型", max_length=20)
    text = models.TextField("异议内容", max_length=1000)
    channel = models.CharField("提出方式", max_length=10, choices=Channel)
    filed_on = models.DateField("提出日期")
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField("答复", max_length=1000, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    logged_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state", "due_on"], name="objection_due")]
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="objection_number_once"),
            models.CheckConstraint(
                name="objection_answered_or_open",
                condition=Q(state="open", answered_on=None, answered_by=None, answer="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False)
                   & ~Q(state="open") & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="objection_says_something", condition=~Q(name="") & ~Q(kind="") & ~Q(text="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"异议 {self.notice_id}-{self.number}"


class ObjectionFile(models.Model):
    """A document of an objection: of who objects, or of the answer."""

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    answer = models.BooleanField("答复材料", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "异议材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["objection", "file"], name="objection_file_once")
        ]


class ParcelStanding(ScopedModel):
    """How far a parcel has come: under notice until when, objected to, judged as what. None: not noticed yet."""

    parcel = models.OneToOneField(
        Parcel, models.PROTECT, related_name="standing", verbose_name="地块"
    )
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    noticed_until = models.DateField("公示截止", null=True)
    objections = models.PositiveIntegerField("未结异议", default=0)
    reopened = models.BooleanField("重新核查", default=False)
    judged = models.CharField("研判结论", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "地块进度"
        indexes = [
            models.Index(
                fields=["region", "noticed_until", "objections", "reopened", "judged"],
                name="standing_stage",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="standing_noticed_by_one",
                condition=Q(notice=None, noticed_until=None)
                | Q(notice__isnull=False, noticed_until__isnull=False),
            )
        ]
