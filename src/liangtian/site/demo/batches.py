"""Monthly satellite-patch batches (卫片图斑), with the outcome each patch was designed for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import shapely

from liangtian.geo.area import survey_areas

from .county import EPSG
from .dltb import Column
from .ground import Ground, NoPlaceError
from .layers import Layer, texts
from .mosaic import Shapes
from .permits import Permits
from .places import COUNTY_CODE, COUNTY_NAME
from .scenes import MU, OUTCOMES, Scene, Stage, grown

MONTHS = ("2026-01", "2026-02", "2026-03")
"""The first three months; the third is the one with bad rows, left to be imported by hand."""
LATER_MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")
LATER_SHARE = 5  # a later month has one fifth of the rows of an early one, the last half
_BUILT = ("05", "06", "07", "08", "09", "1001", "1003", "1004", "1005", "1201")


PARK = "approved_park"
COMMON = [k for k in OUTCOMES if k not in ("large_building", PARK)]
CONTINUED = ("farmland_unapproved", "pbf_unapproved", "homestead")
"""One patch of the first month for each of these is seen again in the second, grown."""


@dataclass(frozen=True)
class Row:
    """One patch: number, geometry, type, words, image dates and what it was designed to be."""

    number: str
    scene: Scene
    outcome: str
    before: date
    after: date
    note: str = ""


@dataclass(frozen=True)
class Batch:
    """One month's rows; `flaws` maps the position of a deliberately bad row to its flaw."""

    month: str
    rows: list[Row]
    flaws: dict[int, str] = field(default_factory=dict)


def make_batches(ground: Ground, permits: Permits, size: int) -> list[Batch]:
    """Three batches of about `size` rows; the second sees three of the first again, the last has bad rows."""
    out = []
    for k, month in enumerate(MONTHS):
        first = date.fromisoformat(month + "-01")
        keys = _programme(size, k, ground.rng)
        rows = [_row(ground, permits, first, n, key) for n, key in enumerate(keys, start=1)]
        out.append(Batch(month, rows))
    return [out[0], _with_continued(ground, *out[:2]), _with_flaws(ground, permits, out[2])]


