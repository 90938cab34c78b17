"""A whole system as a clerk meets it: its own data folder, web server and worker, and a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatch_build import npm

from tests import tables

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Liangtian-2026"
STARTING_SECONDS = 120
COMMAND = (sys.executable, "-m", "liangtian.site.cli")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Station:
    """A running system: where it answers, where its data lies."""

    address: str
    data: Path

    @property
    def demo(self) -> Path:
        """The files the sample county was made from."""
        return self.data / "demo"


@contextmanager
def running(size: str, data: Path) -> Iterator[Station]:
    """Make a sample county in `data` and serve it."""
    shutil.copy(tables.file("site"), data / "liangtian.sqlite3")
    made = subprocess.run(
        [*COMMAND, "demo", "--size", size, "--data", str(data), "--load-only"],
        env=_environment(data), cwd=data, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"the sample county could not be made:\n{made.stdout}{made.stderr}")
    with served(data) as station:
        yield station


def _environment(data: Path) -> dict[str, str]:
    others = {"LIANGTIAN_DATABASE_URL", "LIANGTIAN_DEBUG"}
    kept = {k: v for k, v in os.environ.items() if k not in others}
    return kept | {"LIANGTIAN_DATA": str(data), "PYTHONUNBUFFERED": "1"}


@contextmanager
def served(data: Path) -> Iterator[Station]:
    """Build the app when it is stale, serve what `data` holds on a free port."""
    _build_app()
    env = _environment(data)
    port = _free_port()
    logs = {verb: data / f"{verb}.log" for verb in ("serve", "worker")}
    processes = []
    try:
        for verb, options in (("serve", ["--port", str(port)]), ("worker", [])):
            with logs[verb].open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        [*COMMAND, verb, *options], env=env, cwd=data, stdout=log, stderr=log
                    )
                )
        station = Station(f"http://127.0.0.1:{port}", data)
        _wait_until_it_answers(station, processes, logs["serve"])
        yield station
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium without a window."""
    from playwright.sync_api import sync_playwright

    # Playwright's own Node wants a system library that a bare machine lacks; the build's Node does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", npm()[0][0])
    path = os.environ.get("LIANGTIAN_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(BROWSER_FLAGS))
        yield browser
        browser.close()


def visit(browser: Any, station: Station, *, width: int = 1440, height: int = 900) -> Any:
    """A fresh browser context of a clerk in China."""
    context = browser.new_context(
        base_url=station.address, locale="zh-CN", timezone_id="Asia/Shanghai",
        viewport={"width": width, "height": height}, reduced_motion="reduce", accept_downloads=True,
    )  # fmt: skip
    context.set_default_timeout(20_000)
    return context


def sign_in(page: Any, username: str, at: str = "/", password: str = PASSWORD) -> None:
    """Ask for a page, be sent to the login form, fill it in, and wait for the page asked for."""
    page.goto(at)
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登 录").click()
    page.get_by_role("navigation", name="主菜单").wait_for()


def _build_app() -> None:
    """Only once in a checkout; an installed package brings its app along."""
    subprocess.run([sys.executable, str(ROOT / "hatch_build.py")], cwd=ROOT, check=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_it_answers(
    station: Station, processes: list[subprocess.Popen[bytes]], log: Path
) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end:
        if any(process.poll() is not None for process in processes):
            break
        try:
            with urllib.request.urlopen(f"{station.address}/api/session", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the system did not start:\n{log.read_text('utf-8', 'replace')}")
