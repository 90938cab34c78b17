"""Evidence photos hold position, direction and time, and two of them are suspicious."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pyproj
import pytest
from PIL import Image

from liangtian.site.demo import Photo

from .conftest import Made

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)


def _gps(path: Path) -> tuple[float, float, float, str, str]:
    exif = Image.open(path).getexif()
    gps = exif.get_ifd(0x8825)
    lat, lon = (sum(float(v) / 60**k for k, v in enumerate(gps[t])) for t in (2, 4))
    assert (gps[1], gps[3], gps[16]) == ("N", "E", "T")
    return lon, lat, float(gps[17]), exif.get_ifd(0x8769)[0x9003], exif[0x010F]


def _target(made: Made, photo: Photo) -> tuple[float, float]:
    batch = made.batch(1)
    shape = batch.shapes[batch.columns["JCBH"].tolist().index(photo.JCBH)]
    to = pyproj.Transformer.from_crs(4526, 4490, always_xy=True)
    p = shape.point_on_surface()
    lon, lat = to.transform(p.x, p.y)
    return float(lon), float(lat)


def test_exif_holds_what_the_manifest_says(made: Made) -> None:
    for photo in made.manifest.photos:
        lon, lat, azimuth, taken, maker = _gps(made.folder / photo.path)
        assert lon == pytest.approx(photo.lon, abs=2e-7)
        assert lat == pytest.approx(photo.lat, abs=2e-7)
        assert azimuth == pytest.approx(photo.azimuth, abs=0.05)
        assert datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").isoformat() == photo.taken
        assert maker


def test_honest_photos_are_near_and_look_at_the_patch(made: Made) -> None:
    honest = [p for p in made.manifest.photos if not p.flag]
    assert len({p.JCBH for p in honest}) >= 8
    for photo in honest:
        lon, lat = _target(made, photo)
        bearing, _, gap = GEOD.inv(photo.lon, photo.lat, lon, lat)
        turn = abs((bearing - photo.azimuth + 180) % 360 - 180)
        assert gap < 260
        assert turn < 0.2


def test_one_photo_is_far_away_and_one_is_a_copy(made: Made) -> None:
    (far,) = [p for p in made.manifest.photos if p.flag == "far_away"]
    lon, lat = _target(made, far)
    assert GEOD.inv(far.lon, far.lat, lon, lat)[2] > 790
    (copy,) = [p for p in made.manifest.photos if p.flag == "duplicate"]
    marks: dict[str, list[str]] = {}
    for p in made.manifest.photos:
        mark = hashlib.sha256((made.folder / p.path).read_bytes()).hexdigest()
        marks.setdefault(mark, []).append(p.JCBH)
    twins = [v for v in marks.values() if len(v) > 1]
    assert len(twins) == 1
    assert copy.JCBH in twins[0]
    assert len(set(twins[0])) == 2


def test_pictures_are_taken_after_the_change_was_seen(made: Made) -> None:
    batch = made.batch(1)
    seen = dict(zip(batch.columns["JCBH"], batch.columns["HSX"], strict=True))
    for photo in made.manifest.photos:
        if photo.flag != "duplicate":
            assert photo.taken[:10] > str(seen[photo.JCBH])[:10]
        image = Image.open(made.folder / photo.path)
        assert image.size == (1024, 768)
