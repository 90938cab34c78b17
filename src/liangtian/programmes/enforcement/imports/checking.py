"""Checking a batch row by row: what is wrong, with field, value, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified, round_m2, survey_areas, to_mu
from liangtian.geo.clean import check
from liangtian.geo.crs import to_4490
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.imports.places import Places, point_of
from liangtian.programmes.enforcement.imports.reading import Source, text_of
from liangtian.programmes.enforcement.imports.targets import TARGETS

LABELS = {t.name: t.label for t in TARGETS}
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
LONGEST = {"number": 60, "monitoring_type": 20}


@dataclass(frozen=True)
class Fault:
    """One finding about one row (1-based)."""

    row: int
    number: str
    field: str
    value: str
    severity: str
    reason: str
    advice: str
    place: tuple[float, float] | None = None


@dataclass
class Row:
    """A row of the file as it will be stored."""

    row: int
    number: str
    region: Region
    values: dict[str, Any]
    attributes: dict[str, str]
    area_m2: Decimal
    geom: shapely.Geometry


@dataclass
class Checked:
    """What came of checking: rows that may enter, and every finding."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Limits:
    """Values of the policy pack: how far measured and declared area may differ."""

    area_difference_mu: Decimal
    area_difference_percent: Decimal


def check_rows(
    source: Source,
    mapping: Mapping[str, str | None],
    county: Region,
    present: Mapping[str, str],
    limits: Limits,
) -> Checked:
    """Check every row of the layer. `present` maps numbers already in the register to their batch."""
    checker = _Checker(source, mapping, present, limits)
    checker.read_attributes()
    checker.check_geometry()
    checker.place(Places(county), county)
    return checker.finish()


