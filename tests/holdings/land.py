"""Parcels, holders and contracts of the test county, made through the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from liangtian.policy.credit_code import check_character
from liangtian.programmes.holdings import contracts, holders, parcels
from tests.conftest import lonlat, plane_box

SPRING = date(2024, 3, 1)
FORM = parcels.ParcelForm(
    ownership="collective", way="承包", source_paper="承包协议", actual_use="耕地",
    irrigation="地表水", land_kind="二轮承包地", reclaimed_year=1998, place_name="村东",
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def ground(west: float, south: float, width: float = 100, height: float = 100) -> Any:
    """A rectangle of the county in EPSG:4490, metres from its south-west corner."""
    return lonlat(plane_box(west, south, width, height))


def id_number(serial: int = 1, born: str = "19700101") -> str:
    """A number with the right check character, of a county that does not exist."""
    first = f"990121{born}{serial:03d}"
    total = sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def credit_code(serial: int = 1) -> str:
    """A unified credit code with the right check character."""
    first = f"91990121MA{serial:07d}"
    return first + check_character(first)


def person(user: Any, name: str = "王演示", serial: int = 1, region: str = "990121100201") -> Any:
    """A household's representative with an identity number."""
    form = holders.HolderForm("person", name, region, "id_card", id_number(serial), "13800000000")
    return holders.save_holder(user, form)


def company(
    user: Any, name: str = "示例农业有限公司", serial: int = 1, region: str = "990121"
) -> Any:
    """A company at home in the county."""
    form = holders.HolderForm("company", name, region, "credit_code", credit_code(serial))
    return holders.save_holder(user, form)


def parcel(user: Any, west: float, south: float, on: date = SPRING, **form: Any) -> Any:
    """A registered parcel of 100 m by 100 m unless `size` says otherwise; its version."""
    size = form.pop("size", (100, 100))
    code = form.pop("code", "")
    return parcels.register(user, replace(FORM, **form), ground(west, south, *size), on, code)


def contract(user: Any, version: Any, holder: Any, **given: Any) -> Any:
    """A contract over one whole parcel, 2024 to 2028."""
    lines = [contracts.LineForm(version.parcel_id, given.pop("area_mu", parcels.area_mu(version)))]
    whole = {
        "kind": "household", "number": "HT-1", "grantor": "柳塘村民委员会", "holder_id": holder.pk,
        "starts_on": date(2024, 1, 1), "ends_on": date(2028, 12, 31), "price_kind": "per_mu",
        "price_yuan": Decimal("120.00"), "lines": lines, **given,
    }  # fmt: skip
    return contracts.register_contract(user, contracts.ContractForm(**whole))
