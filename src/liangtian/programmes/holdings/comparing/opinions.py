"""What a department says of the hits in its own zones: confirmed or rejected, with an opinion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import Told, record_all
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.people.scope import ScopedQuerySet, require
from liangtian.platform.reasons import reason_given
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.comparing.running import MOST_DECIDED
from liangtian.programmes.holdings.models import ComparisonHit

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def departments() -> set[str]:
    """Roles that answer for a zone."""
    return {zone.role for zone in table_of(pack_in_use()).zone if zone.role}


def confined_to(user: User) -> set[str] | None:
    """The roles whose zones are all that a department's user sees; None: sees every department's."""
    mine = set(user.roles.values_list("code", flat=True))
    asked = departments()
    return mine & asked if mine & asked and mine <= asked else None


def hits_for(user: User) -> ScopedQuerySet:
    """The hits of the current comparison that a user may see."""
    rows: ScopedQuerySet = ComparisonHit.objects.visible_to(user).filter(comparison__current=True)
    only = confined_to(user)
    return rows if only is None else rows.filter(role__in=only)


def decide(
    user: User, hit_ids: Sequence[int], *, confirmed: bool, opinion: str, paper_number: str = ""
) -> int:
    """Confirm or reject hits of one's own department; how many. Said again, the later word counts.

    Raises Forbidden for those of another department, NotFound, Refused for an opinion too short.
    """
    require(user, "holdings.view", "holdings.opine")
    said = reason_given(opinion, "反馈意见")
    keys = list(dict.fromkeys(hit_ids))
    if not 0 < len(keys) <= MOST_DECIDED:
        raise Refused(f"一次可反馈 1 至 {MOST_DECIDED} 条。", fields={"hits": "数量不对"})
    with transaction.atomic():
        rows = list(
            hits_for(user)
            .select_for_update()
            .filter(pk__in=keys)
            .select_related("region", "parcel")
        )
        if len(rows) < len(keys):
            raise NotFound
        _refuse_others(user, rows)
        state = ComparisonHit.State.CONFIRMED if confirmed else ComparisonHit.State.REJECTED
        now = timezone.now()
        told = []
        for row in rows:
            before = {"state": row.get_state_display(), "opinion": row.opinion}
            row.state, row.opinion, row.paper_number = state, said, paper_number.strip()[:100]
            row.decided_by, row.decided_at = user, now
            after = {"state": state.label, "opinion": said, "zone": row.zone,
                     "parcel": row.parcel.code}  # fmt: skip
            told.append(Told(row, before, after, said))
        columns = ["state", "opinion", "paper_number", "decided_by", "decided_at"]
        ComparisonHit.objects.bulk_update(rows, columns)
        record_all(user, "holdings.hit.decide", told)
    return len(rows)


def _refuse_others(user: User, rows: Sequence[ComparisonHit]) -> None:
    """A department answers for itself; what has no role of its own the county's office answers for."""
    mine = set(user.roles.values_list("code", flat=True))
    county = user.may("holdings.compare")
    for row in rows:
        if not (row.role in mine or (not row.role and county)):
            raise Forbidden(f"“{row.department}”的比对结果由该部门人员反馈。")
