"""Tables of the register of holdings."""

from liangtian.programmes.holdings.models.comparing import Comparison, ComparisonHit
from liangtian.programmes.holdings.models.contracts import Contract, ContractLine
from liangtian.programmes.holdings.models.fees import (
    Bill,
    BillRun,
    Charge,
    ParcelGrade,
    RentTariff,
    RunProblem,
    TariffRate,
)
from liangtian.programmes.holdings.models.holders import Holder, HolderPaper
from liangtian.programmes.holdings.models.judging import (
    Disposition,
    Judgement,
    ReviewMeeting,
)
from liangtian.programmes.holdings.models.notices import (
    Notice,
    NoticeParcel,
    Objection,
    ObjectionFile,
    ParcelStanding,
)
from liangtian.programmes.holdings.models.parcels import (
    BaseYear,
    Crop,
    Parcel,
    ParcelLineage,
    ParcelVersion,
)
from liangtian.programmes.holdings.models.payments import (
    BankLine,
    Payment,
    PaymentShare,
    Receipt,
    ReceiptBook,
    Settlement,
    Waiver,
)
from liangtian.programmes.holdings.models.units import SurveyUnit

__all__ = [
    "BankLine",
    "BaseYear",
    "Bill",
    "BillRun",
    "Charge",
    "Comparison",
    "ComparisonHit",
    "Contract",
    "ContractLine",
    "Crop",
    "Disposition",
    "Holder",
    "HolderPaper",
    "Judgement",
    "Notice",
    "NoticeParcel",
    "Objection",
    "ObjectionFile",
    "Parcel",
    "ParcelGrade",
    "ParcelLineage",
    "ParcelStanding",
    "ParcelVersion",
    "Payment",
    "PaymentShare",
    "Receipt",
    "ReceiptBook",
    "RentTariff",
    "ReviewMeeting",
    "RunProblem",
    "Settlement",
    "SurveyUnit",
    "TariffRate",
    "Waiver",
]
