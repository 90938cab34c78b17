"""Attribute rows of the survey layer DLTB (TD/T 1057-2020, 地类图斑) that keep its rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .landuse import LINEAR, NAMES, NEEDS_TOWN_MARK, RESTORABLE, RIDGE, STATE_LAND, Setting
from .mosaic import Bools, Floats, Ints
from .places import COUNTY_CODE, Village

Column = NDArray[np.generic] | NDArray[np.object_]

LAYER_CODE = "0101"
CROPS = {"LS": "种植粮食作物", "FLS": "种植非粮作物", "LYFL": "粮与非粮轮作", "XG": "休耕", "LLJZ": "林粮间作",
         "WG": "未耕种"}  # fmt: skip
RECOVERY = {"JKHF": "即可恢复", "GCHF": "工程恢复"}
DETAIL = {"HDGD": "河道耕地", "LQGD": "林区耕地", "LQYD": "林区园地", "GCCD": "灌丛草地", "GTGY": "钢铁工业用地",
          "SNGY": "水泥工业用地", "FQ": "废弃"}  # fmt: skip


@dataclass(frozen=True)
class Plots:
    """Plots of one survey year; arrays run over plots. `dice` is (n, 6) fixed random numbers."""

    code: NDArray[np.str_]
    setting: Setting
    area: Floats
    number: Ints
    serial: Ints
    dice: Floats
    year: int


def dltb_columns(plots: Plots, villages: list[Village]) -> dict[str, Column]:
    """The 30 fields of DLTB in the order of the standard, one array per field."""
    code, n = plots.code, len(plots.code)
    farm = np.char.startswith(code, "01")
    grade, kind, share = _slope(plots, farm)
    detail = _detail(plots, farm, grade)
    crop = _crop(plots, farm, detail)
    town_mark = _town_mark(plots)
    area = np.round(plots.area, 2)
    ridge = np.round(area * share + 1e-9, 2)
    unit = np.array([v.unit_code for v in villages], dtype=object)[plots.setting.village]
    unit_name = np.array([v.name for v in villages], dtype=object)[plots.setting.village]
    linear = np.isin(code, LINEAR)
    names = {**CROPS, **RECOVERY, "": ""}
    return {
        "BSM": _texts(f"{COUNTY_CODE}{LAYER_CODE}{k:08d}" for k in plots.serial.tolist()),
        "YSDM": _same("2001010100", n),
        "TBYBH": _texts(f"Y{k:06d}" for k in plots.serial.tolist()),
        "TBBH": _texts(str(k) for k in plots.number.tolist()),
        "DLBM": code.astype(object),
        "DLMC": _texts(NAMES[c] for c in code.tolist()),
        "QSXZ": np.where(np.isin(code, STATE_LAND), "20", "30").astype(object),
        "QSDWDM": unit,
        "QSDWMC": unit_name,
        "ZLDWDM": unit,
        "ZLDWMC": unit_name,
        "TBMJ": area,
        "KCDLBM": np.where(share > 0, "1203", "").astype(object),
        "KCXS": share,
        "KCMJ": ridge,
        "TBDLMJ": np.round(area - ridge, 2),
        "GDLX": kind,
        "GDPDJB": np.where(farm, grade.astype("<U1"), "").astype(object),
        "XZDWKD": np.where(linear, np.maximum(plots.setting.width, 1.0), np.nan),
        "TBXHDM": detail,
        "TBXHMC": _texts(DETAIL[d] if d else "" for d in detail.tolist()),
        "ZZSXDM": crop,
        "ZZSXMC": _texts(names[c] for c in crop.tolist()),
        "GDDB": np.where(
            farm, np.clip(6 + 1.6 * grade + 3 * plots.dice[:, 5], 1, 15), np.nan
        ).round(),
        "FRDBS": _same("0", n),
        "CZCSXM": town_mark,
        "SJNF": np.full(n, plots.year, dtype=np.int32),
        "MSSM": _same("00", n),
        "HDMC": _same("", n),
        "BZ": _same("", n),
    }


def slope_grade(slope: Floats) -> Ints:
    """耕地坡度级别 1-5: up to 2, 6, 15, 25 degrees and above."""
    return np.asarray(np.searchsorted([2.0, 6.0, 15.0, 25.0], slope, side="left") + 1, np.int64)


def _texts(values: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(values), dtype=np.object_)


def _same(value: str, n: int) -> NDArray[np.object_]:
    return np.full(n, value, dtype=object)


def _slope(plots: Plots, farm: Bools) -> tuple[Ints, NDArray[np.object_], Floats]:
    grade = slope_grade(plots.setting.slope)
    sloping = farm & (grade > 1)
    terrace = sloping & (plots.dice[:, 0] < 0.6)
    kind = np.where(terrace, "TT", np.where(sloping, "PD", "")).astype(object)
    share = np.zeros(len(grade))
    share[terrace] = np.array(RIDGE["TT"])[grade[terrace] - 1]
    flat = sloping & ~terrace
    share[flat] = np.array(RIDGE["PD"])[grade[flat] - 1]
    return grade, kind, share


def _detail(plots: Plots, farm: Bools, grade: Ints) -> NDArray[np.object_]:
    code, d = plots.code, plots.dice[:, 1]
    out = np.full(len(code), "", dtype=object)
    hill = plots.setting.zone == 2
    out[farm & hill & (d < 0.5)] = "LQGD"
    out[farm & (plots.setting.zone == 0) & (plots.setting.wet > 1.6) & (d < 0.06)] = "HDGD"
    out[np.char.startswith(code, "02") & hill & (d < 0.5)] = "LQYD"
    out[(code == "0404") & (d < 0.3)] = "GCCD"
    out[(code == "0601") & (d < 0.04)] = "SNGY"
    out[(code == "0601") & (d > 0.98)] = "GTGY"
    out[(code == "0602") & (d < 0.2)] = "FQ"
    del grade
    return out


def _crop(plots: Plots, farm: Bools, detail: NDArray[np.object_]) -> NDArray[np.object_]:
    d = plots.dice[:, 2]
    table, share = ["LS", "FLS", "LYFL", "WG", "XG", "LLJZ"], [0.72, 0.84, 0.92, 0.975, 0.99, 1.0]
    crop = np.array(table, dtype=object)[np.searchsorted(share, d).clip(0, 5)]
    special = np.isin(detail, ["HDGD", "LQGD"]) & np.isin(crop, ["WG", "XG", "LLJZ"])
    crop[special] = "LS"
    base = np.char.rstrip(np.char.rstrip(plots.code, "K"), "A")
    restore = np.isin(base, RESTORABLE) & (detail != "LQYD") & (plots.setting.zone < 2)
    restore &= plots.setting.line_code == ""
    other = np.where(d < 0.12, "JKHF", np.where(d < 0.20, "GCHF", "")).astype(object)
    convertible = np.char.endswith(plots.code, "K") & restore
    other = np.where(convertible, np.where(d < 0.6, "JKHF", "GCHF"), other)
    return np.where(farm, crop, np.where(restore, other, "")).astype(object)


def _town_mark(plots: Plots) -> NDArray[np.object_]:
    """城镇村属性码: towns 202, villages 203, mines 204, special use 205, lone factories 203A."""
    code = plots.code
    town = plots.setting.zone - 10
    mark = np.where((town >= 0) & (town < plots.setting.towns), "202", "203").astype(object)
    mark[(code == "0601") & (town < 0)] = "203A"
    mark[code == "0602"] = "204"
    mark[code == "09"] = "205"
    needs = np.zeros(len(code), bool)
    for start in NEEDS_TOWN_MARK:
        needs |= np.char.startswith(code, start)
    return np.where(needs, mark, "").astype(object)
