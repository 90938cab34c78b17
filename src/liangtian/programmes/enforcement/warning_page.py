"""What the pages of warnings (督办) show: the ranking of townships, and one warning with its steps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record, saw
from liangtian.platform.cases.services import steps_open
from liangtian.platform.documents.services import preview_of
from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.export import footer
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.policy.warning_measures import shown
from liangtian.policy.warning_schema import METRICS, Metric
from liangtian.press.workbook import LedgerSheet, SheetColumn, workbook_xlsx
from liangtian.programmes.enforcement.models import TownshipWarning
from liangtian.programmes.enforcement.rules import pack_in_use
from liangtian.programmes.enforcement.warning_figures import Standing, campaign_years, standings
from liangtian.programmes.enforcement.warning_flow import FLOW, SEND, SEND_ONLY
from liangtian.programmes.enforcement.warning_ledger import due
from liangtian.programmes.enforcement.warnings import (
    COUNTY,
    EVENTS,
    facts_of,
    fetch_warning,
    holds_again,
    warnings_for,
)

MOST_OPEN = 500  # warnings under way shown at once; one per township and measure


def ranking(user: User, year: int | None = None) -> dict[str, Any]:
    """The townships of the user's county as of today; a township sees its own row only."""
    require(user, "warnings.view")
    pack, on = pack_in_use(), timezone.localdate()
    years = campaign_years(on, pack)
    chosen = year if year in years else years[0]
    rows = _seen(user, chosen, on)
    return {
        "year": chosen,
        "years": years,
        "on": on,
        "pack": f"{pack.title}（{pack.version}）",
        "rows": [_row(one) for one in rows],
        "measures": [{"id": m.id, "label": m.label} for m in pack.warning_measures],
    }


def _seen(user: User, year: int, on: date) -> list[Standing]:
    found = standings(user.scope[:COUNTY], year, on, pack_in_use())
    return [one for one in found if one.region.code.startswith(user.scope)]


def _row(one: Standing) -> dict[str, Any]:
    return {
        "place": one.place,
        "code": one.region.code,
        "township": one.region.name,
        "share": None if one.share is None else one.share.quantize(Decimal("0.01")),
        **{name: one.figures[name] for name in _FIGURES},
    }


_FIGURES: tuple[Metric, ...] = (
    "illegal_mu", "open_illegal_mu", "late_judgements", "late_remedies", "notices_unanswered",
    "letters_unanswered", "talks_unheeded",
)  # fmt: skip


def ranking_sheet(user: User, year: int | None = None) -> tuple[str, bytes]:
    """Name and bytes of the ranking as a workbook; the act is audited."""
    require(user, "warnings.view", "enforcement.export")
    head = ranking(user, year)
    title = f"{head['year']}年度乡镇卫片执法查处整改排名表"
    columns = [
        SheetColumn("名次", kind="integer"), SheetColumn("乡镇", width=14),
        SheetColumn("违法占用耕地", "亩", "area_mu"), SheetColumn("尚未整改", "亩", "area_mu"),
        SheetColumn("已整改比例", kind="percent"), SheetColumn("逾期未判定", "个", "integer"),
        SheetColumn("逾期未整改", "个", "integer"), SheetColumn("逾期未答复", "件", "integer"),
    ]  # fmt: skip
    rows = [
        [
            row["place"], row["township"], row["illegal_mu"], row["open_illegal_mu"],
            None if row["share"] is None else row["share"] / 100,
            int(row["late_judgements"]), int(row["late_remedies"]),
            int(row["notices_unanswered"] + row["letters_unanswered"] + row["talks_unheeded"]),
        ]
        for row in head["rows"]
    ]  # fmt: skip
    sheet = LedgerSheet(
        title=title, columns=columns, rows=rows, footer=footer(user), unit_note="", name="排名",
        sums={"违法占用耕地": None, "尚未整改": None},
        notes=[f"数据截至{head['on']}；按已整改比例由高到低排名，无未整改的并列第一。"],
    )  # fmt: skip
    content = workbook_xlsx([sheet])
    with transaction.atomic():
        record(user, "enforcement.warning.ranking", title, region=user.region)
    return title, content


