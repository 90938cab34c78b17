"""Policy packs for who may see them; the dictionary, which holds no data, for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liangtian.policy.pack import load_pack
from tests.site.matrix import EVERYONE, OFFICERS, Row
from tests.site.world import World

PACK = "county-enforcement-2022"


def _version(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"version": load_pack(PACK).version}}


def _two(w: World, place: str) -> Mapping[str, Any]:
    version = load_pack(PACK).version
    return {"query": {"left": version, "right": load_pack("korla-2024").version}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/packs", EVERYONE - OFFICERS),
    Row(
        "GET", "/api/packs/{pack_id}", EVERYONE - OFFICERS, lambda w, p: {"path": {"pack_id": PACK}}
    ),
    Row("GET", "/api/packs/versions/{version}", EVERYONE - OFFICERS, _version),
    Row("GET", "/api/packs/compare", EVERYONE - OFFICERS, _two),
    Row("GET", "/api/dictionary", EVERYONE),
)
