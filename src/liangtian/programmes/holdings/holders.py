"""Registering holders, and merging two rows of one: always a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record, saw
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.personal_digest import digests, normalised
from liangtian.platform.personal_numbers import is_id_number
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.credit_code import is_credit_code
from liangtian.programmes.holdings.codes import not_listed
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Holder, HolderPaper, Parcel, ParcelVersion
from liangtian.programmes.holdings.naming import shown_name, shown_number
from liangtian.programmes.holdings.states import Step, follow

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_NAMED = 3
ID_LENGTH = 18


@dataclass(frozen=True)
class HolderForm:
    """Who it is; `region` is the village it belongs to, of an organisation also a township or the county."""

    kind: str
    name: str
    region: str
    paper: str = ""
    id_number: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True)
class PaperForm:
    """A scan that was sent before, and what it is."""

    kind: str
    file_id: int
    number: str = ""
    parcel_id: int | None = None


def save_holder(
    user: User, form: HolderForm, holder_id: int | None = None, *, namesake: bool = False
) -> Holder:
    """Register a holder or change it; an empty number or phone of a known one leaves what is there.

    Raises Forbidden, NotFound, Refused for entries, Conflict for a number that is taken, and (`duplicate`)
    for a name that its village has already, unless `namesake` says that it is another person.
    """
    require(user, "holdings.view", "holdings.edit")
    _check(form)
    with transaction.atomic():
        region = _region(user, form.region)
        row = Holder(entered_by=user) if holder_id is None else _mine(user, holder_id)
        before = _told(row) if holder_id else None
        row.kind, row.name, row.region = form.kind, form.name.strip(), region
        row.county_id, row.note = county_of(region.code), form.note.strip()
        if form.id_number.strip():
            row.paper, row.id_number = form.paper, normalised(form.id_number)
        if form.phone.strip():
            row.phone = form.phone.strip()
        _refuse_taken(user, row)
        if not namesake and not row.id_number:
            _refuse_namesake(row)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict("该证件号码刚刚已被登记，请刷新后查找该权利人。") from error
        record(user, "holdings.holder.save", row, before=before, after=_told(row))
    return row


def same_holders(holder: Holder) -> list[Holder]:
    """Others that could be the same: of the same name at the same place. By number there can be none."""
    rows = Holder.objects.filter(
        region=holder.region_id, name=holder.name, kind=holder.kind, merged_into=None
    )
    return list(rows.exclude(pk=holder.pk).order_by("pk"))


def found_by_number(user: User, number: str) -> list[Holder]:
    """The holder in sight whose whole identity number that is."""
    require(user, "holdings.view")
    wanted = digests(number, Holder._meta.get_field("id_number").sealed_for)
    return list(Holder.objects.visible_to(user).filter(id_digest__in=wanted, merged_into=None))


def merge_holders(user: User, kept_id: int, away_id: int, reason: str) -> Holder:
    """Say that two rows are one holder. The row merged away stays, with all that was entered under it.

    Raises Forbidden, NotFound, Refused for a reason or two different numbers, Conflict for one merged before.
    """
    require(user, "holdings.view", "holdings.manage")
    said = reason_given(reason, "合并权利人")
    with transaction.atomic():
        kept, away = _mine(user, kept_id), _mine(user, away_id)
        if kept == away:
            raise Refused("请选择两个不同的权利人。")
        if kept.kind != away.kind:
            raise Refused("两个权利人的类别不同，不能合并。")
        if kept.id_number and away.id_number and kept.id_number != away.id_number:
            raise Refused("两个权利人的证件号码不同，不能合并。请先核对证件，改正登记有误的一方。")
        away.merged_into = kept
        away.save(update_fields=["merged_into"])
        Holder.objects.filter(merged_into=away).update(merged_into=kept)
        _hand_over(user, away, kept, said)
        if not kept.id_number and away.id_number:
            kept.paper, kept.id_number = away.paper, away.id_number
        if not kept.phone:
            kept.phone = away.phone
        kept.save()
        record(user, "holdings.holder.merge", kept, after={"merged": away.pk}, note=said)
    return kept


def _hand_over(user: User, away: Holder, kept: Holder, reason: str) -> None:
    """The parcels of today are the kept one's from today on; the past says what was entered then."""
    step = Step(timezone.localdate(), ParcelVersion.Change.HOLDER, reason)
    rows = ParcelVersion.objects.filter(valid_to=None).select_related("parcel", "region")
    for now in rows.filter(Q(holder=away) | Q(cultivator=away)):
        held = {"holder_id": now.holder_id, "cultivator_id": now.cultivator_id}
        follow(user, now, step, {k: kept.pk if v == away.pk else v for k, v in held.items()})


