"""Templates an office keeps, its series of numbers (文号), and the register of what it sent out (文书登记)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel


class LetterTemplate(ScopedModel):
    """One version of an office's own template for a kind of letter. In use at most one per office and kind."""

    class State(models.TextChoices):
        DRAFT = "draft", "未试填"
        TESTED = "tested", "试填通过"
        ACTIVE = "active", "使用中"
        RETIRED = "retired", "已停用"

    kind = models.CharField("文书种类", max_length=60)
    office = models.ForeignKey(
        "people.Office", models.PROTECT, verbose_name="机构", related_name="+"
    )
    version = models.PositiveIntegerField("版本")
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="模板文件", related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "文书模板"
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="template_version_once", fields=["office", "kind", "version"]
            ),
            models.UniqueConstraint(
                name="template_one_in_use", fields=["office", "kind"], condition=Q(state="active")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第 {self.version} 版"


class NumberSeries(ScopedModel):
    """A word before the year under which an office numbers what it sends (机关代字), e.g. 青自然资卫.

    Numbers begin at 1 each year and have no gaps: a number is taken in the transaction that issues.
    """

    office = models.ForeignKey(
        "people.Office", models.PROTECT, verbose_name="机构", related_name="+"
    )
    word = models.CharField("机关代字", max_length=30)
    year = models.PositiveSmallIntegerField("年度", default=0)
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "文号序列"
        ordering = ["word"]
        constraints = [
            models.UniqueConstraint(name="series_word_once", fields=["office", "word"]),
            models.CheckConstraint(name="series_has_a_word", condition=~Q(word="")),
        ]

    def __str__(self) -> str:
        return self.word


class Letter(ScopedModel):
    """One letter: a draft until it is issued under a number; never changed after, at most made void."""

    sealable = True

    class State(models.TextChoices):
        DRAFT = "draft", "拟稿"
        ISSUED = "issued", "已制发"
        VOID = "void", "已作废"

    kind = models.CharField("文书种类", max_length=60)
    title = models.CharField("标题", max_length=100)
    office = models.ForeignKey(
        "people.Office", models.PROTECT, verbose_name="发文机构", related_name="+"
    )
    source_id = models.BigIntegerField("对象")
    about = models.CharField("事由", max_length=200)
    addressee = models.CharField("主送", max_length=100)
    values: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField(
        "填写内容", default=dict
    )  # texts, and of a table its rows
    template = models.ForeignKey(
        LetterTemplate, models.PROTECT, null=True, verbose_name="所用模板", related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    series = models.ForeignKey(
        NumberSeries, models.PROTECT, null=True, verbose_name="文号序列", related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度", null=True)
    serial = models.PositiveIntegerField("序号", null=True)
    number = models.CharField("文号", max_length=60, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, verbose_name="文件", related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="拟稿人", related_name="+"
    )
    created_at = models.DateTimeField("拟稿时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="制发人", related_name="+"
    )
    issued_on = models.DateField("成文日期", null=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["kind", "source_id"])]
        constraints = [
            models.UniqueConstraint(
                name="letter_number_once", fields=["series", "year", "serial"]
            ),
            models.CheckConstraint(
                name="letter_issued_with_number_and_file",
                condition=Q(state="draft", number="", file=None, serial=None)
                | Q(
                    state__in=["issued", "void"], serial__isnull=False, file__isnull=False,
                    series__isnull=False, issued_on__isnull=False, issued_by__isnull=False,
                )
                & ~Q(number=""),
            ),
            models.CheckConstraint(
                name="letter_void_with_a_reason", condition=~Q(state="void") | ~Q(void_reason="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number or '（未编号）'}{self.title}"
