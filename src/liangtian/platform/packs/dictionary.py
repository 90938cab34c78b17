"""The data dictionary (数据字典) as the program itself declares it; nothing is typed twice."""

from __future__ import annotations

from typing import Any

from liangtian.platform.cases.machine import START, Machine, all_machines
from liangtian.platform.layers.catalogue import catalogue, land_classes
from liangtian.platform.ledgers.declaration import Ledger, all_ledgers
from liangtian.platform.people.permissions import PERMISSIONS, ROLES
from liangtian.platform.personal import LEVELS

STANDARD = "三调工作分类(TD/T 1055-2019)"
COLUMN_KINDS = {
    "text": "文字", "integer": "整数", "area_mu": "面积(亩)", "area_m2": "面积(平方米)", "date": "日期",
    "datetime": "时间", "choice": "选项", "boolean": "是否",
}  # fmt: skip


def land() -> list[dict[str, str]]:
    """Land classes (三调工作分类) with their group and the colour they have on the map."""
    palette = catalogue()["palette"]
    return [
        {
            "code": code, "name": row["name"], "level1": row["level1"],
            "major_class": row["major_class"],
            "colour": palette["exact"].get(code, palette[row["level1"][:2]]),
        }
        for code, row in land_classes().items()
    ]  # fmt: skip


def ledger(one: Ledger) -> dict[str, Any]:
    """Columns of a ledger."""
    return {
        "name": one.name,
        "title": one.title,
        "permission": PERMISSIONS.get(one.permission, one.permission),
        "columns": [
            {
                "name": c.name, "label": c.label, "unit": c.unit or "",
                "kind": COLUMN_KINDS.get(c.kind, c.kind), "summed": c.sum,
                "filtered": c.filter is not None,
                "choices": [x.label for x in c.choices()] if c.choices else [],
                "sensitivity": LEVELS[c.sensitivity].label, "masked": c.personal,
            }
            for c in one.columns
        ],
    }  # fmt: skip


def flow(machine: Machine) -> dict[str, Any]:
    """States of a workflow, and the ways between them with the permission each asks."""
    labels = {state.code: state.label for state in machine.states} | {START: "（开始）"}
    return {
        "kind": machine.kind,
        "title": machine.title,
        "states": [
            {
                "code": s.code, "label": s.label, "final": s.final,
                "desk": PERMISSIONS.get(s.desk.permission, "") if s.desk else "",
                "task": s.desk.task if s.desk else "",
            }
            for s in machine.states
        ],
        "transitions": [
            {
                "label": t.label, "origins": [labels[o] for o in t.origins], "to": labels[t.to],
                "permission": PERMISSIONS.get(t.permission, t.permission), "opinion": t.opinion,
            }
            for t in machine.transitions
        ],
    }  # fmt: skip


def roles() -> list[dict[str, Any]]:
    """Roles that come with the system, each with what it may do."""
    return [
        {
            "code": code, "name": name,
            "permissions": [
                {"code": p, "label": label} for p, label in PERMISSIONS.items()
                if p in held or f"{p.split('.', 1)[0]}.*" in held
            ],
        }
        for code, (name, held) in ROLES.items()
    ]  # fmt: skip


def everything() -> dict[str, Any]:
    """All of it."""
    return {
        "land_classes": land(),
        "land_standard": STANDARD,
        "ledgers": [ledger(one) for one in all_ledgers()],
        "flows": [flow(one) for one in all_machines()],
        "roles": roles(),
        "permissions": [{"code": code, "label": label} for code, label in PERMISSIONS.items()],
    }
