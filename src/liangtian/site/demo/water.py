"""Wells, a canal, meters and half a season of readings in the sample county, with what goes wrong in such things."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from shapely.geometry import LineString, Point

from liangtian.platform.jobs.services import run_job
from liangtian.platform.people.models import User
from liangtian.policy.clocks import add_months, month_end
from liangtian.programmes.holdings.measures import dunning, stopping
from liangtian.programmes.holdings.models import Fitting, ParcelVersion, WaterSeason, WaterSource
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.water import meters, readings, runs, sources, standards
from liangtian.programmes.holdings.water.rules import Tier

WELLS, OF_A_WELL, OF_A_CANAL = 8, 3, 4
SINCE = date(2025, 1, 1)
BASIS = standards.Basis("示例县农业水价成本监审结论（示例价〔2025〕1号）", "第三条")
QUOTA = standards.Basis("示例县农业灌溉用水定额（示例水〔2025〕2号）", "附件一")
TIERS = (Tier(Decimal("0.2"), "multiply", Decimal("1.5")), Tier(None, "multiply", Decimal(2)))
START = Decimal(1200)


class Waterworks:
    """What is entered, by the county's clerk, and approved by its reviewer."""

    def __init__(self, clerk: User, reviewer: User) -> None:
        self.clerk, self.reviewer = clerk, reviewer
        self.today = timezone.localdate()
        self.first = add_months(self.today.replace(day=1), -3)

    def fill(self) -> None:
        """All of it at once, or nothing; the season is that of the last three months."""
        with transaction.atomic():
            season = self._standards()
            land = self._land()
            for number in range(WELLS):
                self._well(number, land[number * OF_A_WELL : (number + 1) * OF_A_WELL])
            self._canal(land[WELLS * OF_A_WELL :][:OF_A_CANAL])
            runs.allot(self.clerk, season.pk, self.today)
            for kind in ("power", "water"):
                stopping.refresh(self.clerk, kind)
        self._charge(season)

    def _land(self) -> list[ParcelVersion]:
        rows = ParcelVersion.objects.within(self.clerk.region_id or "").filter(
            valid_to=None, corps=False, holder__isnull=False
        )
        return list(
            rows.select_related("region").order_by("code")[: WELLS * OF_A_WELL + OF_A_CANAL]
        )

    def _standards(self) -> WaterSeason:
        for kind, price in (("well", "0.12"), ("canal", "0.09")):
            for land, more in (("contract", "0"), ("other", "0.06")):
                row = standards.enter_tariff(self.clerk, standards.TariffForm(
                    kind, land, Decimal(price) + Decimal(more), Decimal("0.05"), TIERS, SINCE, None,
                    BASIS,
                ))  # fmt: skip
                standards.approve(self.reviewer, "tariff", row.pk)
        last = month_end(add_months(self.first, 3))
        season = standards.enter_season(
            self.clerk,
            standards.SeasonForm(self.first.year, "秋冬灌", self.first, last, Decimal(180), QUOTA),
        )
        standards.approve(self.reviewer, "season", season.pk)
        return season

    def _well(self, number: int, land: list[ParcelVersion]) -> None:
        """The third has no permit, the fifth no meter; the rest are in order."""
        first = land[0]
        spot = first.geom.representative_point()
        form = sources.SourceForm(
            "well", f"J{number + 1:03d}", f"{first.region.name}{number + 1}号井", first.region_id,
            holder_id=first.holder_id, depth_m=Decimal(90 + 7 * number), pump_m3h=Decimal(60),
            permit="" if number == 2 else f"取水（示例）〔2020〕第{number + 1:03d}号",
        )  # fmt: skip
        well = sources.save_source(self.clerk, form, Point(spot.x, spot.y))
        self._serve(well, land)
        if number == 4:
            return
        plate = meters.MeterForm(
            "power", f"D8800{number + 1:04d}", Decimal(1_000_000), Decimal(1), self.first, START
        )
        fitting = meters.fit(self.clerk, well.pk, plate)
        factor = Decimal("2.2") + Decimal(number) / 10
        row = standards.enter_coefficient(self.clerk, well.pk, factor, self.first, BASIS)
        if number != 6:
            standards.approve(self.reviewer, "coefficient", row.pk)
        self._read(number, fitting, sum((area_mu(v) for v in land), Decimal(0)), factor)

    def _serve(self, source: WaterSource, land: list[ParcelVersion]) -> None:
        served = [sources.Served(v.parcel_id, area_mu(v)) for v in land]
        sources.serve(self.clerk, source.pk, served, self.first)

    def _read(self, number: int, fitting: Fitting, mu: Decimal, factor: Decimal) -> None:
        """Some 75 m³ a mu and month; the second once reads less than before, the sixth was not read last month."""
        value = START
        for k in range(3):
            month = add_months(self.first, k)
            value += (mu * (75 + 3 * number) / factor).quantize(Decimal(1))
            shown = value
            if number == 1 and k == 2:
                shown = value - 3000 if value > 3000 else Decimal(1)
            if number == 5 and k == 2:
                continue
            on = month_end(month) - timedelta(days=number % 3)
            readings.enter(self.clerk, month, [readings.Seen(fitting.pk, on, shown)])

    def _canal(self, land: list[ParcelVersion]) -> None:
        """A lateral canal with a water meter, out of a branch."""
        if not land:
            return
        west, south, east, north = land[0].geom.bounds
        far = 0.01
        branch = sources.save_source(self.clerk, sources.SourceForm(
            "canal", "Q01", "示例支渠", land[0].region_id, level="branch",
        ), LineString([(west - far, north + far), (west, south)]))  # fmt: skip
        lateral = sources.save_source(self.clerk, sources.SourceForm(
            "canal", "Q0101", "示例一斗渠", land[0].region_id, level="lateral", parent_id=branch.pk,
        ), LineString([(west, south), (east, south), (east + far / 2, north)]))  # fmt: skip
        self._serve(lateral, land)
        plate = meters.MeterForm(
            "water", "S77000001", Decimal(10_000_000), Decimal(1), self.first, Decimal(0)
        )
        fitting = meters.fit(self.clerk, lateral.pk, plate)
        self._read(9, fitting, sum((area_mu(v) for v in land), Decimal(0)), Decimal(1))

    def _charge(self, season: WaterSeason) -> None:
        """Two months are charged, the third waits to be previewed."""
        month = add_months(self.first, 1)
        job = runs.start(self.clerk, season.pk, month, self.today)
        run_job.call(str(job.pk))
        dunning.prepare(self.clerk, "due")


def load_water(clerk: User) -> None:
    """Fill the waterworks of the clerk's county, once; without a reviewer nothing can be approved."""
    reviewer = User.objects.filter(roles__code="county_reviewer", region=clerk.region).first()
    if reviewer is not None and not WaterSource.objects.exists():
        Waterworks(clerk, reviewer).fill()
