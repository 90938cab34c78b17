"""A long ledger is kept as it stood at one moment, and nobody waits for it."""

from __future__ import annotations

import json

from tests.operation.conftest import Site


def test_who_writes_meanwhile_neither_waits_nor_is_seen(site: Site) -> None:
    said = json.loads(site.run(module="tests.operation.keeping").splitlines()[-1])
    assert said["now"] == ["99"] * 3
    assert sorted(said["kept"]) == ["10", "11", "12"]
