"""What is known of a parcel when its registration is checked: zones of departments, and its judgement."""

from __future__ import annotations

from typing import Any

from liangtian.policy.judgement import table_of
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import ComparisonHit, Parcel, ParcelStanding


def looked_over(parcel: Parcel) -> dict[str, Any]:
    """The hits of the current comparison with what departments say of them, m², and the confirmed judgement."""
    labels = {zone.id: zone.label for zone in table_of(pack_in_use()).zone}
    hits = ComparisonHit.objects.filter(parcel=parcel, comparison__current=True)
    standing = ParcelStanding.objects.filter(parcel=parcel).first()
    return {
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
