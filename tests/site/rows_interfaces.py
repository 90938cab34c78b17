"""The rows of tokens, of the API's description and of OGC API – Features."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import COUNTY_ONLY, EVERYONE, EXPORT, HERE, LAYERS, WHERE, Row, holding
from tests.site.world import HOME, World

WITH_TOKENS = holding("api.token")
OGC = "/api/ogc"
COLLECTION = f"{OGC}/collections/{{collection_id}}"
NONE = frozenset({404})


def _layer(w: World, place: str) -> Mapping[str, Any]:
    version = w.versions[place]["published"]
    return {"path": {"collection_id": f"{version.layer.code}-{version.pk}"}}


def _feature(w: World, place: str) -> Mapping[str, Any]:
    path = _layer(w, place)["path"]
    return {"path": path | {"feature_id": w.versions[place]["published"].features.first().pk}}


def _patches(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"collection_id": "enforcement.patches"}}


def _patch(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {**_patches(w, place)["path"], "feature_id": w.patches[place][0].pk}}


def _new(w: World, place: str) -> Mapping[str, Any]:
    code = w.users["grid_worker"].region_id  # inside everybody's region
    body = {"name": "读取", "permissions": ["layers.view"], "region": code, "days": 1}
    return {"json": body}


def _strangers(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"token_id": 1}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/tokens", WITH_TOKENS),
    Row("POST", "/api/tokens", WITH_TOKENS, _new),
    Row("POST", "/api/tokens/{token_id}/revoke", (), _strangers, HERE, frozenset({403, 404})),
    Row("GET", "/api/openapi.json", EVERYONE),
    Row("GET", f"{OGC}/api", EVERYONE),
    Row("GET", OGC, EVERYONE),
    Row("GET", f"{OGC}/conformance", EVERYONE),
    Row("GET", f"{OGC}/collections", EVERYONE),
    Row("GET", COLLECTION, LAYERS, _layer, COUNTY_ONLY, NONE),
    Row("GET", f"{COLLECTION}/schema", LAYERS, _layer, COUNTY_ONLY, NONE),
    Row("GET", f"{COLLECTION}/items", LAYERS, _layer, COUNTY_ONLY, NONE, use="layer"),
    Row("GET", f"{COLLECTION}/items", EXPORT, _patches, (HOME,), NONE, use="ledger"),
    Row("GET", f"{COLLECTION}/items/{{feature_id}}", LAYERS, _feature, COUNTY_ONLY, NONE, use="layer"),
    Row("GET", f"{COLLECTION}/items/{{feature_id}}", EXPORT, _patch, WHERE, NONE, use="ledger"),
)  # fmt: skip
