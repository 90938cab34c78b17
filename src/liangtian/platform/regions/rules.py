"""What a change of regions (区划变更) does to the codes below: pure, so that it can be shown before it is done.

A changed region takes all below it along: what follows the old code stays as it is (村 100201 of a
township keeps 201 under the new code), unless a place below is given a code of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from liangtian.platform.regions.register import LENGTH, LEVEL, parent_of

KINDS = {
    "renamed": "更名",
    "recoded": "变更代码",
    "moved": "划转",
    "merged": "合并",
    "split": "拆分",
}


@dataclass(frozen=True)
class Known:
    """A region as it stands."""

    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Wanted:
    """A change as asked for. The first of `new` takes over the data of the old."""

    kind: str
    old: tuple[str, ...]
    new: tuple[tuple[str, str], ...]  # code, name
    effective_on: date
    below: Mapping[str, str] = field(default_factory=dict)  # old code below -> its new code


@dataclass(frozen=True)
class Line:
    """One old code and what becomes of it; `takes_data` is false for the further parts of a split."""

    old: str
    old_name: str
    new: str
    new_name: str
    takes_data: bool = True


@dataclass(frozen=True)
class Plan:
    """All lines of a change, or what stands against it: field -> reasons in Chinese."""

    lines: tuple[Line, ...]
    problems: tuple[tuple[str, str], ...]


def plan_change(wanted: Wanted, known: Mapping[str, Known], today: date) -> Plan:
    """The lines of a change; with problems nothing may be done.

    `known` holds every region of the counties concerned, also those given up.
    """
    problems = [*_of_the_day(wanted, known, today), *_of_the_old(wanted, known)]
    problems += _of_the_new(wanted, known) or _of_the_kind(wanted)
    if problems:
        return Plan((), tuple(problems))
    lines = _renaming(wanted, known) if wanted.kind == "renamed" else _lines(wanted, known)
    return Plan(tuple(lines), tuple(_clashes(wanted, lines, known)))


def _of_the_day(wanted: Wanted, known: Mapping[str, Known], today: date) -> list[tuple[str, str]]:
    if wanted.effective_on > today:
        return [("effective_on", f"生效日期 {wanted.effective_on} 还没有到，请到时再登记。")]
    begun = [known[c] for c in wanted.old if c in known]
    late = [k for k in begun if k.valid_from and k.valid_from >= wanted.effective_on]
    return [
        ("effective_on", f"{k.name}({k.code})自 {k.valid_from} 起启用，变更须在此之后生效。")
        for k in late
    ]


def _of_the_old(wanted: Wanted, known: Mapping[str, Known]) -> list[tuple[str, str]]:
    said = []
    for code in wanted.old:
        region = known.get(code)
        if region is None:
            said.append(("old", f"没有代码为 {code} 的区划。"))
        elif region.valid_to is not None:
            said.append(("old", f"{region.name}({code})已于 {region.valid_to} 停用，不能再变更。"))
    if len({len(code) for code in wanted.old}) > 1:
        said.append(("old", "要变更的区划不是同一级，请分开登记。"))
    if any(len(code) < LENGTH["county"] for code in wanted.old):
        said.append(("old", "省、市两级代码由国家发布，请在安装新的区划代码表时更新。"))
    if len(set(wanted.old)) < len(wanted.old):
        said.append(("old", "同一区划选了两次。"))
    return said


def _of_the_new(wanted: Wanted, known: Mapping[str, Known]) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    length = len(wanted.old[0]) if wanted.old else 0
    for code, name in wanted.new:
        if not re.fullmatch(r"\d+", code) or len(code) != length:
            said.append(("new", f"新代码“{code}”应为 {length} 位数字。"))
            continue
        if not name.strip():
            said.append(("new", f"请填写 {code} 的名称。"))
        parent = known.get(parent_of(code) or "")
        if parent is None or parent.valid_to is not None:
            said.append(
                (
                    "new",
                    f"新代码 {code} 的上级 {parent_of(code)} 不存在或已停用，请先建立上级区划。",
                )
            )
    codes = [code for code, _ in wanted.new]
    if len(set(codes)) < len(codes):
        said.append(("new", "新代码有重复。"))
    return said


def _of_the_kind(wanted: Wanted) -> list[tuple[str, str]]:
    if wanted.kind not in KINDS:
        return [("kind", f"没有“{wanted.kind}”这种变更。")]
    old, new = wanted.old, [code for code, _ in wanted.new]
    shapes = {
        "merged": (len(old) > 1 and len(new) == 1, "合并是两个以上区划变为一个。"),
        "split": (len(old) == 1 and len(new) > 1, "拆分是一个区划变为两个以上。"),
    }
    one = (len(old) == 1 and len(new) == 1, f"{KINDS[wanted.kind]}是一个区划变为一个区划。")
    fits, said = shapes.get(wanted.kind, one)
    if not fits:
        return [("new", said)]
    return [] if wanted.kind in shapes else _of_one(wanted.kind, old[0], new[0])


def _of_one(kind: str, old: str, new: str) -> list[tuple[str, str]]:
    if kind == "renamed":
        return [] if old == new else [("new", "更名不改变代码；代码也变的，请选“变更代码”。")]
    if old == new:
        return [("new", "新代码与原代码相同。只改名称的，请选“更名”。")]
    right = "recoded" if parent_of(old) == parent_of(new) else "moved"
    if kind == right:
        return []
    moved = "变了" if right == "moved" else "没有变"
    return [("kind", f"新代码的上级{moved}，请选“{KINDS[right]}”。")]


def _renaming(wanted: Wanted, known: Mapping[str, Known]) -> list[Line]:
    ((code, name),) = wanted.new
    return [Line(code, known[code].name, code, name.strip())]


def _lines(wanted: Wanted, known: Mapping[str, Known]) -> list[Line]:
    (heir, _), *_ = wanted.new
    names = {code: name.strip() for code, name in wanted.new}
    lines = []
    for top in wanted.old:
        for code in sorted(c for c in known if c.startswith(top) and known[c].valid_to is None):
            new = _new_code(code, top, heir, wanted.below)
            name = names.get(new, known[code].name) if code == top else known[code].name
            lines.append(Line(code, known[code].name, new, name))
        lines += [
            Line(top, known[top].name, code, name.strip(), takes_data=False)
            for code, name in wanted.new[1:]
        ]
    return [
        line for line in lines
        if line.old != line.new or line.old in wanted.old or line.new_name != line.old_name
    ]  # fmt: skip


def _new_code(code: str, top: str, heir: str, below: Mapping[str, str]) -> str:
    """By the nearest place above that was given a code; else by the change itself."""
    for length in sorted(LEVEL, reverse=True):
        given = below.get(code[:length]) if len(top) < length <= len(code) else None
        if given:
            return given + code[length:]
    return heir + code[len(top) :]


def _clashes(
    wanted: Wanted, lines: Sequence[Line], known: Mapping[str, Known]
) -> list[tuple[str, str]]:
    """New codes that are taken, used before, or fit no parent."""
    said = []
    kept = {line.old for line in lines if line.old == line.new}
    leaving = {line.old for line in lines} - kept
    made = {line.new for line in lines}
    tops = {code for code, _ in wanted.new}
    seen: dict[str, str] = {}
    for line in lines:
        where = "new" if line.old in wanted.old else "below"
        there = known.get(line.new)
        if line.new not in tops and line.new in seen:
            said.append((where, _taken(line, f"与 {seen[line.new]} 变更后的代码相同")))
        seen.setdefault(line.new, f"{line.old_name}({line.old})")
        if there is None or line.new == line.old:
            pass
        elif there.valid_to is not None or line.new in leaving:
            said.append((where, _taken(line, "曾被使用，停用的代码不再启用")))
        elif line.new not in wanted.old:
            said.append((where, _taken(line, f"已是{there.name}的代码")))
        parent = parent_of(line.new) or ""
        stands = parent in known and known[parent].valid_to is None and parent not in leaving
        if parent not in made and not stands:
            said.append((where, _taken(line, f"没有上级 {parent}")))
    said += [
        ("below", f"{code} 不在要变更的区划之下。")
        for code in wanted.below
        if code not in known or not any(code.startswith(top) and code != top for top in wanted.old)
    ]
    return said


def _taken(line: Line, why: str) -> str:
    return f"{line.old_name}({line.old})的新代码 {line.new} {why}，请另定一个代码。"
