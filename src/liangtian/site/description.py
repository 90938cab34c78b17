"""What the API says of itself (OpenAPI): the whole of it, and the part that desktop GIS reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from liangtian.platform.features.pages import OPENAPI, answer
from liangtian.site.examples import with_examples

router = Router(tags=["description"])
FEATURES = "/api/ogc"


@router.get("/openapi.json")
def whole(request: HttpRequest) -> HttpResponse:
    """Every address of the API."""
    return answer(_described(), OPENAPI)


@router.get("/ogc/api")
def features(request: HttpRequest) -> HttpResponse:
    """The addresses of OGC API – Features."""
    described = _described()
    own = {path: how for path, how in described["paths"].items() if path.startswith(FEATURES)}
    return answer({**described, "paths": own}, OPENAPI)


@lru_cache(maxsize=1)
def _described() -> dict[str, Any]:
    """Made once per process: it never changes while the program runs."""
    from liangtian.site.api import api

    return with_examples(dict(api.get_openapi_schema()))
