"""Work on the ground (外业): the patches a person is to go to, and how near a photo of each must be taken."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from django.utils import timezone
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.crs import to_4490
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.cases.inbox import box_of, due_state
from liangtian.platform.cases.models import Task
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.flow import CHECKING, DISPOSITION, KIND
from liangtian.programmes.enforcement.models import FieldCheck, Patch, PatchPhoto
from liangtian.programmes.enforcement.patch_page import mu, region_path
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.rules import pack_in_use, photos_lacking, type_label

MOST = 300  # patches at once; more than anybody goes to before asking again
_ARC = 8  # points in a quarter of the rounded corners of a ring
_PLACES = 1e-7  # degrees; a centimetre
_STATES = (CHECKING, DISPOSITION)


def field_tasks(user: User) -> dict[str, Any]:
    """Patches that wait for the user outdoors, the most urgent first, each with its outline and ring.

    `bounds` are those of the ring. The ring is the ground on which a photo may be taken: what lies no farther from the patch than the
    policy pack allows, metres. Raises Forbidden for who hands in no evidence.
    """
    require(user, "enforcement.view", "enforcement.evidence")
    waiting = box_of(user, "todo").filter(case__kind=KIND, state__in=_STATES)
    tasks = list(waiting.select_related("holder", "deadline")[:MOST])
    patches = {
        patch.case_id: patch
        for patch in Patch.objects.visible_to(user)
        .filter(case__in=[task.case_id for task in tasks])
        .select_related("region__parent__parent")
    }
    kept = [(task, patches[task.case_id]) for task in tasks if task.case_id in patches]
    return {"total": waiting.count(), "rows": list(_rows(user, kept))}


def _rows(user: User, kept: list[tuple[Task, Patch]]) -> Iterator[dict[str, Any]]:
    pack, today = pack_in_use(), timezone.localdate()
    ids = [patch.pk for _, patch in kept]
    looked = _directions(ids)
    filled = set(
        FieldCheck.objects.filter(patch__in=ids, returned_at=None).values_list("patch", flat=True)
    )
    reaches = [
        pack.value("enforcement.evidence_max_distance_m", proposal_day(patch)).decimal
        for _, patch in kept
    ]
    rings = _rings([patch.geom for _, patch in kept], [float(metres) for metres in reaches])
    for (task, patch), reach, ring in zip(kept, reaches, rings, strict=True):
        day = proposal_day(patch)
        wanted = pack.value("enforcement.evidence_directions", day).items
        fewest = pack.value("enforcement.evidence_min_photos", day).integer
        photos = looked[patch.pk]
        yield {
            "id": patch.pk,
            "number": patch.number,
            "task": task.title,
            "state": task.state,
            "mine": task.holder_id == user.pk,
            "holder": task.holder.name if task.holder else None,
            "region": region_path(patch.region),
            "monitoring_type": type_label(pack, patch.monitoring_type),
            "area_mu": mu(patch.area_m2),
            "farmland_mu": None if patch.farmland_m2 is None else mu(patch.farmland_m2),
            "outcome": patch.judgement_outcome or patch.proposal_outcome or None,
            "due_on": task.deadline.due_on if task.deadline else None,
            "due": due_state(task.deadline, today),
            "photos": len(photos),
            "lacking": photos_lacking(photos, fewest, wanted) if task.state == CHECKING else [],
            "form_filled": patch.pk in filled,
            "geometry": _geojson(patch.geom),
            "bounds": ring.bounds,
            "reach_m": reach,
            "ring": _geojson(ring),
        }


def _directions(patches: list[int]) -> dict[int, list[float | None]]:
    """Which way the photos of each patch look, degrees."""
    found: dict[int, list[float | None]] = defaultdict(list)
    rows = PatchPhoto.objects.filter(patch__in=patches, purpose=PatchPhoto.Purpose.EVIDENCE)
    for patch, azimuth in rows.values_list("patch", "azimuth"):
        found[patch].append(azimuth)
    return found


def _rings(geoms: list[BaseGeometry], metres: list[float]) -> NDArray[np.object_]:
    """Each geometry widened by so many metres, both in EPSG:4490."""
    shapes, out = np.array(geoms, dtype=object), np.empty(len(geoms), dtype=object)
    zones = [zone_at(geom.centroid.x) for geom in geoms]
    widths = np.array(metres)
    for zone in set(zones):
        here = np.array([one == zone for one in zones])
        wide = shapely.buffer(to_plane(shapes[here], zone), widths[here], quad_segs=_ARC)
        out[here] = to_4490(wide, zone.epsg)
    return out


def _geojson(geom: BaseGeometry) -> Any:
    return json.loads(shapely.to_geojson(shapely.set_precision(geom, _PLACES, mode="pointwise")))
