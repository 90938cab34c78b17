"""A batch of three measured patches: two in township A, one in township B."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import Batch, Patch
from tests.conftest import County, People
from tests.enforcement.ground import approval, box, make_batch, publish, publish_usual


@dataclass
class Register:
    """What is in the register; `a_illegal` and `a_split` lie in township A, `b_legal` in B."""

    batch: Batch
    a_illegal: Patch
    a_split: Patch
    b_legal: Patch
    versions: dict[str, Any]


@pytest.fixture
def register(people: People, county: County) -> Register:
    versions = publish_usual(people, county)
    start = date(2025, 6, 1)
    versions["construction_approval"] = publish(
        people, county, "construction_approval",
        [
            approval(box(4900, 900, 160, 400), "示例批〔2025〕1号", start),
            approval(box(12_900, 900, 400, 400), "示例批〔2025〕2号", start),
        ],
    )  # fmt: skip
    batch = make_batch(
        people, county,
        [
            ("990121202603001", box(3000, 950, 100, 100), county.village_a),
            ("990121202603002", box(5000, 1500 - 500, 100, 100), county.village_a),
            ("990121202603003", box(13_000, 1000, 100, 100), county.village_b),
        ],
        attributes={"JCBH": "990121202603001", "TZ": "新增建筑物"},
    )  # fmt: skip
    measure_patches(batch)
    a_illegal, a_split, b_legal = Patch.objects.filter(batch=batch).order_by("number")
    return Register(batch, a_illegal, a_split, b_legal, versions)
