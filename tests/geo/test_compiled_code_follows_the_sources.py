"""Compiled code that is kept is never that of other sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from liangtian.geo import compiled


def test_the_folder_changes_with_any_file_below(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    file = tmp_path / "part" / "a.py"
    file.write_text("x = 1", encoding="utf-8")
    before = compiled.sources(tmp_path)
    assert compiled.sources(tmp_path) == before
    stamp = file.stat()
    file.write_text("x = 2", encoding="utf-8")
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert compiled.sources(tmp_path) != before


def test_the_kept_code_of_the_product_lies_in_that_folder() -> None:
    folder = Path(compiled.__file__).parent
    kept = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
    assert kept.name == f"compiled-{compiled.sources(folder)}"


@pytest.mark.sqlite_only
def test_the_folder_lies_where_the_installation_says(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import numba, liangtian.geo.compiled; print(numba.config.CACHE_DIR)"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()).parent == tmp_path
