"""Invented names and codes of the made-up county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COUNTY_CODE = "990121"
COUNTY_NAME = "青禾县"
PROVINCE = ("99", "示例省")
PREFECTURE = ("9901", "示例市")

TOWN_NAMES = (
    "南坪街道", "柳塘镇", "石桥镇", "云岭乡", "白鹭镇", "双河镇", "枫林乡", "青石镇", "长垄乡", "古渡镇",
)  # fmt: skip
TOWN_SERIALS = ("001", "100", "101", "200", "102", "103", "201", "104", "202", "105")

_HEADS = (
    "河湾", "杨树", "李家", "东坪", "西岭", "上塘", "下塘", "石磨", "桃源", "槐树", "新丰", "大垄", "小垄",
    "古井", "红旗", "双桥", "龙泉", "竹园", "梨园", "茶亭", "马鞍", "凤凰", "前进", "光明", "和平", "团结",
    "柏树", "松岗", "沙洲", "芦苇", "金鸡", "银杏", "荷花", "莲塘", "牛角", "羊坡", "高坎", "低洼", "张店",
    "王集",
)  # fmt: skip
_TAILS = ("", "东", "西", "南", "北", "中")


@dataclass(frozen=True)
class Town:
    """Township: 9-digit code and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Village:
    """Village: 12-digit code, name and the index of its township."""

    code: str
    name: str
    town: int

    @property
    def unit_code(self) -> str:
        """坐落单位代码, 19 digits."""
        return self.code + "0000000"


def name_towns(count: int) -> list[Town]:
    """Townships in the order of their distance from the county seat."""
    return [Town(COUNTY_CODE + s, n) for s, n in zip(TOWN_SERIALS, TOWN_NAMES, strict=True)][:count]


def name_villages(town_of: list[int], towns: list[Town], seed: int) -> list[Village]:
    """A village for every entry of `town_of`; names are unique in the county."""
    rng = np.random.default_rng([seed, 5])
    names = [h + t for t in _TAILS for h in _HEADS]
    first = rng.permutation(len(_HEADS)).tolist()
    names[: len(_HEADS)] = [names[i] for i in first]
    serial: dict[int, int] = {}
    out = []
    for k, town in enumerate(town_of):
        serial[town] = serial.get(town, 200) + 1
        tail = "社区" if towns[town].name.endswith("街道") else "村"
        out.append(Village(f"{towns[town].code}{serial[town]}", names[k] + tail, town))
    return out
