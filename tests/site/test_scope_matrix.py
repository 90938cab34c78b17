"""Every address × every role × every place: who is let in, who is refused, who finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from liangtian.platform.people.permissions import ROLES as ROLES_OF_THE_SYSTEM
from liangtian.site.api import api
from tests.site.all_rows import MATRIX
from tests.site.matrix import Row
from tests.site.world import NOBODY, ROLES, World

ROOT_OF_THE_API = "/api/"  # answers 404 to everybody; the framework adds it
PUBLIC = "/api/public/"  # looks at no session, so there is none to be misused
UNSAFE = [
    row for row in MATRIX
    if row.method != "GET" and row.path != "/api/session" and not row.path.startswith(PUBLIC)
]  # fmt: skip


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every address the site answers, with {name} for what varies."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{prefix}{entry.pattern}")
            continue
        assert isinstance(entry, URLPattern)
        if isinstance(entry.pattern, RegexPattern):
            yield prefix
        else:
            yield prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))


def operations() -> set[tuple[str, str]]:
    """Method and address of everything the site answers."""
    described = {
        (method.upper(), path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    known = {path for _, path in described}
    plain = set(addresses(get_resolver())) - known - {ROOT_OF_THE_API}
    return described | {("GET", path) for path in plain}


def test_every_route_stands_in_the_matrix() -> None:
    written = {(row.method, row.path) for row in MATRIX}
    assert operations() - written == set(), "routes nobody decided about"
    assert written - operations() == set(), "rows of routes that are gone"


def test_every_role_of_the_system_stands_in_the_matrix() -> None:
    assert set(ROLES) == set(ROLES_OF_THE_SYSTEM)


def send(world: World, row: Row, role: str, parts: Mapping[str, Any]) -> Any:
    """The answer to one request; what it changed is undone."""
    address = row.path.format(**parts.get("path", {}))
    client = world.client(role)
    with transaction.atomic():
        if "json" in parts or (row.method in ("POST", "PUT") and "form" not in parts):
            answer = client.generic(
                row.method, address, _json(parts.get("json", {})), "application/json"
            )
        elif "form" in parts:
            answer = client.post(address, parts["form"])
        else:
            answer = client.generic(
                row.method, address, query_params=parts.get("query"),
            )  # fmt: skip
        transaction.set_rollback(True)
    return answer


def _json(body: Any) -> str:
    import json

    return json.dumps(body)


@pytest.fixture(autouse=True)
def page(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built browser application, so that its page does not depend on the machine; all come from one address."""
    from liangtian.programmes.holdings.notices import public

    for pace in (public.reads, public.writes):
        monkeypatch.setattr(pace, "limit", 1_000)
    (tmp_path / "index.html").write_text("<!doctype html><title>量田</title>")
    settings.WEB_DIST = tmp_path


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_each_role_gets_what_the_matrix_says(world: World, row: Row) -> None:
    wrong = []
    for place in row.places:
        parts = row.request(world, place)
        for role in (*ROLES, NOBODY):
            if "form" in parts:  # whose files are read once
                parts = row.request(world, place)
            status = send(world, row, role, parts).status_code
            if status not in row.expected(role, place):
                wrong.append(
                    f"{role} on {place}: {status}, should be {sorted(row.expected(role, place))}"
                )
    assert not wrong, f"{row}\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", UNSAFE, ids=str)
def test_a_change_without_the_token_is_refused(world: World, row: Row) -> None:
    parts = row.request(world, row.places[0])
    address = row.path.format(**parts.get("path", {}))
    client = world.client("county_clerk", enforce_csrf_checks=True)
    answer = client.generic(row.method, address, "{}", "application/json")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"].startswith("页面已过期")
