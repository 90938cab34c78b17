"""XPCC land (兵团用地): what is tied to a parcel that is XPCC land today is left out of every total."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from liangtian.programmes.holdings.models import ParcelVersion


def on_corps_land(path: str = "parcel") -> Exists:
    """Whether the parcel under that path is XPCC land today."""
    rows = ParcelVersion.objects.filter(parcel=OuterRef(path), valid_to=None, corps=True)
    return Exists(rows)
