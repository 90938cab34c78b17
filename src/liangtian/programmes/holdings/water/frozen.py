"""What the database itself keeps of water: readings as they were read, approved standards, steps of measures."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_APPROVED = "OLD.approved_by_id IS NOT NULL"
_BASIS = differs("document", "clause", "entered_by_id", "approved_by_id", "approved_at")

declare(
    Rule("reading_kept", "holdings_reading", "UPDATE",
         differs("fitting_id", "month", "on", "value", "entered_by_id", "entered_at")
         + " OR (OLD.state = 'replaced' AND NEW.state <> 'replaced')",
         "读数不能改动，应另行更正"),
    Rule("reading_not_deleted", "holdings_reading", "DELETE", ALWAYS, "读数不能删除"),
    Rule("fitting_kept", "holdings_fitting", "UPDATE",
         differs("meter_id", "source_id", "fitted_on", "first")
         + f" OR (OLD.removed_on IS NOT NULL AND ({differs('removed_on', 'last', 'rolled')}))",
         "装表记录不能改动"),
    Rule("fitting_not_deleted", "holdings_fitting", "DELETE", ALWAYS, "装表记录不能删除"),
    Rule("meter_kept", "holdings_meter", "UPDATE", differs("kind", "number", "rollover", "factor"),
         "计量表的量程和倍率不能改动"),
    Rule("water_tariff_kept", "holdings_watertariff", "UPDATE",
         f"{_APPROVED} AND ({_BASIS} OR "
         + differs("source_kind", "land", "price", "resource", "tiers", "valid_from") + ")",
         "已审批的水价不能改动"),
    Rule("coefficient_kept", "holdings_coefficient", "UPDATE",
         f"{_APPROVED} AND ({_BASIS} OR {differs('source_id', 'per_kwh', 'valid_from')})",
         "已审批的折算系数不能改动"),
    Rule("water_season_kept", "holdings_waterseason", "UPDATE",
         f"{_APPROVED} AND ({_BASIS} OR "
         + differs("year", "name", "starts_on", "ends_on", "per_mu") + ")",
         "已审批的定额不能改动"),
    Rule("measure_step_kept", "holdings_measurestep", "UPDATE",
         differs("measure_id", "state", "on", "by_id", "note", "at"), "停水停电的步骤不能改动"),
    Rule("measure_step_not_deleted", "holdings_measurestep", "DELETE", ALWAYS,
         "停水停电的步骤不能删除"),
)  # fmt: skip
