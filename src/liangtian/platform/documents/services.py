"""Letters: drafted from what is known, changed where a clerk must, issued under a number, never altered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.documents.kinds import LetterKind, fields_of
from liangtian.platform.documents.models import Letter, LetterTemplate, NumberSeries
from liangtian.platform.documents.templates import _bytes, in_use, kind_of, office_of
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.services import store
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.press.letter import TemplateRefused, fill

State = Letter.State
NOT_NUMBERED = "（未编号）"


def create_series(user: User, word: str) -> NumberSeries:
    """A word (机关代字) under which the user's office numbers its letters."""
    require(user, "documents.templates")
    office, clean = office_of(user), word.strip()
    if not clean or len(clean) > 30 or any(mark in clean for mark in "〔〕[]（）() "):
        raise Refused(
            f"机关代字“{word}”无效，应为不含括号和空格的 1 至 30 个字。",
            fields={"word": "不含括号和空格的 1 至 30 个字"},
        )
    with transaction.atomic():
        if NumberSeries.objects.filter(office=office, word=clean).exists():
            raise Conflict(f"本机构已有机关代字“{clean}”。")
        series = NumberSeries.objects.create(office=office, region=office.region, word=clean)
        record(user, "documents.series.create", series)
    return series


def draft(user: User, kind_code: str, source_id: int) -> Letter:
    """A draft about a thing, filled with what is known. Raises Forbidden, NotFound, Refused."""
    require(user, "documents.register")
    kind, office = kind_of(kind_code), office_of(user)
    require(user, kind.permission)
    facts = kind.facts(user, source_id)
    values: dict[str, Any] = {
        **facts.values,
        **{name: [dict(row) for row in rows] for name, rows in facts.rows.items()},
        **{name: dict(chart) for name, chart in facts.charts.items()},
        "issuer": office.name,
        "addressee": facts.addressee,
        "contact": user.name,
    }
    with transaction.atomic():
        letter = Letter.objects.create(
            kind=kind.code, title=kind.title, office=office, region=facts.region,
            source_id=source_id, about=facts.about[:200], addressee=facts.addressee[:100],
            values=values, created_by=user,
        )  # fmt: skip
        record(user, "documents.letter.draft", letter, after={"about": letter.about})
    return letter


def edit(user: User, letter_id: int, values: Mapping[str, str]) -> Letter:
    """Change those values of a draft that a clerk may change. Refused for any other."""
    with transaction.atomic():
        letter = _locked(user, letter_id, State.DRAFT)
        editable = {f.name: f.label for f in fields_of(kind_of(letter.kind)) if f.edited}
        wrong = {name: "不能修改" for name in values if name not in editable}
        wrong |= {
            name: f"“{editable[name]}”应为 1 至 {settings.LETTER_FIELD_CHARACTERS} 个字"
            for name, text in values.items()
            if name in editable and not 0 < len(text.strip()) <= settings.LETTER_FIELD_CHARACTERS
        }
        if wrong:
            raise Refused(f"文书没有保存：{'；'.join(wrong.values())}。", fields=wrong)
        before = {name: letter.values.get(name, "") for name in values}
        letter.values = letter.values | {name: text.strip() for name, text in values.items()}
        letter.addressee = letter.values["addressee"][:100]
        letter.save(update_fields=["values", "addressee"])
        record(user, "documents.letter.edit", letter, before=before, after=dict(values))
    return letter


def drop(user: User, letter_id: int) -> None:
    """Throw a draft away; only what was issued stays for good."""
    with transaction.atomic():
        letter = _locked(user, letter_id, State.DRAFT)
        record(user, "documents.letter.drop", letter, before={"values": letter.values})
        letter.delete()


def preview(user: User, letter_id: int) -> tuple[Letter, bytes]:
    """The letter as it would be issued today, without its number; an issued one as it was."""
    require(user, "documents.register")
    letter: Letter = Letter.objects.fetch_for(user, pk=letter_id)
    return letter, preview_of(letter)


def preview_of(letter: Letter) -> bytes:
    """The same for a letter the caller let the user see."""
    if letter.file is not None:
        return _bytes(letter.file)
    return _written(letter, kind_of(letter.kind), NOT_NUMBERED, timezone.localdate())[1]


def issue(user: User, letter_id: int, series_id: int) -> Letter:
    """Give a draft its number and keep the letter for good: all in one transaction.

    Raises Conflict for a letter issued already, Refused for a series of another office or a template that
    cannot be filled.
    """
    with transaction.atomic():
        letter = _locked(user, letter_id, State.DRAFT)
        series = (
            NumberSeries.objects.select_for_update()
            .filter(pk=series_id, office=letter.office)
            .first()
        )
        if series is None:
            raise Refused("没有选择本机构的文号序列。", fields={"series_id": "请选择"})
        today = timezone.localdate()
        if series.year != today.year:
            series.year, series.last = today.year, 0
        series.last += 1
        series.save(update_fields=["year", "last"])
        number = f"{series.word}〔{series.year}〕{series.last}号"
        template, content = _written(letter, kind_of(letter.kind), number, today)
        name = f"{number}{letter.title}.docx"
        file = store([content], name, user=user, region=letter.region, kind="letter")
        letter.template, letter.file, letter.number = template, file, number
        letter.series, letter.year, letter.serial = series, series.year, series.last
        letter.state, letter.issued_by, letter.issued_on = State.ISSUED, user, today
        letter.save()
        after = {"number": number, "sha256": file.sha256, "addressee": letter.addressee}
        record(user, "documents.letter.issue", letter, after=after)
    return letter


def void(user: User, letter_id: int, reason: str) -> Letter:
    """Make an issued letter void; its number stays taken."""
    text = reason_given(reason, "作废", 200)
    with transaction.atomic():
        letter = _locked(user, letter_id, State.ISSUED)
        letter.state, letter.void_reason = State.VOID, text
        letter.save(update_fields=["state", "void_reason"])
        record(user, "documents.letter.void", letter, after={"number": letter.number}, note=text)
    return letter


def _locked(user: User, letter_id: int, state: Letter.State) -> Letter:
    """A letter of the user's own office under lock, in that state; Conflict in another."""
    require(user, "documents.register")
    visible = Letter.objects.visible_to(user).select_for_update()
    letter: Letter = visible.fetch_for(user, pk=letter_id, office=office_of(user))
    if letter.state != state:
        raise Conflict(f"文书“{letter}”的状态是“{letter.get_state_display()}”，不能这样处理。")
    return letter


def _written(
    letter: Letter, kind: LetterKind, number: str, on: date
) -> tuple[LetterTemplate | None, bytes]:
    template, content = in_use(letter.office, kind)
    dated = {"number": number, "issued_on": f"{on.year}年{on.month}月{on.day}日"}
    try:
        return template, fill(content, {**letter.values, **dated})
    except TemplateRefused as refusal:
        raise Refused(
            f"模板不能填写：{'；'.join(refusal.problems)}。请到“文书模板”改正并重新启用。"
        ) from refusal
