"""Freezing, signing, sending, sending back, consolidating. Each act: one transaction, one audit entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.ledgers.groups import grouped
from liangtian.platform.ledgers.query import filtered
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.platform.returns.forms import HEAD, Form, Post, find_form
from liangtian.platform.returns.models import Return, ReturnPart, ReturnSignature, Snapshot
from liangtian.platform.returns.periods import Period, read_period
from liangtian.platform.returns.snapshots import keep, packed_now
from liangtian.platform.returns.tables import Table, consolidated, table_of

if TYPE_CHECKING:
    from datetime import date

    from liangtian.platform.people.models import User

Status = Return.Status


@dataclass(frozen=True)
class _Content:
    """What a return says: its rows (a township's), its table, what that rests on, the returns within it."""

    table: Table
    basis: dict[str, Any]
    snapshot: Snapshot | None = None
    parts: tuple[Return, ...] = ()


def form_named(user: User, name: str) -> Form:
    """The form, for who may read its ledger."""
    form = find_form(name)
    if form is None:
        raise NotFound(f"没有名为“{name}”的报表。")
    require(user, form.ledger.permission)
    return form


def prepare(user: User, form: Form, code: str, reason: str = "") -> Return:
    """Freeze the return of the user's own region: a township's from its rows, a county's from its townships'.

    A further version needs a reason. Raises Conflict while the present version lies with the county.
    """
    require(user, "returns.prepare", form.ledger.permission)
    region, period = user.region, read_period(form.period, code)
    if region is None or region.level not in (Region.Level.TOWNSHIP, Region.Level.COUNTY):
        raise Forbidden("报表由乡镇编制、由县汇总；您的账号不在乡镇或县。")
    with transaction.atomic():
        version, before = _make_room(user, form, region, period, reason)
        if region.level == Region.Level.TOWNSHIP:
            content = _from_rows(user, form, region, period)
        else:
            content = _from_parts(form, region, period)
        made = _frozen(user, form, period, version, reason.strip(), content)
        ReturnPart.objects.bulk_create(ReturnPart(whole=made, part=p) for p in content.parts)
        record(user, "return.freeze", made, after={"sha256": made.sha256, "version": version},
               before=before, note=reason.strip())  # fmt: skip
    return made


def _make_room(
    user: User, form: Form, region: Region, period: Period, reason: str
) -> tuple[int, dict[str, Any] | None]:
    """The next version's number; the version in force steps back."""
    earlier = Return.objects.select_for_update().filter(
        form=form.name, region=region, period=period.code
    )
    last = earlier.aggregate(last=Max("version"))["last"] or 0
    if last:
        reason_given(reason, f"本期已有第 {last} 版。编制更正版")
    current = earlier.filter(status__in=Return.LIVE).first()
    if current is None:
        return last + 1, None
    if current.status == Status.SENT:
        raise Conflict(f"“{current}”已上报，须由县级退回后才能更正。")
    current.status = Status.REPLACED
    current.save(update_fields=["status"])
    return last + 1, {"version": current.version, "sha256": current.sha256}


def _from_rows(user: User, form: Form, region: Region, period: Period) -> _Content:
    query, only = {"region": region.code}, form.within(period.first, period.last)
    title = f"{region.name}{period.label}{form.title}"
    found = packed_now(user, form.ledger, query, only)
    snapshot = keep(user, form.ledger, query, found, title=title, region=region)
    by = [form.lines, form.across] if form.across else [form.lines]
    table = table_of(form.ledger, grouped(form.ledger, user, query, by, only))
    basis = form.basis(filtered(form.ledger, user, query).filter(only))
    return _Content(table, basis, snapshot)


def _from_parts(form: Form, region: Region, period: Period) -> _Content:
    parts = list(
        Return.objects.within(region.code)
        .filter(form=form.name, period=period.code, status=Status.SENT)
        .exclude(region=region)
        .select_related("region")
        .order_by("region_id")
    )
    if not parts:
        raise Refused(f"{period.label}还没有乡镇上报“{form.title}”，不能汇总。")
    townships = Region.objects.filter(
        code__startswith=region.code, level=Region.Level.TOWNSHIP, valid_to=None
    )
    missing = townships.exclude(code__in=[p.region_id for p in parts]).order_by("code")
    due = due_date(period)
    late = [p.region.name for p in parts if p.sent_at and timezone.localdate(p.sent_at) > due]
    table = consolidated((p.region_id, p.region.name, p.table) for p in parts)
    basis = {
        "parts": [
            {"region": p.region.name, "version": p.version, "sha256": p.sha256} for p in parts
        ],
        "missing": [r.name for r in missing],
        "late": late,
        **_common_basis(parts),
    }  # fmt: skip
    return _Content(table, basis, None, tuple(parts))


def _common_basis(parts: list[Return]) -> dict[str, Any]:
    """What the parts rest on, each once."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for key, values in part.basis.items():
            found[key] = sorted({*found.get(key, []), *values})
    return found


def _frozen(  # noqa: PLR0917 -- what identifies a version
    user: User, form: Form, period: Period, version: int, reason: str, content: _Content
) -> Return:
    region, snapshot, table, basis = user.region, content.snapshot, content.table, content.basis
    if region is None:
        raise Forbidden
    title = f"{region.name}{period.label}{form.title}"
    said = {
        "form": form.name, "title": title, "region": region.code, "period": period.code,
        "version": version, "rows": snapshot.sha256 if snapshot else None,
        "table": table, "basis": basis,
    }  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Return.objects.create(
        form=form.name, title=title, region=region, period=period.code, version=version,
        reason=reason, snapshot=snapshot, table=table, basis=basis, frozen_by=user,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def next_post(made: Return) -> Post | None:
    """Who signs next; None when every post of the form has, or the return is not to be signed any more."""
    form = find_form(made.form)
    if form is None or made.status != Status.FROZEN:
        return None
    signed = len(made.signatures.all())
    return form.posts[signed] if signed < len(form.posts) else None


def sign(user: User, return_id: int) -> Return:
    """The next signature in the order of the form, the last of which makes the return final.

    Each is another person's, none the maker's, all of the return's own level.
    Raises Forbidden, NotFound, Refused for a second signature of one person, Conflict when none is due.
    """
    made, post = _to_sign(user, return_id)
    with transaction.atomic():
        made = _in(made, Status.FROZEN, post.act)
        before = list(made.signatures.all())
        if next_post(made) != post:
            raise Conflict(f"“{made}”已由他人{post.act}。请刷新页面。")
        if user.pk in {made.frozen_by_id, *(one.user_id for one in before)}:
            raise Refused(f"填表人和已签名的人不能再{post.act}同一份报表，请由另一人{post.act}。")
        one = ReturnSignature.objects.create(
            sheet=made, order=len(before) + 1, post=post.code, label=post.label,
            user=user, name=user.name,
        )  # fmt: skip
        last = find_form(made.form)
        if last is not None and one.order == len(last.posts):
            made.status, made.signed_by, made.signed_at = Status.SIGNED, user, one.at
            made.signed_name = user.name
            made.save(update_fields=["status", "signed_by", "signed_at", "signed_name"])
        act = "return.sign" if made.status == Status.SIGNED else "return.check"
        record(user, act, made, after={"sha256": made.sha256, "post": post.label})
    return made


def decline(user: User, return_id: int, reason: str) -> Return:
    """Who would sign next gives the return back to its maker."""
    made, _ = _to_sign(user, return_id)
    return _give_back(
        user, made, reason, expected=Status.FROZEN, status=Status.DECLINED, act="return.decline"
    )


def _to_sign(user: User, return_id: int) -> tuple[Return, Post]:
    """The return and whose signature is due; who may not give that one is told so."""
    made = fetch(user, return_id)
    post = next_post(made)
    if post is None:
        require(user, HEAD.permission)
        raise Conflict(f"“{made}”现为“{made.get_status_display()}”，不能签名。请刷新页面。")
    return _for_acting(user, return_id, post.permission, own=True), post


def send(user: User, return_id: int) -> Return:
    """Up to the county."""
    made = _for_acting(user, return_id, "returns.prepare", own=True)
    if made.region.level != Region.Level.TOWNSHIP:
        raise Refused("县级报表签批后即完成，无须在本系统上报。")
    with transaction.atomic():
        made = _in(made, Status.SIGNED, "上报")
        made.status, made.sent_by, made.sent_at = Status.SENT, user, timezone.now()
        made.save(update_fields=["status", "sent_by", "sent_at"])
        record(user, "return.send", made, after={"sha256": made.sha256})
    return made


def send_back(user: User, return_id: int, reason: str) -> Return:
    """The county gives a township's return back, with the reason."""
    made = _for_acting(user, return_id, "returns.prepare", own=False)
    return _give_back(
        user, made, reason, expected=Status.SENT, status=Status.SENT_BACK, act="return.send_back"
    )


def _give_back(
    user: User, made: Return, reason: str, *, expected: str, status: str, act: str
) -> Return:
    text = reason_given(reason, "退回")
    with transaction.atomic():
        made = _in(made, expected, "退回")
        made.status, made.back_by, made.back_at, made.back_reason = (
            status, user, timezone.now(), text,
        )  # fmt: skip
        made.save(update_fields=["status", "back_by", "back_at", "back_reason"])
        record(user, act, made, after={"sha256": made.sha256}, note=text)
    return made


def _for_acting(user: User, return_id: int, permission: str, *, own: bool) -> Return:
    require(user, permission)
    made = fetch(user, return_id)
    if own and made.region_id != user.region_id:
        raise Forbidden(f"“{made.title}”由{made.region.name}办理。")
    if not own and made.region_id == user.region_id:
        raise Refused("只有上一级可以退回已上报的报表。")
    return made


def fetch(user: User, return_id: int) -> Return:
    """A return in the user's region or below. Raises NotFound otherwise."""
    made: Return = Return.objects.select_related(
        "region", "frozen_by", "signed_by", "sent_by", "back_by", "snapshot"
    ).prefetch_related("signatures").fetch_for(user, pk=return_id)  # fmt: skip
    form_named(user, made.form)
    return made


def _in(made: Return, status: str, act: str) -> Return:
    """The return locked, in the state the act needs. Raises Conflict."""
    row: Return = Return.objects.select_for_update().get(pk=made.pk)
    if row.status != status:
        raise Conflict(f"“{row}”现为“{row.get_status_display()}”，不能{act}。请刷新页面。")
    return row


def due_date(period: Period) -> date:
    """By when a township should have sent."""
    return period.end + timedelta(days=settings.RETURN_DUE_DAYS)
