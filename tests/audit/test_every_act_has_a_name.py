"""Who reads the trail reads Chinese: no act that is recorded anywhere goes by its code."""

from __future__ import annotations

import re
from pathlib import Path

import liangtian
from liangtian.platform.audit.acts import declared

RECORDED = re.compile(
    r'\brecord(?:_\w+)?\(\s*[^",()]+(?:\([^()]*\))?,\s*"([a-z_]+(?:\.[a-z_]+)+)"(?: if \w+ else "([a-z_.]+)")?'
)


def test_every_recorded_act_is_declared_with_its_chinese_name() -> None:
    folder = Path(liangtian.__file__).parent
    found = {
        code for path in folder.rglob("*.py") for pair in RECORDED.findall(path.read_text("utf-8"))
        for code in pair if code
    }  # fmt: skip
    assert len(found) > 60
    assert found - set(declared) == set()
