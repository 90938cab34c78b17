"""Run a command beside a private PostgreSQL: `python tools/postgres.py pytest tests`.

A fresh cluster in a temporary folder, on a free port of the loopback interface, is started, its address
handed over in LIANGTIAN_DATABASE_URL, and stopped and removed afterwards. As root it runs as `postgres`,
because the server refuses to run as root.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPEED = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # the data is thrown away


def binaries() -> Path:
    """Folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    sys.exit("没有找到 PostgreSQL(initdb)。Debian: apt-get install postgresql-15-postgis-3")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; yields the URL of its superuser database."""
    folder, bin_, port = Path(tempfile.mkdtemp(prefix="liangtian-pg-")), binaries(), free_port()
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(*words: str) -> None:
        subprocess.run([*as_user, *words], check=True, cwd="/", stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run(str(bin_ / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} {SPEED}"
    run(str(bin_ / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(str(bin_ / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with cluster() as url:
        environment = {**os.environ, "LIANGTIAN_DATABASE_URL": url}
        code = subprocess.run(sys.argv[1:], check=False, env=environment).returncode
    sys.exit(code)
