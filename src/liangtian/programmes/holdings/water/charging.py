"""What a season's water costs each holder, month by month: reckoned, previewed, posted (水费核算)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from liangtian.programmes.holdings.fees.posting import BillDraft
from liangtian.programmes.holdings.models import (
    Charge,
    ParcelVersion,
    Serving,
    WaterSeason,
    WaterTariff,
    WaterUse,
)
from liangtian.programmes.holdings.water import rules
from liangtian.programmes.holdings.water.months import end_of, through
from liangtian.programmes.holdings.water.settings import contract_kinds, land_of
from liangtian.programmes.holdings.water.standards import tiers_of
from liangtian.programmes.holdings.water.volumes import Gap, Volumes, volumes_of

Group = tuple[int, str, str]  # holder, kind of source, class of land
_AT_ONCE = 500


@dataclass
class Reckoned:
    """A season up to a month: the bills, whose water it was, and what could not be charged."""

    drafts: list[BillDraft] = field(default_factory=list)
    uses: list[WaterUse] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def of(self, kind: str) -> list[BillDraft]:
        """The bills of one kind of charge."""
        return [draft for draft in self.drafts if draft.kind == kind]

    def fen(self, kind: str) -> int:
        """Their sum."""
        return sum(draft.amount for draft in self.of(kind))

    @property
    def m3(self) -> Decimal:
        """All water charged."""
        return sum((use.m3 for use in self.uses), Decimal(0))


@dataclass(frozen=True)
class _At:
    """A season's month and the group charged in it."""

    season: WaterSeason
    month: date
    group: Group


@dataclass
class _Month:
    """What is added up of one month and group."""

    m3: Decimal = Decimal(0)
    mu: Decimal = Decimal(0)
    region: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)


def reckon(season: WaterSeason, last: date) -> Reckoned:
    """Everything of a season from its first month to `last`.

    All months are reckoned anew each time, so that a reading corrected later changes what rests on it and
    nothing else: the bills of one month are what the season's cost grew by in it.
    """
    found = Reckoned()
    volumes = volumes_of(season.region_id, season.starts_on, end_of(last))
    found.gaps += volumes.gaps
    shares = Shares(season, end_of(last))
    tariffs = _tariffs(season)
    so_far: dict[Group, Decimal] = defaultdict(Decimal)
    for month in through(season.starts_on, last):
        groups, land = _groups(found, volumes, shares, month, season), shares.mu(end_of(month))
        for group, sums in sorted(groups.items()):
            tariff = _in_force(tariffs, group, end_of(month))
            if tariff is None:
                _without_tariff(found, volumes, group, sums, month)
                continue
            before = so_far[group]
            so_far[group] += sums.m3
            sums.mu = land[group]
            found.drafts += _bills(_At(season, month, group), sums, tariff, before)
    return found


def allotted(season: WaterSeason, day: date) -> dict[int, Decimal]:
    """Irrigated mu of each holder as of a day of the season, over all sources."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for (holder, _, _), mu in Shares(season, day).mu(day).items():
        found[holder] += mu
    return found


class Shares:
    """Whom a source watered in a month, by the register as it was on the month's last day."""

    def __init__(self, season: WaterSeason, last: date) -> None:
        self.kinds = contract_kinds(last)
        rows = Serving.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=season.starts_on),
            source__county=season.region_id, valid_from__lte=last,
        )  # fmt: skip
        self.servings: dict[int, list[Serving]] = defaultdict(list)
        for row in rows.select_related("parcel", "source").order_by("parcel__code", "pk"):
            self.servings[row.source_id].append(row)
        keys = sorted({row.parcel_id for mine in self.servings.values() for row in mine})
        self.versions: dict[int, list[ParcelVersion]] = defaultdict(list)
        for i in range(0, len(keys), _AT_ONCE):
            found = ParcelVersion.objects.filter(parcel__in=keys[i : i + _AT_ONCE])
            for version in found.defer("geom").select_related("holder", "cultivator"):
                self.versions[version.parcel_id].append(version)

    def of(self, source: int, day: date) -> list[Serving]:
        """The parcels a source watered on a day."""
        return [
            s
            for s in self.servings.get(source, [])
            if s.valid_from <= day and (s.valid_to is None or s.valid_to > day)
        ]

    def mu(self, day: date) -> dict[Group, Decimal]:
        """Irrigated mu of each group on a day, whether its meters were read or not: the quota is the land's."""
        found: dict[Group, Decimal] = defaultdict(Decimal)
        for source in self.servings:
            for serving in self.of(source, day):
                version = self.version(serving.parcel_id, day)
                if version is not None and not unpaid(version):
                    found[self.group(serving, version)] += serving.area_mu
        return found

    def group(self, serving: Serving, version: ParcelVersion) -> Group:
        """Who pays for a parcel's water, and at which price."""
        whose = version.cultivator or version.holder
        assert whose is not None
        return whose.merged_into_id or whose.pk, serving.source.kind, land_of(version, self.kinds)

    def version(self, parcel: int, day: date) -> ParcelVersion | None:
        """The parcel as it was on a day."""
        for one in self.versions.get(parcel, []):
            if one.valid_from <= day and (one.valid_to is None or one.valid_to > day):
                return one
        return None


