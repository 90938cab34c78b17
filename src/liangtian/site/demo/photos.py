"""Evidence photos (举证照片): drawn scenery with real EXIF position, direction and time."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pyproj
import shapely
from PIL import Image

from .batches import Row
from .county import EPSG
from .scenery import draw_scene, stamp

DIRECTIONS = (0.5 * math.pi, 0.0, -0.5 * math.pi, math.pi)
"""Where one stands to look south, west, north and east at a patch, counted from the east, anticlockwise."""
_LOOKS = 2  # of every type; a county has more patches than weathers
_TO_PLANE = pyproj.Transformer.from_crs(4490, EPSG, always_xy=True)
_TO_LONLAT = pyproj.Transformer.from_crs(EPSG, 4490, always_xy=True)
_GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)
FAR_AWAY = 800.0
"""Metres of the one photo that was taken in a wrong place."""


@dataclass(frozen=True)
class Photo:
    """A photo of a patch. `view` is near, far or panorama; `flag` is "" for an honest photo,
    "far_away" for one taken 800 m off, "duplicate" for a copy of another patch's photo."""

    path: str
    JCBH: str
    view: str
    lon: float
    lat: float
    azimuth: float
    taken: str
    flag: str = ""


def write_photos(folder: Path, rows: list[Row], seed: int) -> list[Photo]:
    """Three photos of each patch, one of them far away; then one copied file."""
    rng = np.random.default_rng([seed, 51])
    out: list[Photo] = []
    for k, row in enumerate(rows):
        turn = float(rng.uniform(0, 2 * np.pi))
        when = datetime(row.after.year, row.after.month, row.after.day, 9, 5) + timedelta(
            days=int(rng.integers(6, 20)), minutes=int(rng.integers(0, 420))
        )
        for v, (view, gap) in enumerate((("near", 14.0), ("far", 62.0), ("panorama", 38.0))):
            wrong = k == 4 and view == "far"
            gap_m = FAR_AWAY if wrong else gap
            lon, lat, azimuth = _stand(row.scene.shape, turn + 0.9 * v, gap_m)
            when += timedelta(seconds=int(rng.integers(70, 260)))
            name = f"{row.number}_{v + 1}_{view}.jpg"
            photo = Photo(
                f"evidence/{name}", row.number, view, round(lon, 7), round(lat, 7),
                round(azimuth, 1), when.isoformat(), "far_away" if wrong else "",
            )  # fmt: skip
            image = draw_scene(view, row.scene.kind, [seed, 52, k, v], _caption(photo))
            image.save(folder / name, quality=82, exif=_exif(photo, when))
            out.append(photo)
    if len(rows) > 6:
        out.append(_copied(folder, out[3], rows[6].number))
    return out


def site_photos(
    geom: shapely.Geometry, number: str, kind: str, taken: datetime, count: int = 4
) -> list[tuple[str, bytes]]:
    """Names and JPEG bytes of photos of a patch (EPSG:4490), one from each side, taken one after the other.

    `kind` is the type (TBLX), or `RESTORED` for a field that is one again; `taken` is China time.
    """
    shape = shapely.transform(geom, lambda xy: np.c_[_TO_PLANE.transform(xy[:, 0], xy[:, 1])])
    own = sum(ord(letter) for letter in number)
    out = []
    for k, turn in enumerate(DIRECTIONS[:count]):
        view = ("far", "near", "panorama")[k % 3]
        lon, lat, azimuth = _stand(shape, turn + 0.1 * (own % 5 - 2), 12.0 + 7 * (own % 4))
        when = taken + timedelta(seconds=95 * k + own % 50)
        photo = Photo(f"{number}_{kind}_{k + 1}.jpg", number, view, lon, lat, round(azimuth, 1),
                      when.replace(tzinfo=None).isoformat())  # fmt: skip
        image = _scene(view, kind, own % _LOOKS).copy()
        stamp(image, _caption(photo))
        held = BytesIO()
        image.save(held, "JPEG", quality=70, exif=_exif(photo, when))
        out.append((photo.path, held.getvalue()))
    return out


@lru_cache(maxsize=64)
def _scene(view: str, kind: str, look: int) -> Image.Image:
    return draw_scene(view, kind, [look, 53, len(view)], [])


def _stand(shape: shapely.Geometry, turn: float, gap: float) -> tuple[float, float, float]:
    """Where the photographer stands, `gap` metres off the patch, and the bearing to it."""
    c = shapely.point_on_surface(shape)
    ray = shapely.LineString([(c.x, c.y), (c.x + 2e3 * math.cos(turn), c.y + 2e3 * math.sin(turn))])
    edge = shapely.intersection(ray, shape)
    x0, y0, x1, y1 = shapely.bounds(edge)
    reach = math.hypot(x1 - x0, y1 - y0) + gap
    x, y = c.x + reach * math.cos(turn), c.y + reach * math.sin(turn)
    lon, lat = _TO_LONLAT.transform(x, y)
    to = _TO_LONLAT.transform(c.x, c.y)
    bearing = _GEOD.inv(lon, lat, to[0], to[1])[0] % 360
    return float(lon), float(lat), float(bearing)


def _caption(p: Photo) -> list[str]:
    return [
        f"No. {p.JCBH}   {p.view.upper()}",
        f"{p.taken.replace('T', ' ')}   {p.lat:.6f}N {p.lon:.6f}E   AZ {p.azimuth:05.1f}",
    ]


def _degrees(value: float) -> tuple[float, float, float]:
    d = int(value)
    m = int((value - d) * 60)
    return float(d), float(m), round((value - d - m / 60) * 3600, 4)


def _exif(p: Photo, when: datetime) -> Image.Exif:
    exif = Image.Exif()
    stamp = when.strftime("%Y:%m:%d %H:%M:%S")
    exif[0x010F], exif[0x0110], exif[0x0132] = "Liangtian Demo", "Sample Phone 1", stamp
    exif.get_ifd(0x8769)[0x9003] = stamp
    exif.get_ifd(0x8769)[0x9011] = "+08:00"
    utc = when - timedelta(hours=8)
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", _degrees(p.lat)
    gps[3], gps[4] = "E", _degrees(p.lon)
    gps[7] = (float(utc.hour), float(utc.minute), float(utc.second))
    gps[16], gps[17] = "T", p.azimuth
    gps[29] = utc.strftime("%Y:%m:%d")
    return exif


def _copied(folder: Path, source: Photo, number: str) -> Photo:
    name = f"{number}_4_near.jpg"
    shutil.copyfile(folder / Path(source.path).name, folder / name)
    return Photo(
        f"evidence/{name}", number, "near", source.lon, source.lat, source.azimuth,
        source.taken, "duplicate",
    )  # fmt: skip
