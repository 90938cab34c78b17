"""How far the comparison with each department is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from liangtian.platform.ledgers.declaration import MuCents
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.comparing.opinions import confined_to, hits_for
from liangtian.programmes.holdings.models import Comparison, ComparisonHit

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = ComparisonHit.State


def comparison_out(user: User) -> dict[str, Any]:
    """The current comparison of the county, zone by zone; a department's user sees its own zones."""
    require(user, "holdings.view")
    county = (user.region_id or "-")[:COUNTY_DIGITS]
    runs = Comparison.objects.filter(region=county).select_related("created_by")
    current = runs.filter(current=True).first()
    pack, only = pack_in_use(), confined_to(user)
    counted = _counted(user)
    titles = {one["zone"]: one["title"] for one in current.sources} if current else {}
    mine = set(user.roles.values_list("code", flat=True))
    nothing = {"hits": 0, "open": 0, "confirmed": 0, "rejected": 0, "late": 0, "area_mu": 0.0}
    return {
        "done_at": current.done_at if current else None,
        "by": current.created_by.name if current else "",
        "parcels": current.parcels if current else 0,
        "latest": (runs.first() or Comparison()).pk,
        "zones": [
            {
                "id": zone.id, "label": zone.label, "department": zone.department,
                "clause": str(pack.clause(zone.clause, zone.label, zone.document)),
                "layer": titles.get(zone.id, ""),
                "mine": zone.role in mine or (not zone.role and user.may("holdings.compare")),
                **counted.get(zone.id, nothing),
            }
            for zone in table_of(pack).zone
            if only is None or zone.role in only
        ],
    }  # fmt: skip


def _counted(user: User) -> dict[str, dict[str, Any]]:
    late = Q(state=State.OPEN, due_on__lt=timezone.localdate())
    rows = hits_for(user).order_by().values("zone")
    found = rows.annotate(
        hits=Count("pk"), open=Count("pk", filter=Q(state=State.OPEN)),
        confirmed=Count("pk", filter=Q(state=State.CONFIRMED)),
        rejected=Count("pk", filter=Q(state=State.REJECTED)), late=Count("pk", filter=late),
        cents=Sum(MuCents("area_m2")),
    )  # fmt: skip
    out = {}
    for row in found:
        mu = Decimal(int(row.pop("cents"))).scaleb(-2)  # the sum of the ledger's rows
        out[row.pop("zone")] = {**row, "area_mu": mu}
    return out
