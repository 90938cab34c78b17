"""The lie of the land of the made-up county: outline, height, settlements and their districts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.spatial import cKDTree

from .mosaic import Bools, Floats, Ints

GRID = 512
HILL = 0.35
"""Height (standard deviations) above which lattice fields give way to hill country."""


@dataclass(frozen=True)
class Scale:
    """How large a county: survey patches aimed at and how many of them lie on a km² (small
    counties have relatively more roads), townships, villages per township, rows of a batch."""

    plots: int
    per_km2: float
    townships: int
    villages: int
    batch: int
    red_lines: int


SCALES = {
    "T": Scale(1_500, 157.0, 4, 3, 30, 2),
    "S": Scale(20_000, 129.0, 9, 8, 72, 4),
    "M": Scale(200_000, 125.0, 10, 16, 90, 12),
    "L": Scale(400_000, 125.0, 10, 24, 90, 20),
}


def noise(rng: np.random.Generator, beta: float, low: float = 1.0) -> NDArray[np.float32]:
    """GRID x GRID field of power-law noise, mean 0, deviation 1 (larger beta: smoother)."""
    k = np.hypot(np.fft.fftfreq(GRID)[:, None] * GRID, np.fft.rfftfreq(GRID)[None, :] * GRID)
    k[0, 0] = 1.0
    power = np.maximum(k, low) ** -beta
    power[0, 0] = 0.0
    out = fft.irfft2(fft.rfft2(rng.standard_normal((GRID, GRID))) * power, s=(GRID, GRID))
    return np.asarray((out - out.mean()) / out.std(), dtype=np.float32)


@dataclass(frozen=True)
class Terrain:
    """Plane of side `width` metres with the county in its middle; coordinates are 0..width."""

    scale: Scale
    seed: int
    width: float
    outline: Floats
    height_grid: NDArray[np.float32]
    grain_grid: NDArray[np.float32]
    wet_grid: NDArray[np.float32]
    towns: Floats
    town_radius: Floats
    settlements: Floats
    settlement_radius: Floats
    lakes: Floats
    lake_radius: Floats
    tree: cKDTree = field(repr=False)

    def at(self, grid: NDArray[np.float32], xy: Floats) -> Floats:
        """Bilinear value of a grid at points."""
        g = np.clip(xy / self.width * GRID - 0.5, 0, GRID - 1.001)
        i, f = g.astype(np.int64), g - np.floor(g)
        top = grid[i[:, 1], i[:, 0]] * (1 - f[:, 0]) + grid[i[:, 1], i[:, 0] + 1] * f[:, 0]
        low = grid[i[:, 1] + 1, i[:, 0]] * (1 - f[:, 0]) + grid[i[:, 1] + 1, i[:, 0] + 1] * f[:, 0]
        return np.asarray(top * (1 - f[:, 1]) + low * f[:, 1], dtype=np.float64)

    def height(self, xy: Floats) -> Floats:
        """Relative height at points, standard deviations; above HILL it is hill country."""
        return self.at(self.height_grid, xy)

    def slope(self, xy: Floats) -> Floats:
        """Slope in degrees: nearly flat on the plain, up to about 40 on the ridges."""
        h = self.height(xy)
        bumps = self.at(self.grain_grid, xy)
        return np.asarray(
            np.clip(0.9 + 0.5 * bumps + 15.0 * np.maximum(h - 0.25, 0) * (1 + 0.25 * bumps), 0, 48)
        )

    def inside(self, xy: Floats) -> Bools:
        """Whether points lie in the county."""
        d = xy - self.width / 2
        turn = (np.arctan2(d[:, 1], d[:, 0]) % (2 * np.pi)) / (2 * np.pi) * len(self.outline)
        radius = self.outline[np.clip(turn.astype(np.int64), 0, len(self.outline) - 1)]
        return np.asarray(np.hypot(d[:, 0], d[:, 1]) < radius)

    def district(self, xy: Floats) -> Ints:
        """Index of the nearest settlement."""
        return np.asarray(self.tree.query(xy)[1], dtype=np.int64)


def build_terrain(scale: Scale, seed: int) -> Terrain:
    """Terrain of a county of about `scale.plots` patches."""
    rng = np.random.default_rng([seed, 1])
    area = scale.plots / scale.per_km2 * 1e6
    width = float(np.sqrt(area)) * 1.5
    outline = _outline(rng, area)
    height = _height(rng)
    grain, wet = noise(rng, 1.3, 3.0), noise(rng, 1.5)
    draft = Terrain(
        scale, seed, width, outline, height, grain, wet,
        np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2)),
        np.zeros(0), cKDTree(np.zeros((1, 2))),
    )  # fmt: skip
    towns = _spread(draft, rng, scale.townships, 0.3, apart=width / np.sqrt(scale.townships) * 0.32)
    towns = towns[np.argsort(np.hypot(*(towns - width / 2).T))]
    side = float(np.sqrt(area))
    radius = np.r_[0.062 * side, np.full(len(towns) - 1, 0.022 * side)]
    radius = np.clip(
        radius, [240.0] + [150.0] * (len(towns) - 1), [2200.0] + [520.0] * (len(towns) - 1)
    )
    hamlets = _spread(
        draft, rng, int(area / 1.7e6), 1.1, apart=750.0, avoid=(towns, radius + 450.0)
    )
    settlements = np.vstack([towns, hamlets])
    size = np.r_[radius, rng.uniform(75, 190, len(hamlets))]
    lakes = _lakes(draft, rng, settlements, max(1, int(area / 6e7)))
    return Terrain(
        scale, seed, width, outline, height, grain, wet, towns, radius, settlements, size,
        lakes, rng.uniform(170, 330, len(lakes)), cKDTree(settlements),
    )  # fmt: skip


def _outline(rng: np.random.Generator, area: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 4096, endpoint=False)
    r = np.ones_like(turn)
    for k in range(2, 60):
        r += 0.20 * k**-1.25 * rng.standard_normal() * np.sin(k * turn + rng.uniform(0, 6.28))
    r = np.clip(r, 0.72, 1.28)
    return np.asarray(r * np.sqrt(area / (0.5 * np.mean(r**2) * 2 * np.pi)))


def _height(rng: np.random.Generator) -> NDArray[np.float32]:
    """Plain in the south-east, hills rising to the north-west, broken by noise."""
    base = noise(rng, 1.9, 2.0)
    ramp = np.linspace(-1.5, 1.5, GRID)
    tilt = 0.75 * (ramp[:, None] - ramp[None, :])
    out = base * 0.75 + tilt - 0.25
    return np.asarray(out, dtype=np.float32)


def _spread(
    land: Terrain,
    rng: np.random.Generator,
    count: int,
    top: float,
    *,
    apart: float,
    avoid: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Up to `count` places below height `top`, at least `apart` metres from one another."""
    cand = rng.uniform(0.1, 0.9, (count * 60, 2)) * land.width
    cand = cand[land.inside(cand) & land.inside(land.width / 2 + (cand - land.width / 2) * 1.12)]
    h = land.height(cand)
    cand = np.vstack([cand[h < top], cand[h >= top]]) if avoid is None else cand[h < top]
    got: list[Floats] = []
    buckets: dict[tuple[int, int], list[Floats]] = {}
    for p in cand:
        if avoid is not None and (np.hypot(*(avoid[0] - p).T) < avoid[1]).any():
            continue
        cx, cy = int(p[0] // apart), int(p[1] // apart)
        near = [
            q for i in (-1, 0, 1) for j in (-1, 0, 1) for q in buckets.get((cx + i, cy + j), [])
        ]
        if all(np.hypot(*(q - p)) >= apart for q in near):
            buckets.setdefault((cx, cy), []).append(p)
            got.append(p)
            if len(got) == count:
                break
    return np.array(got)


def _lakes(land: Terrain, rng: np.random.Generator, homes: Floats, count: int) -> Floats:
    cand = rng.uniform(0.15, 0.85, (400 * count, 2)) * land.width
    h = land.height(cand)
    far = cKDTree(homes).query(cand)[0] > 520
    good = cand[land.inside(cand) & (h > 0.2) & (h < 0.9) & far]
    return np.asarray(good[:count])
