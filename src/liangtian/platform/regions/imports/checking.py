"""What is wrong with the rows of a list or of boundaries, and what accepting would do with each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.platform.regions.imports.reading import Entry
from liangtian.platform.regions.register import LENGTH, LEVEL, parent_of

LABELS = {
    "province": "省",
    "prefecture": "市",
    "county": "县",
    "township": "乡镇",
    "village": "村",
    "group": "组",
}
_LEVEL_WORDS = {
    "乡": "township", "镇": "township", "乡镇": "township", "街道": "township", "村": "village",
    "社区": "village", "组": "group", "屯": "group", "村民小组": "group", "县": "county",
    **{level: level for level in LENGTH},
}  # fmt: skip
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
LONGEST_NAME = 60


@dataclass(frozen=True)
class Present:
    """A region as it stands in the system."""

    name: str
    current: bool
    drawn: bool
    valid_from: date | None = None


@dataclass(frozen=True)
class Found:
    """Something wrong with a row; an error keeps the row out. Row 0 is the whole file."""

    row: int
    code: str
    field: str
    value: str
    reason: str
    advice: str
    error: bool = True
    area_m2: Decimal | None = None


@dataclass
class Checked:
    """One region of the file; several figures of one code (飞地) are one."""

    row: int
    code: str
    name: str
    valid_from: date | None
    act: str
    geom: BaseGeometry | None = None


@dataclass
class Report:
    """All regions and everything found."""

    regions: list[Checked] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


def canonical(text: str) -> str:
    """2 to 14 digits without the zeros that pad a code to 12, 14 or 19; empty when it is no code.

    In a code of 14 digits, 00 at the end stands for the village itself (发包方编码).
    """
    code = re.sub(r"\s", "", text)
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}|\d{14}|\d{19}", code):
        return ""
    code = code[:14] if len(code) == 19 else code
    if len(code) == 14 and code.endswith("00"):
        code = code[:12]
    while len(code) in (9, 12) and code.endswith("000"):
        code = code[:-3]
    return code


def check_entries(
    entries: Sequence[Entry],
    *,
    drawn: bool,
    county: str,
    present: Mapping[str, Present],
    listed: Mapping[str, str],
) -> Report:
    """Check every row. `present`: the county's regions; `listed`: names of the national list."""
    report = Report()
    by_code: dict[str, Checked] = {}
    good = _good_codes(entries, county)
    for entry in entries:
        code = canonical(entry.code)
        found = list(_of_row(entry, code, county, present=present, good=good, drawn=drawn))
        if code in by_code and not drawn:
            first = by_code[code].row
            found.append(_error(entry, "区划代码", entry.code, f"与第 {first} 行的代码重复",
                                "删去重复的一行，或改正代码"))  # fmt: skip
        when, wrong_date = _day(entry)
        found += wrong_date
        refused = any(f.error for f in found)
        report.found += found
        known = by_code.get(code)
        if known is not None and drawn and not refused and known.act != "refused":
            known.geom = shapely.union_all([known.geom, entry.geom])  # 飞地
            continue
        act = "refused" if refused else _act(present.get(code), entry, when)
        region = Checked(entry.row, code or entry.code[:40], entry.name[:LONGEST_NAME], when, act,
                         entry.geom if not refused else None)  # fmt: skip
        report.regions.append(region)
        if not refused:
            by_code[code] = region
            report.found += _of_names(entry, code, present, listed)
    report.found += _same_names(report.regions)
    _refuse_below_the_refused(report, present)
    return report


def _good_codes(entries: Sequence[Entry], county: str) -> set[str]:
    codes = {canonical(entry.code) for entry in entries if entry.name}
    return {code for code in codes if code.startswith(county)}


def _error(entry: Entry, name: str, value: str, reason: str, advice: str) -> Found:
    return Found(
        entry.row, canonical(entry.code) or entry.code[:40], name, value[:200], reason, advice
    )


