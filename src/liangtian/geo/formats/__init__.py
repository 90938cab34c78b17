"""Reading and writing the files a county receives."""

from liangtian.geo.formats.model import (
    FieldInfo,
    FormatRefused,
    LineProblem,
    VectorFile,
    VectorLayer,
)
from liangtian.geo.formats.reader import preview, read
from liangtian.geo.formats.stream import VectorStream, open_vector
from liangtian.geo.formats.writer import shapefile_names, write_vector

__all__ = [
    "FieldInfo",
    "FormatRefused",
    "LineProblem",
    "VectorFile",
    "VectorLayer",
    "VectorStream",
    "open_vector",
    "preview",
    "read",
    "shapefile_names",
    "write_vector",
]
