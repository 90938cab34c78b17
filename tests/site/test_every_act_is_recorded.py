"""Every act has a Chinese name, and every successful change leaves an entry with who, whence and where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.audit.acts import Kind, declared
from liangtian.platform.audit.models import AuditEntry
from tests.site.all_rows import MATRIX
from tests.site.matrix import Row
from tests.site.world import NOBODY, World

SOURCE = Path(__file__).resolve().parents[2] / "src/liangtian"
# Questions whose content needs a body, and one's own marks of what was read: they change nothing.
ASKING = frozenset(
    {
        "/api/sketches/check",
        "/api/sketches/shape",
        "/api/sketches/analysis",
        "/api/regions/changes/preview",
        "/api/calendar/holidays/{year}/list",
        "/api/enforcement/ratio/what-if",
        "/api/messages/read",
        "/api/holdings/holders/seek",
        "/api/holdings/fees/seek",
        "/api/holdings/selection",
        "/api/holdings/parcels/{parcel_id}/boundary/preview",
    }
)
OPEN = "/api/public/"  # done by the public, whoever else is signed in
CHANGES = [row for row in MATRIX if row.method != "GET" and row.allow and row.path not in ASKING]
TAKEN_OUT = [
    ("GET", "/api/ledgers/{name}/export.{file_format}", "ledger.export", Kind.EXPORTED),
    ("GET", "/api/files/{file_id}", "file.download", Kind.EXPORTED),
    ("GET", "/api/enforcement/patches/{patch_id}/dossier.pdf", "enforcement.patch.dossier",
     Kind.EXPORTED),
    ("GET", "/api/enforcement/patches/{patch_id}", "enforcement.patch.view", Kind.SAW),
    ("GET", "/api/audit/entries", "audit.search", Kind.SAW),
]  # fmt: skip


def acts_in(path: Path) -> Iterator[str]:
    """The codes handed to `record` and `saw` as plain text."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) in ("record", "saw")
            and len(node.args) >= 2
            and isinstance(node.args[1], ast.Constant)
        ):
            yield str(node.args[1].value)


def test_every_act_that_is_recorded_has_a_chinese_name() -> None:
    used = {act for path in SOURCE.rglob("*.py") for act in acts_in(path)}
    assert "session.start" in used
    assert used - declared.keys() == set(), "declare them in the app's acts.py"
    nameless = [act for act in declared.values() if act.label.isascii()]
    assert nameless == []


@pytest.fixture(autouse=True)
def page(settings: Any, tmp_path: Path) -> None:
    settings.WEB_DIST = tmp_path


def answered(world: World, row: Row) -> tuple[str, list[AuditEntry]]:
    """Who made the call, and what it left in the trail."""
    who = min(row.allow - row.other.keys() or row.allow)
    if row.path == "/api/session":
        who = "leader"
    parts = row.request(world, row.places[0])
    before = AuditEntry.objects.order_by("-pk").first()
    client, address = world.client(who), row.path.format(**parts.get("path", {}))
    if "form" in parts:
        answer = client.post(address, parts["form"])
    else:
        answer = client.generic(
            row.method, address, _json(parts.get("json", {})), "application/json",
            query_params=parts.get("query"),
        )  # fmt: skip
    assert answer.status_code == 200, answer.content
    return who, list(AuditEntry.objects.filter(pk__gt=before.pk if before else 0))


def _json(body: Any) -> str:
    import json

    return json.dumps(body)


@pytest.mark.parametrize("row", CHANGES, ids=str)
def test_a_change_leaves_who_did_it_whence_and_where(world: World, row: Row) -> None:
    who, left = answered(world, row)
    if row.path.startswith(OPEN):
        who = NOBODY
    by_whom = {
        e.actor.username if e.actor else NOBODY
        for e in left
        if e.address == "127.0.0.1" and e.region
    }
    assert who in by_whom, f"{row} left {[(e.act, e.actor_name, e.address) for e in left]}"
    assert all(entry.digest for entry in left)


@pytest.mark.parametrize(("method", "path", "act", "kind"), TAKEN_OUT, ids=str)
def test_what_was_seen_or_taken_out_is_noted(
    world: World,
    method: str,
    path: str,
    act: str,
    kind: Kind,
) -> None:
    row = next(r for r in MATRIX if (r.method, r.path) == (method, path))
    who, left = answered(world, row)
    assert [(e.act, e.kind, e.actor and e.actor.username) for e in left] == [(act, kind, who)]
    assert answered(world, row)[1] == [] or kind == Kind.EXPORTED
