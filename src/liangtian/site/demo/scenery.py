"""Painting simple rural scenes: sky, hills, fields, buildings, trees and a caption."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1024, 768
RESTORED = "restored"
"""Instead of a type: what stood there was taken down, and the field is a field again."""
Colour = tuple[int, int, int]


def draw_scene(view: str, kind: str, seed: list[int], caption: list[str]) -> Image.Image:
    """A 1024 x 768 picture of a patch of a type (TBLX) as seen near, far or in panorama.

    The last number of `seed` stands for the view, the rest for the patch."""
    rng = np.random.default_rng(seed)
    looks = np.random.default_rng(seed[:-1])  # the same building and weather in every view
    horizon = int(HEIGHT * {"near": 0.40, "far": 0.47, "panorama": 0.44}[view])
    image = _sky(rng, looks, horizon)
    _hills(image, rng, horizon)
    _fields(image, rng, horizon)
    scale = {"near": 1.0, "far": 0.36, "panorama": 0.52}[view]
    _trees(image, rng, horizon, 16 if view == "panorama" else 9, 1.0)
    at = (WIDTH * rng.uniform(0.38, 0.58), horizon + (HEIGHT - horizon) * (0.16 + 0.42 * scale))
    _subject(image, looks, kind, at, scale)
    _trees(image, rng, horizon + 26, 3, 1.9)
    out = Image.fromarray(_grain(image, rng))
    if caption:
        stamp(out, caption)
    return out


def _sky(rng: np.random.Generator, looks: np.random.Generator, horizon: int) -> Image.Image:
    top = np.array([86, 140, 205]) + int(looks.integers(-22, 16))
    low = np.array([216, 228, 236]) + int(looks.integers(-12, 8))
    t = np.clip(np.arange(HEIGHT) / horizon, 0, 1)[:, None] ** 0.8
    column = (top * (1 - t) + low * t).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(column[:, None, :]).resize((WIDTH, HEIGHT))
    cloud = Image.new("L", (WIDTH // 4, HEIGHT // 4), 0)
    d = ImageDraw.Draw(cloud)
    for _ in range(int(rng.integers(3, 7))):
        x, y = rng.uniform(0, WIDTH / 4), rng.uniform(3, horizon * 0.15)
        for _ in range(16):
            a, b, r = rng.normal(x, 19), rng.normal(y, 2.3), rng.uniform(3, 10.5)
            shade = int(rng.integers(70, 150))
            d.ellipse((a - 2 * r, b - r * 0.6, a + 2 * r, b + r * 0.6), fill=shade)
    soft = cloud.filter(ImageFilter.GaussianBlur(3.2)).resize((WIDTH, HEIGHT))
    image.paste((250, 250, 250), (0, 0), soft)
    return image


def _ridge(rng: np.random.Generator, base: float, size: float) -> list[tuple[float, float]]:
    x = np.linspace(0, WIDTH, 129)
    y = np.zeros_like(x)
    for k in range(1, 12):
        y += size / k**1.1 * rng.normal() * np.sin(k * x / WIDTH * np.pi + rng.uniform(0, 6.3))
    y = base - (y - y.min()) * 0.6 - size * 0.2
    return [(0.0, HEIGHT), *zip(x.tolist(), y.tolist(), strict=True), (WIDTH, HEIGHT)]


def _hills(image: Image.Image, rng: np.random.Generator, horizon: int) -> None:
    d = ImageDraw.Draw(image)
    d.polygon(_ridge(rng, horizon, 70), fill=(148, 170, 186))
    d.polygon(_ridge(rng, horizon + 2, 38), fill=(112, 142, 132))


def _fields(image: Image.Image, rng: np.random.Generator, horizon: int) -> None:
    """Furrows meeting at a vanishing point; crop and soil colours per strip."""
    d = ImageDraw.Draw(image)
    d.rectangle((0, horizon, WIDTH, HEIGHT), fill=(128, 142, 78))
    palette: list[Colour] = [(126, 150, 70), (146, 158, 82), (164, 150, 96), (110, 138, 62),
                             (150, 128, 88), (134, 156, 84)]  # fmt: skip
    vanish = rng.uniform(0.2, 0.8) * WIDTH
    edges = np.sort(rng.uniform(-2.2, 3.2, 9)) * WIDTH
    for i in range(8):
        c = palette[int(rng.integers(len(palette)))]
        d.polygon([(vanish, horizon), (edges[i], HEIGHT), (edges[i + 1], HEIGHT)], fill=c)
        for f in np.linspace(edges[i], edges[i + 1], 14):
            dark = tuple(int(v * 0.88) for v in c)
            d.line([(vanish, horizon), (f, HEIGHT)], fill=dark, width=2)
    for y, c in ((horizon, (96, 122, 84)), (horizon + 7, (120, 138, 80))):
        d.rectangle((0, y, WIDTH, y + 6), fill=c)
    shade = Image.new("L", (1, HEIGHT - horizon))
    shade.putdata([int(70 * (1 - k / (HEIGHT - horizon)) ** 2) for k in range(HEIGHT - horizon)])
    haze = shade.resize((WIDTH, HEIGHT - horizon))
    image.paste((206, 216, 216), (0, horizon), haze)


def _trees(
    image: Image.Image, rng: np.random.Generator, ground: int, count: int, size: float
) -> None:
    d = ImageDraw.Draw(image)
    for _ in range(count):
        x, h = rng.uniform(0, WIDTH), rng.uniform(26, 52) * size
        y = ground + rng.uniform(2, 12) * size
        d.rectangle((x - h * 0.05, y - h * 0.5, x + h * 0.05, y), fill=(84, 68, 52))
        for _ in range(22):
            a, b, r = (
                rng.normal(x, h * 0.17),
                rng.normal(y - h * 0.75, h * 0.17),
                rng.uniform(0.1, 0.2) * h,
            )
            g = int(rng.integers(72, 118))
            d.ellipse((a - r, b - r, a + r, b + r), fill=(g - 26, g + 12, g - 34))


def _subject(
    image: Image.Image,
    rng: np.random.Generator,
    kind: str,
    at: tuple[float, float],
    scale: float,
) -> None:
    x, y = at
    if kind == RESTORED:
        return
    if kind in ("TD", "DT"):
        _heaps(image, rng, x, y, scale)
    elif kind in ("YH", "DL2", "ND"):
        _slab(image, rng, x, y, scale)
    elif kind == "KT":
        _pond(image, x, y, scale)
    else:
        _hall(image, rng, x, y, scale)


def _heaps(image: Image.Image, rng: np.random.Generator, x: float, y: float, scale: float) -> None:
    d = ImageDraw.Draw(image)
    d.ellipse(
        (x - 420 * scale, y - 34 * scale, x + 420 * scale, y + 70 * scale), fill=(168, 138, 104)
    )
    for _ in range(5):
        a, h, w = (
            rng.normal(x, 150 * scale),
            rng.uniform(50, 120) * scale,
            rng.uniform(90, 190) * scale,
        )
        d.polygon([(a - w, y + 22 * scale), (a - w * 0.15, y - h), (a + w * 0.2, y - h * 0.94),
                   (a + w, y + 22 * scale)], fill=(156, 122, 86))  # fmt: skip
        d.polygon([(a + w * 0.2, y - h * 0.94), (a + w, y + 22 * scale), (a + w * 0.1, y + 22 * scale)],
                  fill=(126, 96, 68))  # fmt: skip


def _slab(image: Image.Image, rng: np.random.Generator, x: float, y: float, scale: float) -> None:
    d = ImageDraw.Draw(image)
    w, h = 430 * scale, 88 * scale
    d.polygon([(x - w * 0.62, y - h), (x + w * 0.66, y - h), (x + w, y + h), (x - w, y + h)],
              fill=(188, 186, 180))  # fmt: skip
    for k in np.linspace(-1, 1, 7):
        d.line([(x + k * w * 0.64, y - h), (x + k * w, y + h)], fill=(164, 162, 156), width=2)
    for k in (-0.3, 0.35):
        s = 1 + 0.25 * k
        d.line(
            [(x - w * s * 0.84, y + k * h), (x + w * s * 0.86, y + k * h)],
            fill=(164, 162, 156),
            width=2,
        )
    if rng.uniform() < 0.6:
        d.rectangle(
            (x - 40 * scale, y - 60 * scale, x + 46 * scale, y - 6 * scale), fill=(210, 168, 58)
        )
        d.ellipse(
            (x - 36 * scale, y - 18 * scale, x - 6 * scale, y + 10 * scale), fill=(44, 44, 46)
        )
        d.ellipse(
            (x + 12 * scale, y - 18 * scale, x + 42 * scale, y + 10 * scale), fill=(44, 44, 46)
        )


def _pond(image: Image.Image, x: float, y: float, scale: float) -> None:
    d = ImageDraw.Draw(image)
    for grow, c in (
        (1.0, (142, 118, 86)),
        (0.93, (116, 96, 72)),
        (0.88, (112, 146, 164)),
        (0.7, (138, 170, 186)),
    ):
        d.ellipse(
            (
                x - 430 * scale * grow,
                y - 92 * scale * grow,
                x + 430 * scale * grow,
                y + 92 * scale * grow,
            ),
            fill=c,
        )


def _hall(image: Image.Image, rng: np.random.Generator, x: float, y: float, scale: float) -> None:
    """A shed or house with a lit front, a darker side, a roof, a door and windows."""
    d = ImageDraw.Draw(image)
    w, h, deep = (
        rng.uniform(240, 360) * scale,
        rng.uniform(110, 170) * scale,
        rng.uniform(90, 140) * scale,
    )
    wall: Colour = ((222, 216, 204), (206, 190, 170), (226, 226, 226), (196, 160, 134))[
        int(rng.integers(4))
    ]
    roof: Colour = ((62, 104, 160), (166, 74, 58), (120, 124, 128))[int(rng.integers(3))]
    side = tuple(int(v * 0.78) for v in wall)
    rise = 0.34 * h
    d.ellipse(
        (x - w * 1.1, y - 14 * scale, x + w * 1.1 + deep, y + 26 * scale), fill=(112, 112, 72)
    )
    d.rectangle((x - w, y - h, x + w * 0.6, y), fill=wall)
    d.polygon([(x + w * 0.6, y - h), (x + w * 0.6 + deep, y - h * 0.94), (x + w * 0.6 + deep, y - h * 0.07),
               (x + w * 0.6, y)], fill=side)  # fmt: skip
    d.polygon([(x + w * 0.6, y - h), (x + w * 0.6 + deep * 0.5, y - h - rise),
               (x + w * 0.6 + deep, y - h * 0.94)], fill=side)  # fmt: skip
    d.polygon([(x - w * 1.03, y - h * 0.97), (x - w + deep * 0.5, y - h - rise),
               (x + w * 0.6 + deep * 0.5, y - h - rise), (x + w * 0.57, y - h * 0.97)], fill=roof)  # fmt: skip
    count = int(rng.integers(3, 6))
    for i in range(count):
        a = x - w + (i + 0.5) * 1.6 * w / count
        if i == count // 2:
            d.rectangle((a - 26 * scale, y - h * 0.62, a + 26 * scale, y), fill=(98, 84, 74))
        else:
            d.rectangle(
                (a - 22 * scale, y - h * 0.7, a + 22 * scale, y - h * 0.36), fill=(94, 120, 142)
            )
            d.line(
                [(a, y - h * 0.7), (a, y - h * 0.36)],
                fill=(230, 230, 230),
                width=max(1, int(3 * scale)),
            )


def _grain(image: Image.Image, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A little softness and sensor noise."""
    soft = np.asarray(image.filter(ImageFilter.SMOOTH), dtype=np.int16)
    noisy = soft + rng.integers(-6, 7, (HEIGHT, WIDTH, 1), dtype=np.int16)
    return noisy.clip(0, 255).astype(np.uint8)


def stamp(image: Image.Image, caption: list[str]) -> None:
    """Write lines over the lower edge of a picture."""
    font = ImageFont.load_default(size=22)
    d = ImageDraw.Draw(image, "RGBA")
    top = HEIGHT - 20 - 32 * len(caption)
    d.rectangle((0, top - 8, WIDTH, HEIGHT), fill=(0, 0, 0, 120))
    for k, line in enumerate(caption):
        d.text((18, top + 32 * k), line, font=font, fill=(255, 255, 255, 255))
