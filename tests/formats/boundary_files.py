"""Boundary-point files built line by line; every trap is one change to a plain file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from liangtian.geo.formats.boundary_txt import BoundaryFile, read_txt

Pairs = Sequence[tuple[str, str]]

NORTH, EAST = 2_578_900, 38_377_800
"""South-west corner of the sample plots: zone 38, metres."""


def square(side: int, dx: int = 0, dy: int = 0, close: bool = True) -> list[tuple[int, int]]:
    """(north, east) of a square, closed unless told otherwise."""
    n, e = NORTH + dy, EAST + dx
    corners = [(n, e), (n + side, e), (n + side, e + side), (n, e + side)]
    return [*corners, corners[0]] if close else corners


def point_lines(points: Sequence[tuple[float, float]], ring: int = 1, first: int = 1) -> list[str]:
    return [f"J{first + i},{ring},{n:.3f},{e:.3f}" for i, (n, e) in enumerate(points)]


HEADER = {
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "38",
    "精度": "0.001",
    "转换参数": ",,,,,,",
}
PLOT = "5,0.0100,DK1,示例地块,面,,旱地,0103,@"


def document(lines: Sequence[str], header: Mapping[str, str] | None = None, **changes: str) -> str:
    """A whole file; `changes` replace header values."""
    values = {**(HEADER if header is None else header), **changes}
    head = ["[属性描述]", *(f"{k}={v}" for k, v in values.items()), "[地块坐标]"]
    return "\r\n".join([*head, *lines, ""])


FIRST_PLOT_LINE = len(HEADER) + 3


def plain(**changes: str) -> str:
    """One 10 m square in zone 38."""
    return document([PLOT, *point_lines(square(10))], None, **changes)


def parse(text: str, encoding: str = "gbk") -> BoundaryFile:
    return read_txt(text.encode(encoding))


def saved(folder: Path, text: str, encoding: str = "gbk", name: str = "界址点.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
