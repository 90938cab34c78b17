"""Cutting large figures: what is cut is the figure and nothing else."""

from __future__ import annotations

import numpy as np
import shapely

from liangtian.geo.overlay import cutting
from liangtian.geo.overlay.chains import Chains, chains_of
from liangtian.geo.overlay.kernel import areas_of


def test_what_stood_in_memory_before_changes_nothing() -> None:
    """A half that fills its cell, in front of numbers that would go on along the cell's side and undo it."""
    figure = np.array([shapely.box(0, 0, 8, 4)], dtype=object)
    cells = np.array([[0.0, 0, 4, 4], [4, 0, 8, 4]])
    stale = Chains(
        np.full(60, 8.0), np.full(60, -8.0), np.zeros(7, np.int64), np.zeros(3, np.int64)
    )
    cutting._halve(chains_of(figure), np.array([True]), np.array([4.0]), cells, stale)
    assert areas_of(stale).tolist() == [16.0, 16.0]


def test_halves_of_several_rings_along_the_sides_keep_their_area() -> None:
    """Rings that follow the sides of a cell are looked at one by one."""
    frame = shapely.box(0, 0, 16, 16).difference(shapely.box(8, 4, 12, 12))
    figures = np.array(
        [frame, shapely.MultiPolygon([shapely.box(0, 0, 8, 16), shapely.box(12, 0, 16, 16)])]
    )
    for most in (4, 5, 8):
        pieces, source = cutting.cut(chains_of(figures), most)
        sums = np.bincount(source, areas_of(pieces), minlength=2)
        assert sums.tolist() == shapely.area(figures).tolist()
