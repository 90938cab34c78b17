"""What the database itself keeps: declared states only, each change with its step, steps never changed.

Installed after every migrate and taken away before it: SQLite rebuilds tables under their triggers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connections

from liangtian.platform.cases.machine import all_machines

_DECLARED = (
    "EXISTS (SELECT 1 FROM cases_declaredstate d WHERE d.kind = NEW.kind AND d.code = NEW.stage)"
)
_STEPPED = (
    "EXISTS (SELECT 1 FROM cases_casestep s WHERE s.case_id = NEW.id "
    "AND s.id = (SELECT MAX(l.id) FROM cases_casestep l WHERE l.case_id = NEW.id) "
    "AND s.from_stage = OLD.stage AND s.to_stage = NEW.stage)"
)
_FROM_PRESENT = "(NEW.from_stage = '' OR NEW.from_stage = (SELECT c.stage FROM cases_case c WHERE c.id = NEW.case_id))"


class Rule(NamedTuple):
    """A trigger before a change of a table: what must hold (FALSE: never), what is said otherwise."""

    name: str
    table: str
    when: str
    holds: str
    said: str


RULES = (
    Rule("case_state_new", "cases_case", "INSERT", _DECLARED, "环节不在流程中"),
    Rule("case_state_set", "cases_case", "UPDATE",
     f"(NEW.stage = OLD.stage AND NEW.kind = OLD.kind) OR ({_DECLARED} AND {_STEPPED})",
     "环节变更没有办理步骤"),
    Rule("case_step_new", "cases_casestep", "INSERT", _FROM_PRESENT, "步骤不从现环节开始"),
    Rule("case_step_set", "cases_casestep", "UPDATE", "FALSE", "办理记录不可修改"),
    Rule("case_step_del", "cases_casestep", "DELETE", "FALSE", "办理记录不可删除"),
)  # fmt: skip


def take_away(sender: Any, using: str, **rest: Any) -> None:
    """Before a migrate."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for rule in RULES:
            if rule.table in tables:
                on = f" ON {rule.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {rule.name}{on}")


def put_in_place(sender: Any, using: str, **rest: Any) -> None:
    """After a migrate: the declared states, then the rules."""
    connection = connections[using]
    if "cases_declaredstate" not in connection.introspection.table_names():
        return
    take_away(sender, using)
    _write_states(using)
    with connection.cursor() as cursor:
        for rule in RULES:
            for statement in _statements(connection.vendor, rule):
                cursor.execute(statement)


def _write_states(using: str) -> None:
    from liangtian.platform.cases.models import DeclaredState

    for machine in all_machines():
        for order, state in enumerate(machine.states):
            DeclaredState.objects.using(using).update_or_create(
                kind=machine.kind, code=state.code,
                defaults={"label": state.label, "final": state.final, "order": order},
            )  # fmt: skip


def _statements(vendor: str, rule: Rule) -> list[str]:
    name, table, when, holds, said = rule
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN NOT ({holds}) "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        ]
    row = "OLD" if when == "DELETE" else "NEW"
    return [
        f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({holds}) THEN RAISE EXCEPTION '{said}' USING ERRCODE = '23514'; END IF; "
        f"RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_check()",
    ]
