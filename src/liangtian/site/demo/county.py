"""The county as cells: villages, plots and what lies on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from .landuse import Setting, classes
from .lines import Line, draw_lines, field_angle, line_sites
from .mosaic import Bools, Floats, Ints, Mosaic, Shapes, build_mosaic
from .places import Town, Village, name_towns, name_villages
from .terrain import HILL, SCALES, Terrain, build_terrain

EPSG = 4526
CENTRE = (38_440_000.0, 3_800_000.0)
SMALLEST = 420.0
"""Plots below this are joined to a neighbour, m² (the least area a survey draws on farm land)."""


@dataclass(frozen=True)
class County:
    """Everything later steps need. Arrays named cell_* run over the cells of `mosaic`."""

    seed: int
    land: Terrain
    mosaic: Mosaic
    lines: list[Line]
    towns: list[Town]
    villages: list[Village]
    cell_village: Ints
    cell_line: Ints
    cell_plain: Bools
    cell_plot: Ints

    @property
    def offset(self) -> Floats:
        """What to add to terrain coordinates to get map coordinates (EPSG:4526)."""
        return np.array(CENTRE) - self.land.width / 2

    def outlines(self, group: Ints) -> Shapes:
        """One (multi)polygon for each group 0..n of cells, in group order."""
        comp = self.mosaic.connected(group)
        labels, shapes = self.mosaic.polygons(comp)
        owner = np.zeros(labels.max() + 1, np.int64)
        owner[comp[comp >= 0]] = group[comp >= 0]
        out = []
        for g in range(int(group.max()) + 1):
            parts = shapes[owner[labels] == g]
            out.append(parts[0] if len(parts) == 1 else shapely.multipolygons(parts))
        return np.array(out, dtype=object)

    def village_town(self) -> Ints:
        """Township index of each village."""
        return np.array([v.town for v in self.villages], dtype=np.int64)


def build_county(size: str, seed: int) -> County:
    """Make the county of a size "T", "S", "M" or "L"; the same seed gives the same county."""
    land = build_terrain(SCALES[size], seed)
    lines = draw_lines(land)
    rows = line_sites(lines, land.width)
    xy = np.vstack([rows.xy, _plot_sites(land, rows.xy, rows.flank)])
    n = len(xy)
    xy += np.random.default_rng([seed, 6]).uniform(-0.05, 0.05, xy.shape)
    line, flank = np.full(n, -1, np.int64), np.zeros(n, bool)
    line[: len(rows.line)] = np.where(rows.flank, -1, rows.line)
    flank[: len(rows.line)] = rows.flank
    kept = land.inside(xy)
    kept &= ((xy > 200) & (xy < land.width - 200)).all(1)
    height = land.height(xy)
    rough = np.where(height > HILL, 0.10, 0.012)
    rough[line >= 0] = 0.0
    wet = np.isin([ln.code for ln in lines], ["1101"])
    rough[(line >= 0) & wet[np.maximum(line, 0)]] = 0.06
    seg = np.where(height > HILL, 9.0, 22.0)
    mosaic = build_mosaic(xy + np.array(CENTRE) - land.width / 2, kept, rough, seg, seed)
    seeds, town_of = _village_seeds(land)
    towns = name_towns(len(land.towns))
    village = _villages(mosaic, land, xy, seeds)
    plain = (line < 0) & ~flank
    plot = _plots(mosaic, line, flank, village, zone=_zone(land, xy), seed=seed)
    return County(
        seed, land, mosaic, lines, towns, name_villages(town_of, towns, seed),
        village, line, plain, plot,
    )  # fmt: skip


def _plot_sites(land: Terrain, rows: Floats, flank: Bools) -> Floats:
    """Cell centres off the lines: field lattices on the plain, scattered in hills and villages."""
    rng = np.random.default_rng([land.seed, 7])
    angle = field_angle(land)
    got = []
    for d, c in enumerate(land.settlements):
        long, short = rng.uniform(95, 135), rng.uniform(46, 62)
        i, j = np.meshgrid(np.arange(-13, 14), np.arange(-28, 29))
        shift = (j % 2) * rng.uniform(0, 0.5)
        u = np.c_[((i + shift) * long).ravel(), (j * short).ravel()]
        u += rng.uniform(-0.16, 0.16, u.shape) * [long, short]
        turn = np.array(
            [[np.cos(angle[d]), np.sin(angle[d])], [-np.sin(angle[d]), np.cos(angle[d])]]
        )
        xy = c + u @ turn
        near, who = land.tree.query(xy)
        got.append(xy[(who == d) & (near > land.settlement_radius[d] * 0.9)])
    lattice = np.vstack(got)
    lattice = lattice[land.height(lattice) < HILL]
    loose = rng.uniform(0, land.width, (int(land.width**2 / 5200), 2))
    far, who = land.tree.query(loose)
    wild = (land.height(loose) >= HILL) & (far > land.settlement_radius[who] * 0.9)
    homes = []
    for c, r in zip(land.settlements, land.settlement_radius, strict=True):
        m = int(3.3 * r * r / 1500)
        rad = r * np.sqrt(rng.uniform(0, 1, m))
        t = rng.uniform(0, 2 * np.pi, m)
        homes.append(c + np.c_[rad * np.cos(t), rad * np.sin(t)])
    edge = rng.uniform(0, land.width, (int(land.width**2 / 9000), 2))
    edge = edge[~land.inside(edge) | (far_from(lattice, edge, 161.0) > 160)]
    xy = np.vstack([lattice, loose[wild], *homes, edge])
    xy = xy[((xy > 0) & (xy < land.width)).all(1)]
    xy = xy[far_from(rows[~flank], xy, 32.0) > 31.0]
    xy = xy[far_from(rows[flank], xy, 23.0) > 22.0]
    close = cKDTree(xy).query_pairs(21.0, output_type="ndarray")
    keep = np.ones(len(xy), bool)
    keep[close[:, 1]] = False
    return np.asarray(xy[keep])


def far_from(those: Floats, xy: Floats, limit: float) -> Floats:
    """Distance of each point from the nearest of `those`; infinite beyond `limit`."""
    near = cKDTree(those).query(xy, distance_upper_bound=limit)[0]
    return np.asarray(near, dtype=np.float64)


def _village_seeds(land: Terrain) -> tuple[Floats, list[int]]:
    """Village centres (settlements spread out in each township) and their township."""
    town = np.asarray(cKDTree(land.towns).query(land.settlements)[1])
    seeds: list[Floats] = []
    town_of: list[int] = []
    for t in range(len(land.towns)):
        own = land.settlements[town == t]
        chosen = [0]
        gap = np.hypot(*(own - own[0]).T)
        while len(chosen) < min(land.scale.villages, len(own)):
            k = int(np.argmax(gap))
            chosen.append(k)
            gap = np.minimum(gap, np.hypot(*(own - own[k]).T))
        seeds += [own[k] for k in chosen]
        town_of += [t] * len(chosen)
    return np.array(seeds), town_of


def _villages(mosaic: Mosaic, land: Terrain, xy: Floats, seeds: Floats) -> Ints:
    """Village of every kept cell (-1 outside); every village is one connected piece."""
    warp = 90.0 * np.c_[land.at(land.grain_grid, xy), land.at(land.wet_grid, xy)]
    village = np.asarray(cKDTree(seeds).query(xy + warp)[1], dtype=np.int64)
    village[~mosaic.kept] = -1
    main = mosaic.connected(np.where(mosaic.kept, 0, -1))
    village[main != np.argmax(np.bincount(main[main >= 0]))] = -1
    for _ in range(20):
        comp = mosaic.connected(village)
        ok = comp >= 0
        size = np.bincount(comp[ok])
        of = np.zeros(len(size), np.int64)
        of[comp[ok]] = village[ok]
        order = np.lexsort((-size, of))
        largest = np.zeros(len(size), bool)
        largest[order[np.r_[True, np.diff(of[order]) > 0]]] = True
        stray = ok & ~largest[np.maximum(comp, 0)]
        if not stray.any():
            break
        for p, q in ((mosaic.a, mosaic.b), (mosaic.b, mosaic.a)):
            e = stray[p] & ~stray[q] & (village[q] >= 0)
            village[p[e]] = village[q[e]]
    return village


def _zone(land: Terrain, xy: Floats) -> Ints:
    """0 plain, 1 slopes, 2 hills, 3 water, 10.. settlement (10 + its index)."""
    h = land.height(xy) + 0.12 * land.at(land.grain_grid, xy)
    zone = np.where(h < HILL, 0, np.where(h < 0.95, 1, 2)).astype(np.int64)
    far, who = land.tree.query(xy)
    wiggle = 1 + 0.22 * land.at(land.grain_grid, xy * 1.0)
    home = far < land.settlement_radius[who] * wiggle
    zone[home] = 10 + who[home]
    if len(land.lakes):
        d, k = cKDTree(land.lakes).query(xy)
        zone[d < land.lake_radius[k] * wiggle] = 3
    return zone


def _plots(
    mosaic: Mosaic, line: Ints, flank: Bools, village: Ints, *, zone: Ints, seed: int
) -> Ints:
    """Join cells into plots: strips along lines, flank cells to the field beside, fields at random."""
    rng = np.random.default_rng([seed, 8])
    a, b = mosaic.a, mosaic.b
    ok = (village[a] == village[b]) & (village[a] >= 0)
    size = mosaic.border_lengths()
    strip = ok & (line[a] >= 0) & (line[a] == line[b])
    land_a, land_b = line[a] < 0, line[b] < 0
    open_field = ok & land_a & land_b & (zone[a] == zone[b])
    beside = _best(open_field & (flank[a] != flank[b]), a, b, size, who=flank)
    plain = open_field & ~flank[a] & ~flank[b]
    water = plain & (zone[a] == 3)
    wish = np.where(zone == 0, 0.36, np.where(zone == 1, 0.45, np.where(zone == 2, 0.75, 0.62)))
    joins = rng.uniform(size=len(zone)) < wish
    merged = _best(plain, a, b, size * rng.uniform(0.6, 1.0, len(size)), who=joins)
    plot = _group(len(zone), a, b, strip | beside | merged | water)
    plot[village < 0] = -1
    area = mosaic.cell_areas()
    for limit in (0.5, 0.8, 1.0):
        total = np.bincount(plot[plot >= 0], weights=area[plot >= 0], minlength=len(zone))
        small = total[np.maximum(plot, 0)] < SMALLEST * limit
        weight = size * np.where((line[a] < 0) == (line[b] < 0), 10.0, 1.0)
        take = _best(ok & (plot[a] != plot[b]), a, b, weight, who=small, of=plot)
        glue = take | (ok & (plot[a] == plot[b]))
        plot = _group(len(zone), a, b, glue)
        plot[village < 0] = -1
    return plot


def _best(
    use: Bools, a: Ints, b: Ints, score: Floats, *, who: Bools, of: Ints | None = None
) -> Bools:
    """For every cell (or group `of` cells) that wants a partner (`who`), its best border."""
    n = len(who)
    key_a, key_b = (a, b) if of is None else (of[a], of[b])
    top = np.zeros(n)
    ua, ub = use & who[a], use & who[b]
    np.maximum.at(top, key_a[ua], score[ua])
    np.maximum.at(top, key_b[ub], score[ub])
    return np.asarray((ua & (score == top[key_a])) | (ub & (score == top[key_b])))


def _group(n: int, a: Ints, b: Ints, glue: Bools) -> Ints:
    graph = coo_matrix((np.ones(int(glue.sum())), (a[glue], b[glue])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def plot_setting(county: County, plot: Ints) -> tuple[Ints, Setting]:
    """(representative cell, setting) of each plot 0..n, which decides its land class."""
    n = int(plot.max()) + 1
    cells = np.nonzero(plot >= 0)[0]
    widths = np.r_[0.0, [ln.width for ln in county.lines]]
    rank = widths[county.cell_line[cells] + 1] + county.cell_plain[cells]
    order = cells[np.argsort(rank, kind="stable")]
    rep = np.zeros(n, np.int64)
    rep[plot[order]] = order
    xy = county.mosaic.points[rep] - county.offset
    line = county.cell_line[rep]
    code = np.array(["", *(ln.code for ln in county.lines)])[line + 1]
    width = widths[line + 1]
    land = county.land
    setting = Setting(
        zone=_zone(land, xy),
        line_code=code,
        width=width,
        slope=land.slope(xy),
        wet=land.at(land.wet_grid, xy),
        grain=land.at(land.grain_grid, xy),
        towns=len(land.towns),
        village=county.cell_village[rep],
    )
    return rep, setting


def first_classes(county: County) -> tuple[Setting, list[str]]:
    """Settings and land classes of the plots in the first survey year."""
    _, setting = plot_setting(county, county.cell_plot)
    return setting, classes(setting, county.seed)