def running(user: User, year: int | None = None) -> list[dict[str, Any]]:
    """Warnings that are not ended, newest first, as the user may see them."""
    require(user, "warnings.view")
    rows = warnings_for(user).filter(ended_at=None)
    if year is not None:
        rows = rows.filter(year=year)
    return [
        brief(row)
        for row in rows.select_related("region", "case", "letter").annotate(due_on=due(user))[
            :MOST_OPEN
        ]
    ]


def brief(warning: TownshipWarning) -> dict[str, Any]:
    """One line of the list of what runs."""
    due_on = getattr(warning, "due_on", None)
    return {
        "id": warning.pk,
        "township": warning.region.name,
        "region": warning.region_id,
        "year": warning.year,
        "measure": warning.measure,
        "label": warning.label,
        "stage": warning.case.stage,
        "stage_label": FLOW.labels[warning.case.stage],
        "reasons": warning.reasons,
        "hand_reason": warning.hand_reason,
        "by_hand": warning.proposed_by_id is not None,
        "as_of": warning.as_of,
        "number": warning.letter.number if warning.letter else "",
        "sent_on": warning.sent_on,
        "due_on": due_on,
        "late": bool(due_on and due_on < timezone.localdate() and warning.case.stage == "sent"),
    }


def page(user: User, warning_id: int) -> dict[str, Any]:
    """Everything the page of one warning shows."""
    found = fetch_warning(user, warning_id)
    related = ("region", "case", "letter", "reply_file", "proposed_by", "decided_by", "replied_by")
    rows = warnings_for(user).select_related(*related).annotate(due_on=due(user))
    warning = cast(TownshipWarning, rows.get(pk=found.pk))
    other = SEND_ONLY if warning.needs_reply else SEND
    steps = steps_open(FLOW, warning.case, user, facts_of(warning))
    file = warning.reply_file
    return {
        **brief(warning),
        "pack": warning.pack, "pack_version": warning.pack_version,
        "consistent": holds_again(warning), "needs_reply": warning.needs_reply,
        "figures": [
            {"label": METRICS[metric], "value": shown(Decimal(warning.figures[metric]))}
            for metric in METRICS if metric in warning.figures
        ],
        "proposed_by": _name(warning.proposed_by), "proposed_at": warning.proposed_at,
        "decided_by": _name(warning.decided_by), "decided_at": warning.decided_at,
        "letter_id": warning.letter_id,
        "letter_state": warning.letter.get_state_display() if warning.letter else "",
        "reply": warning.reply, "replied_by": _name(warning.replied_by),
        "replied_on": warning.replied_on,
        "reply_file": {"id": file.pk, "name": file.name} if file else None,
        "held_on": warning.held_on, "reported_on": warning.reported_on,
        "has_event": warning.measure in EVENTS,
        "ended_at": warning.ended_at, "end_note": warning.end_note,
        "steps": [step for step in steps if step["name"] != other],
        "history": [
            {
                "at": step.at, "by": _name(step.by), "label": FLOW.step_labels[step.step],
                "opinion": step.opinion,
            }
            for step in warning.case.steps.select_related("by").order_by("at", "pk")
        ],
    }  # fmt: skip


def letter_of(user: User, warning_id: int) -> tuple[str, bytes]:
    """Name and bytes of the letter, for the county and for the township it went to; noted in the trail."""
    warning = fetch_warning(user, warning_id)
    if warning.letter is None:
        raise NotFound("该督办还没有文书。")
    content = preview_of(warning.letter)
    saw(user, "enforcement.warning.download", warning)
    return f"{warning.letter.number}{warning.letter.title}.docx", content


def _name(user: User | None) -> str:
    return user.name if user else ""
