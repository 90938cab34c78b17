"""Tables of the register of holdings."""

from liangtian.programmes.holdings.models.contracts import Contract, ContractLine
from liangtian.programmes.holdings.models.holders import Holder, HolderPaper
from liangtian.programmes.holdings.models.parcels import (
    BaseYear,
    Crop,
    Parcel,
    ParcelLineage,
    ParcelVersion,
)
from liangtian.programmes.holdings.models.units import SurveyUnit

__all__ = [
    "BaseYear",
    "Contract",
    "ContractLine",
    "Crop",
    "Holder",
    "HolderPaper",
    "Parcel",
    "ParcelLineage",
    "ParcelVersion",
    "SurveyUnit",
]
