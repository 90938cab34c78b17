"""The trapezoid formula of the national land survey (椭球面积公式) in machine code.

国土调查办发〔2008〕32号: the edge from B1, L1 to B2, L2 spans with a reference meridian the area

    2 b² ΔL [A sin(ΔB/2) cos Bm − B sin(3ΔB/2) cos 3Bm + … + E sin(9ΔB/2) cos 9Bm]

and sin(nΔB/2) cos(nBm) is half of sin(nB2) − sin(nB1). The bracket is therefore the difference of one function Q at
both ends of the edge, which takes one sine per vertex.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from liangtian.geo.compiled import compiled, in_threads, inlined, inner, vectorised
from liangtian.geo.gauss import E2, B
from liangtian.geo.overlay.chains import Chains, Floats, Ints
from liangtian.geo.overlay.wkb import (
    BROKEN,
    MULTIPOLYGON,
    Bytes,
    apart,
    ask_ahead,
    blob,
    blobs_of,
    counted,
    head,
    refuse,
    u32,
)

# A to E with their signs, in powers of the FIRST eccentricity squared.
COEFFICIENTS = (
    1 + 3 / 6 * E2 + 30 / 80 * E2**2 + 35 / 112 * E2**3 + 630 / 2304 * E2**4,
    -(1 / 6 * E2 + 15 / 80 * E2**2 + 21 / 112 * E2**3 + 420 / 2304 * E2**4),
    3 / 80 * E2**2 + 7 / 112 * E2**3 + 180 / 2304 * E2**4,
    -(1 / 112 * E2**3 + 45 / 2304 * E2**4),
    5 / 2304 * E2**4,
)
_A, _B, _C, _D, _E = COEFFICIENTS
# Q(B) = Σ c_n sin(nB), n = 1, 3, 5, 7, 9, as a polynomial in s = sin B, since sin(nB) is one for odd n.
_S1 = _A + 3 * _B + 5 * _C + 7 * _D + 9 * _E
_S3 = -4 * _B - 20 * _C - 56 * _D - 120 * _E
_S5 = 16 * _C + 112 * _D + 432 * _E
_S7 = -64 * _D - 576 * _E
_S9 = 256 * _E

_MICROSECOND = math.pi / 180 / 3600 / 1e6
_NEAR = 0.005
"""Radians, 32 km: up to here the series of `_near_series` are exact to the last digit."""


def areas_of(degrees: Chains) -> Floats:
    """m² of each figure (chains of EPSG:4490), unrounded; B and L are taken to 0.000001 arc-seconds."""
    out = np.zeros(degrees.number)
    longest = int(np.diff(degrees.ring).max(initial=0))
    in_threads(partial(_areas, degrees, longest, out), len(out), len(degrees.x))
    return out


def areas_of_wkb(wkb: Sequence[bytes | None]) -> Floats:
    """The same of polygons and multipolygons in little-endian WKB or EWKB, whichever way their rings run; None is 0.

    Raises:
        ValueError: not little-endian, neither Polygon nor MultiPolygon, or not whole.
    """
    blobs, out = blobs_of(wkb), np.zeros(len(wkb))
    in_threads(partial(_areas_of_wkb, *blobs[:2], out), len(out), blobs.bytes // 16)
    if np.isnan(out).any():
        raise refuse(int(np.flatnonzero(np.isnan(out))[0]))
    return out


@compiled
def _areas(degrees: Chains, longest: int, out: Floats, first: int, last: int) -> None:
    q = np.empty((2, longest))
    for f in range(first, last):
        for r in range(degrees.figure[f], degrees.figure[f + 1]):
            start, end = degrees.ring[r], degrees.ring[r + 1]
            out[f] += _ring(degrees.x[start:end], degrees.y[start:end], q)


@compiled
def _areas_of_wkb(address: Ints, size: Ints, out: Floats, first: int, last: int) -> None:
    """Broken figures become NaN. A shell counts for its size whichever way it runs, its holes are taken away."""
    room = 256
    x, y, q = np.empty(room), np.empty(room), np.empty((2, room))
    for f in range(first, last):
        ask_ahead(address, size, f, last)
        if not size[f]:
            continue
        data = blob(address, size, f)
        rings, vertices = counted(data, 0, size[f])
        if vertices > room:
            room = 2 * vertices
            x, y, q = np.empty(room), np.empty(room), np.empty((2, room))
        out[f] = _of_wkb(data, 0, x, y, q) if rings != BROKEN else np.nan


@inner
def _of_wkb(data: Bytes, at: int, x: Floats, y: Floats, q: Floats) -> float:
    kind, dims, at = head(data, at)
    parts, total = 1, 0.0
    if kind == MULTIPOLYGON:
        parts = u32(data, at)
        at += 4
    for _ in range(parts):
        if kind == MULTIPOLYGON:
            _, dims, at = head(data, at)
        number = u32(data, at)
        at += 4
        for r in range(number):
            length = u32(data, at)
            at += 4
            values = data[at : at + 8 * dims * length].view(np.float64)
            at += 8 * dims * length
            if length > 3:
                apart(values, dims, x[:length], y[:length])
                size = abs(_ring(x[:length], y[:length], q))
                total += size if r == 0 else -size
    return total


@inner
def _ring(x: Floats, y: Floats, room: Floats) -> float:
    """Signed m² of one ring."""
    # Any reference meridian gives the same closed sum; one through the ring keeps all digits.
    meridian, parallel, n = _kept(x[0]), _kept(y[0]), len(x)
    sine, cosine = math.sin(parallel), math.cos(parallel)
    lon, q = room[0, :n], room[1, :n]
    far = _near_series(x, y, meridian, parallel, sine, cosine, lon, q)
    if far:
        for i in range(n):
            d = _kept(y[i]) - parallel
            q[i] = _q(sine * math.cos(d) + cosine * math.sin(d))
    return B * B / 2 * _summed(lon, q)


@inner
def _near_series(
    x: Floats, y: Floats, meridian: float, parallel: float, sine: float, cosine: float,
    lon: Floats, q: Floats,
) -> bool:  # fmt: skip
    """Longitudes from the meridian, and Q by the series of the sine; whether a vertex is too far for them."""
    far = False
    for i in range(len(x)):
        lon[i] = _kept(x[i]) - meridian
        d = _kept(y[i]) - parallel
        far |= abs(d) > _NEAR
        t = d * d
        small = d * (1 - t / 6 * (1 - t / 20))
        q[i] = _q(sine + (cosine * small - sine * t / 2 * (1 - t / 12 * (1 - t / 30))))
    return far


@vectorised
def _summed(lon: Floats, q: Floats) -> float:
    total = 0.0
    for i in range(len(lon) - 1):
        total += (lon[i] + lon[i + 1]) * (q[i + 1] - q[i])
    return total


@inlined
def _kept(degrees: float) -> float:
    """Radians of an angle in arc-seconds to 6 decimals, as the survey keeps it."""
    return float(np.rint(degrees * 3600 * 1e6) * _MICROSECOND)


@inlined
def _q(s: float) -> float:
    t = s * s
    return s * (_S1 + t * (_S3 + t * (_S5 + t * (_S7 + t * _S9))))
