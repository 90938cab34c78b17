"""Registering the right to a parcel, step by step (申请、审查、核查、批准、登簿); a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.policy.unit_code import plain, wrong_unit_code
from liangtian.programmes.holdings import parcels
from liangtian.programmes.holdings.codes import listed, not_listed
from liangtian.programmes.holdings.models import (
    Parcel,
    ParcelVersion,
    Registration,
    RegistrationFile,
    RegistrationStep,
)
from liangtian.programmes.holdings.notices.stage import require_cleared
from liangtian.programmes.holdings.registering.looking import bars_registration, looked_over

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Registration.State
CERTIFICATE = "不动产权证"  # of the source papers
REPORT = "权籍核查材料"
MOST_FILES, LONGEST_NAME, LONGEST_NUMBER = 30, 60, 100


@dataclass(frozen=True)
class PaperForm:
    """A paper: its kind, one of the pack's, and the uploaded file."""

    kind: str
    file_id: int


@dataclass(frozen=True)
class SurveyForm:
    """When and by whom the parcel was surveyed, the unit's code, and the report."""

    on: date
    surveyor: str
    unit_code: str
    file_id: int | None = None


def apply(
    user: User, parcel_id: int, right: str, on: date, papers: Sequence[PaperForm] = ()
) -> Registration:
    """Take in the application of the parcel's holder.

    Raises Forbidden, NotFound, Conflict before the parcel's notice ran out or while another application is
    under way, Refused for entries, land of XPCC or without a holder.
    """
    require(user, "holdings.view", "holdings.register")
    wrong = {}
    if said := not_listed("right", right):
        wrong["right"] = said
    if on > timezone.localdate():
        wrong["applied_on"] = "晚于今天"
    if wrong:
        raise Refused("登记申请没有受理，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        parcel: Parcel = Parcel.objects.select_for_update().fetch_for(user, pk=parcel_id)
        require_cleared(parcel)
        version = _now(parcel.pk)
        if version.corps or version.holder_id is None:
            why = "是兵团用地" if version.corps else "没有登记权利人"
            raise Refused(f"地块 {parcel.code} {why}，不能申请登记。")
        try:
            with transaction.atomic():
                row: Registration = Registration.objects.create(
                    region_id=parcel.region_id, county_id=parcel.county_id, parcel=parcel,
                    version=version, holder_id=version.holder_id, right=right, applied_on=on,
                    entered_by=user,
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict(f"地块 {parcel.code} 已有正在办理的登记申请。") from error
        _attach(user, row, papers)
        _step(user, row, on, "")
        record(user, "holdings.registration.apply", row, after={
            "parcel": parcel.code, "right": right, "applied_on": on, "papers": len(papers),
        })  # fmt: skip
    return row


def add_papers(user: User, key: int, papers: Sequence[PaperForm]) -> Registration:
    """File more papers while it is under way. Raises Forbidden, NotFound, Conflict, Refused for the kind."""
    with transaction.atomic():
        row = _locked(user, key, "holdings.register", *Registration.OPEN)
        _attach(user, row, papers)
        record(user, "holdings.registration.papers", row,
               after={"papers": [p.kind for p in papers]})  # fmt: skip
    return row


def check(user: User, key: int, outcome: str, said: str) -> Registration:
    """The papers and the overlay were looked at: `pass`, `correct` (more papers wanted) or `refuse`.

    What the register and the departments say is kept with a pass. Raises Forbidden, NotFound, Conflict
    before judgement, while a department has to answer or after the check, Refused without papers or reason.
    """
    if outcome not in ("pass", "correct", "refuse"):
        raise Refused("请选择审查结果。", fields={"outcome": "请选择"})
    note = said.strip()[:300] if outcome == "pass" else reason_given(said, "补正或不予登记")
    with transaction.atomic():
        row = _locked(user, key, "holdings.register", State.APPLIED)
        if outcome == "pass":
            _may_pass(row)
            row.state, row.checked_by = State.CHECKED, user
        elif outcome == "refuse":
            row.state = State.REFUSED
        row.save(update_fields=["state", "checked_by", "overlay"])
        _step(user, row, timezone.localdate(), note)
        record(user, "holdings.registration.check", row,
               after={"outcome": outcome, "overlay": row.overlay}, note=note)  # fmt: skip
    return row


def survey(user: User, key: int, form: SurveyForm) -> Registration:
    """The parcel was surveyed as the register now has it, and its unit has a code.

    Once more where the register changed since. Raises Forbidden, NotFound, Conflict before the check or for
    a code of another parcel, Refused for entries.
    """
    code = plain(form.unit_code)
    with transaction.atomic():
        row = _locked(user, key, "holdings.register", State.CHECKED, State.SURVEYED)
        wrong = _wrong_survey(row, form, code)
        if wrong:
            raise Refused("核查情况没有登记，请改正标出的各项。", fields=wrong)
        if form.file_id is not None:
            _attach(user, row, [PaperForm(REPORT, form.file_id)])
        row.version, row.unit_code = _now(row.parcel_id), code
        row.surveyed_on, row.surveyor = form.on, form.surveyor.strip()
        row.state = State.SURVEYED
        _save(row, ["version", "unit_code", "surveyed_on", "surveyor", "state"], code)
        _step(user, row, form.on, f"{row.surveyor}：{code}")
        record(user, "holdings.registration.survey", row,
               after={"surveyed_on": form.on, "unit_code": code})  # fmt: skip
    return row


def decide(user: User, key: int, *, approve: bool, opinion: str) -> Registration:
    """Approve what others took in, checked and surveyed, or refuse it with a reason.

    Raises Forbidden for one's own, NotFound, Conflict before the survey, for a parcel whose notice or
    register does not stand any more, Refused.
    """
    note = opinion.strip()[:300] if approve else reason_given(opinion, "不予登记")
    with transaction.atomic():
        row = _locked(user, key, "holdings.approve", State.SURVEYED)
        if user.pk in (row.entered_by_id, row.checked_by_id):
            raise Forbidden("受理人和审查人不能批准自己办理的登记，请由他人批准。")
        if approve:
            _still(row)
            row.approved_by = user
        row.state = State.APPROVED if approve else State.REFUSED
        row.save(update_fields=["state", "approved_by"])
        _step(user, row, timezone.localdate(), note)
        record(user, "holdings.registration.decide", row,
               after={"state": row.get_state_display()}, note=note)  # fmt: skip
    return row


def enter(user: User, key: int, certificate: str, on: date) -> Registration:
    """The certificate was made out: its number is recorded, and the register names it from that day on.

    Raises Forbidden, NotFound, Conflict before approval, for a number that is taken or a register that
    changed, Refused for entries.
    """
    require(user, "holdings.edit")
    number = certificate.strip()
    with transaction.atomic():
        row = _locked(user, key, "holdings.register", State.APPROVED)
        wrong = {}
        if not 0 < len(number) <= LONGEST_NUMBER:
            wrong["certificate"] = f"必填，不超过 {LONGEST_NUMBER} 个字"
        if not (row.surveyed_on and row.surveyed_on <= on <= timezone.localdate()):
            wrong["registered_on"] = f"应在核查日期 {row.surveyed_on} 至今天之间"
        if wrong:
            raise Refused("没有登簿，请改正标出的各项。", fields=wrong)
        _still(row)
        row.state, row.certificate, row.registered_on = State.REGISTERED, number, on
        _save(row, ["state", "certificate", "registered_on"], number)
        form = replace(_form(row.version), source_paper=CERTIFICATE, paper_number=number)
        parcels.change(user, row.parcel_id, form, on, f"确权登记：{number}")
        _step(user, row, on, number)
        record(user, "holdings.registration.enter", row,
               after={"certificate": number, "registered_on": on})  # fmt: skip
    return row


def withdraw(user: User, key: int, reason: str) -> Registration:
    """The applicant took it back, or it is given up. Raises Forbidden, NotFound, Conflict, Refused."""
    note = reason_given(reason, "撤回登记申请")
    with transaction.atomic():
        row = _locked(user, key, "holdings.register", *Registration.OPEN)
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
        _step(user, row, timezone.localdate(), note)
        record(user, "holdings.registration.withdraw", row, note=note)
    return row


def _locked(user: User, key: int, permission: str, *states: str) -> Registration:
    require(user, "holdings.view", permission)
    rows = Registration.objects.select_for_update(of=("self",)).select_related("parcel", "version")
    row: Registration = rows.fetch_for(user, pk=key)
    if row.state not in states:
        raise Conflict(f"该登记申请现为“{row.get_state_display()}”，不能这样办理。")
    return row


def _may_pass(row: Registration) -> None:
    require_cleared(row.parcel)
    if not row.files.exists():
        raise Refused("还没有申请材料，请先补充材料再审查。")
    row.overlay = looked_over(row.parcel)
    if not row.overlay["judged"]:
        raise Conflict(f"地块 {row.parcel.code} 还没有研判结论，请先完成研判。")
    _lawful(row)
    if waiting := [hit["label"] for hit in row.overlay["hits"] if hit["state"] == "open"]:
        raise Conflict(f"部门对{'、'.join(waiting)}的比对结果还没有反馈意见，请等待反馈后再审查。")


def _lawful(row: Registration) -> None:
    if bars_registration(row.parcel):
        raise Conflict(
            f"地块 {row.parcel.code} 的研判结论为违法，不能登记。处置完成并重新研判后再办理，或不予登记。"
        )


def _still(row: Registration) -> None:
    """The parcel is what was noticed and surveyed, and no judgement since bars it."""
    require_cleared(row.parcel)
    _lawful(row)
    if _now(row.parcel_id).pk != row.version_id:
        raise Conflict(f"地块 {row.parcel.code} 核查后台账有变更，请重新核查。")


def _wrong_survey(row: Registration, form: SurveyForm, code: str) -> dict[str, str]:
    wrong = {}
    if said := wrong_unit_code(code, row.county_id):
        wrong["unit_code"] = said
    if not row.applied_on <= form.on <= timezone.localdate():
        wrong["on"] = f"应在申请日期 {row.applied_on} 至今天之间"
    if not 0 < len(form.surveyor.strip()) <= LONGEST_NAME:
        wrong["surveyor"] = f"必填，不超过 {LONGEST_NAME} 个字"
    return wrong


def _now(parcel_id: int) -> ParcelVersion:
    rows = ParcelVersion.objects.filter(parcel=parcel_id, valid_to=None)
    found: ParcelVersion | None = rows.first()
    if found is None:
        raise NotFound("该地块已不存在。")
    return found


def _form(version: ParcelVersion) -> parcels.ParcelForm:
    names = parcels.ParcelForm.__dataclass_fields__
    return parcels.ParcelForm(**{name: getattr(version, name) for name in names})


def _save(row: Registration, columns: list[str], number: str) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError as error:
        raise Conflict(f"{number} 已用于其他地块的登记，请核对。") from error


def _attach(user: User, row: Registration, papers: Sequence[PaperForm]) -> None:
    kinds = {*listed("paper_kind"), REPORT}
    if any(paper.kind not in kinds for paper in papers):
        raise Refused("请选择材料类型。", fields={"papers": "材料类型无效"})
    files = {paper.file_id: paper.kind for paper in papers}
    found = list(StoredFile.objects.visible_to(user).filter(pk__in=files))
    there = set(row.files.values_list("file_id", flat=True))
    if len(found) < len(files) or len(there) + len(found) > MOST_FILES:
        raise NotFound(f"所附文件不存在或不在您的管辖范围内，最多 {MOST_FILES} 个。")
    RegistrationFile.objects.bulk_create(
        RegistrationFile(registration=row, file=one, kind=files[one.pk])
        for one in found
        if one.pk not in there
    )


def _step(user: User, row: Registration, on: date, note: str) -> None:
    values: dict[str, Any] = {"state": row.state, "on": on, "by": user, "note": note[:300]}
    RegistrationStep.objects.create(registration=row, **values)
