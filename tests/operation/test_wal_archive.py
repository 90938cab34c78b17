"""A loss of minutes only: base backup and archived WAL bring back the last commit (docs/operation.md)."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from tools.postgres import binaries

from tests.operation.conftest import SERVER, free_port

pytestmark = pytest.mark.skipif(not SERVER, reason="PostgreSQL only")
AS_USER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
Start = Callable[[Path], str]


def run(*words: str | Path) -> None:
    subprocess.run(
        [*AS_USER, *map(str, words)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=120
    )


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the server's user may write to."""
    path = Path(subprocess.check_output([*AS_USER, "mktemp", "-d"], cwd="/", text=True).strip())
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts the server of a data folder; what was started is stopped in the end."""
    started: list[Path] = []

    def begin(data: Path) -> str:
        port = free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run(binaries() / "pg_ctl", "-D", data, "-w", "-l", f"{data}.log", "-o", options, "start")
        started.append(data)
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"

    yield begin
    for data in started:
        with suppress(subprocess.CalledProcessError):
            run(binaries() / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def settings(data: Path, *lines: str) -> None:
    """Add settings as docs/operation.md names them."""
    text = "".join(f"{line}\n" for line in lines)
    subprocess.run(
        [*AS_USER, "tee", "-a", str(data / "postgresql.conf")],
        input=text, text=True, check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip


def test_what_was_committed_after_the_base_backup_is_there_again(
    folder: Path, start: Start
) -> None:
    data, base, archive = folder / "data", folder / "base", folder / "archive"
    run("mkdir", archive)
    run(binaries() / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8")
    settings(
        data, "wal_level = replica", "archive_mode = on", "archive_timeout = 60",
        f"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'",
    )  # fmt: skip
    with psycopg.connect(start(data), autocommit=True) as live:
        live.execute("CREATE TABLE entries (id int PRIMARY KEY, said text)")
        live.execute("INSERT INTO entries SELECT n, 'before' FROM generate_series(1, 1000) n")
        port = str(live.info.port)
        run(
            binaries() / "pg_basebackup", "-h", "127.0.0.1", "-p", port, "-U", "postgres",
            "-D", base, "-c", "fast", "-X", "none",
        )  # fmt: skip
        live.execute("INSERT INTO entries SELECT n, 'after' FROM generate_series(1001, 1500) n")
        live.execute("UPDATE entries SET said = 'last' WHERE id = 1")
        live.execute("SELECT pg_switch_wal()")  # archive_timeout does it within a minute
        wanted = live.execute(
            "SELECT count(*), md5(string_agg(said, ',' ORDER BY id)) FROM entries"
        )
        expected = wanted.fetchone()
    run(binaries() / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
    shutil.rmtree(data)  # the machine is gone; base backup and archive lie elsewhere
    settings(base, f"restore_command = 'cp {archive}/%f %p'", "archive_mode = off")
    run("touch", base / "recovery.signal")
    with psycopg.connect(start(base), autocommit=True) as again:
        while again.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            time.sleep(0.1)  # it answers questions before the last of the archive is read
        found = again.execute(
            "SELECT count(*), md5(string_agg(said, ',' ORDER BY id)) FROM entries"
        )
        assert found.fetchone() == expected
    assert expected is not None
    assert expected[0] == 1500
