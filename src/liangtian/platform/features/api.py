"""OGC API – Features, Part 1 Core and Part 2 CRS (OGC 17-069r4, 18-058r1), GeoJSON only, reading only.

A client sees the collections its user may see and in them the features of his region; what is not his is
not found.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import NotFound
from liangtian.platform.features import asking, pages
from liangtian.platform.features.crs import CRS84, check, offered
from liangtian.platform.features.items import Collection
from liangtian.platform.features.layers import layer_collection, layer_collections
from liangtian.platform.features.ledgers import ledger_collection, ledger_collections
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of

router = Router(tags=["features"])
PREFIX = "/api/ogc"


@router.get("")
def landing(request: HttpRequest) -> HttpResponse:
    """The landing page: where everything is."""
    asking.check_known(request.GET.dict(), {"f"})
    return pages.answer(pages.landing(_root(request)))


@router.get("/conformance")
def conformance(request: HttpRequest) -> HttpResponse:
    """The requirement classes this service keeps."""
    asking.check_known(request.GET.dict(), {"f"})
    return pages.answer({"conformsTo": pages.CONFORMS_TO})


@router.get("/collections")
def collections(request: HttpRequest) -> HttpResponse:
    """The layers and ledgers the user may read."""
    asking.check_known(request.GET.dict(), {"f"})
    user, root = user_of(request), _root(request)
    shown = [pages.collection(one, root, _systems(user)) for one in _all(user)]
    links = [pages.link(f"{root}/collections", "self", pages.JSON)]
    return pages.answer({"links": links, "collections": shown, "crs": _systems(user)})


@router.get("/collections/{collection_id}")
def collection(request: HttpRequest, collection_id: str) -> HttpResponse:
    """One collection: extent, coordinate systems, links."""
    asking.check_known(request.GET.dict(), {"f"})
    user = user_of(request)
    found = _one(user, collection_id)
    return pages.answer(pages.collection(found, _root(request), _systems(user)))


@router.get("/collections/{collection_id}/schema")
def schema(request: HttpRequest, collection_id: str) -> HttpResponse:
    """The properties of the features as JSON Schema, with their Chinese names and units."""
    asking.check_known(request.GET.dict(), {"f"})
    found = _one(user_of(request), collection_id)
    return pages.answer(pages.schema(found, _root(request)), pages.SCHEMA)


@router.get("/collections/{collection_id}/items")
def items(request: HttpRequest, collection_id: str) -> HttpResponse:
    """Features, a page at a time: limit, bbox, bbox-crs, crs, datetime, and properties by value.

    How many there are in all is counted for the first page only, as the standard permits.
    """
    user = user_of(request)
    found = _one(user, collection_id)
    params = request.GET.dict()
    asked = asking.read({k: str(v) for k, v in params.items()}, found.filters, _systems(user))
    page = found.items(asked)
    saw(user, "features.read", found.title, region=user.region, after={"collection": found.id})
    head = {"timeStamp": timezone.now().isoformat(), "numberReturned": len(page.ids)}
    if not asked.after and (matched := found.matched(asked)) is not None:
        head["numberMatched"] = matched
    head["links"] = pages.page_links(request, f"{_root(request)}/collections/{found.id}", page)
    return pages.features(head, page, asked.crs)


@router.get("/collections/{collection_id}/items/{feature_id}")
def item(request: HttpRequest, collection_id: str, feature_id: int) -> HttpResponse:
    """One feature."""
    user = user_of(request)
    found = _one(user, collection_id)
    params = request.GET.dict()
    asking.check_known(params, {"f", "crs"})
    crs = check("crs", str(params.get("crs", CRS84)), _systems(user))
    page = found.item(feature_id) if abs(feature_id) <= asking.LARGEST_KEY else None
    if page is None or not len(page.ids):
        raise NotFound
    return pages.feature(page, crs, f"{_root(request)}/collections/{found.id}")


def _all(user: User) -> list[Collection]:
    return [*layer_collections(user), *ledger_collections(user)]


def _one(user: User, collection_id: str) -> Collection:
    found: Collection | None = layer_collection(user, collection_id)
    found = found or ledger_collection(user, collection_id)
    if found is None:
        raise NotFound(f"没有图层或台账“{collection_id}”，或您无权读取。")
    return found


def _systems(user: User) -> list[str]:
    region = user.region
    centre = region.geom.centroid.x if region is not None and region.geom is not None else None
    return offered(centre)


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri(PREFIX)
