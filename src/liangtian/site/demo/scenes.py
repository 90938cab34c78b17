"""What a satellite patch can turn out to be, each built on the ground with its papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely

from .ground import Ground, NoPlaceError, building, lane, turned, yard
from .mosaic import Floats
from .permits import Permits

MU = 2000 / 3
TRIES = 400
GAP = 22.0
GROWTH = 5.0  # metres; neighbours and their papers keep farther away


@dataclass(frozen=True)
class Stage:
    """What a scene is built with: ground, permits, and the two images' dates."""

    ground: Ground
    permits: Permits
    before: date
    after: date

    def days(self, low: int, high: int) -> timedelta:
        """A random span of days."""
        return timedelta(days=int(self.ground.rng.integers(low, high)))


@dataclass(frozen=True)
class Scene:
    """A patch with its type (TBLX), feature words (TZ), and the number of its permit if any."""

    shape: shapely.Geometry
    kind: str
    words: str
    permit: str | None = None


def _place(
    stage: Stage,
    pool: str,
    outline: Callable[[np.random.Generator], Floats],
    good: Callable[[shapely.Geometry], bool],
    gap: float = GAP,
) -> shapely.Geometry:
    ground = stage.ground
    for _ in range(TRIES):
        plot = ground.spot(pool, gap)
        x, y = ground.middle(plot)
        shape = turned(outline(ground.rng), x, y, ground.heading(plot))
        inside = shapely.contains_properly(ground.whole, shape)
        if inside and ground.free(shape, gap) and good(shape):
            ground.take(shape)
            return shape
    raise NoPlaceError(f"no fitting place in {pool}")


