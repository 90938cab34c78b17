"""Small vector files made on the spot."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from liangtian.geo.formats import VectorLayer, read, write_vector

SQUARES = np.array([shapely.box(x, 0, x + 1, 1) for x in (0, 10, 20)], dtype=object)
SQUARES = shapely.transform(SQUARES, lambda xy: xy + np.array([38_377_800, 2_578_900]))
NAMES = ["旱地", "水田", None]


def shapefile(folder: Path, encoding: str = "GBK", name: str = "图斑") -> Path:
    path = folder / f"{name}.shp"
    columns: dict[str, Sequence[object]] = {
        "地类名称": NAMES,
        "面积": [1.5, 2.5, None],
        "数量": [7, None, 9],
    }
    write_vector(path, "ESRI Shapefile", SQUARES, arrays(columns), 4526, encoding=encoding)
    return path


def arrays(columns: Mapping[str, Sequence[object]]) -> dict[str, np.ndarray]:
    return {name: np.array(values, dtype=object) for name, values in columns.items()}


def only(path: Path, **options: str) -> VectorLayer:
    layers = read(path, **options).layers
    assert len(layers) == 1
    return layers[0]


def said(layer: VectorLayer, words: str) -> bool:
    return any(words in note for note in layer.notes)


def zip_of(path: Path, *files: Path, base: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(base))
    return path
