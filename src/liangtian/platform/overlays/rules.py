"""Below what a share is a sliver (细碎), by the pack in use."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from liangtian.platform.calendar.packs import packs
from liangtian.policy.pack import Pack


def tolerance(on: date) -> tuple[Pack | None, Decimal]:
    """The pack in use that states a sliver tolerance (细碎容差) and its m² on a day; 0 when none does."""
    pack = next((one for one in packs() if one.legality is not None), None)
    return pack, tolerance_of(pack, on) if pack else Decimal(0)


def tolerance_of(pack: Pack, on: date) -> Decimal:
    """The sliver tolerance of a pack on a day, m²; 0 when it states none."""
    return pack.value(pack.legality.sliver, on).decimal if pack.legality else Decimal(0)
