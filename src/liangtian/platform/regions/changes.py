"""Recording a change of regions (区划变更), with its effect on everybody's data.

Rows are moved to the new code in the transaction of the change, so that "within a region" stays "the
code starts with": what a user of the new region sees, and what a ledger sums, needs no look at history.
The old region row stays with its last day, and the lineage says what became of which code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import shapely
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region, RegionChange, RegionLineage, RegionTrace
from liangtian.platform.regions.pinyin import pinyin_of
from liangtian.platform.regions.register import LEVEL, parent_of
from liangtian.platform.regions.rules import Known, Line, Plan, Wanted, plan_change

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

CHUNK = 500  # keys in one statement; SQLite takes no more than a thousand
COUNTY_DIGITS = 6
Pointer = tuple[type[models.Model], str]  # a model and its foreign key to Region


def pointers() -> list[Pointer]:
    """Every foreign key to a region that follows a change.

    A model whose rows must stay as they were written says `keeps_region_code = True` (the audit trail).
    """
    return [
        (model, one.name)
        for model in apps.get_models()
        if model is not Region and not getattr(model, "keeps_region_code", False)
        for one in model._meta.concrete_fields
        if isinstance(one, models.ForeignKey) and one.related_model is Region
    ]


def preview(user: User, wanted: Wanted) -> tuple[Plan, dict[str, int]]:
    """The lines of a change, what stands against it, and how many rows of which kind would move."""
    _require(user, wanted)
    plan = _plan(wanted)
    moved: Counter[str] = Counter()
    if not plan.problems:
        codes = [line.old for line in plan.lines if line.takes_data and line.old != line.new]
        for model, name in pointers():
            for part in _parts(codes):
                found = model._base_manager.filter(**{f"{name}_id__in": part}).count()
                moved[str(model._meta.verbose_name)] += found
    return plan, {label: number for label, number in moved.items() if number}


def change_regions(user: User, wanted: Wanted, *, basis: str, note: str = "") -> RegionChange:
    """Do a change: new regions, moved rows, lineage and audit entry, in one transaction.

    Raises Refused with every reason against it; then nothing is changed.
    """
    _require(user, wanted)
    if not basis.strip():
        raise Refused("请填写批准文件名称和文号。", fields={"basis": "必填"})
    with transaction.atomic():
        list(Region.objects.select_for_update().filter(code__in=wanted.old))
        plan = _plan(wanted)
        if plan.problems:
            fields: dict[str, str] = {}
            for name, said in plan.problems:
                fields[name] = f"{fields.get(name, '')}{said}"
            raise Refused(
                "区划变更未登记：" + "".join(s for _, s in plan.problems[:5]), fields=fields
            )
        change = RegionChange.objects.create(
            kind=wanted.kind, effective_on=wanted.effective_on, basis=basis.strip(),
            note=note.strip(), made_by=user,
        )  # fmt: skip
        _carry_out(change, plan.lines)
        first = Region.objects.get(code=wanted.new[0][0])
        lines = [f"{x.old}{x.old_name}→{x.new}{x.new_name}" for x in plan.lines]
        record(
            user, "regions.change", change, region=first,
            before={"codes": list(wanted.old)},
            after={"lines": lines, "rows": sum(x.rows for x in change.lines.all())},
            note=change.basis,
        )  # fmt: skip
    return change


def successors(code: str) -> list[str]:
    """Codes that hold today what was kept under `code`: itself while it stands, else those after it."""
    found, asked = [], [code]
    while asked:
        one = asked.pop()
        if Region.objects.current().filter(code=one).exists():
            found.append(one)
            continue
        asked += RegionLineage.objects.filter(old_code=one, takes_data=True).exclude(
            new_code=one
        ).values_list("new_code", flat=True)  # fmt: skip
    return sorted(set(found))


def _require(user: User, wanted: Wanted) -> None:
    require(user, "regions.manage")
    if not wanted.old or not wanted.new:
        raise Refused("请选择要变更的区划，并填写变更后的代码和名称。")
    codes = list(wanted.old)
    if user.scope not in codes:  # one's whole region may get any code
        codes += [code for code, _ in wanted.new]
    if not user.scope or not all(code.startswith(user.scope) for code in codes):
        raise NotFound("要变更的区划不在您的管辖范围内。")


def _plan(wanted: Wanted) -> Plan:
    counties = {code[:COUNTY_DIGITS] for code in [*wanted.old, *(code for code, _ in wanted.new)]}
    known: dict[str, Known] = {}
    for county in counties:
        above = [county[:2], county[:4]]
        rows = Region.objects.filter(models.Q(code__startswith=county) | models.Q(code__in=above))
        for row in rows.defer("geom"):
            known[row.code] = Known(row.code, row.name, row.valid_from, row.valid_to)
    return plan_change(wanted, known, timezone.localdate())


def _carry_out(change: RegionChange, lines: Iterable[Line]) -> None:
    ordered = sorted(lines, key=lambda line: (len(line.new), line.new))
    regions = {r.code: r for r in Region.objects.filter(code__in={x.old for x in ordered})}
    several = {new for new, n in Counter(x.new for x in ordered if x.takes_data).items() if n > 1}
    split = {x.old for x in ordered if not x.takes_data}
    _settle_regions(change, ordered, regions)
    entries = {}
    for line in ordered:
        entries[line.old, line.new] = RegionLineage.objects.create(
            change=change, old_code=line.old, old_name=line.old_name, new_code=line.new,
            new_name=line.new_name, takes_data=line.takes_data, old_geom=regions[line.old].geom,
        )  # fmt: skip
    moving = {x.old: x for x in ordered if x.takes_data and x.old != x.new}
    for model, name in pointers():
        for old in _in_use(model, name, list(moving)):
            line = moving[old]
            entry = entries[line.old, line.new]
            entry.rows += _move(model, name, entry, traced=line.new in several or old in split)
    RegionLineage.objects.bulk_update(entries.values(), ["rows"], batch_size=CHUNK)


def _settle_regions(
    change: RegionChange, lines: Iterable[Line], regions: dict[str, Region]
) -> None:
    """New rows, new names, last days; what is merged gets the union of the boundaries."""
    lines = list(lines)
    kept = {line.old for line in lines if line.old == line.new}
    for code in dict.fromkeys(line.new for line in lines):
        into = [line for line in lines if line.new == code]
        values: dict[str, Any] = {"name": into[0].new_name, "pinyin": pinyin_of(into[0].new_name)}
        if code not in kept:
            values |= {"level": LEVEL[len(code)], "parent_id": parent_of(code),
                       "valid_from": change.effective_on, "valid_to": None}  # fmt: skip
        sources = [regions[line.old].geom for line in into if line.takes_data]
        if len(sources) > 1 or (code not in kept and sources):
            values["geom"] = None if None in sources else shapely.union_all(sources)
        Region.objects.update_or_create(code=code, defaults=values)
    last = change.effective_on - timedelta(days=1)
    gone = {line.old for line in lines} - kept
    Region.objects.filter(code__in=gone).update(valid_to=last)


def _in_use(model: type[models.Model], name: str, codes: list[str]) -> Iterator[str]:
    for part in _parts(codes):
        rows = model._base_manager.filter(**{f"{name}_id__in": part})
        yield from rows.order_by().values_list(f"{name}_id", flat=True).distinct()


def _move(model: type[models.Model], name: str, entry: RegionLineage, *, traced: bool) -> int:
    rows = model._base_manager.filter(**{f"{name}_id": entry.old_code})
    if traced:
        keys = rows.order_by("pk").values_list("pk", flat=True)
        table = model._meta.db_table
        traces = [RegionTrace(lineage=entry, table=table, row=str(key)) for key in keys]
        RegionTrace.objects.bulk_create(traces, batch_size=CHUNK)
    try:
        with transaction.atomic():
            moved: int = rows.update(**{f"{name}_id": entry.new_code})
    except DatabaseError as error:
        raise Refused(
            f"“{model._meta.verbose_name}”中属于 {entry.old_name}({entry.old_code})的数据不能转到 "
            f"{entry.new_code}：与那里已有的数据重复，或该数据不许改动。请先处理后再登记变更。"
        ) from error
    return moved


def _parts(codes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(codes), CHUNK):
        yield codes[start : start + CHUNK]
