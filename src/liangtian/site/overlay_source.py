"""The files of an overlay as the kernel wants them: read, checked, in EPSG:4490, and what was done told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from liangtian.geo.clean import Problem
    from liangtian.geo.formats import VectorLayer

BLANK = "(空)"
SHOWN = 50
"""Problems listed one by one; the rest are counted."""
Say = Callable[[str], None]


class Refused(Exception):  # noqa: N818
    """The command stops; the message is Chinese."""


@dataclass(frozen=True)
class Source:
    """One input: its figures in EPSG:4490 (None where there is no area), ids and columns."""

    name: str
    fids: list[str]
    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[Any]]

    def texts(self, field: str) -> list[str]:
        """The field's values as text, a missing one as "(空)"."""
        if field not in self.columns:
            known = "、".join(self.columns) or "无"
            raise Refused(f"{self.name}没有字段“{field}”。现有字段：{known}。")
        return [_text(value) for value in self.columns[field].tolist()]


def read_source(
    what: str, path: Path, say: Say, *, layer: str | None = None, encoding: str | None = None,
    mend: bool = False,
) -> Source:  # fmt: skip
    """One file read, checked, and converted to EPSG:4490 with its long edges densified.

    `what` is "地块" or "图层"; `layer` chooses one of several in the file; `mend` repairs invalid figures. `say` hears
    what the person should know.

    Raises:
        CrsRefused, FormatRefused, GeometryRefused, Refused: the file cannot be used; the message is Chinese.
    """
    import shapely

    from liangtian.geo.area import densified
    from liangtian.geo.crs import resolve_crs, to_4490
    from liangtian.geo.formats import read

    held = read(path, encoding=encoding, layer=layer)
    name = f"{what}“{path.name}”"
    if len(held.layers) > 1:
        names = "、".join(f"“{one.name}”" for one in held.layers)
        option = "--plots-layer" if what == "地块" else "--layer-name"
        raise Refused(f"{name}有多个图层：{names}。请用 {option} 指明用哪一个。")
    only = held.layers[0]
    for note in only.notes:
        say(f"{name}：{note}")
    _refuse_not_numbers(name, only)
    resolved = resolve_crs(only.crs, tuple(shapely.total_bounds(only.geometry).tolist()))
    if resolved.note:
        say(f"{name}：{resolved.note}")
    figures = _settled(name, only.geometry, only.fids, resolved.crs, mend=mend, say=say)
    degrees = to_4490(densified(figures, resolved.crs), resolved.crs)
    # A vertex lying on another edge may cross it by the last digit once converted.
    there = ~shapely.is_missing(degrees)
    fids = [fid for fid, present in zip(only.fids, there, strict=True) if present]
    degrees[there] = _settled(f"{name}换算后", degrees[there], fids, 4490, mend=True, say=say)
    return Source(name, only.fids, degrees, only.columns)


def _refuse_not_numbers(name: str, layer: VectorLayer) -> None:
    import numpy as np
    import shapely

    coords, index = shapely.get_coordinates(layer.geometry, return_index=True)
    bad = np.unique(index[~np.isfinite(coords).all(axis=1)])
    if len(bad):
        shown = "、".join(layer.fids[i] for i in bad[:SHOWN].tolist())
        raise Refused(f"{name}有{len(bad)}个图形的坐标不是数字(编号{shown})，请改正后重试。")


def _settled(
    name: str, geometry: NDArray[np.object_], fids: list[str], crs: Any, *, mend: bool, say: Say
) -> NDArray[np.object_]:  # fmt: skip
    """The figures, valid or None: refuses invalid ones, or repairs them and says what was changed."""
    from liangtian.geo.clean import check

    problems = check(geometry, fids)
    if not problems:
        return geometry
    if not mend:
        listed(name, [str(p) for p in problems], say)
        raise Refused(f"{name}有{len(problems)}个无效图形，请先修复，或加 --repair 由程序修复。")
    out = geometry.copy()
    said = []
    for problem in problems:
        out[problem.index], told = _repaired(geometry[problem.index], problem, crs)
        said.append(told)
    listed(name, said, say)
    return out


def _repaired(geom: Any, problem: Problem, crs: Any) -> tuple[Any, str]:
    from liangtian.geo.clean import GeometryRefused, repair

    try:
        made = repair(geom, crs)
    except GeometryRefused as refusal:
        return None, f"{problem}；没有面积，不参与套合({refusal})"
    return made.geom, f"编号{problem.fid}已修复：{made.note}"


def _text(value: object) -> str:
    """A field value as a category or an id; whole numbers without a decimal point."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return BLANK
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or BLANK


def listed(name: str, lines: list[str], say: Say) -> None:
    """Lines one by one, the many counted."""
    for line in lines[:SHOWN]:
        say(f"{name}：{line}")
    if len(lines) > SHOWN:
        say(f"{name}:另有{len(lines) - SHOWN}个同类情况未逐一列出。")
