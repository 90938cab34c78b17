"""What the policy pack settles about water: each value asked for a day."""

from __future__ import annotations

from datetime import date

from liangtian.policy.pack import Value
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import ParcelVersion, WaterTariff

Land = WaterTariff.Land


def value(name: str, on: date) -> Value:
    """A value of the pack. Raises UnknownKey, NotInForce."""
    return pack_in_use().value(name, on)


def still_months(on: date) -> int:
    """Months without any change after which a meter is listed."""
    return value("water.still_months", on).integer


def land_of(version: ParcelVersion, contract_kinds: tuple[str, ...]) -> str:
    """The class of land a parcel's water is priced by: 30-year contract land or other."""
    return Land.CONTRACT if version.land_kind in contract_kinds else Land.OTHER


def contract_kinds(on: date) -> tuple[str, ...]:
    """Kinds of contracted land that pay the price of 30-year contract land."""
    return value("water.contract_land_kinds", on).items
