"""One small county, served for all journeys; a browser context of its own for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import station as stations
from tests.browser.station import Station

OWN_HOST = "127.0.0.1"
ON_THE_PAGE = {
    "blob",
    "data",
    "chrome",
    "chrome-extension",
}  # the last two: the browser shows a PDF
PATIENCE = 15_000  # milliseconds; a busy machine is no failure
expect.set_options(timeout=PATIENCE)


class Watch:
    """What must not happen on any page: an error in the console, a request to another host."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self._allowed: list[str] = []

    def allow(self, *words: str) -> None:
        """A journey that provokes a refusal names what the console will then say."""
        self._allowed.extend(words)

    def listen(self, context: Any) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ON_THE_PAGE:
            self.hosts.add(str(parts.hostname))

    def _console(self, message: Any) -> None:
        if message.type == "error" and not any(words in message.text for words in self._allowed):
            self.errors.append(f"{message.text} ({message.location.get('url')})")


@pytest.fixture(scope="package")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    with stations.running("T", tmp_path_factory.mktemp("county")) as running:
        yield running


# Not for the whole session: while Playwright runs, Django refuses the database to other tests.
@pytest.fixture(scope="package")
def browser(station: Station) -> Iterator[Any]:
    with stations.chromium() as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context(
    browser: Any, station: Station, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """A browser context; at its end nothing may have gone wrong unseen."""
    made = stations.visit(browser, station)
    watch.listen(made)
    yield made
    for number, page in enumerate(made.pages):
        if getattr(request.node, "failed_in_call", False):
            page.screenshot(path=station.data / f"{request.node.name}-{number}.png")
    made.close()
    assert watch.errors == []
    assert watch.hosts <= {OWN_HOST}


@pytest.fixture
def page(context: Any) -> Any:
    return context.new_page()


@pytest.fixture(scope="package")
def known() -> dict[str, list[Any]]:
    """Session cookies by user: the form is filled in once for each, that the journeys stay short."""
    return {}


@pytest.fixture
def sign_in(page: Any, known: dict[str, list[Any]]) -> Callable[..., Any]:
    """`sign_in("zhangshili", at="/patches")` answers with the page, signed in and there."""

    def enter(username: str, at: str = "/") -> Any:
        page.goto("about:blank")  # nothing of whoever sat here before is still being loaded
        if username in known:
            page.context.add_cookies(known[username])
            page.goto(at)
            page.get_by_role("navigation", name="主菜单").wait_for()
        else:
            page.context.clear_cookies()  # whoever sat here before
            stations.sign_in(page, username, at)
            known[username] = page.context.cookies()
        return page

    return enter


@pytest.fixture
def batch_file(station: Station) -> Path:
    """The third batch, which the sample county leaves to be imported by hand."""
    return station.demo / "batches" / "WPTB_202603.gdb.zip"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the context whether to keep pictures, and put the logs of the system into the report."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    item.failed_in_call = True  # type: ignore[attr-defined]
    running = getattr(item, "funcargs", {}).get("station")
    if running is not None:
        report.sections.append(("pictures and logs", str(running.data)))
        for verb in ("serve", "worker"):
            text = (running.data / f"{verb}.log").read_text("utf-8", "replace")
            report.sections.append((f"log of {verb}", text[-4000:]))