def identity(user: User, holder_id: int, reason: str) -> Holder:
    """The holder, to be shown in full; who asked and why is in the trail. Raises as `reason_given` does."""
    require(user, "holdings.view", "personal.unmask")
    said = reason_given(reason, "查看完整身份信息")
    holder: Holder = Holder.objects.fetch_for(user, pk=holder_id)
    saw(user, "holdings.holder.identity", holder, note=said)
    return holder


def add_paper(user: User, holder_id: int, form: PaperForm) -> HolderPaper:
    """File a scan with a holder. Raises Forbidden, NotFound, Refused, Conflict for a file filed before."""
    require(user, "holdings.view", "holdings.edit")
    if said := not_listed("paper_kind", form.kind):
        raise Refused("材料没有登记，请选择材料类型。", fields={"kind": said})
    with transaction.atomic():
        holder = _mine(user, holder_id)
        file = StoredFile.objects.fetch_for(user, pk=form.file_id)
        parcel = Parcel.objects.fetch_for(user, pk=form.parcel_id) if form.parcel_id else None
        if HolderPaper.objects.filter(holder=holder, file=file).exists():
            raise Conflict("该文件已经登记在此权利人名下。")
        row = HolderPaper.objects.create(
            holder=holder, region=holder.region, parcel=parcel, kind=form.kind,
            number=form.number.strip(), file=file, added_by=user,
        )  # fmt: skip
        record(user, "holdings.paper.add", holder, after={"kind": form.kind, "file": file.name})
    return row


def _mine(user: User, holder_id: int) -> Holder:
    holder: Holder = Holder.objects.select_for_update().fetch_for(user, pk=holder_id)
    if holder.merged_into_id:
        raise Conflict("该权利人已并入另一权利人，请在保留的权利人上办理。")
    return holder


def _region(user: User, code: str) -> Region:
    region = Region.objects.current().within(user.region_id or "").filter(code=code).first()
    if region is None:
        raise NotFound("没有该区划，或不在您的管辖范围内。")
    return region


def _check(form: HolderForm) -> None:
    wrong: dict[str, str] = {}
    if form.kind not in Holder.Kind.values:
        wrong["kind"] = "请选择类别"
    if not form.name.strip():
        wrong["name"] = "必填"
    number = normalised(form.id_number)
    if number and (said := number_wrong(form.paper, number)):
        wrong["id_number"] = said
    if wrong:
        raise Refused("权利人没有登记，请改正标出的各项。", fields=wrong)


def number_wrong(paper: str, number: str) -> str:
    """What is wrong with an identity number (normalised) of that sort of paper; empty when nothing is."""
    if paper == Holder.Paper.ID_CARD:
        sound = len(number) == ID_LENGTH and number[:-1].isdecimal() and is_id_number(number)
        return "" if sound else "身份证号码位数、出生日期或校验码不对，请核对证件"
    if paper == Holder.Paper.CREDIT_CODE:
        return "" if is_credit_code(number) else "统一社会信用代码位数或校验码不对，请核对证件"
    return "" if paper == Holder.Paper.OTHER else "请选择证件类型"


def _refuse_taken(user: User, row: Holder) -> None:
    if not row.id_number:
        return
    wanted = digests(row.id_number, Holder._meta.get_field("id_number").sealed_for)
    rows = Holder.objects.filter(county=row.county_id, id_digest__in=wanted, merged_into=None)
    found = rows.exclude(pk=row.pk).first()
    if found is None:
        return
    seen = Holder.objects.visible_to(user).filter(pk=found.pk).exists()
    who = f"{shown_name(found)}（{found.region.name}）" if seen else "辖区外的权利人"
    raise Conflict(
        f"证件号码 {shown_number(row)} 已登记在{who}名下，没有重复登记。请查找后在该权利人上办理。"
    )


def _refuse_namesake(row: Holder) -> None:
    found = same_holders(row)
    if found:
        raise Refused(
            f"{row.region.name}已有同名权利人 {len(found)} 个。如确为另一人，请填写证件号码，或勾选“确为另一人”后再登记。",
            code="duplicate", status=409,
            fields={"name": f"已有 {len(found[:_NAMED])} 个同名"},
        )  # fmt: skip


def _told(row: Holder) -> dict[str, str]:
    """For the trail: who it is as everyone sees it, and whether the number was given."""
    return {
        "kind": str(row.get_kind_display()), "name": shown_name(row), "region": row.region.name,
        "number": shown_number(row), "note": row.note,
    }  # fmt: skip
