"""The geometry column on both databases."""

from __future__ import annotations

import numpy as np
import shapely
from django.db import connection

from liangtian.platform.geofield import rtree_name
from liangtian.platform.regions.models import Region
from tests.conftest import SIDE, County, lonlat, plane_box


def test_a_geometry_comes_back_as_it_was_stored(county: County) -> None:
    stored = Region.objects.get(code=county.township_a.code).geom
    assert stored.geom_type == "MultiPolygon"
    assert shapely.equals(stored, county.township_a.geom)


def test_a_window_finds_what_lies_in_it_and_nothing_far_away(county: County) -> None:
    window = lonlat(plane_box(2_000, 2_000, 500, 500)).bounds
    found = set(Region.objects.filter(geom__bbox=window).values_list("code", flat=True))
    assert found == {"990121", "990121100", "990121100201"}


def test_the_exact_lookup_leaves_out_what_only_its_box_touches(county: County) -> None:
    corner = np.array([38_440_000.0, 3_800_000.0 - 2.2 * SIDE])
    triangle = shapely.Polygon([(0, 0), (3 * SIDE, 0), (3 * SIDE, 3 * SIDE)])
    moved = shapely.transform(triangle, lambda xy: xy + corner)
    asked = lonlat(moved)
    boxes = set(Region.objects.filter(geom__bbox=asked.bounds).values_list("code", flat=True))
    exact = set(Region.objects.filter(geom__intersects=asked).values_list("code", flat=True))
    assert "990121100" in boxes
    assert "990121100" not in exact
    assert exact == {
        code
        for code, geom in Region.objects.exclude(geom=None).values_list("code", "geom")
        if shapely.intersects(geom, asked)
    }


def test_the_index_follows_updates_and_deletions(county: County) -> None:
    elsewhere = lonlat(plane_box(40_000, 40_000, 100, 100))
    village = county.village_a
    village.geom = elsewhere
    village.save()
    assert Region.objects.filter(geom__bbox=elsewhere.bounds).get() == village
    village.delete()
    assert not Region.objects.filter(geom__bbox=elsewhere.bounds).exists()
    if connection.vendor == "sqlite":
        table = rtree_name(Region._meta.get_field("geom"))
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            assert cursor.fetchone()[0] == Region.objects.exclude(geom=None).count()
