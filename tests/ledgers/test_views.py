"""Saved views: one's own, or shared with one's office."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import People, SignedIn

pytestmark = pytest.mark.django_db
VIEWS = "/api/ledgers/enforcement.patches/views"
DEFAULT = "/api/ledgers/enforcement.patches/default-view"
DRAFT: dict[str, Any] = {
    "name": "违法图斑",
    "columns": [{"name": "area_mu", "width": 120, "pin": "left"}, {"name": "number"}],
    "query": {"judgement": "illegal", "sort": "-area_mu"},
    "grouping": ["region:township"],
}


def keep(client: Client, **changes: Any) -> Any:
    return client.post(VIEWS, {**DRAFT, **changes}, content_type="application/json")


def test_a_view_comes_back_as_it_was_kept(people: People, signed_in: SignedIn) -> None:
    client = signed_in(people.clerk)
    made = keep(client).json()
    assert client.get(VIEWS).json() == {"views": [made], "default": None}
    assert made["columns"] == [
        {"name": "area_mu", "width": 120, "pin": "left"},
        {"name": "number", "width": None, "pin": None},
    ]
    assert (made["query"], made["grouping"]) == (DRAFT["query"], DRAFT["grouping"])


def test_a_shared_view_is_seen_in_the_office_and_changed_by_its_owner_only(
    people: People, signed_in: SignedIn
) -> None:
    owner, colleague = signed_in(people.clerk), signed_in(people.reviewer)
    outsider = signed_in(people.township_a)
    hers = keep(owner, shared=True).json()
    keep(owner, name="自己的")
    assert [v["name"] for v in colleague.get(VIEWS).json()["views"]] == ["违法图斑"]
    assert outsider.get(VIEWS).json()["views"] == []
    one = f"{VIEWS}/{hers['id']}"
    assert colleague.delete(one).status_code == 404
    assert colleague.put(one, DRAFT, content_type="application/json").status_code == 404
    body = {"view": hers["id"]}
    assert outsider.put(DEFAULT, body, content_type="application/json").status_code == 404
    assert colleague.put(DEFAULT, body, content_type="application/json").status_code == 200
    assert colleague.get(VIEWS).json()["default"] == hers["id"]
    # No longer shared: it stops being anyone else's default.
    owner.put(one, {**DRAFT, "shared": False}, content_type="application/json")
    assert colleague.get(VIEWS).json() == {"views": [], "default": None}
    assert owner.delete(one).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "  "},
        {"columns": [{"name": "nothing"}]},
        {"columns": [{"name": "number", "width": 5}]},
        {"query": {"nothing": "1"}},
        {"grouping": ["number"]},
    ],
)
def test_a_view_the_ledger_cannot_show_is_refused(
    people: People, signed_in: SignedIn, changes: dict[str, Any]
) -> None:
    assert keep(signed_in(people.clerk), **changes).status_code == 422


def test_a_name_is_used_once(people: People, signed_in: SignedIn) -> None:
    client = signed_in(people.clerk)
    assert keep(client).status_code == 200
    assert keep(client).status_code == 409
    assert keep(signed_in(people.reviewer)).status_code == 200
