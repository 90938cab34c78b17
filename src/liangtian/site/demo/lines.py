"""Railway, roads, rivers, canals, ditches: long narrow strips that cross and end at one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from .mosaic import Bools, Floats, Ints, Shapes
from .terrain import HILL, Terrain

STEP = 30.0


@dataclass(frozen=True)
class Line:
    """A centre line, its land class (survey code) and its width in metres."""

    code: str
    width: float
    path: shapely.LineString


@dataclass(frozen=True)
class LineSites:
    """Cell centres that make the strips: `line` owns the cell, `flank` cells belong to the land
    beside it."""

    xy: Floats
    line: Ints
    flank: Bools


def draw_lines(land: Terrain) -> list[Line]:
    """All lines of the county, the more important first."""
    rng = np.random.default_rng([land.seed, 2])
    out: list[Line] = []
    across = _across(land, rng, 0.10)
    out.append(Line("1001", 16.0, across))
    roads = _links(land.towns, extra=0.35, rng=rng)
    out += [Line("1003", 14.0, _meander(land.towns[i], land.towns[j], rng, 0.05)) for i, j in roads]
    out.append(Line("1003", 24.0, _across(land, rng, 0.08)))
    rivers = max(1, round(land.width / 22_000))
    out += [
        Line("1101", float(rng.uniform(34, 60)), _across(land, rng, 0.22)) for _ in range(rivers)
    ]
    canals = max(1, round(land.width / 12_000))
    out += [Line("1107A", 10.0, _across(land, rng, 0.05)) for _ in range(canals)]
    ties = _links(land.settlements, extra=0.12, rng=rng)
    home = land.settlements
    out += [
        Line(
            "1006", float(np.round(rng.uniform(4.0, 7.5), 1)), _meander(home[i], home[j], rng, 0.07)
        )
        for i, j in ties
    ]
    return out + _field_lines(land, rng)


def field_angle(land: Terrain) -> Floats:
    """Direction of the fields around each settlement, radians."""
    turn = land.at(land.wet_grid, land.settlements) * 0.35
    jitter = np.random.default_rng([land.seed, 3]).normal(0, 0.12, len(land.settlements))
    return np.asarray(turn + jitter)


def _field_lines(land: Terrain, rng: np.random.Generator) -> list[Line]:
    out = []
    angle = field_angle(land)
    s = np.arange(-1500.0, 1500.1, 25.0)
    for d, centre in enumerate(land.settlements):
        along = np.array([np.cos(angle[d]), np.sin(angle[d])])
        side = np.array([-along[1], along[0]])
        for k in (-1.5, -0.5, 0.5, 1.5):
            xy = centre + np.outer(s, along) + side * (k * 330.0 + rng.uniform(-40, 40))
            ok = (land.district(xy) == d) & land.inside(xy) & (land.height(xy) < HILL)
            ok &= np.hypot(*(xy - centre).T) > land.settlement_radius[d] + 25
            lo, hi = _longest_run(ok)
            if hi - lo < 12:
                continue
            ditch = rng.uniform() < 0.5
            width = np.round(rng.uniform(3.0, 4.5) if ditch else rng.uniform(3.5, 5.5), 1)
            out.append(
                Line("1107" if ditch else "1006", float(width), shapely.LineString(xy[lo:hi]))
            )
    return out


def _longest_run(ok: Bools) -> tuple[int, int]:
    edge = np.diff(np.r_[0, ok.astype(np.int8), 0])
    lo, hi = np.nonzero(edge == 1)[0], np.nonzero(edge == -1)[0]
    if not len(lo):
        return 0, 0
    k = int(np.argmax(hi - lo))
    return int(lo[k]), int(hi[k])


def _links(places: Floats, extra: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Shortest network joining all places, and a few more direct links."""
    if len(places) < 4:
        return [(i, i + 1) for i in range(len(places) - 1)]
    t = Delaunay(places).simplices
    e = np.unique(np.sort(np.vstack([t[:, [0, 1]], t[:, [1, 2]], t[:, [0, 2]]]), axis=1), axis=0)
    size = np.hypot(*(places[e[:, 0]] - places[e[:, 1]]).T)
    n = len(places)
    tree = minimum_spanning_tree(coo_matrix((size, (e[:, 0], e[:, 1])), shape=(n, n))).tocoo()
    got = {
        (min(i, j), max(i, j)) for i, j in zip(tree.row.tolist(), tree.col.tolist(), strict=True)
    }
    short = size < np.median(size)
    for (i, j), ok in zip(e.tolist(), short & (rng.uniform(size=len(e)) < extra), strict=True):
        if ok:
            got.add((i, j))
    return sorted(got)


def _meander(p: Floats, q: Floats, rng: np.random.Generator, amp: float) -> shapely.LineString:
    size = float(np.hypot(*(q - p)))
    t = np.linspace(0, 1, max(6, int(size / 25)))
    side = np.array([-(q - p)[1], (q - p)[0]]) / max(size, 1.0)
    off = np.zeros_like(t)
    for k in range(1, max(4, int(size / 1500))):
        off += amp * size * k**-1.6 * rng.standard_normal() * np.sin(np.pi * k * t)
    return shapely.LineString(p + np.outer(t, q - p) + np.outer(off, side))