def _groups(
    found: Reckoned, volumes: Volumes, shares: Shares, month: date, season: WaterSeason
) -> dict[Group, _Month]:
    groups: dict[Group, _Month] = defaultdict(_Month)
    for (key, when), spans in sorted(volumes.spans.items()):
        if when != month:
            continue
        source, total = volumes.sources[key], volumes.m3(key, month)
        served = shares.of(key, end_of(month))
        if not served:
            found.gaps.append(Gap("no_parcels", source, month, m3=total))
            continue
        parts = rules.split(total, [s.area_mu for s in served])
        for serving, m3 in zip(served, parts, strict=True):
            version = shares.version(serving.parcel_id, end_of(month))
            said = unpaid(version)
            if said or version is None:
                found.gaps.append(Gap(said, source, month, serving.parcel.code, m3))
                continue
            group = shares.group(serving, version)
            sums = groups[group]
            sums.m3, sums.region = sums.m3 + m3, sums.region or version.region_id
            sums.parts.append({
                "source": str(source), "source_id": source.pk, "parcel": serving.parcel.code,
                "parcel_id": serving.parcel_id, "mu": str(serving.area_mu), "m3": str(m3),
                "of": str(total), "readings": [span.told for span in spans],
            })  # fmt: skip
            found.uses.append(WaterUse(
                season=season, month=month, source=source, parcel_id=serving.parcel_id,
                holder_id=group[0], land=group[2], area_mu=serving.area_mu, m3=m3,
                region_id=version.region_id,
            ))  # fmt: skip
    return groups


def unpaid(version: ParcelVersion | None) -> str:
    """Why nobody is charged for a parcel's share; empty when someone is."""
    if version is None:
        return "gone"
    if version.corps:
        return "corps"
    return "" if version.holder_id or version.cultivator_id else "no_holder"


def _tariffs(season: WaterSeason) -> dict[tuple[str, str], list[WaterTariff]]:
    rows = WaterTariff.objects.filter(region=season.region_id).exclude(approved_by=None)
    found: dict[tuple[str, str], list[WaterTariff]] = defaultdict(list)
    for row in rows.order_by("-valid_from"):
        found[row.source_kind, row.land].append(row)
    return found


def _in_force(
    tariffs: dict[tuple[str, str], list[WaterTariff]], group: Group, day: date
) -> WaterTariff | None:
    for row in tariffs.get(group[1:], []):
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            return row
    return None


def _without_tariff(
    found: Reckoned, volumes: Volumes, group: Group, sums: _Month, month: date
) -> None:
    """Nothing of the group is charged in the month, nor kept as charged."""
    keys = {(p["source_id"], p["parcel_id"]) for p in sums.parts}
    found.uses = [
        u for u in found.uses if u.month != month or (u.source_id, u.parcel_id) not in keys
    ]
    for part in sums.parts:
        source = volumes.sources[part["source_id"]]
        found.gaps.append(Gap("no_tariff", source, month, part["parcel"], Decimal(part["m3"])))


def _bills(at: _At, sums: _Month, tariff: WaterTariff, before: Decimal) -> list[BillDraft]:
    """The water fee and the resource fee of a group's month; none for nothing."""
    season, month = at.season, at.month
    after, tiers = before + sums.m3, tiers_of(tariff)
    quota = rules.quota_of(season.per_mu, sums.mu)
    base = {
        "season": str(season), "month": f"{month:%Y-%m}", "before_m3": str(before),
        "m3": str(sums.m3), "mu": str(sums.mu), "per_mu": str(season.per_mu), "quota": str(quota),
        "quota_document": season.document, "quota_clause": season.clause,
        "source": str(tariff.get_source_kind_display()), "land": str(tariff.get_land_display()),
        "document": tariff.document, "clause": tariff.clause, "tariff": tariff.pk,
        "parts": sums.parts,
    }  # fmt: skip
    slabs = rules.slabs_between(before, after, quota, tariff.price, tiers)
    water = rules.cost_between(before, after, quota, tariff.price, tiers)
    resource = rules.cost_between(before, after, quota, tariff.resource, ())
    told = [{"tier": s.over, "m3": str(s.m3), "price": str(s.price)} for s in slabs]
    priced = [{"tier": 0, "m3": str(sums.m3), "price": str(tariff.resource)}]
    return [
        _draft(at, sums.region, kind, yuan, {**base, "slabs": rows})
        for kind, yuan, rows in (
            (Charge.WATER, water, told),
            (Charge.RESOURCE, resource, priced),
        )
        if yuan > 0
    ]


def _draft(at: _At, region: str, kind: Charge, yuan: Decimal, basis: dict[str, Any]) -> BillDraft:
    return BillDraft(
        key=key_of(kind, at.season.pk, at.month, at.group), kind=kind.value, region_id=region,
        holder_id=at.group[0], year=at.season.year, period_from=at.month,
        period_to=end_of(at.month), amount=rules.fen(yuan), basis=basis,
        text=f"{at.month:%Y年%m月}{kind.label} {basis['source']}{basis['land']} {basis['m3']} 立方米",
    )  # fmt: skip


def key_of(kind: str, season: int, month: date, group: Sequence[object]) -> str:
    """What a bill is for; the same again is the same bill."""
    return ":".join([str(kind), str(season), f"{month:%Y%m}", *(str(g) for g in group)])
