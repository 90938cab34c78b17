"""Letting checked rows into the register, chunk by chunk: each is one transaction, so a stopped intake goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.programmes.holdings.intake.checking import changed
from liangtian.programmes.holdings.models import (
    Contract,
    ContractLine,
    Holder,
    Intake,
    Parcel,
    ParcelVersion,
    StagedHolder,
    StagedRow,
)
from liangtian.programmes.holdings.states import next_codes, state_of
from liangtian.programmes.holdings.units import unit_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

ROWS_OF_A_CHUNK = 1000
ROWS_PER_STATEMENT = 500
Decision = StagedHolder.Decision
SETTLED = (Decision.NEW, Decision.SAME, Decision.EACH)


def rows_left(intake: Intake) -> Any:
    """Rows that may enter and have not: without a holder, or with one that is decided."""
    from django.db.models import Q

    left = StagedRow.objects.filter(intake=intake, entered=False)
    return left.filter(Q(holder=None) | Q(holder__decision__in=SETTLED))


class Entering:
    """Enters rows of one intake in the name of one user."""

    def __init__(self, intake: Intake, user: User) -> None:
        self.intake, self.user = intake, user
        self.now = timezone.now()
        self.units: dict[str, int] = {}

    def chunk(self) -> int:
        """Enter the next rows; how many, 0 when none is left."""
        with transaction.atomic():
            Intake.objects.select_for_update().get(pk=self.intake.pk)
            rows = list(
                rows_left(self.intake)
                .select_related("region", "holder")
                .order_by("row")[:ROWS_OF_A_CHUNK]
            )
            if not rows:
                return 0
            holders = self._holders(rows)
            self._parcels([r for r in rows if r.parcel_id is None], holders)
            self._changes(
                [r for r in rows if r.parcel_id is not None and r.act != StagedRow.Act.SAME],
                holders,
            )
            self._contracts([r for r in rows if r.contract], holders)
            for row in rows:
                row.entered = True
            StagedRow.objects.bulk_update(rows, ["entered", "parcel"], ROWS_PER_STATEMENT)
            done = StagedRow.objects.filter(intake=self.intake, entered=True).count()
            Intake.objects.filter(pk=self.intake.pk).update(entered=done)
        return len(rows)

    def _holders(self, rows: Sequence[StagedRow]) -> dict[int, int]:
        """The holder of each row (by its key), registered where it is new."""
        staged = {r.holder_id: r.holder for r in rows if r.holder is not None}
        fresh = [s for s in staged.values() if s.decision == Decision.NEW and s.holder_id is None]
        made = Holder.objects.bulk_create([self._new_holder(s) for s in fresh], ROWS_PER_STATEMENT)
        for one, holder in zip(fresh, made, strict=True):
            one.holder = holder
        for one in staged.values():
            if one.decision == Decision.SAME and one.holder_id is None:
                one.holder_id = one.chosen_id
                self._complete(one)
                fresh.append(one)
        StagedHolder.objects.bulk_update(fresh, ["holder"], ROWS_PER_STATEMENT)
        own = [r for r in rows if r.holder is not None and r.holder.decision == Decision.EACH]
        each = Holder.objects.bulk_create(
            [self._new_holder(r.holder) for r in own if r.holder is not None], ROWS_PER_STATEMENT
        )
        found = {r.pk: h.pk for r, h in zip(own, each, strict=True)}
        for row in rows:
            if row.holder is not None and row.pk not in found:
                assert row.holder_id is not None
                found[row.pk] = int(staged[row.holder_id].holder_id or 0)
        return found

    def _new_holder(self, staged: StagedHolder) -> Holder:
        return Holder(
            kind=staged.kind, name=staged.name, paper=staged.paper, id_number=staged.id_number,
            phone=staged.phone, region_id=staged.region_id, county_id=staged.region_id[:6],
            entered_by=self.user, entered_at=self.now,
        )  # fmt: skip

    def _complete(self, staged: StagedHolder) -> None:
        """A known holder gets the number and the phone that the register does not have."""
        holder = staged.chosen
        assert holder is not None
        number, phone = not holder.id_number and staged.id_number, not holder.phone and staged.phone
        if number:
            holder.paper, holder.id_number = staged.paper, staged.id_number
        if phone:
            holder.phone = staged.phone
        if number or phone:
            holder.save()

    def _unit(self, region: Region) -> int:
        if region.code not in self.units:
            self.units[region.code] = unit_of(region).pk
        return self.units[region.code]

    def _parcels(self, rows: Sequence[StagedRow], holders: Mapping[int, int]) -> None:
        blank: dict[str, list[StagedRow]] = {}
        for row in rows:
            if not row.code:
                blank.setdefault(row.region_id, []).append(row)
        for some in blank.values():
            for row, code in zip(some, next_codes(some[0].region, len(some)), strict=True):
                row.code = code
        parcels = Parcel.objects.bulk_create(
            [Parcel(region_id=r.region_id, county_id=r.region_id[:6], code=r.code) for r in rows],
            ROWS_PER_STATEMENT,
        )
        versions = []
        for row, parcel in zip(rows, parcels, strict=True):
            row.parcel = parcel
            values = {**row.values, "geom": row.geom, "area_m2": row.area_m2,
                      "unit_id": self._unit(row.region), "holder_id": holders.get(row.pk)}  # fmt: skip
            versions.append(self._version(parcel.pk, row.code, row.region_id, values))
        ParcelVersion.objects.bulk_create(versions, ROWS_PER_STATEMENT)

    def _version(
        self, parcel: int, code: str, region: str, values: Mapping[str, Any]
    ) -> ParcelVersion:
        return ParcelVersion(
            parcel_id=parcel, code=code, region_id=region, valid_from=self.intake.on,
            change=ParcelVersion.Change.IMPORT, reason=f"台账导入：{self.intake.title}",
            changed_by=self.user, changed_at=self.now, **values,
        )  # fmt: skip

    def _changes(self, rows: Sequence[StagedRow], holders: Mapping[int, int]) -> None:
        """As `states.follow`, for many: the old states end, the new ones begin; one of the same day is replaced."""
        now = {
            v.parcel_id: v
            for v in ParcelVersion.objects.filter(
                parcel__in=[r.parcel_id for r in rows], valid_to=None
            )
        }
        ended, begun, replaced = [], [], []
        for row in rows:
            version = now[row.parcel_id]
            values = changed(version, row.values)
            if row.pk in holders and holders[row.pk] != version.holder_id:
                values["holder_id"] = holders[row.pk]
                if version.cultivator_id == holders[row.pk]:
                    values["cultivator_id"] = None
            if not values:
                continue
            if version.valid_from == self.intake.on:
                for name, value in values.items():
                    setattr(version, name, value)
                version.changed_by, version.changed_at = self.user, self.now
                replaced.append(version)
            else:
                version.valid_to = self.intake.on
                ended.append(version)
                begun.append(
                    self._version(
                        version.parcel_id,
                        version.code,
                        version.region_id,
                        state_of(version) | values,
                    )
                )
        ParcelVersion.objects.bulk_update(ended, ["valid_to"], ROWS_PER_STATEMENT)
        ParcelVersion.objects.bulk_create(begun, ROWS_PER_STATEMENT)
        for version in replaced:
            version.save()

    def _contracts(self, rows: Sequence[StagedRow], holders: Mapping[int, int]) -> None:
        """Contracts by number; one whose first parcel came with an earlier chunk takes up the rest."""
        said = {r.contract["number"]: r for r in rows if r.contract}
        found = Contract.objects.filter(county=self.intake.region_id[:6], number__in=list(said))
        for contract in found:
            if contract.holder_id != holders.get(said[contract.number].pk):
                raise Refused(
                    f"合同编号 {contract.number} 已登记为另一承包（承租）方的合同，没有入库。请核对后重新检查。"
                )
        known = {c.number: c.pk for c in found}
        fresh = [r for number, r in said.items() if number not in known]
        made = Contract.objects.bulk_create(
            [self._contract(r, holders[r.pk]) for r in fresh], ROWS_PER_STATEMENT
        )
        known |= {c.number: c.pk for c in made}
        ContractLine.objects.bulk_create(
            [
                ContractLine(
                    contract_id=known[r.contract["number"]], parcel_id=int(r.parcel_id or 0),
                    area_mu=Decimal(r.contract["area_mu"]), starts_on=date.fromisoformat(r.contract["starts_on"]),
                    ends_on=date.fromisoformat(r.contract["ends_on"]),
                )
                for r in rows
                if r.contract
            ],
            ROWS_PER_STATEMENT,
        )  # fmt: skip

    def _contract(self, row: StagedRow, holder: int) -> Contract:
        said = row.contract
        assert said is not None
        return Contract(
            region_id=row.region_id, county_id=row.region_id[:6], entered_by=self.user,
            entered_at=self.now, kind=said["kind"], number=said["number"], grantor=said["grantor"],
            holder_id=holder, signed_on=_day(said["signed_on"]), starts_on=date.fromisoformat(said["starts_on"]),
            ends_on=date.fromisoformat(said["ends_on"]), price_kind=said["price_kind"],
            price_yuan=Decimal(said["price_yuan"]) if said["price_yuan"] else None,
        )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
