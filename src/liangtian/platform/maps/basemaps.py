"""Base maps (底图) declared in one TOML file; none by default, as many as a county likes.

    [[basemap]]
    code = "tdt-img"
    name = "天地图影像"
    licence = "GS(2025)1508号"          # 审图号, shown on the map
    attribution = "国家基础地理信息中心"
    proxy = true                        # fetched by this server: the key never reaches a browser
    [[basemap.part]]                    # drawn in this order, e.g. picture, then names
    url = "https://t0.tianditu.gov.cn/img_w/wmts?...&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
    matrix = "w"                        # w: web mercator; c: CGCS2000 longitude and latitude
    min_zoom = 1
    max_zoom = 18
    key_env = "TIANDITU_KEY"            # environment variable with the key, or key = "…"

`{s}` in an address is one of `subdomains`. An address may be WMTS in key-value form or XYZ alike.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Matrix = Literal["w", "c"]


@dataclass(frozen=True)
class Part:
    """One layer of tiles of a base map."""

    url: str
    matrix: Matrix = "w"
    min_zoom: int = 0
    max_zoom: int = 18
    subdomains: tuple[str, ...] = ("",)
    key: str = field(default="", repr=False)

    def address(self, z: int, x: int, y: int) -> str:
        """Where one tile lies."""
        host = self.subdomains[(x + y) % len(self.subdomains)]
        values = {"{z}": str(z), "{x}": str(x), "{y}": str(y), "{s}": host, "{key}": self.key}
        made = self.url
        for mark, value in values.items():
            made = made.replace(mark, value)
        return made

    @property
    def origins(self) -> set[str]:
        """Scheme and host of every address of this part."""
        urls = (urlsplit(self.url.replace("{s}", s)) for s in self.subdomains)
        return {f"{url.scheme}://{url.netloc}" for url in urls}


@dataclass(frozen=True)
class Basemap:
    """A base map people may choose."""

    code: str
    name: str
    parts: tuple[Part, ...]
    attribution: str = ""
    licence: str = ""
    proxy: bool = True


def basemaps() -> tuple[Basemap, ...]:
    """The base maps of this installation. Raises ImproperlyConfigured, in words, for a faulty file."""
    return _read(settings.BASEMAPS) if settings.BASEMAPS else ()


def image_hosts() -> list[str]:
    """Hosts from which browsers themselves may load pictures: those of base maps without proxy."""
    origins = {o for one in basemaps() if not one.proxy for part in one.parts for o in part.origins}
    return sorted(origins)


@lru_cache(maxsize=8)
def _read(path: str) -> tuple[Basemap, ...]:
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        found = tuple(_basemap(one) for one in given.get("basemap", []))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(f"底图设置文件“{path}”有误：{error}") from error
    if len({one.code for one in found}) < len(found):
        raise ImproperlyConfigured(f"底图设置文件“{path}”有重复的 code。")
    return found


def _basemap(given: Mapping[str, Any]) -> Basemap:
    parts = tuple(_part(one) for one in given["part"])
    if not parts or not str(given["code"]).replace("-", "").isalnum():
        raise ValueError(f"底图“{given['code']}”没有 part，或 code 不是字母、数字和短横。")
    return Basemap(
        code=str(given["code"]),
        name=str(given["name"]),
        parts=parts,
        attribution=str(given.get("attribution", "")),
        licence=str(given.get("licence", "")),
        proxy=bool(given.get("proxy", True)),
    )


def _part(given: Mapping[str, Any]) -> Part:
    key = str(given.get("key", "")) or os.environ.get(str(given.get("key_env", "")), "")
    matrix = given.get("matrix", "w")
    part = Part(
        url=str(given["url"]),
        matrix=matrix,
        min_zoom=int(given.get("min_zoom", 0)),
        max_zoom=int(given.get("max_zoom", 18)),
        subdomains=tuple(map(str, given.get("subdomains", [""]))),
        key=key,
    )
    schemes = {urlsplit(origin).scheme for origin in part.origins}
    if matrix not in ("w", "c") or not schemes <= {"http", "https"} or not part.subdomains:
        raise ValueError(f"part“{part.url[:60]}”的 matrix 应为 w 或 c，地址应为 http 或 https。")
    return part
