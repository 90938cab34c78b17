"""Warnings (督办): proposed by the rules or by a clerk, decided by a leader, sent, answered, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar import deadlines
from liangtian.platform.calendar.messages import Text, tell
from liangtian.platform.calendar.models import Message
from liangtian.platform.cases.desks import able
from liangtian.platform.cases.models import Case
from liangtian.platform.cases.services import Taking, open_cases, take_step
from liangtian.platform.documents import services as letters
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.packs.services import keep_version, pack_at
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.pack import Pack
from liangtian.policy.warning_measures import Figures, proposed
from liangtian.policy.warning_schema import WarningMeasure
from liangtian.programmes.enforcement.models import TownshipWarning
from liangtian.programmes.enforcement.rules import pack_in_use
from liangtian.programmes.enforcement.warning_figures import (
    TALK,
    TRANSFER,
    Standing,
    campaign_years,
    standings,
)
from liangtian.programmes.enforcement.warning_flow import (
    ACCOUNTABILITY_HELD,
    CLOSE,
    DECIDE,
    DECIDED,
    DROP,
    FLOW,
    KIND,
    PROPOSE,
    REPLY,
    RETURN_REPLY,
    SEND,
    SEND_ONLY,
    SENT,
    TALK_HELD,
)

REPLY_CHARACTERS = 4000
EVENTS = {TALK: TALK_HELD, TRANSFER: ACCOUNTABILITY_HELD}
COUNTY = 6  # digits of its code


def warnings_for(user: User) -> ScopedQuerySet:
    """What the user may see: of a county all, of a township its own once they were sent."""
    rows: ScopedQuerySet = TownshipWarning.objects.visible_to(user)
    of_county = user.region is not None and len(user.region.code) <= COUNTY
    return rows if of_county else rows.filter(sent_on__isnull=False)


def fetch_warning(user: User, warning_id: int) -> TownshipWarning:
    """One warning the user may see; NotFound otherwise."""
    require(user, "warnings.view")
    related = ("region", "case", "letter", "reply_file")
    found = warnings_for(user).select_related(*related).filter(pk=warning_id).first()
    if found is None:
        raise NotFound
    return cast(TownshipWarning, found)


def propose_all(on: date | None = None) -> int:
    """Propose what the rules call for, in every county; the worker's daily work. How many are new."""
    counties = Region.objects.current().filter(level="county").values_list("code", flat=True)
    return sum(_propose_in(code, None, on or timezone.localdate()) for code in counties)


def propose(user: User) -> int:
    """Propose at once what the rules call for in the user's county; how many are new."""
    require(user, "warnings.view", "warnings.propose")
    with transaction.atomic():
        new = _propose_in(user.scope[:COUNTY], user, timezone.localdate())
        record(user, "enforcement.warning.propose_by_rule", "督办", region=user.region,
               after={"count": new})  # fmt: skip
    return new


def _propose_in(county: str, user: User | None, on: date) -> int:
    pack, new = pack_in_use(), 0
    with transaction.atomic():
        if Region.objects.select_for_update().filter(pk=county).first() is None:
            return 0
        for year in campaign_years(on, pack):
            for standing in standings(county, year, on, pack):
                new += _propose_for(standing, year, on, pack, user)
    return new


def _propose_for(standing: Standing, year: int, on: date, pack: Pack, user: User | None) -> int:
    """Not what runs already, nor again for the very reasons it was closed or dropped with."""
    new = 0
    for one in proposed(cast(Figures, standing.figures), pack, on):
        reasons = [{"text": r.text, "clause": r.clause} for r in one.reasons]
        last = (
            TownshipWarning.objects.filter(
                region=standing.region, year=year, measure=one.measure.id
            )
            .order_by("-pk")
            .first()
        )
        if last is not None and (last.ended_at is None or last.reasons == reasons):
            continue
        made = _opened(standing, year, on, pack, one.measure, reasons=reasons)
        record(user, "enforcement.warning.propose", made, after={"reasons": reasons})
        new += 1
    return new


