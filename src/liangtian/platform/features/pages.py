"""The answers of the service, as the standard writes them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import shapely
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

from liangtian.platform.features.crs import CRS84, STORED, outward
from liangtian.platform.features.items import Collection, Items

JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_CONF = "http://www.opengis.net/spec/ogcapi"
CONFORMS_TO = [
    f"{_CONF}-features-1/1.0/conf/core",
    f"{_CONF}-features-1/1.0/conf/geojson",
    f"{_CONF}-features-1/1.0/conf/oas30",
    f"{_CONF}-features-2/1.0/conf/crs",
]


def link(href: str, rel: str, kind: str, title: str = "") -> dict[str, str]:
    """One link."""
    found = {"href": href, "rel": rel, "type": kind}
    return found | {"title": title} if title else found


def answer(body: Any, kind: str = JSON) -> HttpResponse:
    """A JSON document."""
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(text, content_type=kind)


def landing(root: str) -> dict[str, Any]:
    """Landing page (requirement /req/core/root-success)."""
    return {
        "title": "量田 Liangtian",
        "description": "参考图层与台账，按您的权限与管辖区划提供。",
        "links": [
            link(root, "self", JSON),
            link(f"{root}/api", "service-desc", OPENAPI, "接口说明"),
            link(f"{root}/conformance", "conformance", JSON),
            link(f"{root}/collections", "data", JSON, "图层与台账"),
        ],
    }


def collection(found: Collection, root: str, systems: list[str]) -> dict[str, Any]:
    """One collection (requirements /req/core/fc-md-success, /req/crs/fc-md-crs-list)."""
    here = f"{root}/collections/{found.id}"
    extent: dict[str, Any] = {}
    if found.extent is not None:
        extent["spatial"] = {"bbox": [found.extent], "crs": CRS84}
    if found.period is not None:
        days = [f"{day.isoformat()}T00:00:00Z" if day else None for day in found.period]
        extent["temporal"] = {"interval": [days]}
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "itemType": "feature",
        "extent": extent,
        "crs": systems,
        "storageCrs": STORED,
        "links": [
            link(here, "self", JSON),
            link(f"{here}/items", "items", GEOJSON, found.title),
            link(f"{here}/schema", "describedby", SCHEMA),
        ],
    }


def schema(found: Collection, root: str) -> dict[str, Any]:
    """The properties as JSON Schema; the title carries the Chinese name and the unit."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{root}/collections/{found.id}/schema",
        "type": "object",
        "title": found.title,
        "properties": {
            "geometry": {"format": "geometry-multipolygon", "x-ogc-role": "primary-geometry"},
            **{
                one.name: {"title": one.title, "type": one.type}
                | ({"format": one.format} if one.format else {})
                for one in found.properties()
            },
        },
    }


def page_links(request: HttpRequest, here: str, page: Items) -> list[dict[str, str]]:
    """Links of a page: itself, the next one if there is one, the collection."""
    params = {k: str(v) for k, v in request.GET.dict().items()}
    links = [link(request.build_absolute_uri(), "self", GEOJSON), link(here, "collection", JSON)]
    if page.next_after is not None:
        query = urlencode(params | {"after": str(page.next_after)})
        links.append(link(f"{here}/items?{query}", "next", GEOJSON))
    return links


def features(head: dict[str, Any], page: Items, crs: str) -> HttpResponse:
    """A FeatureCollection; the geometries are written by shapely, all at once."""
    opening = json.dumps({"type": "FeatureCollection", **head}, ensure_ascii=False)[:-1]
    body = f'{opening},"features":[{",".join(_written(page, crs))}]}}'
    return _in(crs, HttpResponse(body, content_type=GEOJSON))


def feature(page: Items, crs: str, here: str) -> HttpResponse:
    """One Feature with its links."""
    links = [link(f"{here}/items/{page.ids[0]}", "self", GEOJSON), link(here, "collection", JSON)]
    body = f'{_written(page, crs)[0][:-1]},"links":{json.dumps(links)}}}'
    return _in(crs, HttpResponse(body, content_type=GEOJSON))


def _written(page: Items, crs: str) -> list[str]:
    shapes = shapely.to_geojson(outward(page.geoms, crs)) if len(page.geoms) else []
    return [
        f'{{"type":"Feature","id":{key},"geometry":{shape},"properties":'
        f"{json.dumps(properties, cls=DjangoJSONEncoder, ensure_ascii=False)}}}"
        for key, shape, properties in zip(page.ids, shapes, page.properties, strict=True)
    ]


def _in(crs: str, response: HttpResponse) -> HttpResponse:
    """Names the coordinate system of the coordinates (requirement /req/crs/ogc-crs-header)."""
    response["Content-Crs"] = f"<{crs}>"
    return response
