"""Which land class lies where, and the survey attributes that follow from it (TD/T 1057-2020)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .mosaic import Bools, Floats, Ints

NAMES = {
    "0101": "水田", "0102": "水浇地", "0103": "旱地", "0201": "果园", "0201K": "可调整果园",
    "0202": "茶园", "0202K": "可调整茶园", "0204": "其他园地", "0204K": "可调整其他园地",
    "0301": "乔木林地", "0301K": "可调整乔木林地", "0302": "竹林地", "0305": "灌木林地",
    "0307": "其他林地", "0307K": "可调整其他林地", "0404": "其他草地", "05H1": "商业服务业设施用地",
    "0508": "物流仓储用地", "0601": "工业用地", "0602": "采矿用地", "0701": "城镇住宅用地",
    "0702": "农村宅基地", "08H1": "机关团体新闻出版用地", "08H2": "科教文卫用地", "0809": "公用设施用地",
    "0810": "公园与绿地", "0810A": "广场用地", "09": "特殊用地", "1001": "铁路用地", "1003": "公路用地",
    "1004": "城镇村道路用地", "1005": "交通服务场站用地", "1006": "农村道路", "1101": "河流水面",
    "1103": "水库水面", "1104": "坑塘水面", "1104A": "养殖坑塘", "1104K": "可调整养殖坑塘",
    "1106": "内陆滩涂", "1107": "沟渠", "1107A": "干渠", "1109": "水工建筑用地", "1201": "空闲地",
    "1202": "设施农用地", "1206": "裸土地", "1207": "裸岩石砾地",
}  # fmt: skip
"""三调工作分类 codes used in the county and their names."""

PLAIN = [("0102", 54), ("0101", 24), ("0103", 10), ("0201", 2.5), ("0301", 2), ("1104", 2), ("1202", 1.6),
         ("1104A", 1.2), ("0307", 1.2), ("0204", 0.8), ("0404", 0.8), ("0201K", 0.6), ("0702", 0.5),
         ("0601", 0.4), ("09", 0.35), ("1104K", 0.25), ("0809", 0.2)]  # fmt: skip
SLOPES = [("0103", 30), ("0101", 6), ("0201", 11), ("0201K", 3), ("0202", 7), ("0202K", 1.5), ("0204", 4),
          ("0204K", 1), ("0307", 5), ("0307K", 2), ("0301", 14), ("0305", 6), ("0302", 4), ("0404", 3.5),
          ("0702", 0.6), ("1202", 0.5), ("09", 0.4), ("1104", 0.6), ("1206", 0.4)]  # fmt: skip
HILLS = [("0301", 56), ("0305", 14), ("0302", 7), ("0307", 6), ("0301K", 1), ("0404", 5), ("0103", 4),
         ("0202", 2), ("0201", 1.5), ("1207", 1.2), ("1206", 0.8), ("0602", 0.8)]  # fmt: skip
HAMLET = [("0702", 66), ("1201", 5), ("1004", 4), ("0103", 5), ("0204", 3), ("1104", 4), ("08H2", 2.5),
          ("08H1", 2), ("05H1", 3), ("0601", 2.5), ("0810", 1), ("0809", 1), ("0301", 1)]  # fmt: skip
TOWN = [("0702", 26), ("0701", 24), ("05H1", 11), ("0601", 10), ("08H2", 6), ("08H1", 4), ("1004", 6),
        ("1201", 4), ("0809", 2), ("0508", 2), ("1005", 1.5), ("0810", 1.5), ("0102", 2)]  # fmt: skip
SEAT = [("0701", 40), ("05H1", 13), ("0601", 14), ("08H2", 7), ("08H1", 5), ("1004", 6), ("0810", 4),
        ("0810A", 1.2), ("0809", 2.5), ("0508", 3), ("1005", 1.5), ("1201", 2.8)]  # fmt: skip

LINEAR = ("1001", "1003", "1006", "1009", "1107", "1107A")
NEEDS_TOWN_MARK = ("05", "06", "07", "08", "09", "1004", "1005", "1201")
RESTORABLE = ("0201", "0202", "0204", "0301", "0302", "0305", "0307", "0404", "1104")
STATE_LAND = ("1001", "1003", "1101", "1103", "1109", "0701", "08H1", "0810", "0810A", "1005")
RIDGE = {"TT": (0.0, 0.068, 0.1195, 0.1886, 0.2557), "PD": (0.0, 0.0350, 0.0615, 0.0970, 0.1310)}
"""Ridge shares (田坎系数) by slope grade 1-5: regional figures, made up for terraces and slopes."""


@dataclass(frozen=True)
class Setting:
    """What decides the class of each plot; arrays over plots. Zones as in county._zone."""

    zone: Ints
    line_code: NDArray[np.str_]
    width: Floats
    slope: Floats
    wet: Floats
    grain: Floats
    towns: int
    village: Ints


def classes(setting: Setting, seed: int) -> list[str]:
    """Land class code of each plot; neighbours tend to agree because noise fields choose."""
    n = len(setting.zone)
    rng = np.random.default_rng([seed, 11])
    mix = 0.75 * setting.wet + 0.35 * setting.grain + 0.9 * rng.standard_normal(n)
    u = np.argsort(np.argsort(mix)) / max(n, 1)
    out = np.full(n, "1103", dtype="<U5")
    town = setting.zone - 10
    groups: list[tuple[Bools, list[tuple[str, float]]]] = [
        (setting.zone == 0, PLAIN),
        (setting.zone == 1, SLOPES),
        (setting.zone == 2, HILLS),
        (town == 0, SEAT),
        ((town > 0) & (town < setting.towns), TOWN),
        (town >= setting.towns, HAMLET),
    ]
    for where, table in groups:
        share = np.cumsum([w for _, w in table])
        pick = u[where] if table in (PLAIN, SLOPES, HILLS) else rng.uniform(size=int(where.sum()))
        if table in (PLAIN, SLOPES, HILLS):
            ranks = np.argsort(np.argsort(pick)) / max(len(pick), 1)
            odd = rng.uniform(size=len(pick)) < 0.55
            pick = np.where(odd, rng.uniform(size=len(pick)), ranks)
        codes = np.array([c for c, _ in table], dtype="<U5")
        out[where] = codes[
            np.searchsorted(share / share[-1], pick, side="right").clip(0, len(codes) - 1)
        ]
    line = setting.line_code != ""
    out[line] = setting.line_code[line]
    steep_farm = np.char.startswith(out, "01") & (setting.slope > 27)
    out[steep_farm] = "0301"
    return [str(c) for c in out]