class _Checker:
    def __init__(
        self,
        source: Source,
        mapping: Mapping[str, str | None],
        present: Mapping[str, str],
        limits: Limits,
    ) -> None:
        self.layer, self.crs = source.layer, source.resolved.crs
        self.mapping, self.present, self.limits = mapping, present, limits
        self.count = len(self.layer.fids)
        self.values: list[dict[str, Any]] = [{} for _ in range(self.count)]
        self.numbers = [self._cell("number", i) for i in range(self.count)]
        self.good = np.ones(self.count, dtype=bool)
        self.faults: list[Fault] = []
        self.degrees: NDArray[np.object_] = np.full(self.count, None, dtype=object)
        self.area = [Decimal(0)] * self.count
        self.regions: list[Region | None] = [None] * self.count

    def _cell(self, target: str, i: int) -> str:
        name = self.mapping.get(target)
        return "" if name is None else text_of(self.layer.columns[name][i])

    def _fault(
        self, i: int, target: str, value: str, reason: str, advice: str, *, severity: str = "error",
        place: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        label = LABELS.get(target, target)
        self.faults.append(
            Fault(i + 1, self.numbers[i], label, value[:200], severity, reason, advice, place)
        )
        if severity != "warning":
            self.good[i] = False

    def read_attributes(self) -> None:
        """Numbers, types, dates and figures of every row."""
        first: dict[str, int] = {}
        for i in range(self.count):
            self._read_number(i, first)
            self._read_required(i)
            for target in ("period_before", "period_after"):
                self.values[i][target] = self._read_date(i, target)
            self._check_order(i)
            self.values[i]["declared_area_mu"] = self._read_figure(i)
            self.values[i]["remark"] = self._cell("remark", i)

    def _read_number(self, i: int, first: dict[str, int]) -> None:
        number = self.numbers[i]
        if not number:
            self._fault(i, "number", "", "监测编号为空", "请在源文件中补填编号后重新导入")
        elif len(number) > LONGEST["number"]:
            self._fault(i, "number", number, "监测编号超过 60 个字", "请核对是否对应错了字段")
        elif number in first:
            self._fault(
                i, "number", number, f"与第 {first[number] + 1} 行的监测编号相同",
                "只有先出现的一行可以入库;若确为两个图斑,请改编号后重新导入", severity="duplicate",
            )  # fmt: skip
        elif number in self.present:
            self._fault(
                i, "number", number, f"该编号已在批次“{self.present[number]}”中入库",
                "已入库的图斑不会重复导入,无需处理", severity="duplicate",
            )  # fmt: skip
        first.setdefault(number, i)

    def _read_required(self, i: int) -> None:
        text = self._cell("monitoring_type", i)
        self.values[i]["monitoring_type"] = text
        if not text:
            self._fault(i, "monitoring_type", "", "图斑类型为空", "请在源文件中补填类型后重新导入")
        elif len(text) > LONGEST["monitoring_type"]:
            self._fault(
                i, "monitoring_type", text, "图斑类型超过 20 个字", "请核对是否对应错了字段"
            )

    def _read_date(self, i: int, target: str) -> str | None:
        text = self._cell(target, i)
        if not text:
            if self.mapping.get(target):
                self._fault(
                    i, target, "", f"{LABELS[target]}为空", "可以入库,但判定时会提示缺少日期",
                    severity="warning",
                )  # fmt: skip
            return None
        day = parse_date(text)
        if day is None:
            self._fault(
                i, target, text, "不是可识别的日期", "请改为 2026-01-31 这样的写法后重新导入"
            )
            return None
        return day.isoformat()

    def _check_order(self, i: int) -> None:
        before, after = self.values[i]["period_before"], self.values[i]["period_after"]
        if before and after and before > after:
            self._fault(
                i,
                "period_after",
                after,
                f"后时相早于前时相({before})",
                "请核对两个日期字段是否对应反了",
            )

    def _read_figure(self, i: int) -> str | None:
        text = self._cell("declared_area_mu", i)
        if not text:
            return None
        try:
            figure = Decimal(text)
        except InvalidOperation:
            figure = Decimal("NaN")
        if not figure.is_finite() or figure < 0:
            self._fault(
                i, "declared_area_mu", text, "不是有效的面积数", "请核对字段或在源文件中改正"
            )
            return None
        return str(round(figure, 4))

    def check_geometry(self) -> None:
        """Missing and invalid figures; survey area of the good ones in the file's own system."""
        geoms = self.layer.geometry
        for problem in check(geoms, self.layer.fids):
            place = self._to_degrees(problem.location)
            self._fault(
                problem.index, "图形", "", f"图形无效:{problem.reason}",
                "请在源文件中修正该图形后重新导入;系统不会擅自改动图形", place=place,
            )  # fmt: skip
        usable = np.flatnonzero(self.good & ~shapely.is_missing(geoms) & ~shapely.is_empty(geoms))
        if not len(usable):
            return
        for i, m2 in zip(usable.tolist(), survey_areas(geoms[usable], self.crs), strict=True):
            self.area[i] = round_m2(float(m2))
        self.degrees[usable] = to_4490(densified(geoms[usable], self.crs), self.crs)
        for i in usable.tolist():
            self._compare_area(i)

    def _compare_area(self, i: int) -> None:
        declared = self.values[i].get("declared_area_mu")
        if declared is None:
            return
        measured, said = to_mu(self.area[i]), Decimal(declared)
        allowed = max(
            self.limits.area_difference_mu, measured * self.limits.area_difference_percent / 100
        )
        if abs(measured - said) > allowed:
            self._fault(
                i, "declared_area_mu", declared, f"与图形面积 {measured:.2f} 亩相差较大",
                "入库后以图形的调查面积为准,请核对面积单位", severity="warning",
            )  # fmt: skip

    def place(self, places: Places, county: Region) -> None:
        """The region of every good row; rows outside the county are refused, straddling ones named."""
        usable = np.flatnonzero(self.good & ~shapely.is_missing(self.degrees))
        if not len(usable):
            return
        regions, shares = places.locate(self.degrees[usable])
        for i, region, share in zip(usable.tolist(), regions, shares, strict=True):
            self.regions[i] = region
            place = point_of(self.degrees[i])
            if region is None:
                self._fault(
                    i, "图形", "", f"图斑不在{county.name}范围内", "请核对坐标系和带号,或退回下发单位",
                    place=place,
                )  # fmt: skip
            elif share < 0.9999:
                self._fault(
                    i, "图形", "", f"图斑有 {1 - share:.2%} 在{county.name}之外",
                    "可以入库,请核对是否应由邻县核查", severity="warning", place=place,
                )  # fmt: skip
        self._overlaps(usable)

    def _overlaps(self, usable: NDArray[np.int64]) -> None:
        tree = shapely.STRtree(self.degrees[usable])
        left, right = tree.query(self.degrees[usable], predicate="overlaps")
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            if a < b:
                i, other = int(usable[b]), int(usable[a])
                self._fault(
                    i, "图形", "", f"与第 {other + 1} 行(编号 {self.numbers[other]})的图形重叠",
                    "可以入库,重叠部分会重复计算面积,请核对", severity="warning",
                    place=point_of(self.degrees[i]),
                )  # fmt: skip

    def _to_degrees(self, place: tuple[float, float] | None) -> tuple[float, float] | None:
        if place is None or not np.isfinite(place).all():
            return None
        point = np.array([shapely.Point(place)], dtype=object)
        return point_of(to_4490(point, self.crs)[0])

    def finish(self) -> Checked:
        """Good rows in the order of the file, findings in the order of the rows."""
        rows = []
        for i in np.flatnonzero(self.good).tolist():
            region = self.regions[i]
            if region is None:
                continue
            attributes = {n: text_of(column[i]) for n, column in self.layer.columns.items()}
            rows.append(
                Row(
                    i + 1, self.numbers[i], region, self.values[i], attributes,
                    self.area[i], self.degrees[i],
                )
            )  # fmt: skip
        return Checked(rows, sorted(self.faults, key=lambda f: f.row))


def parse_date(text: str) -> date | None:
    """A day in one of the ways producers write it; None when it is none of them."""
    head = text.split("T", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(head, pattern).date()
        except ValueError:
            continue
    return None
