"""The description of the API that the browser application is typed by."""

from __future__ import annotations

import runpy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ninja import Schema

from liangtian.site.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
GENERATOR = runpy.run_path(str(ROOT / "tools/openapi.py"))


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = GENERATOR["description"]()
    return found


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [o for methods in described["paths"].values() for o in methods.values()]


def schemas(above: type = Schema) -> Iterator[type]:
    """Every schema of ours; the framework makes more of them for the parameters of an operation."""
    below: list[type] = above.__subclasses__()
    for schema in below:
        if schema.__module__.startswith("liangtian."):
            yield schema
        yield from schemas(schema)


def test_the_file_the_browser_is_built_from_is_current() -> None:
    assert GENERATOR["FILE"].read_text(encoding="utf-8") == GENERATOR["text"](), (
        "run `python tools/openapi.py`, then `python tools/web.py run api`"
    )


def test_no_two_schemas_share_a_name(described: dict[str, Any]) -> None:
    """The second would silently take the place of the first."""
    assert described["components"]["schemas"]
    times = Counter(schema.__name__ for schema in set(schemas()))
    assert {name: n for name, n in times.items() if n > 1} == {}


def test_every_operation_has_an_id_of_its_own(described: dict[str, Any]) -> None:
    times = Counter(operation["operationId"] for operation in operations(described))
    assert [name for name, n in times.items() if n > 1] == []


def test_every_operation_says_what_it_does(described: dict[str, Any]) -> None:
    silent = [o["operationId"] for o in operations(described) if not o["summary"]]
    assert silent == []


def test_no_server_is_named(described: dict[str, Any]) -> None:
    assert "servers" not in described


def loose(node: Any, path: str = "") -> Iterator[str]:
    """Places where an answer may be any object at all."""
    if isinstance(node, dict):
        if node.get("additionalProperties") is True:
            yield path
        for key, child in node.items():
            yield from loose(child, f"{path}/{key}")
    elif isinstance(node, list):
        for child in node:
            yield from loose(child, path)


def test_only_results_of_jobs_and_what_a_bill_rests_on_are_free_in_form(
    described: dict[str, Any],
) -> None:
    assert set(loose(described)) == {
        "/components/schemas/JobOut/properties/result/anyOf",
        "/components/schemas/JobDetail/properties/result/anyOf",
        "/components/schemas/BillOut/properties/basis",  # each kind of charge has its own
    }


def bodies(described: dict[str, Any]) -> set[str]:
    """Names of the schemas of everything that is sent as JSON."""
    found = set()
    for operation in operations(described):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            found.add(content["schema"].get("$ref", "").rpartition("/")[2])
    return found - {""}


def test_every_body_has_an_example_and_no_example_is_left_over(described: dict[str, Any]) -> None:
    assert set(EXAMPLES) == bodies(described)
    for name in bodies(described):
        assert described["components"]["schemas"][name]["examples"] == [EXAMPLES[name]]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_what_its_schema_takes(name: str) -> None:
    schema = next(s for s in schemas() if s.__name__ == name)
    assert issubclass(schema, Schema)
    schema.model_validate(EXAMPLES[name])
    assert set(EXAMPLES[name]) <= set(schema.model_fields)
