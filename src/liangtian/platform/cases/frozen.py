"""A case is only in declared states, each change has its step, and steps never change."""

from liangtian.platform.triggers import ALWAYS, Rule, declare

_DECLARED = (
    "EXISTS (SELECT 1 FROM cases_declaredstate d WHERE d.kind = NEW.kind AND d.code = NEW.stage)"
)
_STEPPED = (
    "EXISTS (SELECT 1 FROM cases_casestep s WHERE s.case_id = NEW.id "
    "AND s.id = (SELECT MAX(l.id) FROM cases_casestep l WHERE l.case_id = NEW.id) "
    "AND s.from_stage = OLD.stage AND s.to_stage = NEW.stage)"
)
_KEPT = "(NEW.stage = OLD.stage AND NEW.kind = OLD.kind)"
_FROM_PRESENT = "(NEW.from_stage = '' OR NEW.from_stage = (SELECT c.stage FROM cases_case c WHERE c.id = NEW.case_id))"
_STATES = ("cases_declaredstate",)

declare(
    Rule("case_state_new", "cases_case", "INSERT", f"NOT ({_DECLARED})", "环节不在流程中", _STATES),
    Rule("case_state_set", "cases_case", "UPDATE", f"NOT ({_KEPT} OR ({_DECLARED} AND {_STEPPED}))",
         "环节变更没有办理步骤", _STATES),
    Rule("case_step_new", "cases_casestep", "INSERT", f"NOT {_FROM_PRESENT}", "步骤不从现环节开始",
         _STATES),
    Rule("case_step_set", "cases_casestep", "UPDATE", ALWAYS, "办理记录不可修改", _STATES),
    Rule("case_step_del", "cases_casestep", "DELETE", ALWAYS, "办理记录不可删除", _STATES),
)  # fmt: skip
