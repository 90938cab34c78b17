"""Prepared layers (预制图层) of published versions: made by a job, kept in the data folder, mapped by every process.

They hold nothing that the database does not: a file that is missing, damaged or of another version is made again.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.utils import timezone

from liangtian.platform.jobs import services as jobs
from liangtian.platform.jobs.models import Job
from liangtian.platform.layers.models import Feature, LayerVersion

if TYPE_CHECKING:
    from liangtian.geo.overlay.prepared import PreparedLayer
    from liangtian.platform.people.models import User

logger = logging.getLogger(__name__)

PART = 5_000
FROZEN = (
    LayerVersion.Status.PUBLISHED,
    LayerVersion.Status.WITHDRAWN,
)  # their features never change
Told = Callable[[float], None]

OPEN_AT_ONCE = 24  # more than the layers of a county that are in force at once
KEPT_UNUSED = timedelta(days=1)
_open: OrderedDict[Path, PreparedLayer] = OrderedDict()
_opening = threading.Lock()
_reading: dict[Path, threading.Lock] = {}  # one for each file that is being checked and opened
_whole: dict[Path, tuple[int, int]] = {}  # files found whole, with their time and size then


def prepared(version: LayerVersion) -> PreparedLayer:
    """The prepared layer of a published version; made here and now if it is not there."""
    return opened(version) or make(version)


def opened(version: LayerVersion) -> PreparedLayer | None:
    """The prepared layer of a published version if its file is there and whole, else None."""
    from liangtian.geo.overlay.prepared import PreparedRefused, open_prepared

    if version.status not in FROZEN:
        return None
    path = path_of(version)
    with _opening:
        if path in _open:
            _open.move_to_end(path)
            return _open[path]
        one_file = _reading.setdefault(path, threading.Lock())
    with one_file:  # who wants another layer does not wait for this one's checksum
        if path in _open:
            return _open[path]
        try:
            _require_whole(path)
            return _kept_open(path, open_prepared(path, key_of(version)))
        except PreparedRefused as refusal:
            if path.exists():
                logger.warning("%s：%s", version, refusal)
            return None


def _require_whole(path: Path) -> None:
    """Compare a file with its checksum, once for as long as it stays as it is. Raises PreparedRefused."""
    from liangtian.geo.overlay.prepared import PreparedRefused, verify

    try:
        found = path.stat()
    except OSError as error:
        raise PreparedRefused("预制图层不存在") from error
    if _whole.get(path) != (found.st_mtime_ns, found.st_size):
        verify(path)
        _whole[path] = (found.st_mtime_ns, found.st_size)


def _kept_open(path: Path, layer: PreparedLayer) -> PreparedLayer:
    """Keep a layer mapped; of more than `OPEN_AT_ONCE` those not used for longest are let go."""
    with _opening:
        _open[path] = layer
        _open.move_to_end(path)
        while len(_open) > OPEN_AT_ONCE:
            _open.popitem(last=False)
    return layer


def make(version: LayerVersion, told: Told = lambda _: None) -> PreparedLayer:
    """Read the features of a published version and write its prepared layer.

    Raises ValueError for a version that may still change.
    """
    from liangtian.geo.overlay.prepared import build, open_prepared

    if version.status not in FROZEN:
        raise ValueError(f"{version} may still change")
    ids, categories = [], []
    rows = Feature.objects.filter(version=version).order_by("pk")
    shapes = np.empty(rows.count(), dtype=object)
    for place, (pk, category, geom) in enumerate(
        rows.values_list("pk", "category", "geom").iterator(PART)
    ):
        ids.append(pk)
        categories.append(category)
        shapes[place] = geom
        if len(ids) % PART == 0:
            told(0.6 * len(ids) / len(shapes))
    told(0.6)
    layer = build(shapes, ids, categories, key_of(version))
    del shapes  # the arrays hold them now
    told(0.95)
    path = path_of(version)
    layer.save(path)
    _drop_others(path, version)
    return _kept_open(path, open_prepared(path, layer.key))


def order_prepared(user: User, version: LayerVersion) -> None:
    """Queue the job that makes a version ready."""
    jobs.enqueue(
        "layers.prepare", f"预制参考图层：{version}", user, version.region,
        link="/layers", target=_target(version), version_id=version.pk,
    )  # fmt: skip


def order_missing() -> None:
    """Queue the job for published versions whose file is not there or not whole, once for each."""
    published = LayerVersion.objects.filter(status=LayerVersion.Status.PUBLISHED)
    for version in published.select_related("layer", "source_file", "region", "published_by"):
        if opened(version) is not None or version.published_by is None:
            continue
        tried = Job.objects.filter(kind="layers.prepare", target=_target(version))
        if not tried.exclude(status=Job.Status.DONE).exists():
            order_prepared(version.published_by, version)


def drop_unused() -> int:
    """Remove the files of versions that are no longer in force, and of half-written ones; how many.

    One that is measured with again is made again; it then stays for `KEPT_UNUSED`.
    """
    published = LayerVersion.objects.filter(status=LayerVersion.Status.PUBLISHED)
    wanted = {path_of(version) for version in published.only("published_at")}
    limit, dropped = (timezone.now() - KEPT_UNUSED).timestamp(), 0
    for path in Path(settings.PREPARED_ROOT).glob("*"):
        if path in wanted or not path.is_file() or path.stat().st_mtime > limit:
            continue
        path.unlink(missing_ok=True)
        dropped += 1
        with _opening:
            for held in (_open, _reading, _whole):
                held.pop(path, None)
    return dropped


def key_of(version: LayerVersion) -> str:
    """Names the content: another version under the same number, as after a restore, has another key."""
    published = version.published_at.isoformat() if version.published_at else ""
    return f"{version.pk} {version.source_file.sha256} {published}"


def path_of(version: LayerVersion) -> Path:
    """Where the prepared layer of a version lies."""
    made = int(version.published_at.timestamp() * 1_000_000) if version.published_at else 0
    return Path(settings.PREPARED_ROOT) / f"{version.pk}-{made:x}.layer"


def _target(version: LayerVersion) -> str:
    return f"layers.version:{version.pk}"


def _drop_others(path: Path, version: LayerVersion) -> None:
    """Remove what another version left under the same number."""
    for other in path.parent.glob(f"{version.pk}-*.layer"):
        if other != path:
            other.unlink(missing_ok=True)
