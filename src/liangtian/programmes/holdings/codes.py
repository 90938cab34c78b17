"""Code lists of the register: what the county's policy pack lets be chosen, and whether an entry is one of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from liangtian.platform.packs.services import pack_named
from liangtian.policy.pack import Pack

PACK = "korla-2024"
NO_PAPER = "无"  # of the source papers: occupied without any

LISTS = {
    "way": "holdings.ways",
    "source_paper": "holdings.source_papers",
    "land_kind": "holdings.land_kinds",
    "actual_use": "holdings.actual_uses",
    "irrigation": "holdings.irrigation",
    "season": "holdings.seasons",
    "crop": "holdings.crops",
    "building_kind": "holdings.building_kinds",
    "paper_kind": "holdings.scanned_papers",
    "right": "holdings.registration_rights",
    "petition_kind": "holdings.petition_kinds",
    "grade": "fees.grades",
    "rent_way": "fees.rent_ways",
}


def pack_in_use() -> Pack:
    """The pack the register is kept by, with the county's own values over it."""
    return pack_named(PACK)


def listed(name: str, on: date | None = None) -> Sequence[str]:
    """The entries of a list (a key of LISTS) in force on a day (default: today)."""
    return pack_in_use().value(LISTS[name], on or timezone.localdate()).items


def overlap_tolerance_m2() -> Decimal:
    """Ground that a parcel may share with a neighbour before it is refused, m²."""
    return pack_in_use().value("holdings.overlap_tolerance_m2", timezone.localdate()).decimal


def not_listed(name: str, value: str) -> str:
    """What is wrong with an entry; empty when nothing is."""
    choices = listed(name)
    return "" if value in choices else f"应为{'、'.join(choices)}之一"
