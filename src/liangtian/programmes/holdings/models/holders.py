"""Who holds land (权利人): persons and organisations, their identity encrypted, and their papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel, ScopedQuerySet, below
from liangtian.platform.personal import EncryptedTextField
from liangtian.platform.personal_digest import DigestField, WithDigests

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


class HolderQuerySet(ScopedQuerySet):
    """Holders, seen where they are registered and where they hold land."""

    def visible_to(self, user: User) -> Self:
        """Those registered in the user's region, and whoever holds or farms a parcel in it.

        A company of the county holds land in many townships, each of which has to find it.
        """
        from liangtian.programmes.holdings.models.parcels import ParcelVersion

        if not user.is_active or not user.region_id:
            return self.none()
        here = ParcelVersion.objects.within(user.region_id).filter(valid_to=None).order_by()
        return self.filter(
            below(user.region_id)
            | Q(pk__in=here.exclude(holder=None).values("holder"))
            | Q(pk__in=here.exclude(cultivator=None).values("cultivator"))
        )


class Holder(WithDigests, ScopedModel):
    """A person or an organisation that holds or farms land; `region` is where it is at home.

    Two rows of one person are merged by a person only; the row merged away stays and points at the other.
    """

    class Kind(models.TextChoices):
        PERSON = "person", "个人（农户）"
        COMPANY = "company", "企业"
        COLLECTIVE = "collective", "村集体"
        FARM = "farm", "国有农场"
        AGENCY = "agency", "机关事业单位"

    class Paper(models.TextChoices):
        ID_CARD = "id_card", "居民身份证"
        CREDIT_CODE = "credit_code", "统一社会信用代码"
        OTHER = "other", "其他证件"

    kind = models.CharField("类别", max_length=10, choices=Kind)
    name = models.CharField("姓名或名称", max_length=100)
    paper = models.CharField("证件类型", max_length=12, choices=Paper, blank=True)
    id_number = EncryptedTextField("证件号码", blank=True, default="")
    id_digest = DigestField(of="id_number")
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_digest = DigestField(of="phone")
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    note = models.CharField("备注", max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", verbose_name="并入"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = HolderQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "权利人"
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["region", "name"], name="holder_names")]
        constraints = [
            # One person, one row; whoever was merged away keeps the number of the time.
            models.UniqueConstraint(
                fields=["county", "id_digest"],
                condition=Q(merged_into=None) & ~Q(id_digest=""),
                name="holder_number_once",
            ),
            models.CheckConstraint(name="holder_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="holder_number_has_paper",
                condition=Q(paper="", id_number="") | (~Q(paper="") & ~Q(id_number="")),
            ),
            models.CheckConstraint(
                name="holder_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
        ]

    def __str__(self) -> str:
        from liangtian.programmes.holdings.naming import shown_name

        return shown_name(self)


class HolderPaper(ScopedModel):
    """A scanned paper of a holder (证件、权属来源材料), of one parcel or of the holder alone."""

    holder = models.ForeignKey(Holder, models.PROTECT, related_name="papers", verbose_name="权利人")
    parcel = models.ForeignKey(
        "holdings.Parcel", models.PROTECT, null=True, related_name="papers", verbose_name="地块"
    )
    kind = models.CharField("材料类型", max_length=40)
    number = models.CharField("编号", max_length=100, blank=True)
    issued_on = models.DateField("日期", null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="扫描件")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "权利人材料"
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "file"], name="holder_paper_once"),
            models.CheckConstraint(name="holder_paper_has_kind", condition=~Q(kind="")),
        ]

    def __str__(self) -> str:
        return self.kind
