"""The cells of a ledger as values of the register: words, figures, days, years, terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from liangtian.platform.cell_values import parse_date, parse_figure
from liangtian.programmes.holdings.codes import NO_PAPER
from liangtian.programmes.holdings.intake.findings import Findings
from liangtian.programmes.holdings.intake.tables import Table
from liangtian.programmes.holdings.intake.targets import NEEDED, TARGETS
from liangtian.programmes.holdings.intake.words import stored
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR

CENT = Decimal("0.01")
LONGEST = {
    "name": 100, "phone": 30, "code": 40, "place_name": 100, "paper_number": 100, "note": 300,
    "contract_number": 60, "grantor": 100,
}  # fmt: skip
_BETWEEN = re.compile(r"\s*(?:至|到|—+|–|~|～|－|-(?=\s*\d{4}))\s*")
_YEAR = re.compile(r"(\d{4})(?:\.0)?(?:年.*|[-./].*)?")
_DATE_ADVICE = "请写作 2026-01-31 后重新导入"
_FIGURE_ADVICE = "只写数字，不带单位和文字"
_PARCEL_WORDS = ("ownership", "way", "source_paper", "land_kind", "actual_use", "irrigation")


@dataclass
class Draft:
    """What a row says, as far as it could be read."""

    code: str = ""
    holder: dict[str, Any] = field(default_factory=dict)
    parcel: dict[str, Any] = field(default_factory=dict)
    contract: dict[str, Any] | None = None
    area_mu: Decimal | None = None


class Reader:
    """Reads rows; what cannot be read surely is told of, not guessed."""

    def __init__(
        self, table: Table, mapping: Mapping[str, str | None], constants: Mapping[str, str],
        words: Mapping[str, Mapping[str, str]], findings: Findings,
    ) -> None:  # fmt: skip
        self.table, self.constants, self.words, self.findings = table, constants, words, findings
        self.columns = {
            t.name: table.column(mapping[t.name]) for t in TARGETS if mapping.get(t.name)
        }
        self.mapped = mapping
        self.latest = timezone.localdate().year

    def text(self, i: int, target: str) -> str:
        """The cell, else the fixed value; told of when it is too long."""
        column = self.columns.get(target)
        text = column[i] if column else self.constants.get(target, "")
        if len(text) > LONGEST.get(target, 300):
            self.findings.error(
                i, target, text, f"超过 {LONGEST.get(target, 300)} 个字", "请缩短，或核对字段对应"
            )
            return ""
        return text

    def word(self, i: int, target: str) -> Any:
        """What the coded cell means; "" when it says nothing or cannot be read."""
        column = self.columns.get(target)
        if column is None:
            chosen = self.constants.get(target, "")
            return stored(target, chosen) if chosen else ""
        text = column[i]
        if not text:
            if target in NEEDED:
                self.findings.error(i, target, "", "没有填写", "请补填后重新导入")
            return ""
        meaning = self.words.get(target, {}).get(text)
        if meaning is None:
            self.findings.error(
                i,
                target,
                text,
                "不在代码表中，也没有指明对应哪一项",
                "请在“代码对应”一步选择，或改正后重新导入",
            )
            return ""
        return stored(target, meaning)

    def figure(self, i: int, target: str) -> Decimal | None:
        """A figure to 0.01 that is not negative."""
        text = self.text(i, target).replace(",", "").replace("，", "")
        if not text:
            return None
        found = parse_figure(text)
        if found is None:
            self.findings.error(i, target, text, "不是有效的数", _FIGURE_ADVICE)
            return None
        return found.quantize(CENT, ROUND_HALF_UP)

    def day(self, i: int, target: str) -> date | None:
        """A day."""
        text = self.text(i, target)
        found = parse_date(text) if text else None
        if text and found is None:
            self.findings.error(i, target, text, "不是可识别的日期", _DATE_ADVICE)
        return found

    def year(self, i: int) -> int | None:
        """The year of reclamation; a day stands for its year, a number of years is none."""
        text = self.text(i, "reclaimed_year")
        if not text:
            return None
        found = _YEAR.fullmatch(text)
        year = int(found[1]) if found else 0
        if not FIRST_YEAR <= year <= self.latest:
            self.findings.error(
                i, "reclaimed_year", text, f"不是 {FIRST_YEAR} 至 {self.latest} 之间的年份",
                "请写四位年份，如 1998",
            )  # fmt: skip
            return None
        return year

    def row(self, i: int) -> Draft:
        """All the row says."""
        parcel: dict[str, Any] = {name: self.word(i, name) for name in _PARCEL_WORDS}
        parcel |= {name: self.text(i, name) for name in ("place_name", "paper_number", "note")}
        parcel["reclaimed_year"] = self.year(i)
        parcel["corps"] = self.word(i, "corps") is True
        if parcel["source_paper"] == NO_PAPER and parcel["paper_number"]:
            self.findings.error(
                i, "paper_number", parcel["paper_number"], "来源材料为“无”时不应有编号",
                "请核对来源材料，或删去编号",
            )  # fmt: skip
        holder = {name: self.text(i, name) for name in ("name", "id_number", "phone", "village")}
        holder["kind"] = self.word(i, "kind")
        return Draft(
            self.text(i, "code"), holder, parcel, self._contract(i), self.figure(i, "area_mu")
        )

    def _contract(self, i: int) -> dict[str, Any] | None:
        number = self.text(i, "contract_number")
        if not number:
            return None
        starts, ends = self._term(i)
        price = self.figure(i, "price")
        # A fixed way of pricing is said of the rows that have a price.
        kind = self.word(i, "price_kind") if price or "price_kind" in self.columns else ""
        return {
            "number": number, "starts_on": starts, "ends_on": ends,
            "signed_on": self.day(i, "signed_on"), "area_mu": self.figure(i, "contract_area"),
            "price_yuan": price, "price_kind": kind,
            "grantor": self.text(i, "grantor"),
        }  # fmt: skip

    def _term(self, i: int) -> tuple[date | None, date | None]:
        starts, ends = self.day(i, "starts_on"), self.day(i, "ends_on")
        text = self.text(i, "term")
        if not text or (starts and ends):
            return starts, ends
        parts = _BETWEEN.split(text)
        found = [parse_date(p.strip()) for p in parts] if len(parts) == 2 else [None]
        if None in found:
            self.findings.error(
                i, "term", text, "看不出起止日期", "请写作 2021-01-01至2025-12-31，或分成两列"
            )
            return starts, ends
        return starts or found[0], ends or found[1]
