"""Tables of the register of holdings."""

from liangtian.programmes.holdings.models.buildings import Building
from liangtian.programmes.holdings.models.classes import ParcelClasses
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
from liangtian.programmes.holdings.models.intake import (
    Intake,
    IntakeMemory,
    IntakeProblem,
    IntakeWord,
    StagedHolder,
    StagedRow,
)
from liangtian.programmes.holdings.models.judging import (
    Disposition,
    Judgement,
    ReviewMeeting,
)
from liangtian.programmes.holdings.models.lists import ListFile
from liangtian.programmes.holdings.models.measures import Dunning, Measure, MeasureStep
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
from liangtian.programmes.holdings.models.referring import (
    Petition,
    PetitionFile,
    Referral,
    ReferralFile,
)
from liangtian.programmes.holdings.models.registering import (
    Registration,
    RegistrationFile,
    RegistrationStep,
)
from liangtian.programmes.holdings.models.units import SurveyUnit
from liangtian.programmes.holdings.models.water import (
    Fitting,
    Meter,
    Reading,
    ReadingFile,
    Serving,
    WaterSource,
)
from liangtian.programmes.holdings.models.water_standards import (
    Allocation,
    Coefficient,
    WaterSeason,
    WaterTariff,
    WaterUse,
)

__all__ = [
    "Allocation",
    "BankLine",
    "BaseYear",
    "Bill",
    "BillRun",
    "Building",
    "Charge",
    "Coefficient",
    "Comparison",
    "ComparisonHit",
    "Contract",
    "ContractLine",
    "Crop",
    "Disposition",
    "Dunning",
    "Fitting",
    "Holder",
    "HolderPaper",
    "Intake",
    "IntakeMemory",
    "IntakeProblem",
    "IntakeWord",
    "Judgement",
    "ListFile",
    "Measure",
    "MeasureStep",
    "Meter",
    "Notice",
    "NoticeParcel",
    "Objection",
    "ObjectionFile",
    "Parcel",
    "ParcelClasses",
    "ParcelGrade",
    "ParcelLineage",
    "ParcelStanding",
    "ParcelVersion",
    "Payment",
    "PaymentShare",
    "Petition",
    "PetitionFile",
    "Reading",
    "ReadingFile",
    "Receipt",
    "ReceiptBook",
    "Referral",
    "ReferralFile",
    "Registration",
    "RegistrationFile",
    "RegistrationStep",
    "RentTariff",
    "ReviewMeeting",
    "RunProblem",
    "Serving",
    "Settlement",
    "StagedHolder",
    "StagedRow",
    "SurveyUnit",
    "TariffRate",
    "Waiver",
    "WaterSeason",
    "WaterSource",
    "WaterTariff",
    "WaterUse",
]
