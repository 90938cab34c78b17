"""Returns of a month, a quarter, half a year and the year: filled in, signed, sent, consolidated, reported on."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import python_calamine
from docx import Document

from liangtian.policy.accountability import cut_percent
from tests.enforcement.year.book import Entry, Part, Share, cents
from tests.enforcement.year.ground import CHECKERS, CLERKS, HEADS, NAMES, TOWNS

if TYPE_CHECKING:
    from tests.enforcement.year.script import Script

RETURNS, RESULTS, LETTERS = "/api/returns", "/api/enforcement/results", "/api/documents"
MONTHLY, QUARTERLY = "enforcement.patches.month", "enforcement.patches.quarter"
HALF_YEAR, YEAR = "enforcement.results.half", "enforcement.results.year"


@dataclass(frozen=True)
class Sheet:
    """A form of a period, with the months it covers and who signs it beside its head."""

    form: str
    period: str
    months: range
    checked: bool = True

    @property
    def of_parts(self) -> bool:
        """Whether it tells of judged parts instead of patches."""
        return self.form in (HALF_YEAR, YEAR)


def after_month(script: Script, number: int) -> None:
    """What falls due with a month."""
    year = script.today.year
    if number == 1 or script.thorough:
        monthly = Sheet(MONTHLY, f"{year}-{number:02}", range(number, number + 1), checked=False)
        _filed(script, monthly, again=number == 1)
    if number == 3 or (number % 3 == 0 and script.thorough):
        quarter = number // 3
        _filed(script, Sheet(QUARTERLY, f"{year}-Q{quarter}", range(number - 2, number + 1)))
    if number == 6:
        _reported(script, Sheet(HALF_YEAR, f"{year}-H1", range(1, 7)))
    if number == 12:
        _reported(script, Sheet(YEAR, str(year), range(1, 13)))


def _filed(script: Script, sheet: Sheet, *, again: bool = False) -> Any:
    """By each township and then by the county, whose return is their sum; the county's as it was signed."""
    for town, who in CLERKS.items():
        made = _sent(script, sheet, town)
        if again:
            _sent_back(script, sheet, made, town)
        refused = {"form": sheet.form, "period": sheet.period, "reason": "有图斑漏填，须更正"}
        script.at(who).post("return", RETURNS, refused, status=409)  # what went up is locked
    made = script.at("clerk").post("return", RETURNS, _named(sheet))
    _agrees(script, made, sheet, "")
    _same("returns consolidated", len(made["parts"]), len(TOWNS))
    for who in (*(["reviewer"] if sheet.checked else []), "leader"):
        made = script.at(who).post("return", f"{RETURNS}/{made['id']}/sign")
    _same("status", made["status"], "signed")
    return made


def _named(sheet: Sheet, reason: str = "") -> dict[str, str]:
    return {"form": sheet.form, "period": sheet.period, "reason": reason}


def _sent(script: Script, sheet: Sheet, town: str, reason: str = "") -> Any:
    clerk = script.at(CLERKS[town])
    made = clerk.post("return", RETURNS, _named(sheet, reason))
    _agrees(script, made, sheet, town)
    for who in (*([CHECKERS[town]] if sheet.checked else []), HEADS[town]):
        script.at(who).post("return", f"{RETURNS}/{made['id']}/sign")
    made = clerk.post("return", f"{RETURNS}/{made['id']}/send")
    _same("status", made["status"], "sent")
    return made


def _sent_back(script: Script, sheet: Sheet, made: Any, town: str) -> None:
    told = {"reason": "请核对图斑面积后重报"}
    script.at("clerk").post("return", f"{RETURNS}/{made['id']}/send-back", told)
    second = _sent(script, sheet, town, "已核对，更正重报")
    _same("version", second["version"], made["version"] + 1)


def _agrees(script: Script, made: Any, sheet: Sheet, town: str) -> None:
    """The total of a return is what the book says."""
    entries = _entries(script, sheet, town)
    total = dict(zip(made["measures"], made["total"], strict=False))
    if sheet.of_parts:
        parts = _parts(entries)
        wanted = {
            "个数（个）": Decimal(len(parts)),
            "耕地面积（亩）": _sum(p.farmland_mu for p in parts),
            "拆除复耕（亩）": _sum(p.restored for p in parts),
            "补办手续（亩）": _sum(p.regularised for p in parts),
        }
    else:
        wanted = {
            "个数（个）": Decimal(len(entries)),
            "图斑面积（亩）": script.book.mu(entries, "m2"),
            "耕地面积（亩）": script.book.mu(entries),
        }
    for label, value in wanted.items():
        _same(f"{label} of {made['title']}", Decimal(total[label].replace(",", "")), value)


def _entries(script: Script, sheet: Sheet, town: str) -> list[Entry]:
    return [one for one in script.book.of(town=town) if one.month in sheet.months]


def _parts(entries: Sequence[Entry]) -> list[Part]:
    return [part for one in entries for part in one.parts if part.judgement]


def _sum(values: Any) -> Decimal:
    return sum(values, Decimal(0))