def _house(low: float, high: float) -> Callable[[np.random.Generator], Floats]:
    return lambda rng: building(rng, float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _heap(low: float, high: float) -> Callable[[np.random.Generator], Floats]:
    return lambda rng: yard(rng, float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _on_farm(stage: Stage, low: float = 500, high: float = 5000) -> shapely.Geometry:
    g = stage.ground
    outline = _house(low, high)
    return _place(
        stage, "farm", outline, lambda s: g.basic(s) < 0.5 and g.farmland(s) > 0.6 * s.area
    )


def _around(shape: shapely.Geometry, by: float) -> shapely.Geometry:
    ring = shapely.get_coordinates(shapely.buffer(shape, by, join_style="mitre").exterior)
    return shapely.Polygon(np.round(ring, 3))


def approved_inside(stage: Stage) -> Scene:
    """Wholly inside a construction approval in force."""
    s = _on_farm(stage)
    given = stage.before - stage.days(30, 300)
    p = stage.permits.build(_around(s, 9.0), given, given + timedelta(days=730))
    return Scene(s, "20", "新增建筑物", p.number)


def approved_park(stage: Stage) -> Scene:
    """A large site wholly inside its approval: most of the new construction of a month."""
    g = stage.ground
    outline = _house(8_000, 15_000)
    s = _place(stage, "farm", outline, lambda s: g.farmland(s) > 0.6 * s.area)
    given = stage.before - stage.days(30, 300)
    p = stage.permits.build(_around(s, 9.0), given, given + timedelta(days=730))
    return Scene(s, "DT", "场地平整", p.number)


def approved_partial(stage: Stage) -> Scene:
    """Reaches beyond its approval: the outside part must be judged on its own."""
    s = _on_farm(stage, 1500, 6000)
    x0, y0, x1, y1 = shapely.bounds(s)
    cut = shapely.box(x0 - 60, y0 - 60, x0 + 0.62 * (x1 - x0), y1 + 60)
    red = _around(
        shapely.intersection(shapely.buffer(s, 14, join_style="mitre").envelope, cut), 0.0
    )
    given = stage.before - stage.days(30, 300)
    p = stage.permits.build(red, given, given + timedelta(days=730))
    return Scene(s, "20", "新增建筑物", p.number)


def approval_expired(stage: Stage) -> Scene:
    """The approval had run out before the change."""
    s = _on_farm(stage)
    until = stage.before - stage.days(60, 400)
    p = stage.permits.build(_around(s, 8.0), until - timedelta(days=730), until)
    return Scene(s, "20", "新增建筑物", p.number)


def approval_late(stage: Stage) -> Scene:
    """The approval was given only after the change was seen."""
    s = _on_farm(stage)
    given = stage.after + stage.days(8, 40)
    p = stage.permits.build(_around(s, 8.0), given, given + timedelta(days=730))
    return Scene(s, "DT", "地表扰动、基础施工", p.number)


def facility(stage: Stage) -> Scene:
    """Facility agriculture on record."""
    s = _on_farm(stage, 600, 3000)
    given = stage.before - stage.days(20, 400)
    p = stage.permits.farm(_around(s, 6.0), given, given + timedelta(days=5 * 365))
    return Scene(s, "20", "新增棚舍", p.number)


def temporary_valid(stage: Stage) -> Scene:
    """Temporary land within its term."""
    s = _on_farm(stage, 900, 5000)
    given = stage.before - stage.days(20, 200)
    p = stage.permits.lend(_around(s, 6.0), given, stage.after + stage.days(150, 400))
    return Scene(s, "TD", "推填土", p.number)


def temporary_expired(stage: Stage) -> Scene:
    """Temporary land past its term."""
    s = _on_farm(stage, 900, 5000)
    until = stage.before - stage.days(20, 200)
    p = stage.permits.lend(_around(s, 6.0), until - timedelta(days=700), until)
    return Scene(s, "YH", "硬化地面", p.number)


def rural_road(stage: Stage) -> Scene:
    """A rural road no wider than 8 m."""
    g = stage.ground

    def outline(rng: np.random.Generator) -> Floats:
        return lane(rng, float(rng.uniform(90, 220)), float(rng.uniform(3.5, 6.5)))

    s = _place(stage, "farm", outline, lambda s: g.basic(s) < 0.5)
    return Scene(s, "ND", "新增农村道路")


def farmland_unapproved(stage: Stage) -> Scene:
    """On farmland, nothing on paper."""
    g = stage.ground
    kind, words = (("20", "新增建筑物"), ("YH", "硬化地面"), ("DT", "地表扰动"), ("TD", "推填土"),
                   ("DL2", "在建道路"))[int(g.rng.integers(5))]  # fmt: skip
    outline = _house(450, 6000) if kind in ("20", "YH") else _heap(600, 8000)
    s = _place(stage, "farm", outline, lambda s: g.basic(s) < 0.5 and g.farmland(s) > 0.6 * s.area)
    return Scene(s, kind, words)


def pbf_unapproved(stage: Stage) -> Scene:
    """On permanent basic farmland, nothing on paper."""
    g = stage.ground
    kind, words, outline = (
        ("20", "新增建筑物", _house(400, 3500)),
        ("YH", "硬化地面", _house(400, 3000)),
        ("KT", "新挖坑塘", _heap(900, 5000)),
    )[int(g.rng.integers(3))]
    s = _place(stage, "pbf", outline, lambda s: g.basic(s) > 0.7 * s.area)
    return Scene(s, kind, words)


def large_building(stage: Stage) -> Scene:
    """Buildings over 50 mu of farmland or more."""
    g = stage.ground

    def outline(rng: np.random.Generator) -> Floats:
        return building(rng, float(rng.uniform(60, 78)) * MU)

    pool = "farm" if g.rng.uniform() < 0.3 else "pbf"
    s = _place(stage, pool, outline, lambda s: g.farmland(s) > 51.5 * MU)
    return Scene(s, "20", "新增大型厂房")


def homestead(stage: Stage) -> Scene:
    """A small new house at the edge of a village, nothing on paper."""
    g = stage.ground
    outline = _house(110, 230)
    s = _place(stage, "home", outline, lambda s: g.basic(s) < 0.5 and g.farmland(s) > 0.6 * s.area)
    return Scene(s, "20", "新增房屋")


def _pit(stage: Stage, gap: float) -> shapely.Geometry:
    g = stage.ground
    return _place(stage, "open", _heap(1800, 9000), lambda s: g.basic(s) < 0.5, gap)


def mining_inside(stage: Stage) -> Scene:
    """Mining inside a licence in force."""
    s = _pit(stage, 70.0)
    given = stage.before - stage.days(100, 900)
    p = stage.permits.dig(_around(s.convex_hull, 45.0), given, given + timedelta(days=5 * 365))
    return Scene(s, "CK", "露天开采面", p.number)


def mining_outside(stage: Stage) -> Scene:
    """Mining beside a licence: nearly all of it lies outside."""
    s = _pit(stage, 150.0)
    x0, y0, x1, _ = shapely.bounds(s)
    side = shapely.box(x1 + 12, y0 - 40, x1 + 110, y0 + 90)
    given = stage.before - stage.days(100, 900)
    p = stage.permits.dig(side, given, given + timedelta(days=5 * 365))
    stage.ground.take(shapely.box(x0, y0 - 40, x1 + 110, y0 + 90))
    return Scene(s, "CK", "露天开采面", p.number)


def unchanged(stage: Stage) -> Scene:
    """Already built on in every survey: the change is not real."""
    g = stage.ground
    for _ in range(TRIES):
        k = g.spot("built", 40)
        s = shapely.buffer(g.survey.shapes[k], -4.0, join_style="mitre")
        if shapely.get_type_id(s) == 3 and s.area > 400 and g.farmland(s) < 0.5:
            g.take(s)
            return Scene(_around(s, 0.0), "20", "疑似新增建筑物")
    raise NoPlaceError("no fitting place in built")


def solar(stage: Stage) -> Scene:
    """Solar panels on land that is not farmland."""
    g = stage.ground
    s = _place(stage, "open", _heap(3000, 15000), lambda s: g.farmland(s) < 0.1 * s.area)
    return Scene(s, "GF", "光伏板")


def grown(ground: Ground, scene: Scene, outcome: str) -> Scene | None:
    """The patch wider all round, where that leaves it what it was designed to be; else None."""
    shape = _around(scene.shape, GROWTH)
    if outcome == "pbf_unapproved":
        fits = ground.basic(shape) > 0.7 * shape.area
    else:
        fits = ground.basic(shape) < 0.5 and ground.farmland(shape) > 0.6 * shape.area
    inside = shapely.contains_properly(ground.whole, shape)
    return Scene(shape, scene.kind, f"{scene.words}（续建）") if fits and inside else None


@dataclass(frozen=True)
class Outcome:
    """A designed outcome: how it is built, its Chinese name, and how often it occurs."""

    build: Callable[[Stage], Scene]
    label: str
    weight: int


OUTCOMES: dict[str, Outcome] = {
    "approved_inside": Outcome(approved_inside, "合法：批准范围内", 8),
    "approved_park": Outcome(approved_park, "合法：大宗项目用地在批准范围内", 0),
    "approved_partial": Outcome(approved_partial, "部分超出批准范围，须拆分判定", 5),
    "approval_expired": Outcome(approval_expired, "批准文件已过期", 3),
    "approval_late": Outcome(approval_late, "批准晚于变化时间（未批先建）", 4),
    "facility": Outcome(facility, "其他用地：设施农业用地", 8),
    "temporary_valid": Outcome(temporary_valid, "其他用地：临时用地（在期限内）", 4),
    "temporary_expired": Outcome(temporary_expired, "临时用地逾期", 3),
    "rural_road": Outcome(rural_road, "其他用地：农村道路", 6),
    "farmland_unapproved": Outcome(farmland_unapproved, "违法：占用耕地且无批准", 12),
    "pbf_unapproved": Outcome(pbf_unapproved, "违法：占用永久基本农田", 5),
    "large_building": Outcome(large_building, "建筑物占用耕地50亩以上，须实地核查", 1),
    "homestead": Outcome(homestead, "疑似乱占耕地建房", 7),
    "mining_inside": Outcome(mining_inside, "合法：采矿许可范围内", 2),
    "mining_outside": Outcome(mining_outside, "违法：采矿许可范围外", 2),
    "unchanged": Outcome(unchanged, "其他用地：实地未变化", 6),
    "solar": Outcome(solar, "光伏用地（非耕地）", 3),
}
