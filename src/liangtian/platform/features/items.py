"""What a collection of features is, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from liangtian.platform.features.asking import Asked, Bounds


@dataclass(frozen=True)
class Items:
    """Features side by side, by ascending key; geometries in EPSG:4490.

    `next_after` is the key to go on after, None at the end. It is that of the last row looked at, which
    need not be the last one sent: what lies outside the reader's region is left out of a page.
    """

    ids: Sequence[int]
    geoms: NDArray[np.object_]
    properties: Sequence[dict[str, Any]]
    next_after: int | None


@dataclass(frozen=True)
class Property:
    """One property: its name, what it is called in Chinese, and its JSON type and format."""

    name: str
    title: str
    type: str = "string"
    format: str = ""


class Collection(Protocol):
    """Something that can be read feature by feature by one user."""

    id: str
    title: str
    description: str
    extent: Bounds | None  # EPSG:4490, cut to the reader's region
    period: tuple[date | None, date | None] | None
    filters: Sequence[str]

    def properties(self) -> Sequence[Property]:
        """The properties every feature has."""

    def matched(self, asked: Asked) -> int | None:
        """How many features the request means, where that can be told without reading them."""

    def items(self, asked: Asked) -> Items:
        """One page."""

    def item(self, key: int) -> Items:
        """The one feature of that key, or none."""