def propose_by_hand(
    user: User, town: str, measure_id: str, year: int, reason: str
) -> TownshipWarning:
    """Propose a measure the figures need not call for, with a reason; another person decides.

    Raises Refused for an unknown township or measure, Conflict where one runs already.
    """
    require(user, "warnings.view", "warnings.propose")
    pack, on = pack_in_use(), timezone.localdate()
    measure = measure_of(pack, measure_id)
    text = reason_given(reason, "提出督办")
    with transaction.atomic():
        county = user.scope[:COUNTY]
        list(Region.objects.select_for_update().filter(pk=county))
        found = [s for s in standings(county, year, on, pack) if s.region.code == town]
        if not found or not town.startswith(user.scope):
            raise Refused("请选择本县的乡镇。", fields={"region": "请选择本县的乡镇"})
        if TownshipWarning.objects.filter(
            region=town, measure=measure.id, year=year, ended_at=None
        ).exists():
            raise Conflict(f"{found[0].region.name}{year}年度的“{measure.label}”正在办理。")
        made = _opened(found[0], year, on, pack, measure, by=user, hand_reason=text)
        record(user, "enforcement.warning.propose", made, note=text)
    return made


def measure_of(pack: Pack, measure_id: str) -> WarningMeasure:
    """The measure of that id; Refused when the pack has none."""
    for measure in pack.warning_measures:
        if measure.id == measure_id:
            return measure
    raise Refused("没有这种督办措施。", fields={"measure": "请选择"})


def _opened(
    standing: Standing, year: int, on: date, pack: Pack, measure: WarningMeasure,
    *, by: User | None = None, hand_reason: str = "", reasons: list[dict[str, str]] | None = None,
) -> TownshipWarning:  # fmt: skip
    keep_version(pack)
    title = f"{standing.region.name}{year}年度{measure.label}"
    case = open_cases(FLOW, [Case(title=title, region=standing.region)], PROPOSE, by, hand_reason)[
        0
    ]
    made = TownshipWarning.objects.create(
        region=standing.region, case=case, year=year, measure=measure.id, label=measure.label,
        pack=pack.name, pack_version=pack.version, as_of=on, needs_reply=bool(measure.reply),
        figures={metric: str(figure) for metric, figure in standing.figures.items()},
        reasons=reasons or [], proposed_by=by, hand_reason=hand_reason,
    )  # fmt: skip
    _tell(made, standing.region.code[:COUNTY], "warnings.decide", "请决定督办措施")
    return made


def holds_again(warning: TownshipWarning) -> bool:
    """Whether the pack of then, given the figures of then, proposes the measure again. By hand: not asked."""
    figures = {name: Decimal(figure) for name, figure in warning.figures.items()}
    again = proposed(cast(Figures, figures), pack_at(warning.pack_version), warning.as_of)
    said = {
        one.measure.id: [{"text": r.text, "clause": r.clause} for r in one.reasons] for one in again
    }
    return bool(warning.proposed_by_id) or said.get(warning.measure) == warning.reasons


def decide(user: User, warning_id: int, opinion: str = "") -> TownshipWarning:
    """A leader agrees. Conflict when he proposed it himself, or when it is decided already."""
    require(user, "warnings.view", "warnings.decide")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        _step(warning, DECIDE, user, opinion)
        warning.decided_by, warning.decided_at = user, timezone.now()
        warning.save(update_fields=["decided_by", "decided_at"])
        record(user, "enforcement.warning.decide", warning, note=opinion.strip())
        _tell(warning, warning.region_id[:COUNTY], "warnings.propose", "请制发督办文书")
    return warning


def drop(user: User, warning_id: int, reason: str) -> TownshipWarning:
    """A leader decides that nothing is done, with a reason."""
    require(user, "warnings.view", "warnings.decide")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        _step(warning, DROP, user, reason)
        return _ended(warning, user, "enforcement.warning.drop", reason.strip())


