"""The command line where there is no database yet, and where the reader has seen enough."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.enforcement.files import batch_file, sent

pytestmark = pytest.mark.sqlite_only
COMMAND = [sys.executable, "-m", "liangtian.site.cli"]


def environment(data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "LIANGTIAN_DATABASE_URL"}
    return {**kept, "LIANGTIAN_DATA": str(data), "PYTHONIOENCODING": "utf-8"}


def test_a_command_before_the_tables_exist_says_what_to_do(tmp_path: Path) -> None:
    file = batch_file(tmp_path, [sent(1)])
    words = ["import-batch", str(file), "--period", "2026-03", "--title", "三月", "--user", "clerk"]
    done = subprocess.run(
        [*COMMAND, *words], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "liangtian migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    file = batch_file(tmp_path, [sent(n) for n in range(1, 400)])
    command = subprocess.Popen(
        [*COMMAND, "inspect", str(file), "--json"],
        env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert command.stdout is not None
    command.stdout.read(10)
    command.stdout.close()
    assert command.stderr is not None
    said = command.stderr.read().decode()
    assert command.wait(60) == 0
    assert "Traceback" not in said
