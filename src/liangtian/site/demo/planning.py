"""规划用途 of the made-up county: what the plan wants each piece of ground to be, by village."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import survey_areas

from .county import EPSG
from .layers import Layer, texts
from .mosaic import Shapes
from .places import COUNTY_CODE
from .survey import SurveyYear

_USES = {  # longest beginning of a land class of the survey -> first-level class of planned use
    "01": "01", "02": "02", "03": "03", "0303": "05", "0304": "05", "0306": "05", "04": "04",
    "0402": "05", "05": "09", "0508": "11", "06": "10", "07": "07", "08": "08", "0809": "13",
    "0810": "14", "09": "15", "10": "12", "1006": "06", "11": "17", "1105": "05", "1106": "05",
    "1108": "05", "12": "23", "1202": "06",
}  # fmt: skip
_NAMES = {
    "01": "耕地", "02": "园地", "03": "林地", "04": "草地", "05": "湿地", "06": "农业设施建设用地",
    "07": "居住用地", "08": "公共管理与公共服务用地", "09": "商业服务业用地", "10": "工矿用地",
    "11": "仓储用地", "12": "交通运输用地", "13": "公用设施用地", "14": "绿地与开敞空间用地",
    "15": "特殊用地", "16": "留白用地", "17": "陆地水域", "23": "其他土地",
}  # fmt: skip
_OPEN_GROUND = ("01", "02", "03", "04", "23")
_RESERVED, _HOMES, _INDUSTRY = "16", "07", "10"


def planned_uses(survey: SurveyYear, towns: Shapes, seed: int) -> Layer:
    """The plan keeps what is there, and gives open ground inside the town boundaries to building."""
    use = np.array([_use(code) for code in survey.code.tolist()], dtype=object)
    inside = np.zeros(len(use), np.bool_)
    places = shapely.point_on_surface(survey.shapes)
    inside[shapely.STRtree(places).query(towns, predicate="contains")[1]] = True
    new = inside & np.isin(use, _OPEN_GROUND)
    rng = np.random.default_rng([seed, 37])
    use[new] = rng.choice([_HOMES, _INDUSTRY, _RESERVED], int(new.sum()), p=[0.6, 0.25, 0.15])
    village = survey.columns["ZLDWDM"].astype(str)
    shapes, uses = _joined(survey.shapes, use, village)
    n = len(uses)
    return Layer("GHYDYH", shapes, {
        "BSM": texts([f"{COUNTY_CODE}0801{k + 1:08d}" for k in range(n)]),
        "YSDM": texts(["2090020200"] * n),
        "YDYHFLDM": texts(uses),
        "YDYHFLMC": texts([_NAMES[one] for one in uses]),
        "MJ": np.round(survey_areas(shapes, EPSG), 2),
    })  # fmt: skip


def _use(code: str) -> str:
    return next(_USES[code[:n]] for n in (4, 2) if code[:n] in _USES)


def _joined(
    shapes: Shapes, use: NDArray[np.object_], village: NDArray[np.str_]
) -> tuple[Shapes, list[str]]:
    """Neighbouring plots of one use in one village as one polygon."""
    keys = np.array([f"{u}/{v}" for u, v in zip(use, village.tolist(), strict=True)])
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]])
    parts, uses = [], list[str]()
    for rows in np.split(order, starts[1:]):
        found = shapely.get_parts(shapely.union_all(shapes[rows]))
        found = found[shapely.get_type_id(found) == 3]
        parts.append(found)
        uses += [str(use[rows[0]])] * len(found)
    return np.concatenate(parts), uses