def draft_letter(user: User, warning_id: int) -> TownshipWarning:
    """Draft the letter of a decided warning, once; the clerk then looks it over and has it numbered."""
    require(user, "warnings.view", "warnings.propose")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        if warning.case.stage != DECIDED:
            raise Conflict(f"“{warning}”不在“{FLOW.labels[DECIDED]}”环节，不能拟制文书。")
        kind = measure_of(pack_at(warning.pack_version), warning.measure).letter
        if not kind:
            raise Conflict(f"“{warning.label}”没有对应的文书。")
        if warning.letter is None:
            warning.letter = letters.draft(user, kind, warning.pk)
            warning.save(update_fields=["letter"])
            record(user, "enforcement.warning.letter", warning, after={"letter": warning.letter.pk})
    return warning


def send(user: User, warning_id: int, series_id: int | None = None) -> TownshipWarning:
    """Send the letter, which is given its number now unless it has one; the time to answer begins.

    Raises Conflict without a letter or for one made void, Refused for a draft without a series.
    """
    require(user, "warnings.view", "warnings.propose")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        letter = warning.letter
        if letter is not None and letter.state == Letter.State.DRAFT:
            if series_id is None:
                raise Refused("文书还没有编号，请选择文号序列。", fields={"series_id": "请选择"})
            letter = warning.letter = letters.issue(user, letter.pk, series_id)
        if letter is not None and letter.state == Letter.State.VOID:
            raise Conflict("文书已作废，请重新拟制。")
        _step(warning, SEND if warning.needs_reply else SEND_ONLY, user)
        warning.sent_on = timezone.localdate()
        warning.save(update_fields=["sent_on", "letter"])
        after = {"number": letter.number if letter else ""}
        record(user, "enforcement.warning.send", warning, after=after)
        what = "请按期答复督办" if warning.needs_reply else "收到督办文书"
        _tell(warning, warning.region_id, "warnings.view", what)
    return warning


def reply(user: User, warning_id: int, text: str, file_id: int | None = None) -> TownshipWarning:
    """The township answers in writing, with a file where it has one."""
    require(user, "warnings.view", "warnings.answer")
    said = reason_given(text, "答复督办", REPLY_CHARACTERS)
    with transaction.atomic():
        warning = _locked(user, warning_id)
        file = StoredFile.objects.fetch_for(user, pk=file_id) if file_id else None
        _step(warning, REPLY, user)
        warning.reply, warning.reply_file = said, file
        warning.replied_by, warning.replied_on = user, timezone.localdate()
        warning.save(update_fields=["reply", "reply_file", "replied_by", "replied_on"])
        record(user, "enforcement.warning.reply", warning, after={"reply": said})
        _tell(warning, warning.region_id[:COUNTY], "warnings.propose", "请核实督办答复")
    return warning


def return_reply(user: User, warning_id: int, reason: str) -> TownshipWarning:
    """Send an answer back that does not suffice (敷衍整改); the time to answer begins anew."""
    require(user, "warnings.view", "warnings.propose")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        if not warning.needs_reply:
            raise Conflict(f"“{warning}”不须答复，没有可退回的答复。")
        before = {"reply": warning.reply, "by": str(warning.replied_by)}
        _step(warning, RETURN_REPLY, user, reason, before)
        warning.reply, warning.reply_file, warning.replied_by, warning.replied_on = (
            "",
            None,
            None,
            None,
        )
        warning.save(update_fields=["reply", "reply_file", "replied_by", "replied_on"])
        record(
            user, "enforcement.warning.return_reply", warning, before=before, note=reason.strip()
        )
        _tell(warning, warning.region_id, "warnings.answer", "督办答复被退回，请重新答复")
    return warning


