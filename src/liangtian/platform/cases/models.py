"""Cases: a matter that moves through stages, the history of every step, and whose turn it is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import ScopedModel


class DeclaredState(models.Model):
    """A state of a declared flow, written from the declarations at every migrate.

    The database itself refuses a case in a state that stands not here.
    """

    kind = models.CharField("类别", max_length=40)
    code = models.CharField("环节代码", max_length=30)
    label = models.CharField("环节", max_length=40)
    final = models.BooleanField("办结", default=False)
    order = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = verbose_name_plural = "流程环节"
        ordering = ["kind", "order"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="state_declared_once")]

    def __str__(self) -> str:
        return self.label


class Case(ScopedModel):
    """The moving part of a matter (a patch, an application …); the matter itself points here."""

    kind = models.CharField("类别", max_length=40)
    title = models.CharField("事项", max_length=200)
    stage = models.CharField("环节", max_length=30)
    opened_at = models.DateTimeField("开始时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        indexes = [models.Index(fields=["kind", "stage"])]

    def __str__(self) -> str:
        return self.title


class CaseStep(models.Model):
    """One step taken: by whom, when, from which stage to which, with what opinion. Never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人", related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="委托人", related_name="+"
    )
    step = models.CharField("步骤", max_length=30)
    from_stage = models.CharField("原环节", max_length=30, blank=True)
    to_stage = models.CharField("现环节", max_length=30)
    opinion = models.TextField("意见", blank=True)
    detail = models.JSONField("附加信息", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["by", "-at"])]


class Task(ScopedModel):
    """Whose turn it is (待办): a person's, or that of a desk until one of its people claims it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks", verbose_name="案件")
    state = models.CharField("环节", max_length=30)
    title = models.CharField("待办", max_length=60)
    desk = models.ForeignKey(
        "regions.Region", models.PROTECT, related_name="+", verbose_name="承办区划"
    )
    office = models.ForeignKey(
        "people.Office", models.PROTECT, null=True, related_name="+", verbose_name="承办机构"
    )
    office_kind = models.CharField(
        "承办机构类型", max_length=10, choices=Office.Kind, blank=True, default="", db_default=""
    )
    parallel = models.BooleanField("会办", default=False, db_default=False)
    permission = models.CharField("所需权限", max_length=60)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="承办人"
    )
    opened_at = models.DateTimeField("转入时间", default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="转办人"
    )
    deadline = models.ForeignKey(
        "calendar.Deadline", models.SET_NULL, null=True, related_name="tasks", verbose_name="时限"
    )
    urged_at = models.DateTimeField("催办时间", null=True)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    closed_at = models.DateTimeField("办结时间", null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办结人"
    )
    closed_step = models.ForeignKey(
        CaseStep, models.PROTECT, null=True, related_name="+", verbose_name="办结步骤"
    )

    class Meta:
        verbose_name = verbose_name_plural = "待办事项"
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at=None, parallel=False), name="task_open_once"
            ),
            models.UniqueConstraint(
                fields=["case", "office"],
                condition=Q(closed_at=None, parallel=True),
                name="task_open_once_per_office",
            ),
            models.CheckConstraint(
                name="task_parallel_has_office",
                condition=Q(parallel=False) | Q(office__isnull=False),
            ),
            models.CheckConstraint(
                name="task_closed_whole",
                condition=Q(closed_at=None, closed_by=None, closed_step=None)
                | Q(closed_at__isnull=False, closed_step__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["desk", "permission"], condition=Q(closed_at=None), name="task_pool"
            ),
            models.Index(fields=["holder"], condition=Q(closed_at=None), name="task_held"),
            models.Index(fields=["closed_by", "-closed_at"], name="task_done_by"),
            models.Index(fields=["opened_by", "-opened_at"], name="task_sent_by"),
        ]

    def __str__(self) -> str:
        return self.title


class Consultation(ScopedModel):
    """会办（征求意见）: a question put to several offices at once, and whether enough have answered."""

    class Rule(models.TextChoices):
        ALL = "all", "全部答复"
        MAJORITY = "majority", "过半数答复"

    case = models.ForeignKey(Case, models.CASCADE, related_name="consultations")
    step = models.OneToOneField(CaseStep, models.PROTECT, related_name="consultation")
    question = models.TextField("征求事项")
    rule = models.CharField("办结规则", max_length=10, choices=Rule)
    needed = models.PositiveSmallIntegerField("须答复家数")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="征求人"
    )
    asked_at = models.DateTimeField("征求时间", default=timezone.now)
    due_on = models.DateField("答复期限", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会办"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="consultation_open_once"
            ),
            models.CheckConstraint(
                name="consultation_is_whole", condition=Q(needed__gt=0) & ~Q(question="")
            ),
        ]


class OfficeOpinion(models.Model):
    """What one office says to it (会办意见); given once, with who gave it."""

    class Stance(models.TextChoices):
        AGREE = "agree", "同意"
        DISAGREE = "disagree", "不同意"
        NONE = "none", "无意见"

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="opinions")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="会办单位")
    task = models.OneToOneField(Task, models.PROTECT, related_name="opinion")
    stance = models.CharField("态度", max_length=10, choices=Stance, blank=True)
    text = models.TextField("意见", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会办意见"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "office"], name="opinion_once"),
            models.CheckConstraint(
                name="opinion_is_whole",
                condition=Q(stance="", answered_by=None, answered_at=None, text="")
                | (~Q(stance="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="opinion_against_has_text", condition=~Q(stance="disagree") | ~Q(text="")
            ),
        ]


class TaskMove(models.Model):
    """A task that changed hands without a step of its case: claimed, given, handed over, urged."""

    class Act(models.TextChoices):
        CLAIM = "claim", "签收"
        RELEASE = "release", "退回待签收"
        GIVE = "give", "转办"
        HANDOVER = "handover", "离岗交接"
        URGE = "urge", "催办"

    task = models.ForeignKey(Task, models.CASCADE, related_name="moves")
    at = models.DateTimeField("时间", default=timezone.now)
    act = models.CharField("行为", max_length=10, choices=Act)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人"
    )
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="原承办人",
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="现承办人",
    )
    reason = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待办流转"
        ordering = ["at", "id"]


class Delegation(models.Model):
    """委托代办: for some days a colleague may act on the tasks of the one who is away."""

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="given", verbose_name="委托人"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="taken", verbose_name="受托人"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    reason = models.CharField("事由", max_length=200)
    created_at = models.DateTimeField("设立时间", default=timezone.now)
    ended_at = models.DateTimeField("提前终止时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "委托代办"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="delegation_period_in_order", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="delegation_to_another", condition=~Q(from_user=F("to_user"))
            ),
        ]
        indexes = [models.Index(fields=["to_user", "ends_on"])]
