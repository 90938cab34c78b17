"""Wells, meters, readings and tariffs of the test county, made through the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from liangtian.programmes.holdings.water import meters, readings, sources, standards
from liangtian.programmes.holdings.water.rules import Tier
from tests.conftest import lonlat, plane_box

SPRING = date(2024, 3, 1)
BASIS = standards.Basis("示例价〔2024〕1号", "第三条")
TIERS = (Tier(Decimal("0.2"), "multiply", Decimal("1.5")), Tier(None, "multiply", Decimal(2)))
VILLAGE = "990121100201"


def spot(east: float, north: float) -> Any:
    """A point of the county, metres from its south-west corner."""
    return shapely.Point(lonlat(plane_box(east, north, 1, 1)).exterior.coords[0])


def well(user: Any, code: str = "J001", region: str = VILLAGE, **form: Any) -> Any:
    """A well with a permit and a pump of 60 m³/h unless told otherwise."""
    given = {"permit": "取水〔2020〕1号", "depth_m": Decimal(120), "pump_m3h": Decimal(60), **form}
    place = given.pop("at", (1_500, 1_500))
    whole = sources.SourceForm("well", code, f"{code}号井", region, **given)
    return sources.save_source(user, whole, None if place is None else spot(*place))


def fit(user: Any, source: Any, number: str = "D-1", **given: Any) -> Any:
    """A power meter that showed 1200 on the first of March 2024."""
    plate = {
        "kind": "power", "rollover": Decimal(1_000_000), "factor": Decimal(1),
        "fitted_on": SPRING, "first": Decimal(1200), **given,
    }  # fmt: skip
    return meters.fit(user, source.pk, meters.MeterForm(number=number, **plate))


def serve(user: Any, source: Any, *parcels: tuple[Any, str], on: date = SPRING) -> None:
    """The source waters these parcels, by versions and mu."""
    served = [sources.Served(land.parcel_id, Decimal(mu)) for land, mu in parcels]
    sources.serve(user, source.pk, served, on)


def read(user: Any, fitting: Any, on: date, value: str) -> Any:
    """A reading entered by hand."""
    seen = [readings.Seen(fitting.pk, on, Decimal(value))]
    return readings.enter(user, on.replace(day=1), seen)[0]


@dataclass(frozen=True)
class Prices:
    """What was entered and approved."""

    season: Any
    tariffs: Sequence[Any]


def coefficient(
    clerk: Any, reviewer: Any, source: Any, per_kwh: str = "2.6", since: date = SPRING
) -> Any:
    """An approved coefficient."""
    row = standards.enter_coefficient(clerk, source.pk, Decimal(per_kwh), since, BASIS)
    return standards.approve(reviewer, "coefficient", row.pk)


def prices(clerk: Any, reviewer: Any, per_mu: str = "200") -> Prices:
    """A season of March to June 2024, and one price for every source and class, all approved."""
    season = standards.enter_season(
        clerk,
        standards.SeasonForm(2024, "春灌", SPRING, date(2024, 6, 30), Decimal(per_mu), BASIS),
    )
    standards.approve(reviewer, "season", season.pk)
    made = []
    for kind in ("well", "canal"):
        for land in ("contract", "other"):
            form = standards.TariffForm(
                kind, land, Decimal("0.12"), Decimal("0.05"), TIERS, date(2024, 1, 1), None, BASIS
            )
            row = standards.enter_tariff(clerk, form)
            made.append(standards.approve(reviewer, "tariff", row.pk))
    season.refresh_from_db()
    return Prices(season, made)