def hold(user: User, warning_id: int, held_on: date) -> TownshipWarning:
    """Note that the talk (约谈) took place, or accountability was begun; a report is due from then on."""
    with transaction.atomic():
        warning = _with_event(user, warning_id)
        if warning.held_on is not None:
            raise Conflict(f"“{warning}”已登记于{warning.held_on}举行。")
        _require_day(held_on, warning.sent_on, "held_on")
        warning.held_on = held_on
        warning.save(update_fields=["held_on"])
        case = warning.case
        source = deadlines.Source(KIND, case.pk, case.region_id, case.title)
        deadlines.start(EVENTS[warning.measure], [source], held_on)
        record(user, "enforcement.warning.hold", warning, after={"held_on": held_on})
    return warning


def report(user: User, warning_id: int, reported_on: date) -> TownshipWarning:
    """Note that the talk or the accountability was reported upwards; its deadline ends."""
    with transaction.atomic():
        warning = _with_event(user, warning_id)
        if warning.held_on is None or warning.reported_on is not None:
            raise Conflict(f"“{warning}”还没有登记约谈（启动问责）日期，或已登记情况报告。")
        _require_day(reported_on, warning.held_on, "reported_on")
        warning.reported_on = reported_on
        warning.save(update_fields=["reported_on"])
        deadlines.stop(EVENTS[warning.measure], KIND, [warning.case_id], user)
        record(user, "enforcement.warning.report", warning, after={"reported_on": reported_on})
    return warning


def close(user: User, warning_id: int, note: str = "") -> TownshipWarning:
    """Close a warning that was answered; one that was not only with a reason."""
    require(user, "warnings.view", "warnings.propose")
    with transaction.atomic():
        warning = _locked(user, warning_id)
        said = note.strip()[:300]
        if warning.case.stage == SENT:
            said = reason_given(note, "没有答复即办结")
        _step(warning, CLOSE, user, said)
        return _ended(warning, user, "enforcement.warning.close", said)


def facts_of(warning: TownshipWarning) -> Mapping[str, Any]:
    """What the guards of the flow look at."""
    return {
        "proposed_by": warning.proposed_by_id,
        "letter": warning.letter_id is not None,
        "reported": warning.measure not in EVENTS or warning.reported_on is not None,
    }


def _step(
    warning: TownshipWarning, step: str, user: User, opinion: str = "",
    detail: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    take_step(FLOW, warning.case, step, user, Taking(opinion.strip(), detail, facts_of(warning)))


def _ended(warning: TownshipWarning, user: User, act: str, note: str) -> TownshipWarning:
    warning.ended_by, warning.ended_at, warning.end_note = user, timezone.now(), note[:300]
    warning.save(update_fields=["ended_by", "ended_at", "end_note"])
    record(user, act, warning, note=note)
    return warning


def _with_event(user: User, warning_id: int) -> TownshipWarning:
    require(user, "warnings.view", "warnings.propose")
    warning = _locked(user, warning_id)
    if warning.measure not in EVENTS or warning.sent_on is None or warning.ended_at is not None:
        raise Conflict(f"“{warning}”现在没有约谈或启动问责可登记。")
    return warning


def _require_day(day: date, earliest: date | None, field: str) -> None:
    if day > timezone.localdate() or (earliest and day < earliest):
        raise Refused(f"日期应在{earliest}至今天之间。", fields={field: f"{earliest}至今天"})


def _locked(user: User, warning_id: int) -> TownshipWarning:
    row = warnings_for(user).select_for_update(of=("self",)).filter(pk=warning_id).first()
    if row is None:
        raise NotFound
    return cast(TownshipWarning, row)


def _tell(warning: TownshipWarning, region: str, permission: str, what: str) -> None:
    """A message to those of the region who hold the permission; the task itself lies in their inbox."""
    key = f"warning:{warning.pk}:{what}:{timezone.now():%Y%m%d%H%M%S%f}"
    link = f"/warnings/{warning.pk}"
    tell(able(region, permission), Text(Message.Kind.TASK, key, f"{what}：{warning}", link=link))
