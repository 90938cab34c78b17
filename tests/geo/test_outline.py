"""Figures that fit together have one outline; figures that do not have none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.outline import outline

WIDE, HIGH = 7, 5


def plots(seed: int, shift: float = 0.0) -> Any:
    """A grid of crooked plots that share their corners."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(WIDE + 1.0), np.arange(HIGH + 1.0))
    x, y = x + rng.uniform(-0.3, 0.3, x.shape) + shift, y + rng.uniform(-0.3, 0.3, y.shape) + shift
    at = np.stack([x, y], axis=-1)
    found = [
        shapely.Polygon([at[j, i], at[j, i + 1], at[j + 1, i + 1], at[j + 1, i]])
        for j in range(HIGH)
        for i in range(WIDE)
    ]
    return np.array(found, dtype=object)


def same(one: Any, other: Any) -> bool:
    return bool(shapely.symmetric_difference(one, other).area < 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    gone=st.sets(st.integers(0, WIDE * HIGH - 1), max_size=20),
    merged=st.lists(st.integers(0, WIDE * HIGH - 1), max_size=6),
    backwards=st.booleans(),
)
def test_the_outline_of_what_fits_is_its_union(
    seed: int, gone: set[int], merged: list[int], backwards: bool
) -> None:
    figures = plots(seed)
    several = shapely.multipolygons(figures[sorted(set(merged) - gone)])
    kept = [i for i in range(len(figures)) if i not in gone | set(merged)]
    if backwards:
        figures = shapely.reverse(figures)
    every = np.array([*figures[kept], *([several] if several.is_valid else [])], dtype=object)
    found = outline(every)
    assert found is not None
    assert found.is_valid
    assert same(found, shapely.union_all(every))
    assert found.area == pytest.approx(shapely.area(every).sum())


def test_an_island_in_its_hole_fits() -> None:
    lake = shapely.box(2, 2, 3, 3)
    around = shapely.box(0, 0, 9, 9).difference(lake)
    found = outline(np.array([around, lake], dtype=object))
    assert found is not None
    assert same(found, shapely.box(0, 0, 9, 9))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    fault=st.sampled_from(["twice", "island", "second survey", "moved", "inside", "same outline"]),
    at=st.integers(0, WIDE * HIGH - 1),
)
def test_what_overlaps_has_no_outline(seed: int, fault: str, at: int) -> None:
    figures = plots(seed)
    hull = shapely.union_all(figures)
    middle = figures[at].representative_point()
    other = {
        "twice": [figures[at]],
        "island": [middle.buffer(0.05)],
        "second survey": list(plots(seed + 1, shift=0.4)),  # fits together in itself
        "moved": [shapely.transform(figures[at], lambda xy: xy + 0.01)],
        "inside": list(shapely.transform(plots(seed + 1), lambda xy: xy * 0.01 + [middle.x, middle.y])),
        "same outline": [hull],
    }[fault]  # fmt: skip
    assert outline(np.array([*figures, *other], dtype=object)) is None


def test_an_edge_that_one_neighbour_split_has_no_outline() -> None:
    left = shapely.Polygon([(0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)])
    assert outline(np.array([left, shapely.box(1, 0, 2, 1)], dtype=object)) is None


def test_of_nothing_it_is_empty() -> None:
    found = outline(np.array([], dtype=object))
    assert found is not None
    assert found.is_empty