def _of_row(
    entry: Entry,
    code: str,
    county: str,
    *,
    present: Mapping[str, Present],
    good: set[str],
    drawn: bool,
) -> Iterator[Found]:
    if not code:
        yield _error(entry, "区划代码", entry.code, "不是 6、9、12 或 14 位的区划代码" if entry.code else "没有填写",
                     "填写统计用区划代码：乡镇9位、村12位、组14位")  # fmt: skip
        return
    if not code.startswith(county):
        yield _error(entry, "区划代码", entry.code, f"不属于本县({county})", "删去该行，或改正代码")
        return
    if not entry.name:
        yield _error(entry, "名称", "", "没有填写", "填写区划名称")
    elif len(entry.name) > LONGEST_NAME:
        yield _error(entry, "名称", entry.name, f"超过 {LONGEST_NAME} 个字", "使用规范的简短名称")
    level = LEVEL[len(code)]
    said = _LEVEL_WORDS.get(entry.level, "")
    if entry.level and said != level:
        yield _error(entry, "级别", entry.level, f"{len(code)} 位代码是{LABELS[level]}级",
                     "改正级别，或改正代码")  # fmt: skip
    yield from _of_parent(entry, code, present, good)
    known = present.get(code)
    if known is not None and not known.current:
        yield _error(entry, "区划代码", entry.code, "该代码已停用", "使用变更后的新代码")
    if drawn and entry.geometry_problem:
        yield _error(
            entry,
            "界线",
            "",
            f"图形有误：{entry.geometry_problem}",
            "在测绘软件中改正图形后重新导入",
        )


def _of_parent(
    entry: Entry, code: str, present: Mapping[str, Present], good: set[str]
) -> Iterator[Found]:
    above = parent_of(code) or ""
    given = canonical(entry.parent)
    if entry.parent and given != above:
        yield _error(entry, "上级代码", entry.parent, f"代码 {code} 的上级应是 {above}，与填写的不符",
                     "改正代码或上级代码，使代码以上级代码开头")  # fmt: skip
    if len(code) == LENGTH["county"]:
        return
    there = present.get(above)
    if above not in good and (there is None or not there.current):
        yield _error(entry, "上级代码", entry.parent or above, f"上级 {above} 不存在",
                     "在同一文件中补上这个上级，或先导入上级")  # fmt: skip


def _day(entry: Entry) -> tuple[date | None, list[Found]]:
    text = entry.valid_from
    if not text:
        return None, []
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).date(), []
        except ValueError:
            continue
    return None, [_error(entry, "启用日期", text, "不是日期", "按 2026-01-31 的写法填写，或留空")]


def _act(known: Present | None, entry: Entry, when: date | None) -> str:
    if known is None:
        return "create"
    if entry.geom is not None:
        return "boundary"
    return "update" if when is not None and when != known.valid_from else "same"


def _of_names(
    entry: Entry, code: str, present: Mapping[str, Present], listed: Mapping[str, str]
) -> Iterator[Found]:
    known = present.get(code)
    if known is not None and known.name != entry.name:
        yield Found(entry.row, code, "名称", entry.name, f"系统中的名称是“{known.name}”，导入不改名称",
                    "确已更名的，请在“区划变更”中登记更名", error=False)  # fmt: skip
    elif known is None and listed.get(code, entry.name) != entry.name:
        yield Found(entry.row, code, "名称", entry.name, f"全国区划代码表中的名称是“{listed[code]}”",
                    "核对名称；确已更名的可以导入", error=False)  # fmt: skip


def _same_names(regions: Sequence[Checked]) -> Iterator[Found]:
    seen: dict[tuple[str, str], Checked] = {}
    for region in regions:
        if region.act == "refused":
            continue
        key = (parent_of(region.code) or "", region.name)
        if key in seen:
            yield Found(region.row, region.code, "名称", region.name, f"与第 {seen[key].row} 行同名，上级也相同",
                        "核对是否重复填写", error=False)  # fmt: skip
        seen.setdefault(key, region)


def _refuse_below_the_refused(report: Report, present: Mapping[str, Present]) -> None:
    """A row whose parent stands in the file but is refused has no parent either."""
    entering = {r.code for r in report.regions if r.act != "refused"}
    for region in sorted(report.regions, key=lambda r: len(r.code)):
        above = parent_of(region.code) if len(region.code) in LEVEL else None
        if region.act != "create" or above is None or above in entering:
            continue
        if above in present and present[above].current:
            continue
        region.act, region.geom = "refused", None
        entering.discard(region.code)
        report.found.append(
            Found(
                region.row,
                region.code,
                "上级代码",
                above,
                f"上级 {above} 所在的行有误，不能入库",
                "先改正上级所在的行",
            )
        )
