"""What a process keeps loaded while it waits: not the compiler, not GDAL, not the tables of pinyin."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numba", "llvmlite", "scipy", "pyogrio", "pypinyin", "pyarrow")
START = """
import sys
from liangtian.site.runtime import start_django
start_django()
import liangtian.platform.jobs.worker, liangtian.site.wsgi
from django.urls import resolve
resolve("/api/session")
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.sqlite_only
def test_neither_web_server_nor_worker_loads_what_only_some_work_needs() -> None:
    said = subprocess.run(
        [sys.executable, "-c", START], check=True, capture_output=True, text=True
    ).stdout
    loaded = set(said.split())
    assert {"django", "ninja", "shapely"} <= loaded
    assert not loaded.intersection(HEAVY)
