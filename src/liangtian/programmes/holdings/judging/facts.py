"""What is known of parcels when they are judged, gathered for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q

from liangtian.policy.judgement import ParcelFacts
from liangtian.programmes.holdings.codes import NO_PAPER
from liangtian.programmes.holdings.models import (
    Bill,
    Comparison,
    ComparisonHit,
    ContractLine,
    ParcelVersion,
)

CERTIFICATES = ("国有土地使用证", "不动产权证")
TRANSFERRED = "流转"


def facts_of(versions: Sequence[ParcelVersion], on: date) -> dict[int, ParcelFacts]:
    """The facts of parcels of one county as of a day, by parcel. A few questions, whatever their number."""
    keys = [one.parcel_id for one in versions]
    if not keys:
        return {}
    held, transferred = _contracts(keys, on)
    county = versions[0].region_id[:6]
    run = Comparison.objects.filter(region=county, current=True).first()
    zones, waiting = _zones(run, keys)
    owing = _owing(keys, on)
    return {
        one.parcel_id: ParcelFacts(
            ownership=one.ownership, way=one.way, source_paper=one.source_paper,
            land_kind=one.land_kind, actual_use=one.actual_use, area_m2=one.area_m2,
            reclaimed_year=one.reclaimed_year, has_papers=one.source_paper != NO_PAPER,
            registered=one.source_paper in CERTIFICATES,
            contract_in_force=one.parcel_id in held,
            transferred=one.way == TRANSFERRED or one.cultivator_id is not None,
            transfer_in_force=one.parcel_id in transferred,
            owing=owing.get(one.parcel_id),
            compared=run is not None and run.done_at is not None and one.changed_at <= run.done_at,
            opinions_open=one.parcel_id in waiting,
            zones=zones.get(one.parcel_id, {}),
        )
        for one in versions
    }  # fmt: skip


def _owing(keys: Sequence[int], on: date) -> dict[int, bool]:
    """Whether anything past its day is left of a parcel's bills; a parcel never billed is left out."""
    bills = Bill.objects.filter(parcel__in=keys, reversed_on=None, issued_on__lte=on)
    late = Count("pk", filter=Q(due_on__lt=on, amount__gt=F("paid") + F("waived")))
    found = bills.order_by().values_list("parcel_id").annotate(late=late)
    return {parcel: count > 0 for parcel, count in found}


def _contracts(keys: Sequence[int], on: date) -> tuple[set[int], set[int]]:
    """Parcels under a contract that day, and under a transfer."""
    lines = ContractLine.objects.filter(parcel__in=keys, starts_on__lte=on, ends_on__gte=on)
    found = list(lines.values_list("parcel_id", "transfer"))
    return {k for k, transfer in found if not transfer}, {k for k, transfer in found if transfer}


def _zones(
    run: Comparison | None, keys: Sequence[int]
) -> tuple[dict[int, dict[str, Decimal]], set[int]]:
    """m² by parcel and zone that no department denied, and the parcels a department has still to speak of."""
    zones: dict[int, dict[str, Decimal]] = defaultdict(dict)
    waiting: set[int] = set()
    if run is None:
        return zones, waiting
    hits = ComparisonHit.objects.filter(comparison=run, parcel__in=keys)
    for parcel, zone, m2, state in hits.exclude(state=ComparisonHit.State.REJECTED).values_list(
        "parcel_id", "zone", "area_m2", "state"
    ):
        zones[parcel][zone] = m2
        if state == ComparisonHit.State.OPEN:
            waiting.add(parcel)
    return zones, waiting
