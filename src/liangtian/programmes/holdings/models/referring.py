"""Referrals of land matters to other authorities (移送), and petitions about parcels and holders (信访)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel
from liangtian.platform.personal import EncryptedTextField
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import Parcel


class Referral(ScopedModel):
    """A parcel or holder referred to another authority: proposed, approved by another person, sent, answered."""

    class Authority(models.TextChoices):
        POLICE = "police", "公安机关"
        COURT = "court", "人民法院"
        PROCURATORATE = "procurator", "人民检察院"
        DISCIPLINE = "discipline", "纪检监察机关"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待批准"
        APPROVED = "approved", "待移送"
        SENT = "sent", "已移送"
        ANSWERED = "answered", "已回复"
        CANCELLED = "cancelled", "已撤销"

    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, related_name="referrals", verbose_name="地块"
    )
    holder = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="referrals", verbose_name="当事人"
    )
    authority = models.CharField("移送机关类别", max_length=10, choices=Authority)
    receiver = models.CharField("受移送单位", max_length=100)
    text = models.TextField("移送事由", max_length=1000)
    basis = models.CharField("移送依据", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)
    sent_on = models.DateField("移送日期", null=True)
    answered_on = models.DateField("回复日期", null=True)
    answer = models.TextField("回复内容", max_length=1000, blank=True)
    note = models.CharField("撤销理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "移送"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state"], name="referral_states")]
        constraints = [
            models.CheckConstraint(
                name="referral_is_of_something",
                condition=Q(parcel__isnull=False) | Q(holder__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_approved_by_another",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="referral_goes_step_by_step",
                condition=Q(state__in=["proposed", "cancelled"])
                | (Q(approved_by__isnull=False, approved_at__isnull=False)
                   & (Q(state="approved", sent_on=None) | Q(sent_on__isnull=False))),
            ),
            models.CheckConstraint(
                name="referral_answered_whole",
                condition=Q(state="answered", answered_on__gte=F("sent_on")) & ~Q(answer="")
                | (~Q(state="answered") & Q(answered_on=None, answer="")),
            ),
            models.CheckConstraint(
                name="referral_says_why", condition=~Q(receiver="") & ~Q(text="") & ~Q(basis="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"移送 {self.pk}"


class ReferralFile(models.Model):
    """A document of a referral: sent with it, or of the answer."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    answer = models.BooleanField("回复材料", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "移送材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "file"], name="referral_file_once")
        ]


class Petition(ScopedModel):
    """A petition (信访) about a parcel or a holder: received, answered within the pack's days, closed."""

    class Channel(models.TextChoices):
        VISIT = "visit", "来访"
        LETTER = "letter", "来信"
        ONLINE = "online", "网上"
        PHONE = "phone", "电话"
        ABOVE = "above", "上级交办"

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        ANSWERED = "answered", "已答复"
        CLOSED = "closed", "已办结"
        RETRACTED = "retracted", "已撤回"

    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, related_name="petitions", verbose_name="地块"
    )
    holder = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="petitions", verbose_name="涉及权利人"
    )
    name = models.CharField("信访人", max_length=100)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    channel = models.CharField("来源", max_length=10, choices=Channel)
    kind = models.CharField("信访类型", max_length=20)
    text = models.TextField("信访诉求", max_length=1000)
    received_on = models.DateField("收到日期")
    due_on = models.DateField("办理期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField("答复意见", max_length=1000, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="答复人"
    )
    closed_on = models.DateField("办结日期", null=True)
    result = models.CharField("办结情况", max_length=300, blank=True)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    logged_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "信访"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state", "due_on"], name="petition_due")]
        constraints = [
            models.CheckConstraint(
                name="petition_is_of_something",
                condition=Q(parcel__isnull=False) | Q(holder__isnull=False),
            ),
            models.CheckConstraint(
                name="petition_says_something", condition=~Q(name="") & ~Q(kind="") & ~Q(text="")
            ),
            models.CheckConstraint(
                name="petition_due_after_received", condition=Q(due_on__gte=F("received_on"))
            ),
            models.CheckConstraint(
                name="petition_answered_whole",
                condition=Q(answered_on=None, answered_by=None, answer="")
                & Q(state__in=["open", "retracted"])
                | (Q(answered_on__gte=F("received_on"), answered_by__isnull=False)
                   & ~Q(answer="") & Q(state__in=["answered", "closed"])),
            ),
            models.CheckConstraint(
                name="petition_closed_with_result",
                condition=Q(state__in=["open", "answered"], closed_on=None, result="")
                | (Q(state__in=["closed", "retracted"], closed_on__isnull=False) & ~Q(result="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"信访 {self.pk}"


class PetitionFile(models.Model):
    """A document of a petition: handed in, or of the answer."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    answer = models.BooleanField("答复材料", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "信访材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "file"], name="petition_file_once")
        ]
