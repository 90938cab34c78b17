"""Wells and canals of a list: judged row by row against the register, entered with their meters and parcels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Q

from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.lists.lines import READY, SAME, Amiss, Cells, Line
from liangtian.programmes.holdings.lists.places import Ground, Names
from liangtian.programmes.holdings.models import Fitting, Meter, WaterSource
from liangtian.programmes.holdings.water import meters, sources, standards

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Kind, Level = WaterSource.Kind, WaterSource.Level
_LEVELS = {str(level.label): level.value for level in Level} | {
    str(level.label).removesuffix("渠"): level.value for level in Level
}
_METERS = ((Meter.Kind.POWER.value, "power"), (Meter.Kind.WATER.value, "water"))
_NEAR_DEGREES = 0.0001  # some 10 m: worth a remark, nothing more


@dataclass(frozen=True)
class SourceRow:
    """All that a row says of a source."""

    form: sources.SourceForm
    geom: Any
    parent: str
    meters: list[meters.MeterForm]
    coefficient: tuple[Decimal, date, standards.Basis] | None
    served: list[sources.Served]


class SourceJudge:
    """Rows of wells, or of canals."""

    def __init__(self, user: User, kind: str, cells: Cells, on: date) -> None:
        self.user, self.kind, self.cells, self.on = user, kind, cells, on
        self.ground, self.names = Ground(user), Names(user)
        self.county = county_of(user.region_id or "")
        rows = WaterSource.objects.filter(county=self.county, kind=kind)
        self._known = {w.code: w for w in rows.select_related("region")}
        places = [w.geom for w in self._known.values() if w.geom is not None]
        self._places, self._tree = places, shapely.STRtree(places)
        self._permits = {w.permit: w.code for w in self._known.values() if w.permit}
        hung = Fitting.objects.filter(meter__region=self.county).filter(
            Q(removed_on=None) | Q(removed_on__gt=on)
        )
        self._hung = {
            (f.meter.kind, f.meter.number): f.source for f in hung.select_related("meter", "source")
        }
        self._rows: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._levels = {w.code: w.level for w in self._known.values()}

    def line(self, i: int) -> Line:
        """Raises Amiss."""
        cells = self.cells
        code = cells.needed(i, "code", 40)
        title = f"{cells.text(i, 'name') or code}（{code}）"
        if code in self._rows:
            raise Amiss("code", f"与第 {self._rows[code]} 行的编号重复")
        self._rows[code] = cells.number(i)
        if code in self._known:
            return self._present(i, self._known[code], title)
        geom = self._figure(i)
        region = self.ground.region_of(geom, cells.text(i, "region"))
        holder, said = self.names.holder(cells.text(i, "holder"))
        form = self._form(i, code, region.code, holder)
        row = SourceRow(
            form, geom, self._parent(i, form.level), self._meters(i), self._coefficient(i),
            self.names.served(cells.text(i, "served", 4000)),
        )  # fmt: skip
        if self.kind == Kind.CANAL:
            self._levels[code] = form.level
        remarks = [said, self._near(geom), self._permit(form.permit, code)]
        if geom is None:
            remarks.append("没有坐标，入库后地图上没有它")
        return Line(READY, title, "；".join(filter(None, remarks)), form=row)

    def enter(self, line: Line) -> None:
        """The source, its meters, its coefficient, its parcels. Raises Refused, Conflict."""
        row: SourceRow = line.form
        form = row.form
        if row.parent:
            parent = WaterSource.objects.visible_to(self.user).get(
                county=self.county, kind=Kind.CANAL, code=row.parent
            )
            form = sources.SourceForm(**{**form.__dict__, "parent_id": parent.pk})
        made = sources.save_source(self.user, form, row.geom)
        for meter in row.meters:
            meters.fit(self.user, made.pk, meter)
        if row.coefficient is not None:
            standards.enter_coefficient(self.user, made.pk, *row.coefficient)
        if row.served:
            sources.serve(self.user, made.pk, row.served, self.on)

    def finish(self) -> None:
        """Nothing is left to be done."""

    def _present(self, i: int, there: WaterSource, title: str) -> Line:
        """A code that is registered: the same thing again, or another under its number."""
        label = str(there.get_kind_display())
        here = (self.user.region_id or "-") == there.region_id[: len(self.user.region_id or "-")]
        if not here:
            raise Amiss("code", f"编号已用于辖区外的{label}，请换一个编号")
        permit, name = self.cells.text(i, "permit"), self.cells.text(i, "name")
        where = f"已登记为“{there.name}”（{there.region.name}）"
        if permit and there.permit and permit != there.permit:
            raise Amiss(
                "permit", f"{where}，许可证号为 {there.permit}，与本行不同；请在水源页面核对修改"
            )
        if name and name != there.name:
            raise Amiss("name", f"{where}，名称与本行不同；是另一{label}的请换一个编号")
        return Line(SAME, title, f"{where}，不再导入；要修改的请在水源页面办理")

    def _figure(self, i: int) -> Any:
        drawn = self.cells.listing.figure(i)
        if drawn is not None:
            return shapely.force_2d(drawn)
        if self.kind != Kind.WELL:
            return None
        lon, lat = self.cells.degrees(i, "lon"), self.cells.degrees(i, "lat")
        if (lon is None) != (lat is None):
            raise Amiss("lon" if lon is None else "lat", "经度和纬度应都填写")
        return None if lon is None or lat is None else shapely.Point(lon, lat)

    def _form(self, i: int, code: str, region: str, holder: int | None) -> sources.SourceForm:
        cells, well = self.cells, self.kind == Kind.WELL
        level = cells.text(i, "level")
        if not well and level not in _LEVELS:
            raise Amiss("level", f"“{level}”应为{'、'.join(str(x.label) for x in Level)}之一")
        sizes = {name: cells.figure(i, name) if well else None for name in ("depth_m", "pump_m3h")}
        for name, value in sizes.items():
            if value is not None and value <= 0:
                raise Amiss(name, "应大于零；不知道的请留空")
        return sources.SourceForm(
            kind=self.kind, code=code, region=region, holder_id=holder,
            name=cells.text(i, "name") or (f"{code}号机电井" if well else code),
            level="" if well else _LEVELS[level], permit=cells.text(i, "permit", 60),
            permit_until=cells.day(i, "permit_until"), note=cells.text(i, "note", 300),
            depth_m=sizes["depth_m"], pump_m3h=sizes["pump_m3h"],
        )  # fmt: skip

    def _parent(self, i: int, level: str) -> str:
        code = self.cells.text(i, "parent", 40)
        if not code:
            return ""
        above = self._levels.get(code)
        if above is None:
            raise Amiss("parent", f"没有编号为 {code} 的渠道；上级渠道应先登记，或列在本行之前")
        order = Level.values
        if order.index(above) >= order.index(level):
            raise Amiss("parent", f"渠道 {code} 的级别不高于本渠道")
        return code

    def _meters(self, i: int) -> list[meters.MeterForm]:
        found = []
        for kind, name in _METERS:
            number = self.cells.text(i, f"{name}_number", 40)
            if not number:
                continue
            if (kind, number) in self._numbers:
                raise Amiss(f"{name}_number", f"与第 {self._numbers[kind, number]} 行的表号重复")
            if there := self._hung.get((kind, number)):
                raise Amiss(f"{name}_number", f"表号 {number} 已装在{there}，请先拆除或核对表号")
            self._numbers[kind, number] = self.cells.number(i)
            found.append(self._meter(i, kind, name, number))
        return found

    def _meter(self, i: int, kind: str, name: str, number: str) -> meters.MeterForm:
        rollover, first = (self.cells.figure(i, f"{name}_{what}") for what in ("rollover", "first"))
        factor = self.cells.figure(i, f"{name}_factor")
        if not rollover:
            raise Amiss(f"{name}_rollover", "有表号而没有量程；全部相同的可填固定值")
        if first is None:
            raise Amiss(f"{name}_first", "有表号而没有起始示数")
        if first >= rollover:
            raise Amiss(f"{name}_first", f"起始示数应小于量程 {rollover}")
        fitted = self.cells.day(i, "fitted_on") or self.on
        if fitted > self.on:
            raise Amiss("fitted_on", f"晚于导入的生效日期 {self.on}")
        return meters.MeterForm(
            kind, number, rollover, Decimal(1) if factor is None else factor, fitted, first
        )

    def _coefficient(self, i: int) -> tuple[Decimal, date, standards.Basis] | None:
        per_kwh = self.cells.figure(i, "per_kwh", 4) if self.kind == Kind.WELL else None
        if per_kwh is None:
            return None
        if not self.user.may("water.rates"):
            raise Amiss("per_kwh", "您无权录入以电折水系数，请不对应这一列，系数由水利部门录入")
        document = self.cells.text(i, "document", 200)
        if not document:
            raise Amiss("document", "有系数而没有依据文件；全部相同的可填固定值")
        if per_kwh <= 0:
            raise Amiss("per_kwh", "应大于零")
        return per_kwh, self.cells.day(i, "since") or self.on, standards.Basis(document)

    def _near(self, geom: Any) -> str:
        if geom is None or self.kind != Kind.WELL or not self._places:
            return ""
        hits = self._tree.query(geom, predicate="dwithin", distance=_NEAR_DEGREES)
        codes = [w.code for w in self._known.values() if w.geom is not None]
        return f"十米左右已有机电井 {codes[int(hits[0])]}，请核对是否同一口" if len(hits) else ""

    def _permit(self, permit: str, code: str) -> str:
        if not permit:
            return "没有取水许可证号" if self.kind == Kind.WELL else ""
        other = self._permits.setdefault(permit, code)
        return f"许可证号与 {other} 相同，请核对" if other != code else ""