def make_later_batches(ground: Ground, permits: Permits, size: int) -> list[Batch]:
    """The months after: small ones, each with one large approved site, and a last one of half size.

    A small county has no room for all of them: the large sites are placed first, then the last month.
    """
    *small, last = (date.fromisoformat(month + "-01") for month in LATER_MONTHS)
    rows = {first: [_row(ground, permits, first, 1, PARK)] for first in small}
    rows[last] = []
    keys = {last: _programme(size // 2, 2, ground.rng)}
    keys |= {first: _common(size // LATER_SHARE, ground.rng) for first in small}
    for first, wanted in keys.items():
        for key in wanted:
            with suppress(NoPlaceError):
                n = len(rows[first]) + 1
                rows[first].append(_row(ground, permits, first, n, key))
    return [Batch(f"{first:%Y-%m}", found) for first, found in rows.items()]


def _row(ground: Ground, permits: Permits, first: date, n: int, key: str) -> Row:
    after = first + timedelta(days=int(ground.rng.integers(2, 24)))
    before = after - timedelta(days=int(ground.rng.integers(70, 110)))
    scene = OUTCOMES[key].build(Stage(ground, permits, before, after))
    return Row(_number(f"{first:%Y-%m}", n), scene, key, before, after)


def _with_continued(ground: Ground, earlier: Batch, batch: Batch) -> Batch:
    """The batch with some patches of an earlier one on it again: building went on after the first image."""
    rows = list(batch.rows)
    for key in CONTINUED:
        found = (grown(ground, r.scene, key) for r in earlier.rows if r.outcome == key)
        scene = next((scene for scene in found if scene is not None), None)
        if scene is not None:
            number = _number(batch.month, len(rows) + 1)
            rows.append(Row(number, scene, key, rows[0].before, rows[0].after))
    return Batch(batch.month, rows)


def _number(month: str, n: int) -> str:
    return f"{COUNTY_CODE}SJBG{month[2:4]}{month[5:]}{n:04d}"


def _common(count: int, rng: np.random.Generator) -> list[str]:
    """So many outcomes by their weight."""
    weight = np.array([OUTCOMES[k].weight for k in COMMON], dtype=np.float64)
    return [
        COMMON[i] for i in rng.choice(len(COMMON), size=count, p=weight / weight.sum()).tolist()
    ]


def _programme(size: int, batch: int, rng: np.random.Generator) -> list[str]:
    """Outcomes of a batch: each at least once (large buildings not in the last), then by weight."""
    keys = COMMON if batch == 2 else [k for k in OUTCOMES if k != PARK]
    every = keys + _common(max(size - len(keys), 0), rng)
    return [every[i] for i in rng.permutation(len(every)).tolist()]


def _with_flaws(ground: Ground, permits: Permits, batch: Batch) -> Batch:
    rows, month = list(batch.rows), batch.month
    model = rows[0]

    def fresh(key: str) -> Scene:
        return OUTCOMES[key].build(Stage(ground, permits, model.before, model.after))

    def add(number: str, scene: Scene, flaw: str) -> None:
        flaws[len(rows)] = flaw
        rows.append(Row(number, scene, "", model.before, model.after))

    flaws: dict[int, str] = {}
    n = len(rows)
    add(rows[3].number, fresh("farmland_unapproved"), "duplicate_number")
    box = shapely.bounds(ground.whole)
    away = shapely.box(box[2] + 3000, box[3] + 1000, box[2] + 3060, box[3] + 1040)
    add(_number(month, n + 1), Scene(away, "20", "新增建筑物"), "outside_county")
    x, y = ground.middle(ground.spot("farm", 60))
    tie = shapely.Polygon([(x, y), (x + 40, y + 30), (x + 40, y), (x, y + 22)])
    ground.take(tie)
    add(_number(month, n + 2), Scene(tie, "20", "新增建筑物"), "bow_tie")
    bare = fresh("farmland_unapproved")
    add(_number(month, n + 3), Scene(bare.shape, "", bare.words), "empty_type")
    return Batch(month, rows, flaws)


def batch_layer(batch: Batch, ground: Ground) -> Layer:
    """The batch as received: fields JCBH, JCMJ (mu), XZQDM, XMC, TBLX, TZ, QSX, HSX …"""
    shapes: Shapes = np.array([r.scene.shape for r in batch.rows], dtype=object)
    sound = np.array([shapely.is_valid(s) for s in shapes])
    area = np.where(sound, survey_areas(shapes, EPSG), shapely.area(shapes))
    clean = [shapely.make_valid(s) for s in shapes]
    main = [ground.main_class(s) for s in clean]
    n = len(shapes)
    columns: dict[str, Column] = {
        "JCBH": texts([r.number for r in batch.rows]),
        "JCMJ": np.round(np.abs(area) / MU, 2),
        "XZQDM": texts([COUNTY_CODE] * n),
        "XMC": texts([COUNTY_NAME] * n),
        "TBLX": texts([r.scene.kind for r in batch.rows]),
        "TZ": texts([r.scene.words for r in batch.rows]),
        "QSX": np.array([r.before for r in batch.rows], dtype="datetime64[D]"),
        "HSX": np.array([r.after for r in batch.rows], dtype="datetime64[D]"),
        "DLBM": texts([c for c, _ in main]),
        "DLMC": texts([m for _, m in main]),
        "JSYDXZ": texts(["现状建设用地" if c.startswith(_BUILT) else "" for c, _ in main]),
        "SFYN": texts(["是" if ground.basic(s) > 1 else "否" for s in clean]),
        "SFHX": texts(["是" if ground.red_line(s) > 1 else "否" for s in clean]),
        "BZ": texts([r.note for r in batch.rows]),
    }
    return Layer(f"WPTB_{batch.month.replace('-', '')}", shapes, columns)
