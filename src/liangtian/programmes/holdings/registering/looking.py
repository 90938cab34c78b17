"""What is known of a parcel when its registration is checked: zones of departments, and its judgement."""

from __future__ import annotations

from typing import Any

from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import (
    Comparison,
    ComparisonHit,
    Judgement,
    Parcel,
    ParcelStanding,
    ParcelVersion,
)


def bars_registration(parcel: Parcel) -> bool:
    """Whether the confirmed judgement is of a class of the pack of which no right can be registered."""
    table = table_of(pack_in_use())
    confirmed = Judgement.objects.filter(parcel=parcel, state=Judgement.State.CONFIRMED)
    found = (table.class_of(code) for code in confirmed.values_list("outcome", flat=True))
    return any(one is not None and one.unregistrable for one in found)


def looked_over(parcel: Parcel) -> dict[str, Any]:
    """The confirmed judgement, and the hits of the current comparison (m²) with what departments say of them.

    `compared`: whether the parcel as it is now was compared at all.
    """
    labels = {zone.id: zone.label for zone in table_of(pack_in_use()).zone}
    hits = ComparisonHit.objects.filter(parcel=parcel, comparison__current=True)
    standing = ParcelStanding.objects.filter(parcel=parcel).first()
    run = Comparison.objects.filter(region=parcel.county_id, current=True).first()
    now = ParcelVersion.objects.filter(parcel=parcel, valid_to=None).defer("geom").first()
    done = run.done_at if run else None
    return {
        "compared": bool(done and now and now.changed_at <= done),
        "judged": standing.judged if standing else "",
        "hits": [
            {
                "zone": hit.zone, "label": labels.get(hit.zone, hit.zone),
                "department": hit.department,
                "area_m2": str(hit.area_m2), "state": hit.state,
                "state_label": str(hit.get_state_display()), "opinion": hit.opinion,
            }
            for hit in hits.order_by("zone")
        ],
    }  # fmt: skip
