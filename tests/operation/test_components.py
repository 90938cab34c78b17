"""The list of parts, and that no licence among them binds the whole."""

from __future__ import annotations

import json
from pathlib import Path

import hatch_build
import pytest

from liangtian.platform.operation.components import FORBIDDEN, components

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("GPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0-or-later", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v2 (LGPLv2)", False),
        ("MIT", False),
        ("未注明", False),
    ],
)
def test_licences_that_bind_the_whole_are_recognised(licence: str, binds: bool) -> None:
    assert bool(FORBIDDEN.search(licence)) is binds


def test_no_part_is_under_a_licence_that_binds_the_whole() -> None:
    npm = json.loads(hatch_build.components(ROOT / "web"))
    parts = [*components(), *npm]
    names = {part["name"].lower() for part in parts}
    assert {"django", "shapely", "vue", "ol", "echarts", "psycopg"} <= names
    assert "pytest" not in names
    assert "vitest" not in names
    assert not [part for part in parts if FORBIDDEN.search(part["licence"])]
    assert not [part["name"] for part in parts if part["licence"] == "未注明"]
