"""Patches of earlier batches on the same ground (往期图斑): what they were found to be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.people.models import User
from liangtian.policy.pack import Pack
from liangtian.programmes.enforcement.models import Batch, Outcome, Patch
from liangtian.programmes.enforcement.overlay import Measured

NOT_MEASURED = "尚未套合"


def batches_before(batch: Batch) -> list[int]:
    """Ids of the batches of the county of an earlier month, or of the same month and entered before."""
    before = Q(period__lt=batch.period) | Q(period=batch.period, pk__lt=batch.pk)
    rows = Batch.objects.filter(before, region=batch.region_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def beyond_sliver(measured: Measured, pack: Pack, on: date) -> list[tuple[int, Decimal]]:
    """(id, m²) of the earlier patches that share more than the sliver tolerance (细碎容差) of the pack.

    What neighbours share along a common edge is the hand of whoever drew them, not ground.
    """
    if pack.legality is None:
        return measured.earlier
    sliver = pack.value(pack.legality.sliver, on).decimal
    return [(pk, m2) for pk, m2 in measured.earlier if m2 > sliver]


def earlier_out(user: User, patch: Patch) -> list[dict[str, Any]]:
    """Earlier patches on the ground of this one that the user may see, the latest month first.

    The outcome is what people judged; before that (`judged` false) what was proposed.
    """
    rows = (
        patch.earlier_overlaps.filter(earlier__in=Patch.objects.visible_to(user))
        .select_related("earlier__batch")
        .order_by("-earlier__batch__period", "-earlier__batch_id", "earlier__number")
    )
    return [
        {
            "id": row.earlier_id,
            "number": row.earlier.number,
            "batch_title": row.earlier.batch.title,
            "period": row.earlier.batch.period,
            "m2": row.m2,
            "mu": round_m2(to_mu(row.m2)),
            **_outcome(row.earlier),
        }
        for row in rows
    ]


def _outcome(patch: Patch) -> dict[str, Any]:
    outcome = patch.judgement_outcome or patch.proposal_outcome
    return {
        "outcome": outcome or None,
        "label": str(Outcome(outcome).label) if outcome else NOT_MEASURED,
        "judged": bool(patch.judgement_outcome),
    }
