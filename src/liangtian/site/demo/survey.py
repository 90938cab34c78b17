"""Three survey years of the county: the second and third differ by changed and split plots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.area import survey_areas

from .county import EPSG, County, first_classes, plot_setting
from .dltb import Column, Plots, dltb_columns
from .mosaic import Floats, Ints, Shapes

YEARS = (2023, 2024, 2025)
CHANGED, SPLIT = 0.012, 0.010
"""Share of plots that change class, and that are split, from one year to the next."""

_BECOMES = {
    "01": ["0702", "1202", "0201K", "0601", "0204K", "0404", "1104A", "0307K", "0102"],
    "02": ["0103", "0102", "0301"],
    "03": ["0201", "0103", "0305"],
    "04": ["0103", "0601", "0301"],
    "other": ["0102", "0201", "0307"],
}
_SPLIT_TO = ["0702", "1202", "0601", "0809", "0201K", "1104A", "05H1", "1201"]


@dataclass(frozen=True)
class SurveyYear:
    """One year of DLTB. `cell_plot` gives the plot of each cell; the rest runs over plots."""

    cell_plot: Ints
    shapes: Shapes
    plots: Plots
    columns: dict[str, Column]

    @property
    def year(self) -> int:
        """Survey year (数据年份)."""
        return self.plots.year

    @property
    def code(self) -> NDArray[np.str_]:
        """Land class code of each plot."""
        return self.plots.code

    @property
    def area(self) -> Floats:
        """Survey area of each plot, m², not rounded."""
        return self.plots.area


def first_year(county: County, dice: Callable[[int], Floats]) -> SurveyYear:
    """The survey of 2023."""
    plot = county.mosaic.connected(county.cell_plot)
    _, shapes = county.mosaic.polygons(plot)  # connected() numbers without gaps
    setting, code = first_classes(replace(county, cell_plot=plot))
    number = _numbers(setting.village)
    serial = np.arange(1, len(shapes) + 1)
    area = survey_areas(shapes, EPSG)
    n = len(shapes)
    return _year(
        county,
        plot,
        shapes,
        Plots(np.array(code), setting, area, number, serial, dice(n), YEARS[0]),
    )


def next_year(county: County, last: SurveyYear, dice: Callable[[int], Floats]) -> SurveyYear:
    """The survey one year later: unchanged plots keep geometry, number and mark (BSM)."""
    rng = np.random.default_rng([county.seed, last.year + 1])
    n = len(last.code)
    open_land = (last.plots.setting.line_code == "") & (last.plots.setting.zone != 3)
    turn = rng.uniform(size=n)
    cut = _split(county, last, rng, np.nonzero(open_land & (turn < SPLIT))[0])
    plot, new = cut.cell_plot, int(cut.cell_plot.max()) + 1
    _, setting = plot_setting(replace(county, cell_plot=plot), plot)
    code = last.code[_parents(last.cell_plot, plot, new)].copy()
    for p in np.nonzero(open_land & (turn > 1 - CHANGED))[0]:
        options = _BECOMES.get(str(code[p])[:2], _BECOMES["other"])
        code[p] = options[int(rng.integers(len(options)))]
    code[cut.pieces] = np.array(_SPLIT_TO)[rng.integers(len(_SPLIT_TO), size=len(cut.pieces))]
    shapes, area = np.empty(new, object), np.zeros(new)
    shapes[:n], area[:n] = last.shapes, last.area
    redraw = np.isin(plot, np.r_[cut.parents, np.arange(n, new)])
    labels, drawn = county.mosaic.polygons(np.where(redraw, plot, -1))
    shapes[labels], area[labels] = drawn, survey_areas(drawn, EPSG)
    number = np.r_[last.plots.number, _next_numbers(last, setting.village[n:])]
    serial = np.r_[last.plots.serial, int(last.plots.serial.max()) + 1 + np.arange(new - n)]
    return _year(
        county, plot, shapes, Plots(code, setting, area, number, serial, dice(new), last.year + 1)
    )


def _year(county: County, cell_plot: Ints, shapes: Shapes, plots: Plots) -> SurveyYear:
    return SurveyYear(cell_plot, shapes, plots, dltb_columns(plots, county.villages))


def dice_box(seed: int) -> Callable[[int], Floats]:
    """Random numbers fixed for each plot number, whatever the number of plots."""

    def roll(n: int) -> Floats:
        return np.random.default_rng([seed, 21]).uniform(size=(n, 6))

    return roll


def _numbers(village: Ints) -> Ints:
    """图斑编号: 1, 2, 3 … within each village."""
    order = np.argsort(village, kind="stable")
    v = village[order]
    first = np.r_[True, v[1:] != v[:-1]]
    begin = np.maximum.accumulate(np.where(first, np.arange(len(v)), 0))
    out = np.empty(len(v), np.int64)
    out[order] = np.arange(len(v)) - begin + 1
    return out


def _next_numbers(last: SurveyYear, village: Ints) -> Ints:
    top = np.zeros(int(max(last.plots.setting.village.max(), village.max(initial=0))) + 1, np.int64)
    np.maximum.at(top, last.plots.setting.village, last.plots.number)
    out = np.empty(len(village), np.int64)
    for i, v in enumerate(village.tolist()):
        top[v] += 1
        out[i] = top[v]
    return out


@dataclass(frozen=True)
class _Cut:
    """Plot of each cell after cutting, plots that lost a piece, and the new plots cut out."""

    cell_plot: Ints
    parents: Ints
    pieces: Ints


def _split(county: County, last: SurveyYear, rng: np.random.Generator, plots: Ints) -> _Cut:
    """Cut one whole field cell out of each of `plots` that has more than one cell."""
    before = last.cell_plot
    wanted = np.zeros(len(last.code), bool)
    wanted[plots] = True
    wanted &= np.bincount(before[before >= 0], minlength=len(wanted)) > 1
    cells = rng.permutation(np.nonzero(county.cell_plain & (before >= 0) & wanted[before])[0])
    parents, first = np.unique(before[cells], return_index=True)
    chosen = np.zeros(len(before), bool)
    chosen[cells[first]] = True
    touched = np.isin(before, parents)
    comp = county.mosaic.connected(np.where(touched, before * 2 + chosen, -1))
    of = _parents(before, comp, int(comp.max()) + 1)
    is_piece = np.zeros(len(of), bool)
    is_piece[comp[chosen]] = True
    name = np.empty(len(of), np.int64)
    kept: set[int] = set()
    fresh = len(last.code)
    for c in range(len(of)):
        if not is_piece[c] and int(of[c]) not in kept:
            kept.add(int(of[c]))
            name[c] = of[c]
        else:
            name[c] = fresh
            fresh += 1
    plot = before.copy()
    plot[touched] = name[comp[touched]]
    return _Cut(plot, parents, name[is_piece])


def _parents(before: Ints, after: Ints, n: int) -> Ints:
    """Value of `before` for each value 0..n of `after`."""
    out = np.zeros(n, np.int64)
    out[after[after >= 0]] = before[after >= 0]
    return out
