"""What the database itself keeps of registrations: what was approved and entered, and every step."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_ROW, _STEP = "holdings_registration", "holdings_registrationstep"
_NEEDS = (_ROW,)
# The unit of a parcel is its own; a parcel keeps its code when its right is registered again.
_TAKEN = (
    "NEW.unit_code <> '' AND EXISTS (SELECT 1 FROM holdings_registration o "
    "WHERE o.unit_code = NEW.unit_code AND o.parcel_id <> NEW.parcel_id "
    "AND o.state NOT IN ('refused', 'withdrawn'))"
)

declare(
    Rule("registration_kept", _ROW, "UPDATE",
         differs("parcel_id", "holder_id", "right", "applied_on", "entered_by_id", "entered_at"),
         "已受理的登记申请不能改动", _NEEDS),
    Rule("registration_approved_kept", _ROW, "UPDATE",
         "OLD.approved_by_id IS NOT NULL AND (" + differs(
             "version_id", "overlay", "surveyed_on", "surveyor", "unit_code", "checked_by_id",
             "approved_by_id") + ")",
         "已批准的登记内容不能改动", _NEEDS),
    Rule("registration_ended_kept", _ROW, "UPDATE",
         "OLD.state IN ('registered', 'refused', 'withdrawn') AND ("
         + differs("state", "certificate", "registered_on") + ")",
         "已办结的登记不能改动", _NEEDS),
    Rule("registration_not_deleted", _ROW, "DELETE", ALWAYS, "登记申请不能删除", _NEEDS),
    Rule("unit_code_new_once", _ROW, "INSERT", _TAKEN, "不动产单元号已用于其他地块", _NEEDS),
    Rule("unit_code_once", _ROW, "UPDATE", _TAKEN, "不动产单元号已用于其他地块", _NEEDS),
    Rule("registration_step_kept", _STEP, "UPDATE",
         differs("registration_id", "state", "on", "by_id", "note", "at"),
         "确权登记的步骤不能改动"),
    Rule("registration_step_not_deleted", _STEP, "DELETE", ALWAYS, "确权登记的步骤不能删除"),
)  # fmt: skip
