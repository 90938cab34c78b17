"""A county's layers to be laid over each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.layers.models import LayerVersion
from tests.conftest import SIDE, plane_box
from tests.layers.deliveries import delivery, imported


@pytest.fixture
def layers(people: Any, tmp_path: Path, run_jobs: Any) -> dict[str, LayerVersion]:
    """A survey of twelve plots on both sides of the townships' border, red lines, approvals that overlap."""
    west = SIDE - 600
    plots = [plane_box(west + 100 * k, 2000, 100, 100) for k in range(12)]
    survey = {
        "DLBM": ["0101", "0103", "0301"] * 4,
        "DLMC": ["水田", "旱地", "乔木林地"] * 4,
        "TBBH": [str(k) for k in range(1, 13)],
    }
    lines = [plane_box(west - 50, 2050, 500, 100), plane_box(west + 700, 1990, 200, 200)]
    papers = [plane_box(west + 20, 2020, 60, 60), plane_box(west + 50, 2020, 200, 60)]
    permits = {"PZWH": ["批〔2025〕1号", "批〔2025〕2号"], "PZRQ": ["2025-06-01"] * 2}

    def made(code: str, geoms: list[Any], columns: dict[str, list[str]]) -> LayerVersion:
        path = delivery(tmp_path, code, geoms, columns)
        found = imported(people.clerk, path, run_jobs, code=code, publish=True)
        assert found.status == "published", found.notes
        return found

    return {
        "dltb": made("dltb", plots, survey),
        "redline": made("redline", lines, {"BSM": ["1", "2"]}),
        "construction_approval": made("construction_approval", papers, permits),
    }
