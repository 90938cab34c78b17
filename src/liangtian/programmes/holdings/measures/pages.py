"""What the pages of measures and of dunning show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.models import Dunning, Measure
from liangtian.programmes.holdings.pages import holder_ref, place_out

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def fetch_measure(user: User, key: int) -> Measure:
    """The measure. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Measure.objects.select_related(
        "holder", "source", "region", "letter", "proposed_by", "approved_by"
    )
    found: Measure = rows.fetch_for(user, pk=key)
    return found


def measure_out(row: Measure) -> dict[str, Any]:
    """A measure with its history."""
    plain = ("id", "kind", "state", "said", "reasons", "fen", "noticed_on", "notice_until",
             "executed_on", "released_on", "proposed_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "kind_label": row.get_kind_display(), "state_label": row.get_state_display(),
        "region": place_out(row.region), "holder": holder_ref(row.holder),
        "source": str(row.source) if row.source else None, "source_id": row.source_id,
        "proposed_by": row.proposed_by.name,
        "approved_by": row.approved_by.name if row.approved_by else None,
        "letter": row.letter.number or "草稿" if row.letter else None,
        "letter_id": row.letter_id,
        "steps": [
            {
                "state_label": s.get_state_display(), "on": s.on, "note": s.note, "at": s.at,
                "by": s.by.name if s.by else "系统",
            }
            for s in row.steps.select_related("by")
        ],
    }  # fmt: skip


def fetch_dunning(user: User, key: int) -> Dunning:
    """One reminder or letter. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = Dunning.objects.select_related("holder", "region", "letter", "made_by")
    found: Dunning = rows.fetch_for(user, pk=key)
    return found


def dunning_out(row: Dunning) -> dict[str, Any]:
    """A reminder or letter with the bills it asks for and how it was delivered."""
    plain = ("id", "kind", "as_of", "fen", "items", "round", "state", "letter_id", "delivered_on",
             "receiver", "note", "made_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "kind_label": row.get_kind_display(), "state_label": row.get_state_display(),
        "way_label": row.get_way_display() if row.way else "", "holder": holder_ref(row.holder),
        "region": place_out(row.region), "made_by": row.made_by.name,
        "letter": row.letter.number if row.letter else None,
    }  # fmt: skip
