"""What stands in the files of holders, read for many at once: a fixed number of questions for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from liangtian.platform.regions.queries import names_above
from liangtian.programmes.holdings.contract_lines import in_sight
from liangtian.programmes.holdings.models import (
    Bill,
    Building,
    Contract,
    Disposition,
    Holder,
    HolderPaper,
    Judgement,
    Notice,
    NoticeParcel,
    Objection,
    ParcelVersion,
    Petition,
    Referral,
    Registration,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Held:
    """Everything the system holds about one holder, as far as its reader may see."""

    holder: Holder
    home: str
    parcels: Sequence[ParcelVersion]
    buildings: Sequence[Building]
    contracts: Sequence[Contract]
    papers: Sequence[HolderPaper]
    notices: Sequence[NoticeParcel]
    objections: Sequence[Objection]
    judgements: Sequence[Judgement]
    dispositions: Sequence[Disposition]
    bills: Sequence[Bill]
    registrations: Sequence[Registration]
    referrals: Sequence[Referral]
    petitions: Sequence[Petition]


@dataclass
class _Sorted:
    """Rows by holder; those of a parcel go to whoever holds or farms it."""

    owners: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    found: dict[tuple[str, int], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def of_parcel(self, kind: str, parcel: int, row: Any) -> None:
        for holder in self.owners[parcel]:
            self.found[kind, holder].append(row)


def gathered(user: User, holders: Sequence[Holder]) -> list[Held]:
    """The holders with what belongs to them, in the order given."""
    keys = [one.pk for one in holders]
    rows = _Sorted()
    for version in _versions(user, keys):
        for holder in {version.holder_id, version.cultivator_id} & set(keys):
            rows.owners[version.parcel_id].add(holder)
            rows.found["parcels", holder].append(version)
    for kind, found in _of_holders(user, keys):
        for row in found:
            rows.found[kind, row.holder_id].append(row)
    parcels = list(rows.owners)
    for kind, found in _of_parcels(parcels):
        for row in found:
            rows.of_parcel(kind, row.parcel_id, row)
    for kind, found in _matters(user, keys, parcels):
        for row in found:
            for holder in rows.owners.get(row.parcel_id, set()) | ({row.holder_id} & set(keys)):
                rows.found[kind, holder].append(row)
    above = names_above([one.region for one in holders])
    return [_held(one, above, rows) for one in holders]


def _versions(user: User, keys: Sequence[int]) -> Any:
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None)
    rows = rows.filter(Q(holder__in=keys) | Q(cultivator__in=keys))
    return rows.select_related("region", "unit", "holder", "cultivator").order_by("region", "code")


def _of_holders(user: User, keys: Sequence[int]) -> list[tuple[str, Any]]:
    contracts = in_sight(user).filter(holder__in=keys)
    papers = HolderPaper.objects.visible_to(user).filter(holder__in=keys)
    bills = Bill.objects.visible_to(user).filter(holder__in=keys, reversed_on=None)
    return [
        ("contracts", contracts.select_related("under__holder")),
        ("papers", papers.select_related("file", "parcel")),
        ("bills", bills.select_related("parcel").order_by("year", "kind", "pk")),
    ]


def _of_parcels(parcels: Sequence[int]) -> list[tuple[str, Any]]:
    shown = NoticeParcel.objects.filter(parcel__in=parcels).exclude(
        notice__state=Notice.State.DRAFT
    )
    judged = Judgement.objects.filter(parcel__in=parcels, state=Judgement.State.CONFIRMED)
    plans = Disposition.objects.filter(parcel__in=parcels)
    raised = Objection.objects.filter(parcel__in=parcels)
    standing = Building.objects.filter(parcel__in=parcels, valid_to=None)
    return [
        ("buildings", standing.select_related("parcel").defer("geom").order_by("code")),
        ("notices", shown.select_related("notice").defer("geom").order_by("notice", "number")),
        ("objections", raised.select_related("notice").order_by("filed_on", "pk")),
        ("judgements", judged.select_related("parcel", "confirmed_by", "meeting").order_by("pk")),
        ("dispositions", plans.select_related("parcel", "responsible").order_by("due_on", "pk")),
    ]


def _matters(user: User, holders: Sequence[int], parcels: Sequence[int]) -> list[tuple[str, Any]]:
    """What is about the holders themselves or about their land."""
    which = Q(holder__in=holders) | Q(parcel__in=parcels)
    return [
        (kind, model.objects.visible_to(user).filter(which).select_related("parcel").order_by("pk"))
        for kind, model in (
            ("registrations", Registration), ("referrals", Referral), ("petitions", Petition),
        )
    ]  # fmt: skip


def _held(holder: Holder, above: dict[str, str], rows: _Sorted) -> Held:
    code = holder.region.code
    path = "".join(
        name for key, name in sorted(above.items()) if code.startswith(key) and len(key) > 4
    )
    kinds = (
        "parcels", "buildings", "contracts", "papers", "notices", "objections", "judgements", "dispositions",
        "bills", "registrations", "referrals", "petitions",
    )  # fmt: skip
    return Held(holder, f"{path}{holder.region.name}", *(rows.found[k, holder.pk] for k in kinds))
