"""Where the labels (注记) of a map go: inside their polygon, on the frame, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Spot = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
LABEL_MM = 2.5  # height of the label type on paper
_PAD_MM = 0.4
_LEVELS = ((0.5, 1.2), (0.35, 1.0), (0.65, 1.0), (0.2, 0.8), (0.8, 0.8))  # height share, weight


class Wish(NamedTuple):
    """A text wanted inside a polygon (rings in paper mm), and what may stand there where it finds no place."""

    text: str
    rings: Sequence[Sequence[Spot]]
    brief: str = ""


def place_labels(
    wishes: Sequence[Wish],
    width: float,
    height: float,
    keep_clear: Sequence[Box] = (),
) -> tuple[list[dict[str, object]], int]:
    """Labels wanted, most important first -> labels placed, how many left out.

    A label goes inside its polygon, or beside one that is smaller than the label. One that would
    then run off the frame, over a label already placed, over a box to keep clear or over another
    polygon smaller than its label is left out and counted; where there is a brief one, that is tried
    before, and at once for a polygon in which the whole text has no room.
    """
    taken, small = _Crowd(), _Crowd()
    for box in keep_clear:
        taken.add(box)
    texts = [[one.text, one.brief] if one.brief else [one.text] for one in wishes]
    for one, mine in zip(wishes, texts, strict=True):
        if one.brief and not _roomy(one.rings, _size(one.text)):
            del mine[0]
        if _is_tight(_bounds(one.rings), _size(mine[-1])):
            small.add(_bounds(one.rings))
    placed: list[dict[str, object]] = []
    for one, mine in zip(wishes, texts, strict=True):
        found = _first_free(one.rings, mine, (width, height), (taken, small))
        if found is not None:
            text, box = found
            taken.add(box)
            at = (round(box[0], 3), round(box[1], 3))
            placed.append({"at": at, "size": _size(text), "text": text})
    return placed, len(wishes) - len(placed)


def _first_free(
    rings: Sequence[Sequence[Spot]],
    texts: Sequence[str],
    frame: Spot,
    crowds: Sequence[_Crowd],
) -> tuple[str, Box] | None:
    """The first text that finds a place, and the place."""
    own = _bounds(rings)
    for text in texts:
        size = _size(text)
        spots = _beside(own, size) if _is_tight(own, size) else _inside(rings, size, *frame)
        for box in spots:
            on_frame = box[0] >= 0 and box[1] >= 0 and box[2] <= frame[0] and box[3] <= frame[1]
            if on_frame and not any(crowd.meets(box) for crowd in crowds):
                return text, box
    return None


def _is_tight(own: Box, size: tuple[float, float]) -> bool:
    return own[2] - own[0] < size[0] or own[3] - own[1] < size[1]


def _roomy(rings: Sequence[Sequence[Spot]], size: tuple[float, float]) -> bool:
    """Whether a text lies wholly within the polygon on its middle level."""
    _, low, _, high = _bounds(rings)
    if high - low < size[1]:
        return False
    for y in ((low + high - size[1]) / 2, (low + high + size[1]) / 2):
        cuts = sorted(_cuts(rings, y))
        if max((b - a for a, b in zip(cuts[::2], cuts[1::2], strict=False)), default=0) < size[0]:
            return False
    return True


class _Crowd:
    """Boxes found again by the paper cells they touch."""

    _CELL_MM = 6.0

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for cell in self._touched(box):
            self._cells.setdefault(cell, []).append(box)

    def meets(self, box: Box) -> bool:
        return any(
            _cross(box, other) for cell in self._touched(box) for other in self._cells.get(cell, ())
        )

    def _touched(self, box: Box) -> list[tuple[int, int]]:
        left, top, right, bottom = (int(edge // self._CELL_MM) for edge in box)
        return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _size(text: str) -> tuple[float, float]:
    lines = text.split("\n")
    width = max(_text_width(line) for line in lines) + 2 * _PAD_MM
    return round(width, 3), round(LABEL_MM * 1.3 * len(lines) + 2 * _PAD_MM, 3)


def _bounds(rings: Sequence[Sequence[Spot]]) -> Box:
    xs, ys = [p[0] for p in rings[0]], [p[1] for p in rings[0]]
    return min(xs), min(ys), max(xs), max(ys)


def _beside(own: Box, size: tuple[float, float]) -> list[Box]:
    """Right, left, above and below the polygon's box."""
    (w, h), gap = size, 0.5
    x, y = (own[0] + own[2]) / 2, (own[1] + own[3]) / 2
    corners = (
        (own[2] + gap, y - h / 2),
        (own[0] - gap - w, y - h / 2),
        (x - w / 2, own[1] - gap - h),
        (x - w / 2, own[3] + gap),
    )
    return [(left, top, left + w, top + h) for left, top in corners]


def _inside(
    rings: Sequence[Sequence[Spot]], size: tuple[float, float], width: float, height: float
) -> list[Box]:
    w, h = size
    boxes = []
    for x, y in inner_spots(rings, width, height):
        left = min(max(x - w / 2, 0.0), width - w)
        top = min(max(y - h / 2, 0.0), height - h)
        boxes.append((left, top, left + w, top + h))
    return boxes


def inner_spots(rings: Sequence[Sequence[Spot]], width: float, height: float) -> list[Spot]:
    """Points inside the polygon (holes respected) and inside the frame, best first: the middles
    of the widest stretches along a few levels of what is seen of it, the middle level preferred."""
    ys = [p[1] for p in rings[0]]
    low, high = max(min(ys), 0.0), min(max(ys), height)
    found: list[tuple[float, Spot]] = []
    for share, weight in _LEVELS:
        y = low + (high - low) * share + 1e-6
        cuts = sorted(_cuts(rings, y))
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            a, b = max(left, 0.0), min(right, width)
            if b > a:
                found.append(((b - a) * weight, ((a + b) / 2, y)))
    return [spot for _, spot in sorted(found, key=lambda f: -f[0])]


def _cuts(rings: Sequence[Sequence[Spot]], y: float) -> list[float]:
    cuts = []
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y):
                cuts.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return cuts


def _text_width(line: str) -> float:
    return sum(LABEL_MM if ord(c) > 0x2E7F else LABEL_MM * 0.58 for c in line)


def _cross(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
