"""Photos with the EXIF a phone writes."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from PIL import Image


def _degrees(value: float) -> tuple[float, float, float]:
    d = int(value)
    m = int((value - d) * 60)
    return float(d), float(m), round((value - d - m / 60) * 3600, 4)


def jpeg(
    lon: float | None = None,
    lat: float | None = None,
    azimuth: float | None = None,
    taken: datetime | None = None,
    *,
    north: str = "T",
    colour: str = "#557744",
) -> bytes:
    """A small JPEG; `taken` is China time."""
    exif = Image.Exif()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(0x8769)[0x9011] = "+08:00"
    gps = exif.get_ifd(0x8825)
    if lon is not None and lat is not None:
        gps[1], gps[2] = "N", _degrees(lat)
        gps[3], gps[4] = "E", _degrees(lon)
    if azimuth is not None:
        gps[16], gps[17] = north, azimuth
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()
