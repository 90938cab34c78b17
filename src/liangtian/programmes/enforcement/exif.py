"""What a photo says about itself: when, where, which way (EXIF)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from liangtian.platform.errors import Refused


@dataclass(frozen=True)
class PhotoFacts:
    """Time of taking (aware), position in degrees WGS84, azimuth in degrees; None where not told.

    `magnetic`: the azimuth counts from magnetic north.
    """

    taken_at: datetime | None
    lon: float | None
    lat: float | None
    azimuth: float | None
    magnetic: bool
    software: str = ""


def read_photo(path: Path, name: str, clock: tzinfo) -> PhotoFacts:
    """Facts of one picture; a camera's time without offset is taken as `clock` time.

    Raises Refused for a file that is no readable picture.
    """
    try:
        with Image.open(path) as image:
            exif = image.getexif()
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(f"照片“{name}”已损坏，无法打开，请重新拍摄或导出后上传。") from error
    details, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    lat = _degrees(gps, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(gps, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):  # 0,0 is a receiver without a fix
        lat = lon = None
    azimuth = _number(gps.get(GPS.GPSImgDirection))
    if azimuth is not None:
        azimuth = azimuth % 360 if 0 <= azimuth <= 360 else None
    return PhotoFacts(
        taken_at=_time(exif, details, clock),
        lon=lon,
        lat=lat,
        azimuth=azimuth,
        software=str(exif.get(Base.Software, "")).strip("\0 ")[:100],
        magnetic=str(gps.get(GPS.GPSImgDirectionRef, "")).strip("\0 ").upper() == "M",
    )


def _degrees(gps: dict[int, Any], key: int, ref: int, negative: str, limit: float) -> float | None:
    parts = gps.get(key)
    if not isinstance(parts, (tuple, list)) or len(parts) != 3:
        return None
    numbers = [_number(part) for part in parts]
    if any(n is None for n in numbers):
        return None
    d, m, s = (float(n) for n in numbers if n is not None)
    value = d + m / 60 + s / 3600
    if not 0 <= value <= limit:
        return None
    return -value if str(gps.get(ref, "")).strip("\0 ").upper() == negative else value


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def _time(exif: Any, details: dict[int, Any], clock: tzinfo) -> datetime | None:
    stamp, offset = details.get(Base.DateTimeOriginal), details.get(Base.OffsetTimeOriginal)
    if not stamp:
        stamp, offset = exif.get(Base.DateTime), details.get(Base.OffsetTime)
    try:
        taken = datetime.strptime(str(stamp).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    zone = clock
    try:
        told = datetime.strptime(str(offset).strip("\0 "), "%z").tzinfo
    except ValueError:
        told = None
    return taken.replace(tzinfo=told or zone)
