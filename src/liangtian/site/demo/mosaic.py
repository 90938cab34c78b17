"""A plane cut into cells with shared, irregular borders.

A Voronoi diagram gives the cells; every border between two cells is drawn once, bent inside
the room the diagram leaves it, and used by both sides. Any grouping of the cells (plots,
villages, townships, the county) therefore fits together without gaps and without overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]

CHUNK = 400_000
DECIMALS = 4


@dataclass(frozen=True)
class Mosaic:
    """Cells around `points` (n, 2) in metres; only borders that touch a `kept` cell are held.

    `a`, `b` are the cells left and right of each border, `v1`, `v2` its end nodes, and
    `bx`, `by` its points, from `start[i]` to `start[i + 1]`.
    """

    points: Floats
    kept: Bools
    a: Ints
    b: Ints
    v1: Ints
    v2: Ints
    nodes: Floats
    bx: Floats
    by: Floats
    start: Ints

    def border_lengths(self) -> Floats:
        """Straight length of each border, m."""
        d = self.nodes[self.v2] - self.nodes[self.v1]
        return np.asarray(np.hypot(d[:, 0], d[:, 1]), dtype=np.float64)

    def cell_areas(self) -> Floats:
        """Planar area of each cell before its borders were bent, m²."""
        out = np.zeros(len(self.points))
        p, q = self.nodes[self.v1], self.nodes[self.v2]
        for cell in (self.a, self.b):
            c = self.points[cell]
            cross = (p[:, 0] - c[:, 0]) * (q[:, 1] - c[:, 1]) - (p[:, 1] - c[:, 1]) * (
                q[:, 0] - c[:, 0]
            )
            np.add.at(out, cell, np.abs(cross) / 2)
        return out

    def connected(self, group: Ints) -> Ints:
        """Split each group (>= 0) into its connected pieces; cells of no group stay -1."""
        same = (group[self.a] == group[self.b]) & (group[self.a] >= 0)
        n = len(self.points)
        graph = coo_matrix((np.ones(int(same.sum())), (self.a[same], self.b[same])), shape=(n, n))
        comp: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
        comp[group < 0] = -1
        comp[comp >= 0] = np.unique(comp[comp >= 0], return_inverse=True)[1]
        return comp

    def polygons(self, label: Ints) -> tuple[Ints, Shapes]:
        """Outline of every label >= 0. Labels must be connected; returns (labels, polygons)."""
        edge = label[self.a] != label[self.b]
        e = np.nonzero(edge)[0]
        owner = np.r_[label[self.a[e]], label[self.b[e]]]
        tail = np.r_[self.v1[e], self.v2[e]]
        head = np.r_[self.v2[e], self.v1[e]]
        back = np.r_[np.zeros(len(e), bool), np.ones(len(e), bool)]
        border = np.r_[e, e]
        keep = owner >= 0
        owner, tail, head, back, border = (x[keep] for x in (owner, tail, head, back, border))
        order, first = _walk(owner, tail, head, len(self.nodes))
        x, y, ring = self._emit(border[order], back[order], first)
        return _assemble(x, y, ring, owner[order[first]])

    def _emit(self, border: Ints, back: Bools, first: Ints) -> tuple[Floats, Floats, Ints]:
        lo, hi = self.start[border], self.start[border + 1]
        count = hi - lo - 1
        base = np.where(back, hi - 1, lo)
        at = np.cumsum(count) - count
        step = np.repeat(np.where(back, -1, 1), count)
        idx = np.repeat(base, count) + step * (np.arange(count.sum()) - np.repeat(at, count))
        ring_of_half = np.zeros(len(border), np.int64)
        ring_of_half[first[1:]] = 1
        ring = np.repeat(np.cumsum(ring_of_half), count)
        x, y = self.bx[idx], self.by[idx]
        fresh = np.ones(len(x), bool)
        fresh[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (ring[1:] != ring[:-1])
        return x[fresh], y[fresh], ring[fresh]


def build_mosaic(points: Floats, kept: Bools, rough: Floats, seg: Floats, seed: int) -> Mosaic:
    """Cut the plane around `points`.

    `rough` (0 straight .. about 0.1 very wiggly) and `seg` (metres between border points) are
    given per cell; a border takes the smoother of its two sides.
    """
    origin = points.mean(axis=0)  # map coordinates are too large for the in-circle test
    tri = Delaunay(points - origin)
    nodes = _circumcentres(points - origin, tri.simplices) + origin
    t = np.repeat(np.arange(len(tri.simplices)), 3)
    s = tri.neighbors.ravel().astype(np.int64)
    k = np.tile(np.arange(3), len(tri.simplices))
    once = s > t
    t, s, k = t[once], s[once], k[once]
    # Triangles turn counter-clockwise, so going out through a side its second end is on the left.
    # (Taken from the order of the corners, never from coordinates: some borders have no length.)
    a = tri.simplices[t, (k + 2) % 3].astype(np.int64)
    b = tri.simplices[t, (k + 1) % 3].astype(np.int64)
    near = kept[a] | kept[b]
    a, b, v1, v2 = a[near], b[near], t[near].astype(np.int64), s[near]
    bx, by, start = _bent_borders(points, nodes, (a, b, v1, v2), (rough, seg), seed)
    return Mosaic(points, kept, a, b, v1, v2, nodes, bx, by, start)


def _circumcentres(points: Floats, simplices: NDArray[np.int32]) -> Floats:
    p0 = points[simplices[:, 0]]
    u = points[simplices[:, 1]] - p0
    v = points[simplices[:, 2]] - p0
    den = 2 * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
    den = np.where(np.abs(den) < 1e-9, 1e-9, den)
    uu, vv = (u**2).sum(1), (v**2).sum(1)
    cx = (v[:, 1] * uu - u[:, 1] * vv) / den
    cy = (u[:, 0] * vv - v[:, 0] * uu) / den
    return np.asarray(p0 + np.c_[cx, cy], dtype=np.float64)


def _bent_borders(
    points: Floats,
    nodes: Floats,
    topo: tuple[Ints, Ints, Ints, Ints],
    style: tuple[Floats, Floats],
    seed: int,
) -> tuple[Floats, Floats, Ints]:
    a, b, v1, v2 = topo
    rough = np.minimum(style[0][a], style[0][b])
    seg = np.maximum(style[1][a], style[1][b])
    xs, ys, counts = [], [], []
    for part, lo in enumerate(range(0, len(a), CHUNK)):
        w = slice(lo, lo + CHUNK)
        rng = np.random.default_rng([seed, 77, part])
        x, y, n = _bend(
            nodes[v1[w]],
            nodes[v2[w]],
            points[a[w]],
            points[b[w]],
            rough=rough[w],
            seg=seg[w],
            rng=rng,
        )
        xs.append(x)
        ys.append(y)
        counts.append(n)
    start = np.r_[0, np.cumsum(np.concatenate(counts))].astype(np.int64)
    return np.concatenate(xs), np.concatenate(ys), start


def _bend(
    p1: Floats,
    p2: Floats,
    pa: Floats,
    pb: Floats,
    *,
    rough: Floats,
    seg: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Ints]:
    """Points of each border. A border may leave its straight line only inside the two triangles
    between it and the two cell centres, so bent borders can never cross one another."""
    d = p2 - p1
    length = np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)
    ux, uy = d[:, 0] / length, d[:, 1] / length
    n = np.clip(np.round(length / seg), 1, 24).astype(np.int64)
    count = n + 1
    own = np.repeat(np.arange(len(n)), count)
    loc = np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    inner = (loc > 0) & (loc < n[own])
    t = (loc + np.where(inner, rng.uniform(-0.3, 0.3, len(own)), 0.0)) / n[own]
    s = t * length[own]
    bend = np.zeros(len(own))
    for k in range(1, 5):
        size = 1.6 * rough * length * k**-1.2 * rng.standard_normal(len(n))
        phase = rng.uniform(0, 2 * np.pi, len(n))
        bend += size[own] * np.sin(np.pi * k * t + phase[own])
    bend += rng.standard_normal(len(own)) * 8.0 * rough[own]
    half = 0.5 * np.hypot(*(pb - pa).T)
    foot = (pa[:, 0] - p1[:, 0]) * ux + (pa[:, 1] - p1[:, 1]) * uy
    rise = np.where(foot > 1e-6, half / np.maximum(foot, 1e-6), 1e9)
    fall = np.where(length - foot > 1e-6, half / np.maximum(length - foot, 1e-6), 1e9)
    room = np.minimum(s * rise[own], (length[own] - s) * fall[own])
    room = 0.8 * np.minimum(room, 0.3 * length[own])
    bend = np.where(inner, np.clip(bend, -room, room), 0.0)
    x = p1[own, 0] + ux[own] * s - uy[own] * bend
    y = p1[own, 1] + uy[own] * s + ux[own] * bend
    last = loc == n[own]
    x[last], y[last] = p2[:, 0], p2[:, 1]
    return np.round(x, DECIMALS), np.round(y, DECIMALS), count


def _walk(owner: Ints, tail: Ints, head: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Chain the directed borders of each owner into rings: (order, index of each ring's first)."""
    key = owner * nodes + tail
    by_key = np.argsort(key, kind="stable")
    nxt = by_key[np.searchsorted(key[by_key], owner * nodes + head)].tolist()
    seen = bytearray(len(nxt))
    order: list[int] = []
    first: list[int] = []
    for begin in range(len(nxt)):
        if seen[begin]:
            continue
        first.append(len(order))
        k = begin
        while not seen[k]:
            seen[k] = 1
            order.append(k)
            k = nxt[k]
    return np.array(order, np.int64), np.array(first, np.int64)


def _assemble(x: Floats, y: Floats, ring: Ints, owner: Ints) -> tuple[Ints, Shapes]:
    first = np.r_[0, np.nonzero(np.diff(ring))[0] + 1]
    after = np.arange(1, len(x) + 1)
    after[np.r_[first[1:] - 1, len(x) - 1]] = first
    ox, oy = x[first][ring], y[first][ring]
    cross = (x - ox) * (y[after] - oy) - (x[after] - ox) * (y - oy)
    shell = np.add.reduceat(cross, first) > 0
    rings = shapely.linearrings(np.c_[x, y], indices=ring)
    labels = np.unique(owner)
    outer = np.nonzero(shell)[0]
    outer = outer[np.argsort(owner[outer], kind="stable")]
    if not np.array_equal(owner[outer], labels):
        raise ValueError("a label is not connected")
    shapes: Shapes = shapely.polygons(rings[outer])
    holes: dict[int, list[int]] = {}
    for r in np.nonzero(~shell)[0]:
        holes.setdefault(int(owner[r]), []).append(int(r))
    for lab, hs in holes.items():
        i = int(np.searchsorted(labels, lab))
        shapes[i] = shapely.Polygon(rings[outer[i]], [rings[h] for h in hs])
    return labels, shapes
