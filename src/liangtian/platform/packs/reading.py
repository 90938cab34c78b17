"""A pack as a page shows it: every value with unit, clause, dates, how sure; two versions side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from liangtian.platform.people.permissions import ROLES
from liangtian.policy.pack import Clause, Pack, Value, parse_pack
from liangtian.policy.pack_errors import NotInForce
from liangtian.policy.patch_checks.record import STAGE_WORDS
from liangtian.policy.warning_measures import condition_words
from liangtian.policy.warning_schema import WarningMeasure

SURENESS = {
    None: ("原文", "数值出自本文件原文"),
    "H": ("可靠", "不在本文件原文中，出自引用的文件或通行标准"),
    "M": ("一般", "一般做法，应由本县核实"),
    "L": ("默认", "软件默认值或外地做法，须由本县核定"),
}
KINDS = {bool: "是否", int: "整数", tuple: "列表", date: "日期", str: "文字"}


def head(pack: Pack, on: date) -> dict[str, Any]:
    """What the list of packs shows of one."""
    values = [value for key in pack.keys for value in pack.history(key)]
    return {
        "id": pack.name,
        "title": pack.title,
        "jurisdiction": pack.jurisdiction,
        "county": pack.county,
        "version": pack.version,
        "issued": pack.issued,
        "valid_from": pack.valid_from,
        "valid_to": pack.valid_to,
        "expired": pack.expired(on),
        "warnings": list(pack.warnings(on)),
        "values": len(pack.keys),
        "own_values": len({v.key for v in values if v.local}),
        "unsure": len({v.key for v in values if v.confidence in ("M", "L") and not v.local}),
    }


def whole(pack: Pack, on: date) -> dict[str, Any]:
    """A pack with its documents and all values."""
    return {
        **head(pack, on),
        "notes": pack.notes,
        "documents": [
            {
                "id": d.id, "title": d.title, "number": d.number, "issued": d.issued,
                "in_force": d.in_force, "own": d.id == pack.document,
                "sureness": SURENESS[d.confidence][0],
            }
            for d in pack.documents.values()
        ],
        "entries": [_entry(pack, key, on) for key in pack.keys],
        "checks": _checks(pack),
        "measures": [_measure(pack, measure, on) for measure in pack.warning_measures],
    }  # fmt: skip


def _checks(pack: Pack) -> list[dict[str, Any]]:
    """The data checks with the pack's own severity and that of the county, None where it set none."""
    base = pack if pack.overrides is None else parse_pack(f"{pack.name}.toml", pack.content)
    found = []
    for check, given in zip(pack.checks, base.checks, strict=True):
        clause = pack.clause(check.clause, check.label, check.document)
        found.append(
            {
                "code": check.code, "label": check.label, "severity": given.severity,
                "own_severity": check.severity if check.severity != given.severity else None,
                "stage": STAGE_WORDS[check.stage], "office": check.office, "advice": check.advice,
                "document": clause.document, "article": clause.article,
            }
        )  # fmt: skip
    return found


def _measure(pack: Pack, measure: WarningMeasure, on: date) -> dict[str, Any]:
    clause = pack.clause(measure.clause, measure.label, measure.document)
    return {
        "id": measure.id,
        "label": measure.label,
        "when": [[condition_words(one, pack, on) for one in line] for line in measure.when],
        "reply": _days(pack, measure.reply, on),
        "decided_by": ROLES.get(measure.decided_by, (measure.decided_by,))[0],
        "document": clause.document,
        "article": clause.article,
    }


def _days(pack: Pack, key: str, on: date) -> str:
    """The days in which an answer is due, "" when none is."""
    try:
        value = pack.value(key, on) if key else None
    except NotInForce:
        return f"{on}没有生效的取值"
    return f"{shown(value)}{value.unit}" if value else ""


def _entry(pack: Pack, key: str, on: date) -> dict[str, Any]:
    values = pack.history(key)
    in_force = next((v for v in values if _covers(v, on)), None)
    return {
        "key": key,
        "label": values[0].label,
        "unit": values[0].unit,
        "kind": KINDS.get(type(values[0].amount), "数"),
        "group": key.split(".", 1)[0],
        "amounts": [_amount(v, v is in_force) for v in values],
    }


def _covers(value: Value, on: date) -> bool:
    return (value.since is None or value.since <= on) and (value.until is None or on <= value.until)


def _amount(value: Value, in_force: bool) -> dict[str, Any]:
    label, said = SURENESS[value.confidence]
    clause: Clause = value.clause
    return {
        "text": shown(value),
        "since": value.since,
        "until": value.until,
        "document": clause.document,
        "article": clause.article,
        "summary": clause.text_summary if clause.text_summary != value.label else "",
        "sureness": "本县" if value.local else label,
        "sureness_note": "本县参数文件中的数值" if value.local else said,
        "local": value.local,
        "in_force": in_force,
    }


def shown(value: Value) -> str:
    """An amount as a person reads it, without the unit."""
    amount = value.amount
    if isinstance(amount, bool):
        return "是" if amount else "否"
    if isinstance(amount, tuple):
        return "、".join(amount)
    return str(amount)


def differences(left: Pack, right: Pack) -> list[dict[str, Any]]:
    """Values that are not the same in two versions: amount, unit, dates, clause or how sure."""
    found = []
    for key in sorted({*left.keys, *right.keys}):
        one, other = (list(p.history(key)) if key in p.keys else [] for p in (left, right))
        if one == other:
            continue
        some = (other or one)[0]
        change = "changed" if one and other else "added" if other else "removed"
        found.append(
            {
                "key": key, "label": some.label, "unit": some.unit, "change": change,
                "left": [_amount(v, False) for v in one],
                "right": [_amount(v, False) for v in other],
            }
        )  # fmt: skip
    return found
