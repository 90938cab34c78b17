"""Ledgers on their way into the register (台账导入): the intake, its rows, its holders, what is wrong with them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.geofield import GeometryField
from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import ScopedModel
from liangtian.platform.personal import EncryptedTextField
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import AREA, Parcel


class Intake(ScopedModel):
    """A table, figures, or both, on their way in; nothing enters before a person has confirmed it.

    `region` is the area of whoever brings it: no parcel outside enters. Rows enter in chunks; an intake that
    was stopped goes on with the rows that are left.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "待对应字段"
        CHECKING = "checking", "检查中"
        CHECKED = "checked", "待确认入库"
        ENTERING = "entering", "入库中"
        DONE = "done", "已入库"
        DISCARDED = "discarded", "已放弃"
        FAILED = "failed", "失败"

    title = models.CharField("名称", max_length=100)
    on = models.DateField("生效日期")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.UPLOADED)
    table = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="表格文件"
    )
    figures = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="图形文件"
    )
    # How the files are read: sheet, header_from, header_to, layer, encoding; what of them was chosen.
    reading = models.JSONField("读取方式", default=dict)
    contents = models.JSONField("文件内容概要", default=dict)
    mapping = models.JSONField("字段对应", default=dict)
    constants = models.JSONField("固定值", default=dict)
    code_field = models.CharField("图形的编码字段", max_length=255, blank=True)
    remembered = models.BooleanField("沿用上次对应", default=False)
    words = models.JSONField("代码对应", default=dict)
    count = models.PositiveIntegerField("行数", default=0)
    ready = models.PositiveIntegerField("可入库", default=0)
    errors = models.PositiveIntegerField("有误", default=0)
    warnings = models.PositiveIntegerField("提醒", default=0)
    waiting = models.PositiveIntegerField("待判定", default=0)
    entered = models.PositiveIntegerField("已入库", default=0)
    error = models.TextField("失败原因", blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField("检查时间", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "台账导入"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="intake_has_a_file",
                condition=models.Q(table__isnull=False) | models.Q(figures__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class IntakeMemory(ScopedModel):
    """How a county last matched the columns of files of this shape (the set of their column names)."""

    fingerprint = models.CharField("字段组合", max_length=64)
    mapping = models.JSONField("字段对应")
    constants = models.JSONField("固定值")
    code_field = models.CharField("图形的编码字段", max_length=255, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "台账字段对应记忆"
        constraints = [
            models.UniqueConstraint(fields=["region", "fingerprint"], name="intake_memory_once")
        ]


class IntakeWord(ScopedModel):
    """What a county means by a word of its ledgers, in the words of the policy pack."""

    target = models.CharField("项目", max_length=30)
    word = models.CharField("原词", max_length=60)
    choice = models.CharField("对应为", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "台账代码对应记忆"
        constraints = [
            models.UniqueConstraint(fields=["region", "target", "word"], name="intake_word_once")
        ]


class StagedHolder(models.Model):
    """A holder as the file names it; whether it is one of the register is certain or a person's decision."""

    class Decision(models.TextChoices):
        OPEN = "", "待判定"
        NEW = "new", "新的权利人"
        SAME = "same", "与已登记的为同一人"
        EACH = "each", "各行分别为不同的人"
        SKIP = "skip", "暂不入库"

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="holders")
    key = models.CharField("标识", max_length=64)
    first_row = models.PositiveIntegerField("首次出现的行")
    rows = models.PositiveIntegerField("行数", default=1)
    kind = models.CharField("类别", max_length=10, choices=Holder.Kind)
    name = models.CharField("姓名或名称", max_length=100)
    paper = models.CharField("证件类型", max_length=12, choices=Holder.Paper, blank=True)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    question = models.CharField("疑问", max_length=300, blank=True)
    candidates = models.JSONField("可能的同一人", default=list)
    decision = models.CharField("判定", max_length=4, choices=Decision, blank=True, default="")
    chosen = models.ForeignKey(Holder, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    holder = models.ForeignKey(Holder, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "待入库权利人"
        ordering = ["first_row", "id"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "key"], name="staged_holder_once"),
            models.CheckConstraint(
                name="staged_holder_same_as_whom",
                condition=models.Q(decision="same", chosen__isnull=False)
                | (~models.Q(decision="same") & models.Q(chosen=None)),
            ),
        ]

    def __str__(self) -> str:
        from liangtian.platform.personal import masked

        return str(masked("name", self.name)) if self.kind == Holder.Kind.PERSON else self.name


class StagedRow(models.Model):
    """A row that passed the checks: what it would do to the register, and whether it has."""

    class Act(models.TextChoices):
        NEW = "new", "新登记"
        CHANGE = "change", "变更"
        SAME = "same", "无变化"

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="staged")
    row = models.PositiveIntegerField("行号")
    act = models.CharField("处理", max_length=6, choices=Act)
    code = models.CharField("地块编码", max_length=40, blank=True)
    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    holder = models.ForeignKey(StagedHolder, models.CASCADE, null=True, related_name="staged")
    values = models.JSONField("地块各项", default=dict)
    contract = models.JSONField("合同", null=True)
    geom = GeometryField("图形", null=True)
    area_m2 = models.DecimalField("面积(平方米)", **AREA)
    entered = models.BooleanField("已入库", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "待入库地块"
        ordering = ["row"]
        indexes = [models.Index(fields=["intake", "entered", "row"], name="staged_left")]
        constraints = [
            models.UniqueConstraint(fields=["intake", "row"], name="staged_parcel_row_once"),
        ]

    def __str__(self) -> str:
        return self.code


class IntakeProblem(models.Model):
    """What is wrong with a cell of the file: field, value (personal ones masked), reason, what to do. Row 0: the file."""

    class Severity(models.TextChoices):
        ERROR = "error", "有误"
        WARNING = "warning", "提醒"

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField("行号")
    target = models.CharField("项目", max_length=30, blank=True)
    field = models.CharField("字段", max_length=60, blank=True)
    value = models.CharField("值", max_length=200, blank=True)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    reason = models.CharField("原因", max_length=300)
    advice = models.CharField("如何处理", max_length=300)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "台账导入问题"
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["intake", "row"], name="intake_problem_rows")]

    def __str__(self) -> str:
        return self.reason
