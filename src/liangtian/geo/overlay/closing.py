"""Kernel sums made to close (平差): parts and remainder of a plot in 0.01 m² that sum to its official area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.area import CENT, distribute_each, round_m2

REMAINDER = ""
"""The category of what lies outside the layer."""

NEGLIGIBLE_M2 = float(CENT) / 2
"""Parts below half of 0.01 m² vanish in the rounding."""


@dataclass(frozen=True)
class Areas:
    """Rows sorted by plot, then category, the remainder (category "") last in its plot.

    `plot` is the index of the plot, `m2` the area in 0.01 m². Every plot has one remainder row, and its
    rows sum to its official area. `excess_m2` names the plots where the layer overlaps itself by more than
    0.01 m², with the area by which its parts exceed the plot; there the parts were scaled down.
    """

    plot: NDArray[np.int64]
    category: NDArray[np.object_]
    m2: list[Decimal]
    excess_m2: dict[int, Decimal]


@dataclass(frozen=True)
class RawAreas:
    """Unrounded m²: `whole` per plot; `m2` of category `code` in plot `plot` (sorted by plot, code)."""

    whole: NDArray[np.float64]
    plot: NDArray[np.int64]
    code: NDArray[np.int64]
    m2: NDArray[np.float64]


def closed(raw: RawAreas, names: Sequence[str], official: Sequence[Decimal]) -> Areas:
    """Whole cents per plot: parts and remainder adjusted to the official area by largest remainder.

    `names` are the categories by code, `official` the plots' areas in 0.01 m².
    """
    count, number = len(official), len(names)
    keep = raw.m2 >= NEGLIGIBLE_M2
    owner, code, parts = raw.plot[keep], raw.code[keep], raw.m2[keep]
    rest = raw.whole - np.bincount(owner, weights=parts, minlength=count)
    over = np.flatnonzero(-rest > float(CENT)).tolist()
    # The remainder of each plot is a part like the others, with the code after the last category.
    owner = np.r_[owner, np.arange(count)]
    code = np.r_[code, np.full(count, number)]
    parts = np.r_[parts, np.maximum(rest, 0.0)]
    cents = np.array([int(m2.scaleb(2)) for m2 in official], np.int64)
    units = distribute_each(cents, owner, parts)
    # Nothing measurable in the plot: what rounding left belongs to the remainder.
    blank = np.bincount(owner, weights=parts, minlength=count) == 0
    units[len(units) - count :][blank] = cents[blank]
    shown = np.flatnonzero((units > 0) | (code == number))
    shown = shown[np.lexsort((code[shown], owner[shown]))]
    return Areas(
        owner[shown],
        _texts([*names, REMAINDER])[code[shown]],
        [Decimal(cent).scaleb(-2) for cent in units[shown].tolist()],
        {plot: round_m2(float(-rest[plot])) for plot in over},
    )


def _texts(values: list[str]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
