"""At a release: keep what its program says to the database, for `tests/operation/test_old_programs.py`.

    .venv/bin/python tools/release.py [TEST...]

runs the tests on SQLite and on PostgreSQL and writes every kind of statement, and the migrations there are,
to tests/operation/releases/VERSION. Later upgrades that call themselves 相容 must leave all of them working.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.recording import read, write  # noqa: E402

from liangtian import __version__  # noqa: E402
from tools import postgres  # noqa: E402

MIGRATIONS = """
from liangtian.site.runtime import start_django
start_django()
from django.db.migrations.loader import MigrationLoader
print(*sorted(".".join(key) for key in MigrationLoader(None).disk_migrations), sep="\\n")
"""


def main() -> None:
    """Record on both databases. Ends with 1 when tests fail."""
    tests = sys.argv[1:] or ["tests"]
    folder = ROOT / "tests" / "operation" / "releases" / __version__
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LIANGTIAN_DATA"] = scratch
        said = subprocess.run([sys.executable, "-c", MIGRATIONS], check=True, capture_output=True)
        (folder / "migrations.txt").write_bytes(said.stdout)
        _record(tests, "sqlite", folder, Path(scratch))
        with postgres.cluster() as url:
            os.environ["LIANGTIAN_DATABASE_URL"] = url
            _record(tests, "postgresql", folder, Path(scratch))


def _record(tests: list[str], vendor: str, folder: Path, scratch: Path) -> None:
    words = ["-n", "2", "--dist", "loadfile", "-q", "-m", "not browser", "--database-only", *tests]
    target = scratch / vendor
    # It holds the tests' statements against the recording, which is made anew here.
    words.append("--ignore=tests/operation/test_old_programs.py")
    command = [sys.executable, "-m", "pytest", *words, "--record-statements", str(target)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("测试未通过，没有记录。")
    parts = scratch.glob(f"{vendor}.*")
    found = sorted({statement for part in parts for statement in read(part)})
    write(folder / f"{vendor}.gz", found)


if __name__ == "__main__":
    main()
