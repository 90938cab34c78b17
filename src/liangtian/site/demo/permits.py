"""Approvals and records a county keeps: construction, facility farming, temporary land, mining."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import shapely

from liangtian.geo.area import survey_areas

from .county import EPSG
from .dltb import Column
from .ground import Ground
from .layers import Layer, texts
from .mosaic import Shapes

PROJECTS = ("青禾县农产品冷链物流园", "柳塘镇卫生院迁建", "县城东区小学", "石桥镇标准厂房", "双河镇污水处理站",
            "青禾大道改建", "白鹭镇敬老院", "枫林乡粮食烘干中心", "南坪安置小区", "古渡镇加油站",
            "乡村公交首末站", "高标准仓库扩建", "变电站新建")  # fmt: skip
FARM_USES = (
    "生猪养殖",
    "蔬菜大棚看护",
    "粮食烘干晾晒",
    "蛋鸡养殖",
    "农机存放",
    "水产育苗",
    "食用菌种植",
)
TEMP_USES = ("高速公路施工便道", "管线施工临时堆土", "勘查临时场地", "项目部临时用房")


@dataclass(frozen=True)
class Permit:
    """One red line on paper: number, name or use, date given, last valid day."""

    number: str
    text: str
    given: date
    until: date
    shape: shapely.Geometry


@dataclass
class Permits:
    """All permits given out; numbers run within each kind and year."""

    construction: list[Permit] = field(default_factory=list)
    facility: list[Permit] = field(default_factory=list)
    temporary: list[Permit] = field(default_factory=list)
    mining: list[Permit] = field(default_factory=list)

    def build(self, shape: shapely.Geometry, given: date, until: date) -> Permit:
        """建设用地批准."""
        n = len(self.construction) + 1
        name = PROJECTS[n % len(PROJECTS)] + (f"（{n // len(PROJECTS) + 1}期）")
        p = Permit(f"示政土〔{given.year}〕{n + 100}号", name, given, until, shape)
        self.construction.append(p)
        return p

    def farm(self, shape: shapely.Geometry, given: date, until: date) -> Permit:
        """设施农业用地备案."""
        n = len(self.facility) + 1
        p = Permit(
            f"青设农备〔{given.year}〕{n:03d}号", FARM_USES[n % len(FARM_USES)], given, until, shape
        )
        self.facility.append(p)
        return p

    def lend(self, shape: shapely.Geometry, given: date, until: date) -> Permit:
        """临时用地批准."""
        n = len(self.temporary) + 1
        p = Permit(
            f"青自然资临〔{given.year}〕{n}号", TEMP_USES[n % len(TEMP_USES)], given, until, shape
        )
        self.temporary.append(p)
        return p

    def dig(self, shape: shapely.Geometry, given: date, until: date) -> Permit:
        """采矿许可."""
        n = len(self.mining) + 1
        kind = ("石灰岩矿", "砖瓦用页岩矿", "建筑用砂矿")[n % 3]
        p = Permit(f"C9901{given:%Y%m}71300{n:05d}", f"青禾{n}号{kind}", given, until, shape)
        self.mining.append(p)
        return p


def older_permits(ground: Ground, permits: Permits, count: int) -> None:
    """Approvals behind the construction that the surveys of 2024 and 2025 already show."""
    rng = ground.rng
    for k in ground.pools["new"][:count].tolist():
        shape = shapely.buffer(ground.survey.shapes[k], 1.5, join_style="mitre")
        given = date(2022, 1, 1) + timedelta(days=int(rng.integers(0, 900)))
        permits.build(shape, given, given + timedelta(days=730))
        ground.take(shape)


def permit_layers(permits: Permits) -> list[Layer]:
    """JSYDPZ, SSNYD, LSYD and CKQ with the fields each register keeps."""
    c, f, t, m = permits.construction, permits.facility, permits.temporary, permits.mining
    return [
        Layer("JSYDPZ", _shapes(c), {
            "PZWH": texts([p.number for p in c]), "XMMC": texts([p.text for p in c]),
            "PZRQ": _days([p.given for p in c]), "YXQZ": _days([p.until for p in c]),
            "PZMJ": _areas(c), "PZJG": texts(["示例省人民政府"] * len(c)),
        }),
        Layer("SSNYD", _shapes(f), {
            "BAH": texts([p.number for p in f]), "YT": texts([p.text for p in f]),
            "BARQ": _days([p.given for p in f]), "YXQZ": _days([p.until for p in f]),
            "BAMJ": _areas(f), "JYZ": texts([f"样本合作社{k + 1}" for k in range(len(f))]),
        }),
        Layer("LSYD", _shapes(t), {
            "PZWH": texts([p.number for p in t]), "YT": texts([p.text for p in t]),
            "PZRQ": _days([p.given for p in t]), "DQRQ": _days([p.until for p in t]),
            "PZMJ": _areas(t),
        }),
        Layer("CKQ", _shapes(m), {
            "XKZH": texts([p.number for p in m]), "KSMC": texts([p.text for p in m]),
            "YXQQ": _days([p.given for p in m]), "YXQZ": _days([p.until for p in m]),
            "KQMJ": _areas(m),
        }),
    ]  # fmt: skip


def _shapes(permits: list[Permit]) -> Shapes:
    return np.array([p.shape for p in permits], dtype=object)


def _areas(permits: list[Permit]) -> Column:
    return np.round(survey_areas(_shapes(permits), EPSG), 2)


def _days(values: list[date]) -> Column:
    return np.array(values, dtype="datetime64[D]")
