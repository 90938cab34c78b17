"""What the database itself keeps of the register: the past, frozen years, and contracts that do not overlap."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs
from liangtian.programmes.holdings.fees import frozen as _fees  # noqa: F401

_VERSION, _PARCEL, _LINE = "holdings_parcelversion", "holdings_parcel", "holdings_contractline"
# All but the village: a change of region codes moves rows of the past as well.
_CONTENT = differs(
    "parcel_id", "code", "valid_from", "unit_id", "corps", "geom", "area_m2", "holder_id",
    "cultivator_id", "ownership", "way", "source_paper", "paper_number", "land_kind",
    "actual_use", "irrigation", "reclaimed_year", "place_name", "note", "change", "reason",
    "changed_by_id", "changed_at",
)  # fmt: skip
_BASE = (
    "(SELECT MAX(y.as_of) FROM holdings_baseyear y JOIN holdings_parcel p "
    "ON p.county_id = y.region_id WHERE p.id = NEW.parcel_id)"
)
_SAME_DAYS = (
    f"EXISTS (SELECT 1 FROM {_LINE} o WHERE o.parcel_id = NEW.parcel_id "
    "AND o.transfer = NEW.transfer AND o.starts_on <= NEW.ends_on "
    "AND NEW.starts_on <= o.ends_on%s)"
)
# Shares of a contract over the pieces of a divided parcel are rounded to 0.01 mu each.
_TOO_LARGE = (
    f"NEW.area_mu > 0.0151 + 0.0015 * (SELECT v.area_m2 FROM {_VERSION} v "
    "WHERE v.parcel_id = NEW.parcel_id ORDER BY v.valid_from DESC LIMIT 1)"
)
_LOCK = f"PERFORM 1 FROM {_PARCEL} WHERE id = NEW.parcel_id FOR UPDATE;"
_NEEDS = (_LINE, "holdings_baseyear")

declare(
    Rule("parcel_past_kept", _VERSION, "UPDATE",
         f"OLD.valid_to IS NOT NULL AND ({_CONTENT} OR {differs('valid_to')})",
         "地块以前的状态不能改动"),
    Rule("parcel_past_not_deleted", _VERSION, "DELETE", ALWAYS, "地块的状态不能删除"),
    Rule("parcel_versions_in_order", _VERSION, "INSERT",
         f"EXISTS (SELECT 1 FROM {_VERSION} o WHERE o.parcel_id = NEW.parcel_id AND "
         "(o.valid_to IS NULL OR o.valid_to > NEW.valid_from))",
         "地块同一时段只能有一个状态"),
    Rule("parcel_version_code", _VERSION, "INSERT",
         f"NEW.code <> (SELECT p.code FROM {_PARCEL} p WHERE p.id = NEW.parcel_id)",
         "地块编码与地块不一致"),
    Rule("parcel_code_kept", _PARCEL, "UPDATE", differs("code"), "地块编码不能改动"),
    Rule("parcel_base_year_begun", _VERSION, "INSERT", f"NEW.valid_from <= {_BASE}",
         "年度底册已冻结，不能登记基准日及以前的变更", _NEEDS),
    Rule("parcel_base_year_changed", _VERSION, "UPDATE",
         f"(({_CONTENT}) AND OLD.valid_from <= {_BASE}) OR "
         f"(({differs('valid_to')}) AND NEW.valid_to <= {_BASE})",
         "年度底册已冻结，不能改动基准日及以前的状态", _NEEDS),
    Rule("base_year_kept", "holdings_baseyear", "UPDATE",
         differs("year", "as_of", "parcels", "area_m2", "corps_parcels", "corps_m2"),
         "年度底册不能改动", _NEEDS),
    Rule("base_year_not_deleted", "holdings_baseyear", "DELETE", ALWAYS, "年度底册不能删除", _NEEDS),
    Rule("contract_line_alone", _LINE, "INSERT", _SAME_DAYS % "",
         "同一地块的合同期限重叠", _NEEDS, _LOCK),
    Rule("contract_line_alone_changed", _LINE, "UPDATE", _SAME_DAYS % " AND o.id <> NEW.id",
         "同一地块的合同期限重叠", _NEEDS, _LOCK),
    Rule("contract_line_within", _LINE, "INSERT", _TOO_LARGE, "合同面积大于地块面积", _NEEDS),
    Rule("contract_kept", "holdings_contract", "UPDATE",
         differs("kind", "number", "grantor", "holder_id", "signed_on", "starts_on", "ends_on",
                 "price_kind", "price_yuan", "under_id")
         + f" OR (OLD.ended_on IS NOT NULL AND ({differs('ended_on', 'end_reason')}))",
         "已登记的合同不能改动", _NEEDS),
)  # fmt: skip
