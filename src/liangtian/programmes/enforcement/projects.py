"""Listed infrastructure projects: registered once, the duty noted once, pointed to by many parts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.data_checks.keeping import keep, look_over
from liangtian.programmes.enforcement.flow import SETTLED
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import InfrastructureProject, Outcome, Patch, PatchPart


@dataclass(frozen=True)
class ProjectForm:
    """A listed project, and the duty of supervision with its evidence once it was done."""

    name: str
    sector: str
    listing: str
    listing_document: str
    listing_number: str
    listing_on: date
    duty_done: bool = False
    duty_on: date | None = None
    duty_note: str = ""
    duty_file_id: int | None = None


def save_project(
    user: User, form: ProjectForm, project_id: int | None = None
) -> InfrastructureProject:
    """Register a project or change it.

    Raises Forbidden, NotFound, Refused for missing entries or a duty without its evidence, Conflict for a
    name that is taken.
    """
    require(user, "enforcement.view", "enforcement.dispose")
    _check(user, form)
    with transaction.atomic():
        if project_id is None:
            county = Region.objects.get(code=(user.region_id or "")[:COUNTY_DIGITS])
            row = InfrastructureProject(region=county, entered_by=user)
        else:
            row = InfrastructureProject.objects.fetch_for(user, pk=project_id)
        for name, value in asdict(form).items():
            setattr(row, name, value.strip() if isinstance(value, str) else value)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict(f"已有名为“{row.name}”的项目。") from error
        keep(list(Patch.objects.select_related("case").filter(parts__project=row).distinct()))
        record(
            user, "enforcement.project.save", row,
            after={k: str(v) for k, v in asdict(form).items() if v not in ("", None)},
        )  # fmt: skip
    return row


def _check(user: User, form: ProjectForm) -> None:
    wrong = {
        name: "必填"
        for name in ("name", "listing_document", "listing_number")
        if not str(getattr(form, name)).strip()
    }
    if form.sector not in InfrastructureProject.Sector.values:
        wrong["sector"] = "请选择行业"
    if form.listing not in InfrastructureProject.Listing.values:
        wrong["listing"] = "请选择清单级别"
    if form.duty_done:
        wrong |= {
            name: "已履职须填写"
            for name in ("duty_on", "duty_note", "duty_file_id")
            if not getattr(form, name)
        }
        if form.duty_on and form.duty_on > timezone.localdate():
            wrong["duty_on"] = "晚于今天"
    if wrong:
        raise Refused("项目没有保存，请补全标出的各项。", fields=wrong)
    if form.duty_file_id:
        StoredFile.objects.fetch_for(user, pk=form.duty_file_id)


def projects_of(user: User) -> list[InfrastructureProject]:
    """The projects of the user's county; for a township those of the county it lies in."""
    require(user, "enforcement.view")
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    return list(InfrastructureProject.objects.within(county).select_related("duty_file"))


def set_project(user: User, part_id: int, project_id: int | None) -> PatchPart:
    """Say on which listed project an illegal part stands; None for on none.

    Raises Forbidden, NotFound, Conflict before the judgement is confirmed, Refused for a legal part.
    """
    require(user, "enforcement.view", "enforcement.dispose")
    with transaction.atomic():
        patch_id = PatchPart.objects.filter(pk=part_id).values_list("patch", flat=True).first()
        if patch_id is None:
            raise NotFound
        patch = lock_patch(user, patch_id)
        part = PatchPart.objects.get(pk=part_id)
        if patch.case.stage not in SETTLED:
            raise Conflict(f"图斑 {patch.number} 的判定尚未确认，不能登记项目。")
        if part.judgement != Outcome.ILLEGAL:
            raise Refused("只有判定为违法的部分可以登记重大基础设施项目。")
        part.project = (
            None
            if project_id is None
            else InfrastructureProject.objects.fetch_for(user, pk=project_id)
        )
        part.save(update_fields=["project"])
        look_over(patch)
        record(
            user, "enforcement.part.project", patch,
            after={"part": part.order, "project": part.project.name if part.project else ""},
        )  # fmt: skip
    return part
