"""A plain reader of Mapbox Vector Tiles, written from the specification, for tests only."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import shapely


@dataclass
class ReadLayer:
    version: int = 1
    extent: int = 4096
    keys: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    features: list[tuple[int, dict[str, Any], list[list[tuple[int, int]]]]] = field(
        default_factory=list
    )

    def polygons(self) -> dict[int, Any]:
        """Feature id -> shapely multipolygon in tile units; holes follow their exterior."""
        out = {}
        for number, _, rings in self.features:
            parts: list[tuple[Any, list[Any]]] = []
            for ring in rings:
                if surveyor(ring) > 0:
                    parts.append((ring, []))
                else:
                    parts[-1][1].append(ring)
            out[number] = shapely.MultiPolygon([shapely.Polygon(o, h) for o, h in parts])
        return out

    def properties(self) -> dict[int, dict[str, Any]]:
        return {number: tags for number, tags, _ in self.features}


def surveyor(ring: list[tuple[int, int]]) -> int:
    """Twice the area by the surveyor's formula, the sign the specification speaks of."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> list[tuple[int, Any]]:
    out, at = [], 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        value: Any
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 1:
            value, at = data[at : at + 8], at + 8
        else:
            assert kind == 2, f"unexpected wire type {kind}"
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size
        out.append((key >> 3, value))
    return out


def _packed(data: bytes) -> list[int]:
    out, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        out.append(value)
    return out


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _rings(numbers: list[int]) -> list[list[tuple[int, int]]]:
    rings: list[list[tuple[int, int]]] = []
    at = x = y = 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == 7:
            assert count == 1
            continue
        if command == 1:
            assert count == 1
            rings.append([])
        for _ in range(count):
            x, y = x + _signed(numbers[at]), y + _signed(numbers[at + 1])
            rings[-1].append((x, y))
            at += 2
    return rings


def _value(data: bytes) -> Any:
    ((number, value),) = _fields(data)
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    if number == 6:
        return _signed(value)
    assert number == 7, f"unexpected value type {number}"
    return bool(value)


def read_tile(data: bytes) -> dict[str, ReadLayer]:
    """Every layer of a tile by name."""
    out = {}
    for number, body in _fields(data):
        assert number == 3
        layer, name, raw = ReadLayer(), "", []
        for key, value in _fields(body):
            if key == 1:
                name = value.decode()
            elif key == 2:
                raw.append(value)
            elif key == 3:
                layer.keys.append(value.decode())
            elif key == 4:
                layer.values.append(_value(value))
            elif key == 5:
                layer.extent = value
            elif key == 15:
                layer.version = value
        for feature in raw:
            parts = dict(_fields(feature))
            tags = _packed(parts.get(2, b""))
            named = {
                layer.keys[k]: layer.values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)
            }
            assert parts[3] in (1, 2, 3)
            layer.features.append((parts[1], named, _rings(_packed(parts[4]))))
        out[name] = layer
    return out
