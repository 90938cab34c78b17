"""By what parcels are coloured on a map (着色): way of use, ownership, judgement, arrears; XPCC land always apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from liangtian.platform.people.scope import require
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import listed, pack_in_use
from liangtian.programmes.holdings.fees.arrears import outstanding
from liangtian.programmes.holdings.models import Bill, Judgement, ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

CORPS = "兵团用地"
WAY, OWNERSHIP, JUDGEMENT, ARREARS = BY = ("way", "ownership", "judgement", "arrears")
LABELS = {WAY: "使用方式", OWNERSHIP: "权属性质", JUDGEMENT: "研判结论", ARREARS: "欠费"}
RIGHTS = {ARREARS: "fees.view"}  # what it takes beside the right to see parcels
WAITING, UNJUDGED = "待确认", "未研判"
OVERDUE, OWING, SETTLED, UNBILLED = "逾期欠费", "待缴", "已缴清", "无账单"

STROKES = {
    "划拨": "#2b77b8", "租赁": "#b8640a", "承包": "#23794d", "流转": "#7b4fa3", "无手续占用": "#cf3f3f",
    CORPS: "#6b7280",
    "国有": "#2b77b8", "集体": "#23794d",
    WAITING: "#d9a400", UNJUDGED: "#9aa39d",
    OVERDUE: "#cf3f3f", OWING: "#d9a400", SETTLED: "#23794d", UNBILLED: "#9aa39d",
}  # fmt: skip
OTHER = "#8a7a52"
# Classes of the judgement, by the colour the pack gives them; of one colour several shades.
_SHADES = {
    "success": ("#1b7f4b", "#58a55c"), "primary": ("#2b77b8", "#5aa2dd"),
    "warning": ("#b8640a", "#e0983a", "#8d6e00", "#f2c14e"), "danger": ("#cf3f3f", "#8e2f5c", "#e07a5f", "#a33b20"),
    "info": ("#6a7f8c", "#94a3ad"),
}  # fmt: skip


def may(user: User, by: str) -> bool:
    """Whether the user may see parcels coloured by this."""
    return by not in RIGHTS or user.may(RIGHTS[by])


def coloured(user: User, rows: Any, by: str) -> Any:
    """Versions of parcels with `colour`, the class they are coloured by. Raises Forbidden."""
    if by in RIGHTS:
        require(user, RIGHTS[by])
    own = {WAY: _way, OWNERSHIP: _ownership, JUDGEMENT: _judgement, ARREARS: _arrears}[by]()
    corps = When(corps=True, then=Value(CORPS))
    return rows.annotate(colour=Case(corps, default=own, output_field=CharField()))


def legend(by: str) -> list[tuple[str, str]]:
    """The classes there are, each with its colour; XPCC land last."""
    names: Sequence[str]
    if by == JUDGEMENT:
        return [*_judged(), *((n, STROKES[n]) for n in (WAITING, UNJUDGED, CORPS))]
    if by == WAY:
        names = listed("way")
    elif by == OWNERSHIP:
        names = [str(label) for label in ParcelVersion.Ownership.labels]
    else:
        names = (OVERDUE, OWING, SETTLED, UNBILLED)
    return [(name, STROKES.get(name, OTHER)) for name in (*names, CORPS)]


def _judged() -> list[tuple[str, str]]:
    used: dict[str, int] = {}
    found = []
    for one in table_of(pack_in_use()).klass:
        shades = _SHADES.get(one.tag, _SHADES["info"])
        at = used[one.tag] = used.get(one.tag, -1) + 1
        found.append((one.label, shades[at % len(shades)]))
    return found


def _way() -> Combinable:
    return F("way")


def _ownership() -> Combinable:
    told = [When(ownership=k.value, then=Value(str(k.label))) for k in ParcelVersion.Ownership]
    return Case(*told, output_field=CharField())


def _judgement() -> Combinable:
    rows = Judgement.objects.filter(parcel=OuterRef("parcel"))
    held = rows.filter(state=Judgement.State.CONFIRMED).values("outcome_label")[:1]
    waits = Case(
        When(Exists(rows.filter(state=Judgement.State.PROPOSED)), then=Value(WAITING)),
        default=Value(UNJUDGED),
    )
    return Coalesce(Subquery(held), waits, output_field=CharField())


def _arrears() -> Combinable:
    bills = Bill.objects.filter(parcel=OuterRef("parcel"), reversed_on=None)
    left = outstanding(bills)
    return Case(
        When(Exists(left.filter(due_on__lt=timezone.localdate())), then=Value(OVERDUE)),
        When(Exists(left), then=Value(OWING)),
        When(Exists(bills), then=Value(SETTLED)),
        default=Value(UNBILLED),
        output_field=CharField(),
    )
