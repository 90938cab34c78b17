"""What photos of several patches together make doubtful: one spot for many, too fast from one to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from liangtian.programmes.enforcement.models import Patch, PatchPhoto
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.rules import pack_in_use

_DEGREE_M = 111_320.0  # metres in a degree of latitude
_AROUND = timedelta(hours=3)
EDITORS = ("photoshop", "lightroom", "gimp", "snapseed", "美图", "meitu", "picsart", "pixelmator")


def doubts_of(patch: Patch, photos: Sequence[PatchPhoto]) -> dict[int, list[str]]:
    """Doubts (Chinese) by photo id; photos of other patches are looked at whoever may see those."""
    pack, on = pack_in_use(), proposal_day(patch)
    near = pack.value("enforcement.photo_crowd_m", on).decimal
    crowd = pack.value("enforcement.photo_crowd_patches", on).integer
    fastest = pack.value("enforcement.photo_fastest_kmh", on).decimal
    found: dict[int, list[str]] = {}
    for photo in photos:
        doubts = []
        if any(name in photo.software.lower() for name in EDITORS):
            doubts.append(f"照片经“{photo.software}”处理过")
        if photo.lon is not None and photo.lat is not None:
            if (others := _on_the_spot(patch, photo, near)) + 1 >= crowd:
                doubts.append(f"同一位置的照片还用于其他 {others} 个图斑")
            if speed := _impossible(photo, fastest):
                doubts.append(f"与前后一张照片相比移动过快（约 {speed:.0f} 公里/小时）")
        found[photo.pk] = doubts
    return found


def _on_the_spot(patch: Patch, photo: PatchPhoto, near: Decimal) -> int:
    """How many other patches of the county have a photo from the same spot."""
    lon, lat = float(photo.lon or 0), float(photo.lat or 0)
    high = float(near) / _DEGREE_M
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    return (
        PatchPhoto.objects.filter(
            lon__range=(lon - wide, lon + wide), lat__range=(lat - high, lat + high),
            patch__county=patch.county_id,
        )
        .exclude(patch=patch)
        .values("patch")
        .distinct()
        .count()
    )  # fmt: skip


def _impossible(photo: PatchPhoto, fastest: Decimal) -> float:
    """km/h to the nearest photo in time of the same person, when it is more than can be; else 0."""
    if photo.taken_at is None:
        return 0.0
    others = PatchPhoto.objects.filter(
        added_by=photo.added_by_id, lon__isnull=False, lat__isnull=False,
        taken_at__range=(photo.taken_at - _AROUND, photo.taken_at + _AROUND),
    ).exclude(pk=photo.pk)  # fmt: skip
    worst = 0.0
    for taken, lon, lat in others.values_list("taken_at", "lon", "lat")[:200]:
        if taken is None or lon is None or lat is None:
            continue
        metres = _metres(float(photo.lon or 0), float(photo.lat or 0), lon, lat)
        hours = max(abs((taken - photo.taken_at).total_seconds()), 1.0) / 3600
        worst = max(worst, metres / 1000 / hours) if metres > 1000 else worst
    return worst if Decimal(worst) > fastest else 0.0


def _metres(lon: float, lat: float, lon2: float, lat2: float) -> float:
    east = (lon2 - lon) * math.cos(math.radians((lat + lat2) / 2)) * _DEGREE_M
    return math.hypot(east, (lat2 - lat) * _DEGREE_M)
