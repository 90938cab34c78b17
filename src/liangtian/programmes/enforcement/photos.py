"""Site photos as evidence (举证照片): taken in, read, checked against the patch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy, store
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.doubts import doubts_of
from liangtian.programmes.enforcement.exif import read_photo
from liangtian.programmes.enforcement.flow import DISPOSITION, RECTIFIED
from liangtian.programmes.enforcement.models import Patch, PatchPhoto
from liangtian.programmes.enforcement.plane import distance_m
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.rules import pack_in_use, photo_flags

USED_ELSEWHERE = "同一张照片已用于其他图斑"


def add_photos(user: User, patch_id: int, photos: Sequence[tuple[str, Iterable[bytes]]]) -> Patch:
    """Take photos (name, bytes) in for a patch: all of them or none.

    What a photo lacks or contradicts is flagged, not refused. Raises Forbidden, NotFound, and Refused for
    what is no picture or is already there.
    """
    require(user, "enforcement.view", "enforcement.evidence")
    patch: Patch = Patch.objects.fetch_for(user, pk=patch_id)
    if not photos:
        raise Refused("没有选择照片。", fields={"files": "请选择照片"})
    files = [
        store(chunks, name, user=user, region=patch.region, kind=StoredFile.Kind.PHOTO)
        for name, chunks in photos
    ]
    rows = [_photo(user, patch, file) for file in files]
    with transaction.atomic():
        Patch.objects.select_for_update().get(pk=patch.pk)
        _refuse_repeated(patch, files)
        PatchPhoto.objects.bulk_create(rows)
        look_over(patch)
        record(
            user, "enforcement.photo.add", patch,
            after={"photos": [{"name": f.name, "sha256": f.sha256} for f in files]},
        )  # fmt: skip
    return patch


def _photo(user: User, patch: Patch, file: StoredFile) -> PatchPhoto:
    clock: tzinfo = timezone.get_default_timezone()
    with named_copy(file) as path:
        facts = read_photo(path, file.name, clock)
    distance = None
    if facts.lon is not None and facts.lat is not None:
        distance = round(distance_m(patch.geom, facts.lon, facts.lat), 1)
    farthest = pack_in_use().value("enforcement.evidence_max_distance_m", proposal_day(patch))
    flags = photo_flags(
        position_known=distance is not None,
        distance_m=distance,
        farthest_m=farthest.decimal,
        taken_at=facts.taken_at.astimezone(clock) if facts.taken_at else None,
        not_before=patch.period_after,
        azimuth_known=facts.azimuth is not None,
        magnetic=facts.magnetic,
    )
    return PatchPhoto(
        patch=patch, file=file, taken_at=facts.taken_at, lon=facts.lon, lat=facts.lat,
        azimuth=facts.azimuth, distance_m=distance, flags=flags, added_by=user,
        place_from=PatchPhoto.PlaceFrom.EXIF if facts.lon is not None else "",
        purpose=_purpose(patch), software=facts.software,
    )  # fmt: skip


def _purpose(patch: Patch) -> str:
    """Photos of a patch that is being put right show what became of it."""
    after = patch.case.stage in (DISPOSITION, RECTIFIED)
    return PatchPhoto.Purpose.RECTIFIED if after else PatchPhoto.Purpose.EVIDENCE


def _refuse_repeated(patch: Patch, files: Sequence[StoredFile]) -> None:
    there = set(patch.photos.values_list("file__sha256", flat=True))
    repeated = []
    for file in files:
        if file.sha256 in there:
            repeated.append(file.name)
        there.add(file.sha256)
    if repeated:
        names = "、".join(f"“{name}”" for name in repeated)
        raise Refused(
            f"照片{names}与本图斑已有的(或同时上传的)照片相同，本次上传未保存。请去掉重复照片后再传。",
            fields={"files": "有重复照片"},
        )


def photos_of(patch: Patch) -> list[dict[str, Any]]:
    """The photos of a patch for the page and the dossier, in the order they were taken.

    Whether the same bytes serve another patch is asked now, since that patch may have come later.
    """
    rows = list(patch.photos.select_related("file"))
    elsewhere = set(
        PatchPhoto.objects.filter(file__sha256__in=[row.file.sha256 for row in rows])
        .exclude(patch=patch)
        .values_list("file__sha256", flat=True)
    )
    doubts = doubts_of(patch, rows)
    return [
        {
            "id": row.pk,
            "file_id": row.file_id,
            "name": row.file.name,
            "taken_at": row.taken_at,
            "lon": row.lon,
            "lat": row.lat,
            "azimuth": row.azimuth,
            "distance_m": row.distance_m,
            "purpose": row.purpose,
            "flags": row.flags
            + ([USED_ELSEWHERE] if row.file.sha256 in elsewhere else [])
            + doubts.get(row.pk, []),
            "sha256": row.file.sha256,
            "thumbnail": f"/api/files/{row.file_id}/thumbnail",
            "url": f"/api/files/{row.file_id}",
        }
        for row in rows
    ]
