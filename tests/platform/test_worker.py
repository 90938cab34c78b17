"""The worker as a process of its own: killed without warning in the middle of an import.

On SQLite in a folder of its own; on PostgreSQL in a database of its own beside the one under test.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pyogrio
import pytest

from tests import tables
from tests.fees.many import PARCELS, YEARLY, YEARS
from tests.platform.scratch_site import FILES, PATCHES, PLOTS

pytestmark = pytest.mark.database
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0  # seconds after which a step is given up; far more than it takes
FEATURES = "SELECT count(*) FROM layers_feature"
JOB = (  # without those that follow a publication
    "SELECT status, attempts FROM jobs_job WHERE kind NOT IN ('layers.prepare', 'layers.tiles')"
)


@dataclass
class Site:
    """A scratch database with the processes that were started on it."""

    folder: Path
    url: str | None
    name: str = ""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        env = {
            **os.environ,
            "LIANGTIAN_DATA": str(self.folder),
            "LIANGTIAN_JOB_HEARTBEAT_SECONDS": "0.5",
            "LIANGTIAN_JOB_STALE_SECONDS": "4",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        if self.url:
            env["LIANGTIAN_DATABASE_URL"] = self.url
        return env

    def ask(self, verb: str) -> Any:
        """Run one verb of the scratch site to its end."""
        command = [sys.executable, "-m", "tests.platform.scratch_site", verb]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def worker(self) -> subprocess.Popen[bytes]:
        """Start `liangtian worker`."""
        command = [sys.executable, "-m", "liangtian.site.cli", "worker"]
        with (self.folder / "worker.log").open("ab") as log:
            started = subprocess.Popen(command, cwd=ROOT, env=self.env, stderr=log)
        self.running.append(started)
        return started

    def connect(self) -> Any:
        if self.url:
            return psycopg.connect(self.url, autocommit=True)
        return sqlite3.connect(self.folder / "liangtian.sqlite3", timeout=60)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a question to the database."""
        with closing(self.connect()) as connection:
            return list(connection.execute(sql).fetchall())

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A county with its people, made once."""
    folder = tmp_path_factory.mktemp("pattern")
    template = tables.database("site") if tables.server() else ""
    if not template:
        shutil.copy(tables.file("site"), folder / "liangtian.sqlite3")
    with made(folder, "pattern", template) as site:
        site.ask("people")
        yield site


@pytest.fixture
def site(tmp_path: Path, pattern: Site) -> Iterator[Site]:
    shutil.copytree(pattern.folder, tmp_path, dirs_exist_ok=True)
    with made(tmp_path, "site", template=pattern.name) as copy:
        yield copy
        for process in copy.running:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait(PATIENCE)


@contextmanager
def made(folder: Path, name: str, template: str = "") -> Iterator[Site]:
    """A site in a folder; on PostgreSQL with a database of its own beside the one under test."""
    server = tables.server()
    if not server:
        yield Site(folder, None)
        return
    name = f"liangtian_worker_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        copied = f" TEMPLATE {template}" if template else ""
        connection.execute(f"CREATE DATABASE {name}{copied}".encode())
    try:
        yield Site(folder, tables.beside(name), name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def wait_until(site: Site, sql: str, reached: Any, pause: float) -> list[tuple[Any, ...]]:
    """Ask the same question until the answer will do."""
    end = time.monotonic() + PATIENCE
    while not reached(rows := site.rows(sql)):
        assert time.monotonic() < end, f"{rows}\n{site.log()}"
        assert any(process.poll() is None for process in site.running), site.log()
        time.sleep(pause)
    return rows


def test_an_import_survives_a_killed_worker_without_duplicates(site: Site) -> None:
    site.ask("prepare")
    first = site.worker()
    wait_until(site, FEATURES, lambda rows: rows[0][0] > 0, pause=0.01)
    first.send_signal(signal.SIGKILL)
    assert first.wait(PATIENCE) == -signal.SIGKILL
    assert site.rows(JOB) == [("running", 1)], "killed in the middle"
    ((left,),) = site.rows(FEATURES)
    assert 0 < left <= PLOTS

    nothing: dict[str, Any] = {"status": None, "tile": 404, "found": []}
    assert site.ask("look") == {
        "clerk": {**nothing, "status": "importing"},  # he follows it, and sees no plot of it
        "liutang": nothing,
    }

    second, third = site.worker(), site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.2)
    assert site.rows(JOB) == [("done", 2)], "two workers, and only one took it up"
    assert second.poll() is third.poll() is None

    assert site.rows(FEATURES) == [(PLOTS,)]
    assert site.rows("SELECT count(DISTINCT title) FROM layers_feature") == [(PLOTS,)]
    assert site.rows("SELECT status, feature_count FROM layers_layerversion") == [
        ("published", PLOTS)
    ]
    acts = "SELECT count(*) FROM audit_auditentry WHERE act = "
    for act in ("layers.checked", "layers.publish"):
        assert site.rows(f"{acts}'{act}'") == [(1,)], act
    shown = {"status": "published", "tile": 200, "found": ["102"]}
    assert site.ask("look") == {"clerk": shown, "liutang": shown}


def test_an_overlay_run_goes_on_behind_its_last_whole_part_after_a_kill(site: Site) -> None:
    site.ask("prepare")
    first = site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] == "done", pause=0.2)
    run = site.ask("overlay")["run"]
    done = f"SELECT plots, done_at FROM overlays_run WHERE id = {run}"
    wait_until(site, done, lambda rows: rows[0][0] > 0, pause=0.002)
    first.send_signal(signal.SIGKILL)
    assert first.wait(PATIENCE) == -signal.SIGKILL
    ((plots, finished),) = site.rows(done)
    assert 0 < plots < PLOTS, "killed between two parts"
    assert finished is None
    kept = f"SELECT max(id) FROM overlays_plot WHERE run_id = {run}"
    before = site.rows(kept)

    site.worker()
    wait_until(site, done, lambda rows: rows[0][1] is not None, pause=0.2)
    assert site.rows(done)[0][0] == PLOTS
    first_part = f"{kept} AND row <= {plots}"
    assert site.rows(first_part) == before, "the parts stored before the kill were kept"
    again = site.ask("overlay")["run"]
    wait_until(site, done.replace(str(run), str(again)), lambda rows: rows[0][1] is not None, 0.2)
    stored = (
        "SELECT p.key, p.m2, p.region_id, a.measure, a.category, a.m2 FROM overlays_plot p"
        " JOIN overlays_part a ON a.plot_id = p.id WHERE p.run_id = {} ORDER BY 1, 4, 5"
    )
    rows = site.rows(stored.format(run))
    assert len(rows) == 2 * PLOTS
    assert rows == site.rows(stored.format(again)), "as of a run nobody disturbed"
    sums = (
        "SELECT sum(t.m2), sum(t.touched) FROM overlays_total t"
        " JOIN overlays_runlayer l ON l.id = t.layer_id WHERE l.run_id = {}"
    )
    assert site.rows(sums.format(run)) == site.rows(sums.format(again))


def test_an_export_survives_a_killed_worker_as_one_whole_file(site: Site) -> None:
    path = Path(site.ask("export")["path"])
    first = site.worker()
    wait_until(site, "SELECT progress FROM jobs_job", lambda rows: rows[0][0] > 0, pause=0.01)
    first.send_signal(signal.SIGKILL)
    assert first.wait(PATIENCE) == -signal.SIGKILL
    assert site.rows(JOB) == [("running", 1)], "killed in the middle"
    (left,) = path.parent.iterdir()
    assert left != path, "half a file lies beside its place"
    assert left.is_dir()
    assert site.rows("SELECT rows, sha256 FROM ledgers_ledgerexport") == [(None, "")]

    second, third = site.worker(), site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.2)
    assert site.rows(JOB) == [("done", 2)], site.log()
    assert second.poll() is third.poll() is None
    assert list(path.parent.iterdir()) == [path], "the whole file, and nothing else"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert site.rows("SELECT rows, sha256 FROM ledgers_ledgerexport") == [(PATCHES, digest)]
    shutil.copy(path, named := site.folder / "read.gpkg")
    meta, _, shapes, fields = pyogrio.raw.read(named)
    numbers = fields[list(meta["fields"]).index("监测编号")]
    assert len(shapes) == len(set(numbers)) == PATCHES
    for act in ("ledger.export", "job.done"):
        assert site.rows(f"SELECT count(*) FROM audit_auditentry WHERE act = '{act}'") == [(1,)]


def test_holder_files_are_whole_after_a_kill_and_leave_nothing_when_cancelled(site: Site) -> None:
    path = Path(site.ask("holder_files")["path"])
    progress = "SELECT progress FROM jobs_job ORDER BY created_at DESC LIMIT 1"
    first = site.worker()
    wait_until(site, progress, lambda rows: rows[0][0] > 0, pause=0.01)
    first.send_signal(signal.SIGKILL)
    assert first.wait(PATIENCE) == -signal.SIGKILL
    assert not path.exists(), "killed in the middle"
    second = site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.2)
    assert site.rows(JOB) == [("done", 2)], site.log()
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert len(set(found.namelist())) == FILES
        assert all(found.read(name).startswith(b"%PDF") for name in found.namelist())
    assert list(path.parent.iterdir()) == [path]

    before = path.read_bytes()
    other = Path(site.ask("more_files")["path"])
    with closing(
        site.connect()
    ) as connection:  # as the page does, but without a process of its own
        wait_until(site, progress, lambda rows: rows[0][0] > 0, pause=0.01)
        connection.execute("UPDATE jobs_job SET cancel_requested = TRUE WHERE finished_at IS NULL")
        connection.commit()
    states = "SELECT status FROM jobs_job ORDER BY created_at DESC LIMIT 1"
    wait_until(site, states, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.1)
    assert site.rows(states) == [("cancelled",)]
    assert second.poll() is None
    assert not other.exists()
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before


MARK = 'SELECT state, "after" FROM holdings_billrun'


def billed_once(site: Site) -> None:
    """Every bill of the run is there, each exactly once, and so is its entry; debits equal credits."""
    wanted = PARCELS * len(YEARS)
    counts = "SELECT count(*), count(DISTINCT key), sum(amount) FROM holdings_bill"
    ((rows, keys, fen),) = site.rows(counts)
    assert (rows, keys, int(fen)) == (wanted, wanted, PARCELS * sum(YEARLY.values()))
    assert site.rows("SELECT count(*), count(DISTINCT key) FROM books_entry") == [(wanted, wanted)]
    assert site.rows("SELECT state, new, unchanged, replaced FROM holdings_billrun") == [
        ("posted", wanted, 0, 0)
    ]
    assert site.ask("proved") == {"nought": True}


def test_a_run_of_bills_goes_on_after_a_kill_and_bills_everybody_once(site: Site) -> None:
    site.ask("bills")
    first = site.worker()
    wait_until(site, MARK, lambda rows: rows[0][1] > 0, pause=0.002)
    first.send_signal(signal.SIGKILL)
    assert first.wait(PATIENCE) == -signal.SIGKILL
    ((left,),) = site.rows("SELECT count(*) FROM holdings_bill")
    assert 0 < left < PARCELS * len(YEARS), "killed in the middle"
    assert site.rows(MARK)[0][0] == "posting"

    second, third = site.worker(), site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.2)
    assert site.rows(JOB) == [("done", 2)], site.log()
    assert second.poll() is third.poll() is None
    billed_once(site)


def test_a_run_of_bills_cancelled_in_the_middle_is_taken_up_where_it_stopped(site: Site) -> None:
    site.ask("bills")
    site.worker()
    wait_until(site, MARK, lambda rows: rows[0][1] > 0, pause=0.002)
    with closing(site.connect()) as connection:
        connection.execute("UPDATE jobs_job SET cancel_requested = true")
        if not site.url:
            connection.commit()
    wait_until(site, JOB, lambda rows: rows[0][0] != "running", pause=0.05)
    assert site.rows(JOB) == [("cancelled", 1)], site.log()
    ((left,),) = site.rows("SELECT count(*) FROM holdings_bill")
    assert 0 < left < PARCELS * len(YEARS), "stopped in the middle"
    assert site.ask("proved") == {"nought": True}

    site.ask("go on")
    wait_until(site, MARK, lambda rows: rows[0][0] == "posted", pause=0.2)
    billed_once(site)


def test_a_worker_told_to_stop_puts_its_import_back(site: Site) -> None:
    site.ask("prepare")
    first = site.worker()
    wait_until(site, FEATURES, lambda rows: rows[0][0] > 0, pause=0.01)
    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0, site.log()
    assert site.rows(JOB) == [("queued", 0)]
    assert site.rows("SELECT status FROM layers_layerversion") == [("importing",)]
    site.worker()
    wait_until(site, JOB, lambda rows: rows[0][0] not in ("running", "queued"), pause=0.2)
    assert site.rows(JOB) == [("done", 1)]
    assert site.rows(FEATURES) == [(PLOTS,)]


def test_two_workers_share_the_jobs_and_none_is_done_twice(site: Site) -> None:
    wanted = site.ask("queue")["jobs"]
    site.worker()
    site.worker()
    ended = "SELECT count(*) FROM jobs_job WHERE status NOT IN ('queued', 'running')"
    wait_until(site, ended, lambda rows: rows == [(wanted,)], pause=0.2)
    assert site.rows("SELECT DISTINCT status, attempts FROM jobs_job") == [("done", 1)]
    assert site.rows("SELECT count(*) FROM audit_auditentry WHERE act = 'job.done'") == [(wanted,)]
