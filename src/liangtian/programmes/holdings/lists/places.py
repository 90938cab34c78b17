"""Where a thing of a list lies: by its coordinates, else by the name or code of its village; who and what it names."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.intake.people import Villages
from liangtian.programmes.holdings.lists.lines import Amiss
from liangtian.programmes.holdings.models import Holder, ParcelVersion, Serving
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.water.sources import Served

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_SEPARATOR = re.compile(r"[、,，;；\s]+")
_LEVELS = ("village", "township")


class Ground:
    """The villages and townships of the user's region, read once."""

    def __init__(self, user: User) -> None:
        area = user.region
        assert area is not None
        self.area, self.named = area, Villages(area)
        rows = Region.objects.current().within(area.code).filter(level__in=_LEVELS)
        self._regions = {
            level: [r for r in rows.exclude(geom=None).order_by("code") if r.level == level]
            for level in _LEVELS
        }
        self._trees = {
            level: shapely.STRtree([r.geom for r in found])
            for level, found in self._regions.items()
        }

    def region_of(self, geom: BaseGeometry | None, name: str) -> Region:
        """The village (else township) of a figure, by its middle; else that of the name. Raises Amiss."""
        if geom is not None:
            middle = geom.interpolate(0.5, normalized=True) if geom.length else geom.centroid
            for level in _LEVELS:
                hits = self._trees[level].query(middle, predicate="within")
                if len(hits):
                    return self._regions[level][int(hits[0])]
            raise Amiss("lon", f"位置不在{self.area.name}范围内，请核对坐标和坐标系")
        if not name:
            raise Amiss("region", "没有坐标，也没有所在村")
        found = self.named.named(name, None)
        if found is None:
            raise Amiss(
                "region", f"“{name}”不是{self.area.name}的村或乡镇，或同名不止一个；可填区划代码"
            )
        return found


class Names:
    """Holders and parcels in the user's scope that the rows name."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._served: dict[int, Decimal] = defaultdict(Decimal)

    def holder(self, name: str) -> tuple[int | None, str]:
        """The one holder of exactly that name in scope, else what there is to say of it."""
        if not name:
            return None, ""
        rows = Holder.objects.visible_to(self.user).filter(merged_into=None, name=name)
        keys = list(rows.values_list("pk", flat=True)[:2])
        if len(keys) == 1:
            return int(keys[0]), ""
        why = "同名不止一人" if keys else "没有登记同名的权利人"
        return None, f"管理使用人没有挂上（{why}），入库后请在页面选择"

    def parcel(self, code: str, column: str) -> ParcelVersion:
        """Today's state of a parcel in scope. Raises Amiss."""
        rows = ParcelVersion.objects.visible_to(self.user).filter(valid_to=None, code=code)
        found: ParcelVersion | None = rows.defer("geom").first()
        if found is None:
            raise Amiss(column, f"没有编码为 {code} 的地块，或不在辖区内、已分割合并")
        return found

    def served(self, text: str) -> list[Served]:
        """The parcels a source waters: codes, each with its mu behind "=" or as a whole. Raises Amiss."""
        found: dict[int, Decimal] = {}
        for part in filter(None, _SEPARATOR.split(text)):
            code, _, said = part.replace("＝", "=").partition("=")
            version = self.parcel(code, "served")
            left = area_mu(version) - self._taken(version.parcel_id)
            try:
                mu = Decimal(said.removesuffix("亩")) if said else left
            except ArithmeticError:
                raise Amiss("served", f"“{part}”应写作 编码=亩数") from None
            if version.parcel_id in found:
                raise Amiss("served", f"地块 {code} 列了两次")
            if not 0 < mu <= left:
                raise Amiss(
                    "served",
                    f"地块 {code} 面积 {area_mu(version)} 亩，其他水源已供 {area_mu(version) - left} 亩，"
                    f"不能再供 {mu} 亩；请写作 编码=亩数",
                )
            found[version.parcel_id] = mu
        for key, mu in found.items():
            self._served[key] += mu
        return [Served(key, mu) for key, mu in found.items()]

    def _taken(self, parcel: int) -> Decimal:
        rows = Serving.objects.filter(parcel=parcel, valid_to=None)
        registered = sum(rows.values_list("area_mu", flat=True), Decimal(0))
        return registered + self._served[parcel]
