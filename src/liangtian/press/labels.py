"""Where the labels (注记) of a map go: inside their polygon, on the frame, none over another."""

from collections.abc import Sequence

Spot = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
LABEL_MM = 2.5  # height of the label type on paper
_PAD_MM = 0.4


def place_labels(
    wishes: Sequence[tuple[str, Sequence[Sequence[Spot]]]],
    width: float,
    height: float,
    keep_clear: Sequence[Box] = (),
) -> tuple[list[dict[str, object]], int]:
    """(text, rings in paper mm) wanted, most important first -> labels placed, how many left out.

    A label that would run off the frame, over one already placed or over a box to keep clear is
    left out and counted.
    """
    placed: list[dict[str, object]] = []
    taken = list(keep_clear)
    for text, rings in wishes:
        box = _box(text, rings, width, height)
        if box is None or any(_cross(box, other) for other in taken):
            continue
        taken.append(box)
        placed.append(
            {
                "at": (round(box[0], 3), round(box[1], 3)),
                "size": (round(box[2] - box[0], 3), round(box[3] - box[1], 3)),
                "text": text,
            }
        )
    return placed, len(wishes) - len(placed)


def _box(text: str, rings: Sequence[Sequence[Spot]], width: float, height: float) -> Box | None:
    spot = inner_spot(rings, width, height)
    if spot is None:
        return None
    lines = text.split("\n")
    w = max(_text_width(line) for line in lines) + 2 * _PAD_MM
    h = LABEL_MM * 1.3 * len(lines) + 2 * _PAD_MM
    left = min(max(spot[0] - w / 2, 0.0), width - w)
    top = min(max(spot[1] - h / 2, 0.0), height - h)
    if left < 0 or top < 0:
        return None
    return left, top, left + w, top + h


def inner_spot(rings: Sequence[Sequence[Spot]], width: float, height: float) -> Spot | None:
    """A point inside the polygon (holes respected) and inside the frame: the middle of the widest
    stretch along the level half way up what is seen of it."""
    ys = [p[1] for ring in rings[:1] for p in ring]
    low, high = max(min(ys), 0.0), min(max(ys), height)
    best: tuple[float, Spot] | None = None
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        y = low + (high - low) * share + 1e-6
        cuts = sorted(_cuts(rings, y))
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            a, b = max(left, 0.0), min(right, width)
            if b > a and (best is None or b - a > best[0] * 1.2):
                best = (b - a, ((a + b) / 2, y))
    return best[1] if best else None


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
