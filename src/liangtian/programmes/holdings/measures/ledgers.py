"""The ledgers of reminders and dunning letters, and of stopped water and power."""

from __future__ import annotations

from collections.abc import Sequence

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import Dunning, Measure

_MEASURE_TAGS: dict[str, Tag] = {
    "proposed": "warning", "noticed": "warning", "approved": "primary", "executed": "danger",
    "releasing": "warning", "released": "success", "cancelled": "info",
}  # fmt: skip
_DUNNING_TAGS: dict[str, Tag] = {
    "prepared": "warning", "issued": "primary", "delivered": "success", "refused": "danger",
}  # fmt: skip


def measure_kinds() -> Sequence[Choice]:
    """Stopping water, stopping power."""
    return [Choice("water", "停水", "primary"), Choice("power", "停电", "warning")]


def measure_states() -> Sequence[Choice]:
    """Where a measure stands."""
    return [Choice(k.value, str(k.label), _MEASURE_TAGS[k.value]) for k in Measure.State]


def dunning_kinds() -> Sequence[Choice]:
    """Reminders and letters."""
    return [Choice(k.value, str(k.label)) for k in Dunning.Kind]


def dunning_states() -> Sequence[Choice]:
    """Where a letter stands."""
    return [Choice(k.value, str(k.label), _DUNNING_TAGS[k.value]) for k in Dunning.State]


def ways() -> Sequence[Choice]:
    """How a letter was delivered."""
    return [Choice(k.value, str(k.label)) for k in Dunning.Way]


_PLACE = (
    Column("township_name", "乡镇", township_of, width=90, by=True),
    Column("region_name", "村", "region__name", width=90, filter="text"),
)

register(
    Ledger(
        name="holdings.measures",
        title="停水停电台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Measure.objects.visible_to,
        default_sort="-proposed_at",
        unit_note="单位：元",
        search=("said", "source__code", "source__name", "region__name"),
        columns=(
            Column("number", "编号", "pk", "integer", width=70, link="/stopping/{id}", fixed=True),
            Column("kind", "措施", "kind", "choice", width=76, filter="choice",
                   choices=measure_kinds),
            Column("state", "状态", "state", "choice", width=84, filter="choice",
                   choices=measure_states),
            Column("source_code", "机电井编号", "source__code", width=110, filter="text"),
            Column("source_name", "机电井", "source__name", width=120, filter="text"),
            *_PLACE,
            *names_of("holder__", "欠费（使用）人", "欠费（使用）单位", "holder"),
            Column("said", "理由", "said", width=300, filter="text"),
            Column("fen", "欠费", "fen", "yuan", width=100, sum=True, filter="number_range"),
            Column("noticed_on", "告知日期", "noticed_on", "date", width=104,
                   filter="date_range"),
            Column("notice_until", "告知期满", "notice_until", "date", width=104,
                   filter="date_range"),
            Column("approved_by", "批准人", "approved_by__name", width=84, sensitivity="staff"),
            Column("executed_on", "停止日期", "executed_on", "date", width=104,
                   filter="date_range"),
            Column("released_on", "恢复日期", "released_on", "date", width=104,
                   filter="date_range"),
            Column("proposed_at", "提出时间", "proposed_at", "datetime", width=150,
                   filter="date_range"),
        ),
    )
)  # fmt: skip

register(
    Ledger(
        name="holdings.dunnings",
        title="催缴台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Dunning.objects.visible_to,
        default_sort="-as_of",
        unit_note="单位：元",
        search=("letter__number", "region__name"),
        subject="holder_id",
        columns=(
            Column("file_no", "户档号", "holder__pk", "integer", width=84,
                   link="/holders/{subject}", fixed=True),
            *names_of("holder__", "缴费人（个人）", "缴费单位", "holder"),
            *_PLACE,
            Column("kind", "方式", "kind", "choice", width=100, filter="choice",
                   choices=dunning_kinds),
            Column("round", "第几次", "round", "integer", width=76, filter="number_range"),
            Column("as_of", "截至日期", "as_of", "date", width=104, filter="date_range"),
            Column("fen", "欠费", "fen", "yuan", width=100, sum=True, filter="number_range"),
            Column("state", "状态", "state", "choice", width=84, filter="choice",
                   choices=dunning_states),
            Column("letter", "文号", "letter__number", width=170, filter="text"),
            Column("delivered_on", "送达日期", "delivered_on", "date", width=104,
                   filter="date_range"),
            Column("way", "送达方式", "way", "choice", width=96, filter="choice", choices=ways),
            Column("receiver", "签收人", "receiver", width=90, sensitivity="name"),
            Column("note", "送达说明", "note", width=180, filter="text"),
            Column("made_by", "经办人", "made_by__name", width=84, by=True, sensitivity="staff"),
        ),
    )
)  # fmt: skip