def _across(land: Terrain, rng: np.random.Generator, amp: float) -> shapely.LineString:
    turn = rng.uniform(0, np.pi)
    d = np.array([np.cos(turn), np.sin(turn)]) * land.width * 0.58
    mid = land.width / 2 + rng.uniform(-0.16, 0.16, 2) * land.width
    return _meander(mid - d, mid + d, rng, amp * 0.6)


def line_sites(lines: list[Line], width: float) -> LineSites:
    """Rows of cell centres: one along each line and one on each side, mirrored at its edge."""
    paths: Shapes = np.array([ln.path for ln in lines], dtype=object)
    crossings = _crossings(paths)
    xy, own, flank, tang, centre_of = [], [], [], [], []
    for i, ln in enumerate(lines):
        s, guest = _stations(ln, crossings.get(i, []), lines)
        p, a, b = _along(ln.path, s), _along(ln.path, s - 4), _along(ln.path, s + 4)
        t = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
        n = np.c_[-t[:, 1], t[:, 0]]
        for k, side in enumerate((0.0, 1.0, -1.0)):
            row = p + n * ln.width * side
            who = np.full(len(s), i)
            is_flank = np.full(len(s), k > 0)
            for at in np.nonzero(guest >= 0)[0] if k else ():
                other = lines[guest[at]]
                if shapely.distance(shapely.Point(row[at]), other.path) < other.width * 0.7:
                    who[at], is_flank[at] = guest[at], False
            xy.append(row)
            own.append(who)
            flank.append(is_flank)
            tang.append(t)
            centre_of.append(np.full(len(s), i if k == 0 else -1 - i))
    sites = LineSites(np.vstack(xy), np.concatenate(own).astype(np.int64), np.concatenate(flank))
    keep = _clear(sites.xy, np.vstack(tang), np.concatenate(centre_of), lines)
    keep &= ((sites.xy > 0) & (sites.xy < width)).all(1)
    return LineSites(sites.xy[keep], sites.line[keep], sites.flank[keep])


def _along(path: shapely.LineString, s: Floats) -> Floats:
    """Points of a line at distances along it (clamped to its ends)."""
    xy = shapely.get_coordinates(path)
    at = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    out: Floats = np.c_[np.interp(s, at, xy[:, 0]), np.interp(s, at, xy[:, 1])]
    return out


def _crossings(paths: Shapes) -> dict[int, list[tuple[float, int]]]:
    """For each line, where a less important one meets it: (distance along, other line)."""
    tree = shapely.STRtree(paths)
    low, high = tree.query(paths, predicate="intersects")
    out: dict[int, list[tuple[float, int]]] = {}
    pick = high < low
    low, high = low[pick], high[pick]
    meet = shapely.intersection(paths[low], paths[high])
    pts, which = shapely.get_parts(meet, return_index=True)
    point = shapely.get_type_id(pts) == 0
    along = shapely.line_locate_point(paths[high[which[point]]], pts[point])
    for s, w in zip(along.tolist(), which[point].tolist(), strict=True):
        out.setdefault(int(high[w]), []).append((s, int(low[w])))
    return out


def _stations(ln: Line, met: list[tuple[float, int]], lines: list[Line]) -> tuple[Floats, Ints]:
    """Distances along the line of its cell centres, and which line joins there (-1: none)."""
    total = ln.path.length
    step = STEP if ln.width < 30 else STEP * 1.4
    s = (np.arange(max(2, int(total / step))) + 0.5) * total / max(2, int(total / step))
    taken: list[tuple[float, float, int]] = []
    for at, other in sorted(met, key=lambda m: m[1]):
        w = lines[other].width
        if all(abs(at - t[0]) > 1.6 * (w + t[1]) + 6 for t in taken):
            taken.append((at, w, other))
    for at, w, _ in taken:
        s = s[np.abs(s - at) > 1.7 * w + 5]
    extra = [(at + k * w, other if k == 0 else -1) for at, w, other in taken for k in (-1, 0, 1)]
    extra = [e for e in extra if 0 < e[0] < total]
    alls = np.r_[s, [e[0] for e in extra]]
    guest = np.r_[np.full(len(s), -1), [e[1] for e in extra]].astype(np.int64)
    order = np.argsort(alls, kind="stable")
    return alls[order], guest[order]


def _clear(xy: Floats, tangent: Floats, centre_of: Ints, lines: list[Line]) -> Bools:
    """Drop cell centres that would cut into a more important line (or into their own bends)."""
    width = np.array([ln.width for ln in lines])
    pairs = cKDTree(xy).query_pairs(62.0, output_type="ndarray")
    keep = np.ones(len(xy), bool)
    line = np.where(centre_of >= 0, centre_of, -1 - centre_of)
    for i, j in ((pairs[:, 0], pairs[:, 1]), (pairs[:, 1], pairs[:, 0])):
        use = (centre_of[i] >= 0) & (line[j] >= line[i])
        i, j = i[use], j[use]  # noqa: PLW2901
        d = xy[j] - xy[i]
        across = np.abs(d[:, 0] * tangent[i, 1] - d[:, 1] * tangent[i, 0])
        along = np.abs((d * tangent[i]).sum(1))
        w = width[line[i]]
        same = line[i] == line[j]
        limit = np.where(same, 0.7 * w, 0.5 * w + 0.55 * STEP)
        reach = np.where(w < 30, 0.62 * STEP, 0.62 * STEP * 1.4)
        bad = (across < limit) & (along < reach) & ~(same & (centre_of[j] >= 0))
        keep[j[bad]] = False
    return keep
