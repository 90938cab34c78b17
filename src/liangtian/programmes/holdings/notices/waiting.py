"""What waits for a notice, village by village."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils import timezone

from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.queries import names_above
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import ParcelVersion
from liangtian.programmes.holdings.notices.drafting import DAYS
from liangtian.programmes.holdings.notices.objecting import ANSWER_DAYS, kinds
from liangtian.programmes.holdings.notices.stage import to_be_noticed

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def options_for(user: User) -> dict[str, Any]:
    """Villages of the user's region with parcels that wait, and what the pack asks of a notice."""
    require(user, "holdings.view")
    pack, today = pack_in_use(), timezone.localdate()
    days = pack.value(DAYS, today)
    return {
        "days": days.integer,
        "clause": str(days.clause),
        "answer_days": pack.value(ANSWER_DAYS, today).integer,
        "kinds": list(kinds(today)),
        "villages": waiting_villages(user),
    }


def waiting_villages(user: User) -> list[dict[str, Any]]:
    """Code, name with township, and how many parcels wait; the villages where none does are left out."""
    rows = ParcelVersion.objects.visible_to(user).filter(
        to_be_noticed(), valid_to=None, corps=False
    )
    counts = dict(rows.order_by().values_list("region").annotate(n=Count("pk")))
    places = list(Region.objects.filter(code__in=counts, level="village").order_by("code"))
    above = names_above(places)
    return [
        {
            "code": one.code, "name": f"{above.get(one.code[:9], '')}{one.name}",
            "waiting": counts[one.code],
        }
        for one in places
    ]  # fmt: skip
