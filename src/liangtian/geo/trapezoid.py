"""The trapezoid formula of the national land survey (椭球面积公式) in machine code.

国土调查办发〔2008〕32号: the edge from B1, L1 to B2, L2 spans with a reference meridian the area

    2 b² ΔL [A sin(ΔB/2) cos Bm − B sin(3ΔB/2) cos 3Bm + … + E sin(9ΔB/2) cos 9Bm]

and sin(nΔB/2) cos(nBm) is half of sin(nB2) − sin(nB1). The bracket is therefore the difference of one function Q at
both ends of the edge, which takes one sine per vertex.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from liangtian.geo.compiled import compiled, inner
from liangtian.geo.gauss import E2, B
from liangtian.geo.overlay.chains import Chains, Floats

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
"""Radians, 32 km: up to here the series of `_sine` are exact to the last digit."""
_MANY = 200_000
"""Vertices from which a second thread is worth starting."""


def areas_of(degrees: Chains) -> Floats:
    """m² of each figure (chains of EPSG:4490), unrounded; B and L are taken to 0.000001 arc-seconds."""
    out = np.zeros(degrees.number)
    threads = min(4, os.cpu_count() or 1) if len(degrees.x) >= _MANY else 1
    if threads == 1:
        _areas(degrees, out, 0, len(out))
        return out
    bounds = np.linspace(0, len(out), 8 * threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda k: _areas(degrees, out, bounds[k], bounds[k + 1]), range(8 * threads)))
    return out


@compiled
def _areas(degrees: Chains, out: Floats, first: int, last: int) -> None:
    for f in range(first, last):
        for r in range(degrees.figure[f], degrees.figure[f + 1]):
            start, end = degrees.ring[r], degrees.ring[r + 1]
            # Any reference meridian gives the same closed sum; one through the ring keeps all digits.
            meridian, parallel = _kept(degrees.x[start]), _kept(degrees.y[start])
            sine, cosine = math.sin(parallel), math.cos(parallel)
            lon0, q0, total = 0.0, _q(sine), 0.0
            for i in range(start + 1, end):
                lon1 = _kept(degrees.x[i]) - meridian
                q1 = _q(_sine(_kept(degrees.y[i]) - parallel, sine, cosine))
                total += (lon0 + lon1) * (q1 - q0)
                lon0, q0 = lon1, q1
            out[f] += B * B / 2 * total


@inner
def _kept(degrees: float) -> float:
    """Radians of an angle in arc-seconds to 6 decimals, as the survey keeps it."""
    return float(np.rint(degrees * 3600 * 1e6) * _MICROSECOND)


@inner
def _sine(d: float, sine: float, cosine: float) -> float:
    """The sine at d radians from an angle whose sine and cosine are known."""
    if abs(d) > _NEAR:
        return sine * math.cos(d) + cosine * math.sin(d)
    t = d * d
    small = d * (1 - t / 6 * (1 - t / 20))
    return sine + (cosine * small - sine * t / 2 * (1 - t / 12 * (1 - t / 30)))


@inner
def _q(s: float) -> float:
    t = s * s
    return s * (_S1 + t * (_S3 + t * (_S5 + t * (_S7 + t * _S9))))
