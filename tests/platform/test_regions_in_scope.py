"""The region tree shows one's own region and what lies below it."""

from __future__ import annotations

from typing import Any

from tests.conftest import People


def codes(client: Any) -> list[str]:
    return [row["code"] for row in client.get("/api/regions").json()]


def test_the_county_sees_its_whole_tree_in_order(people: People, signed_in: Any) -> None:
    assert codes(signed_in(people.clerk)) == [
        "990121", "990121100", "990121100201", "990121101", "990121101201",
    ]  # fmt: skip


def test_a_township_sees_itself_and_its_villages(people: People, signed_in: Any) -> None:
    assert codes(signed_in(people.township_a)) == ["990121100", "990121100201"]


def test_a_neighbours_boundary_is_not_found(people: People, signed_in: Any) -> None:
    client = signed_in(people.township_b)
    assert client.get("/api/regions/990121101/geometry").status_code == 200
    assert client.get("/api/regions/990121100/geometry").status_code == 404
