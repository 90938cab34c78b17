"""The seed decides the county."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from liangtian.site.demo import generate
from liangtian.site.demo.county import build_county
from liangtian.site.demo.mosaic import build_mosaic

from .conftest import Made


def test_the_same_seed_gives_the_same_county(made: Made, tmp_path: Path) -> None:
    steps: list[float] = []
    again = Made(tmp_path, generate(tmp_path, "T", progress=lambda _, share: steps.append(share)))
    assert again.manifest == made.manifest
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    for a, b in ((made.survey(2025), again.survey(2025)), (made.batch(1), again.batch(1))):
        assert (shapely.to_wkb(a.shapes) == shapely.to_wkb(b.shapes)).all()
        for name in a.columns:
            assert a.columns[name].astype(str).tolist() == b.columns[name].astype(str).tolist()


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_other_seeds_give_other_sound_counties(made: Made, tmp_path: Path, seed: int) -> None:
    county = build_county("T", seed)
    _, plots = county.mosaic.polygons(county.mosaic.connected(county.cell_plot))
    assert shapely.is_valid(plots).all()
    assert shapely.coverage_is_valid(plots)
    whole = county.outlines(np.where(county.cell_village >= 0, 0, -1))
    assert abs(shapely.area(plots).sum() - shapely.area(whole).sum()) < 0.01
    assert len(plots) != made.manifest.of_kind("survey")[0].rows


def test_an_unknown_size_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="未知的规模"):
        generate(tmp_path, "XL")  # type: ignore[arg-type]


def test_a_group_that_is_not_connected_is_refused() -> None:
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 1000, (400, 2))
    kept = np.asarray(((xy > 150) & (xy < 850)).all(axis=1), dtype=np.bool_)
    mosaic = build_mosaic(xy, kept, np.full(400, 0.1), np.full(400, 9.0), 3)
    west, east = np.argmin(xy[:, 0] + 1e9 * ~kept), np.argmax(xy[:, 0] - 1e9 * ~kept)
    label = np.full(400, -1)
    label[[west, east]] = 0
    with pytest.raises(ValueError, match="not connected"):
        mosaic.polygons(label)
    _, shapes = mosaic.polygons(mosaic.connected(label))
    assert len(shapes) == 2