# ---- the work report and its annexes ----


def _reported(script: Script, sheet: Sheet) -> None:
    """The result signed, its report drafted and issued, its package made; Word and Excel are read back."""
    made, clerk = _filed(script, sheet), script.at("clerk")
    share = script.book.ratio(months=sheet.months)
    kind = "enforcement.work_report." + ("half" if sheet.form == HALF_YEAR else "year")
    found = clerk.get("work report", f"{RESULTS}/{made['id']}")
    figures = {one["name"]: one["value"] for one in found["figures"]}
    wanted = _figures(script, sheet, share)
    _same("figures of the report", {name: figures[name] for name in wanted}, wanted)
    told = {"kind": kind, "source_id": made["id"]}
    letter = clerk.post("work report", f"{LETTERS}/letters", told)
    series = clerk.post(
        "work report", f"{LETTERS}/series", {"word": f"青自然资卫{sheet.period[4:]}"}
    )
    issue = {"series_id": series["id"]}
    clerk.post("work report", f"{LETTERS}/letters/{letter['id']}/issue", issue)
    _word(script, sheet, clerk.get("work report", f"{LETTERS}/letters/{letter['id']}/letter.docx"))
    _excel(script, sheet, clerk.get("annex", f"{RESULTS}/{made['id']}/annex.xlsx"))
    script.wait_for(clerk.post("package", f"{RESULTS}/{made['id']}/package"))
    packed = clerk.get("package", f"{RESULTS}/{made['id']}")
    _same("packages", len(packed["packages"]), 1)


def _figures(script: Script, sheet: Sheet, share: Share) -> dict[str, str]:
    parts = _parts(_entries(script, sheet, ""))
    illegal = [part for part in parts if part.judgement == "illegal"]
    restored, papers = _sum(p.restored for p in illegal), _sum(p.regularised for p in illegal)
    whole = _sum(p.farmland_mu for p in illegal)
    sums = {
        "farmland": _sum(p.farmland_mu for p in parts), "illegal": whole, "restored": restored,
        "legal": _sum(p.farmland_mu for p in parts if p.judgement == "legal"),
        "regularised": papers, "open": whole - restored - papers,
        "numerator": share.numerator, "denominator": share.denominator,
    }  # fmt: skip
    ratio = cut_percent(share.numerator / share.denominator)
    return {
        "count": str(len(parts)), "illegal_count": str(len(illegal)),
        **{name: f"{value:.2f}" for name, value in sums.items()}, "ratio": f"{ratio}%",
    }  # fmt: skip


def _lines(script: Script, sheet: Sheet) -> list[list[str]]:
    """The table of townships as the book has it: parts, illegal parts, illegal, put right, open."""
    rows = []
    for town in (*TOWNS, ""):
        parts = _parts(_entries(script, sheet, town))
        illegal = [part for part in parts if part.judgement == "illegal"]
        whole, right = (
            _sum(p.farmland_mu for p in illegal),
            _sum(p.restored + p.regularised for p in illegal),
        )
        name = NAMES.get(town, "合计")
        rows.append([name, str(len(parts)), str(len(illegal)), f"{whole:.2f}", f"{right:.2f}",
                     f"{whole - right:.2f}"])  # fmt: skip
    return rows


def _word(script: Script, sheet: Sheet, content: bytes) -> None:
    document = Document(io.BytesIO(content))
    text = "".join(paragraph.text for paragraph in document.paragraphs)
    figures = _figures(script, sheet, script.book.ratio(months=sheet.months))
    for said in (
        f"{figures['count']}个", f"判定违法{figures['illegal_count']}个，占用耕地{figures['illegal']}亩",
        f"已拆除复耕{figures['restored']}亩，已补办用地手续{figures['regularised']}亩，尚未整改{figures['open']}亩",
        f"分子{figures['numerator']}亩，分母{figures['denominator']}亩，比例{figures['ratio']}",
    ):  # fmt: skip
        assert said in text, (said, text)
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in document.tables]
    towns = next(rows for rows in tables if rows[0][0] == "乡镇")
    _same("townships in Word", sorted(row[:6] for row in towns[1:]), sorted(_lines(script, sheet)))


def _excel(script: Script, sheet: Sheet, content: bytes) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("乡镇").to_python()
    for name, *figures in _lines(script, sheet):
        row = next(row[row.index(name) :] for row in rows if name in row)
        shown = [cents(cell) for cell in row[1:] if isinstance(cell, int | float)]
        _same(f"{name} in Excel", shown[: len(figures)], [cents(one) for one in figures])
    detail = book.get_sheet_by_name("图斑明细").to_python()
    numbers = {entry.number for entry in _entries(script, sheet, "")}
    listed = [row for row in detail if numbers & {str(cell) for cell in row[:2]}]
    _same("parts in Excel", len(listed), len(_parts(_entries(script, sheet, ""))))


def _same(what: str, found: Any, wanted: Any) -> None:
    assert found == wanted, f"{what}: the system says {found}, the book {wanted}"
