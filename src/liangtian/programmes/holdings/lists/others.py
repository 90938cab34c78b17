"""Buildings and crops of a list: judged row by row against the register, and entered."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from liangtian.geo.clean import check
from liangtian.platform.errors import Refused
from liangtian.programmes.holdings.buildings import services as buildings
from liangtian.programmes.holdings.codes import not_listed
from liangtian.programmes.holdings.crop_sheet import RowForm, in_words, save_rows, seasons_of
from liangtian.programmes.holdings.crops import Sown, check_season, sown_wrong
from liangtian.programmes.holdings.ground import county_of, shared_m2, sound
from liangtian.programmes.holdings.intake.people import IN_A_QUERY
from liangtian.programmes.holdings.lists.lines import READY, SAME, Amiss, Cells, Line
from liangtian.programmes.holdings.lists.places import Names
from liangtian.programmes.holdings.models import Building, ParcelVersion
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_SAME_SHARE = Decimal("0.95")  # of a footprint: the same building brought again; a remark, no entry


class BuildingJudge:
    """Rows of buildings; each needs a footprint."""

    def __init__(self, user: User, cells: Cells, on: date) -> None:
        self.user, self.cells, self.on = user, cells, on
        self.names, self.county = Names(user), county_of(user.region_id or "")
        figures = [cells.listing.figure(i) for i in range(len(cells))]
        self._tree = shapely.STRtree(figures)
        self._drawn: dict[int, Any] = {}  # sound footprints, by row
        self._codes: dict[str, int] = {}

    def line(self, i: int) -> Line:
        """Raises Amiss, Refused."""
        cells = self.cells
        kind, code = cells.needed(i, "kind", 20), cells.text(i, "code", 40)
        title = f"{kind}{f'（{code}）' if code else ''}"
        if said := not_listed("building_kind", kind):
            raise Amiss("kind", f"“{kind}”{said}")
        geom = self._footprint(i)
        if there := self._same(geom):
            return Line(SAME, title, f"同一位置已登记 {there}，不再导入")
        if code and code in self._codes:
            raise Amiss("code", f"与第 {self._codes[code]} 行的编号重复")
        if code and Building.objects.filter(county=self.county, code=code).exists():
            raise Amiss("code", f"编号 {code} 已被使用")
        if code:
            self._codes[code] = cells.number(i)
        for k in sorted(self._tree.query(geom)):
            if k in self._drawn and shared_m2(geom, self._drawn[k]) > 0:
                raise Amiss("kind", f"图形与第 {cells.number(k)} 行重叠")
        self._drawn[i] = geom
        parcel = self._parcel(i, geom)
        form = buildings.BuildingForm(
            kind=kind, on=self.on, parcel_id=parcel, built_year=cells.year(i, "built_year"),
            note=cells.text(i, "note", 300), code=code,
        )  # fmt: skip
        return Line(READY, title, form=(form, geom))

    def enter(self, line: Line) -> None:
        """Raises Refused, Conflict."""
        form, geom = line.form
        buildings.save_building(self.user, form, geom)

    def finish(self) -> None:
        """Nothing is left to be done."""

    def _footprint(self, i: int) -> Any:
        geom = self.cells.listing.figure(i)
        if geom is None:
            raise Amiss("kind", "没有占地图形；请用 Shapefile 等图形文件导入")
        geom = shapely.force_2d(geom)
        one: Any = np.array([geom], dtype=object)
        if problems := check(one):
            raise Amiss("kind", f"图形无效：{problems[0].reason}")
        return geom

    def _same(self, geom: Any) -> str:
        near = Building.objects.visible_to(self.user).filter(valid_to=None, geom__bbox=geom.bounds)
        area = sound(geom, "建筑物")[1]
        for there in near:
            if Decimal(shared_m2(geom, there.geom)) >= max(area, there.area_m2) * _SAME_SHARE:
                return str(there)
        return ""

    def _parcel(self, i: int, geom: Any) -> int:
        code = self.cells.text(i, "parcel", 40)
        if not code:
            return buildings.standing_on(self.user, geom)
        version = self.names.parcel(code, "parcel")
        buildings.refuse_far(geom, version)
        return version.parcel_id


class CropJudge:
    """Rows of crops: one for each crop of a parcel in a season. What a parcel has takes the place of what it had."""

    def __init__(self, user: User, cells: Cells, on: date) -> None:
        self.user, self.cells = user, cells
        self._said: dict[tuple[int, str], dict[int, list[Sown]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._versions: dict[str, ParcelVersion] = {}
        self._known: dict[tuple[int, str], dict[int, list[Sown]]] = {}
        self._wanted: dict[tuple[int, str], set[int]] = defaultdict(set)
        self._broken: set[str] = set()
        self._read_parcels()
        for i in range(len(cells)):
            self._gather(i)
        self._read_seasons()

    def line(self, i: int) -> Line:
        """Raises Amiss, Refused."""
        code = self.cells.needed(i, "parcel", 40)
        crop, mu = self.cells.text(i, "crop", 20), self.cells.figure(i, "area_mu")
        version = self._version(code)
        if not crop and mu is None:
            return Line(SAME, code, "没有填作物和面积，不改动")
        if not crop or mu is None:
            raise Amiss("area_mu" if crop else "crop", "作物和面积应都填写")
        year, season = self._when(i)
        if version.corps:
            raise Amiss("parcel", "兵团用地不在内，不登记种植情况")
        if code in self._broken:
            raise Amiss("parcel", "该地块另有一行有误，各行一并改正后再导入")
        sown = self._said[year, season][version.parcel_id]
        if said := sown_wrong(sown, area_mu(version)):
            raise Amiss("area_mu", said)
        title = f"{code} {year}年{season} {crop} {mu} 亩"
        now = self._known[year, season].get(version.parcel_id, [])
        if sorted(map(str, now)) == sorted(map(str, sown)):
            return Line(SAME, title, "与已登记的相同")
        said = f"原登记为 {in_words(now)}，将被替换" if now else ""
        return Line(READY, title, said, form=(year, season, version.parcel_id))

    def enter(self, line: Line) -> None:
        """Note that the parcel's season is wanted."""
        year, season, parcel = line.form
        self._wanted[year, season].add(parcel)

    def finish(self) -> None:
        """Every season at once, as the file says it. Raises Refused."""
        assert self.user.region is not None
        for (year, season), parcels in sorted(self._wanted.items()):
            said = self._said[year, season]
            rows = [RowForm(key, said[key]) for key in sorted(parcels)]
            save_rows(self.user, self.user.region, year, season, rows)

    def _read_parcels(self) -> None:
        codes = sorted(set(self.cells.column("parcel")) - {""})
        for start in range(0, len(codes), IN_A_QUERY):
            some = codes[start : start + IN_A_QUERY]
            rows = ParcelVersion.objects.visible_to(self.user).filter(valid_to=None, code__in=some)
            self._versions |= {v.code: v for v in rows.defer("geom")}

    def _read_seasons(self) -> None:
        """What the register has of every parcel and season in the file."""
        for (year, season), said in self._said.items():
            keys = sorted(said)
            known = self._known[year, season] = {}
            for start in range(0, len(keys), IN_A_QUERY):
                known |= seasons_of(keys[start : start + IN_A_QUERY], year, season)

    def _gather(self, i: int) -> None:
        """Collect the crops of a parcel over all its rows; what cannot be read is told of its own row."""
        try:
            version = self._version(self.cells.text(i, "parcel", 40))
            year, season = self._when(i)
            crop, mu = self.cells.text(i, "crop", 20), self.cells.figure(i, "area_mu")
        except Amiss:
            self._broken.add(self.cells.column("parcel")[i])
            return
        if crop and mu is not None:
            self._said[year, season][version.parcel_id].append(Sown(crop, mu))
        elif crop or mu is not None:
            self._broken.add(version.code)

    def _version(self, code: str) -> ParcelVersion:
        if code not in self._versions:
            raise Amiss("parcel", f"没有编码为 {code} 的地块，或不在辖区内、已分割合并")
        return self._versions[code]

    def _when(self, i: int) -> tuple[int, str]:
        year, season = self.cells.year(i, "year"), self.cells.needed(i, "season", 20)
        if year is None:
            raise Amiss("year", "没有填写")
        try:
            check_season(year, season)
        except Refused as refusal:
            raise Amiss(
                "season" if "season" in refusal.fields else "year", refusal.message
            ) from None
        return year, season
