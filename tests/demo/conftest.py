"""One small made-up county for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from numpy.typing import NDArray

from liangtian.site.demo import Manifest, generate


@dataclass(frozen=True)
class Table:
    """Geometry and columns of one layer as read back from its file."""

    shapes: NDArray[np.object_]
    columns: dict[str, NDArray[np.object_]]
    crs: str

    def rows(self) -> list[dict[str, object]]:
        names = list(self.columns)
        return [dict(zip(names, r, strict=True)) for r in zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True)
class Made:
    """A generated county: its folder and manifest."""

    folder: Path
    manifest: Manifest
    known: dict[tuple[str, str | None], Table] = field(default_factory=dict)

    def read(self, path: str, layer: str | None = None, encoding: str | None = None) -> Table:
        if (path, layer) in self.known:
            return self.known[path, layer]
        source = self.folder / path
        name = f"/vsizip/{source}" if path.endswith(".zip") else source
        meta, _, wkb, data = pyogrio.raw.read(name, layer=layer, encoding=encoding)
        columns = dict(zip(meta["fields"].tolist(), data, strict=True))
        table = Table(shapely.from_wkb(wkb), columns, meta["crs"])
        self.known[path, layer] = table
        return table

    def kind(self, kind: str) -> Table:
        entry = self.manifest.of_kind(kind)[0]
        encoding = entry.encoding if entry.format == "Shapefile" else None
        return self.read(entry.path, entry.layer, encoding)

    def survey(self, year: int) -> Table:
        entry = next(f for f in self.manifest.of_kind("survey") if f.year == year)
        return self.read(entry.path, entry.layer)

    def batch(self, month: int) -> Table:
        entry = self.manifest.of_kind("patch_batch")[month - 1]
        encoding = entry.encoding if entry.format == "Shapefile" else None
        return self.read(entry.path, entry.layer, encoding)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The county of size T with the default seed."""
    folder = tmp_path_factory.mktemp("county")
    return Made(folder, generate(folder, "T"))
