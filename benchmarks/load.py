"""Fifty people at work for a minute: every operation's count, errors, p50/p95/p99, and the throughput.

    .venv/bin/python benchmarks/load.py
    .venv/bin/python tools/postgres.py .venv/bin/python benchmarks/load.py       # PostgreSQL
    .venv/bin/python benchmarks/load.py --data FOLDER     # a demo county that is there already

Makes a demo county in a folder of its own, starts `liangtian serve` and `liangtian worker` on the
loopback interface, signs the users in and lets each do one thing after another with time to think
between. An answer that is neither a success nor a refusal the act may meet is an error; exit code 1.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Liangtian-2026"
ROLES = ("county_clerk", "county_clerk", "county_reviewer", "township_clerk", "leader")
LEDGER = "/api/ledgers/enforcement.patches"
FILTERS: tuple[dict[str, str], ...] = (
    {}, {"page": "2"}, {"sort": "-area_mu"}, {"judgement__empty": "1"}, {"area_mu__gte": "3"},
    {"stage": "received", "sort": "number"}, {"q": "2603"}, {"proposal": "illegal"},
)  # fmt: skip
MET = {409, 422}  # somebody was quicker, or the rules want something first


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=3.0, help="mean seconds between two acts")
    parser.add_argument("--size", default="S", choices=("T", "S", "M"))
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--data", type=Path, help="use this folder; without it one of its own")
    parser.add_argument("--database-url", help="PostgreSQL instead of SQLite")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if args.database_url:
        os.environ["LIANGTIAN_DATABASE_URL"] = args.database_url
    with tempfile.TemporaryDirectory(prefix="liangtian-load-") as folder:
        prepared(args.data or Path(folder), args.size, args.users)
        servers = started(args.port)
        try:
            return worked(args)
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait()


def prepared(data: Path, size: str, users: int) -> None:
    """The county and the users u00, u01, … with roles in turn."""
    from liangtian.site import runtime

    runtime.start_django(data)
    from django.db import connection

    from liangtian.platform.people.grants import install
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.regions.models import Region
    from liangtian.site.demo.load import load_county

    runtime.migrate()
    load_county(size, lambda text: print(text, flush=True))
    county = Region.objects.get(level="county", geom__isnull=False)
    towns = list(Region.objects.filter(level="township", parent=county))
    clerk = User.objects.get(username="zhangshili")
    for number in range(users):
        role = ROLES[number % len(ROLES)]
        region = towns[number % len(towns)] if role == "township_clerk" else county
        name = f"u{number:02}"
        if not User.objects.filter(username=name).exists():
            user = User.objects.create_user(name, PASSWORD, name="何试用", office=clerk.office)
            install(user, Role.objects.get(code=role), region, "负载试验")
    print(f"{connection.vendor}, {users} users; {_load()}", flush=True)
    connection.close()


def started(port: int) -> list[subprocess.Popen[bytes]]:
    """Web server and worker; returns when the server answers."""
    command = [sys.executable, "-m", "liangtian.site.cli"]
    servers = [
        subprocess.Popen([*command, "serve", "--port", str(port)]),
        subprocess.Popen([*command, "worker"]),
    ]
    for _ in range(600):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
            return servers
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


class Tally:
    """Seconds and faults of every operation."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.met: Counter[str] = Counter()
        self.errors: list[str] = []

    def note(self, what: str, status: int, took: float, path: str, text: str) -> None:
        """One answer; status 0 is no answer at all."""
        with self.lock:
            self.seconds[what].append(took)
            if what in WRITES and status in MET:
                self.met[what] += 1
            elif not 200 <= status < 400:
                self.errors.append(f"{what}: {status} {path} {text[:300]}")


class Person:
    """One user at one browser, with one connection."""

    def __init__(self, number: int, port: int, tally: Tally) -> None:
        self.name, self.port, self.tally = f"u{number:02}", port, tally
        self.number, self.rng = number, random.Random(number)
        self.role = ROLES[number % len(ROLES)]
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.bounds = (0.0, 0.0, 0.0, 0.0)
        self.versions: list[int] = []
        self.patches: list[int] = []

    def ask(
        self, what: str, path: str, body: Any = None, form: tuple[str, bytes] | None = None
    ) -> Any:
        """The answer's JSON, or None; noted under `what`."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
                   "X-CSRFToken": self.token, "Accept-Encoding": "gzip"}  # fmt: skip
        data = None
        if form is not None:
            headers["Content-Type"], data = form
        elif body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        began = time.perf_counter()
        try:
            self.connection.request("GET" if data is None else "POST", path, data, headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.tally.note(what, 0, time.perf_counter() - began, path, repr(error))
            return None
        return self._taken(what, path, answer, content, time.perf_counter() - began)

    def _taken(
        self, what: str, path: str, answer: http.client.HTTPResponse, content: bytes, took: float
    ) -> Any:
        if answer.headers.get("Content-Encoding") == "gzip":
            import gzip

            content = gzip.decompress(content)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            key, _, value = cookie.split(";")[0].partition("=")
            self.cookies[key] = value
        text = content.decode("utf-8", "replace")
        self.tally.note(what, answer.status, took, path, text)
        plain = answer.headers.get("Content-Type", "").startswith("application/json")
        return json.loads(text) if plain and answer.status == 200 else None

    def sign_in(self) -> None:
        """Begin, as a browser does; what the rest needs to know is asked for."""
        self.token = self.ask("session", "/api/session")["csrf_token"]
        body = {"username": self.name, "password": PASSWORD}
        session = self.ask("sign in", "/api/session", body)
        self.token, self.bounds = session["csrf_token"], session["county"]["bounds"]
        layers = self.ask("layers", "/api/layers") or []
        self.versions = [
            v["id"] for layer in layers for v in layer["versions"] if v["status"] == "published"
        ]
        self.look_at_ledger()

    def work(self, end: float, think: float) -> None:
        """One thing after another until the time is over."""
        acts, weights = zip(*ACTS, strict=True)
        while time.monotonic() < end:
            time.sleep(min(self.rng.expovariate(1 / think), 4 * think))
            self.rng.choices(acts, weights)[0](self)

    def look_at_ledger(self) -> None:
        chosen = self.rng.choice(FILTERS)
        page = self.ask("ledger page", f"{LEDGER}/rows?{urlencode(chosen)}")
        if page and page["rows"]:
            self.patches = [row["id"] for row in page["rows"]]
        extent = {k: v for k, v in chosen.items() if k != "page"}
        self.ask("ledger extent", f"{LEDGER}/extent?{urlencode(extent)}")

    def pan(self) -> None:
        """The tiles of a small map: patches and one layer."""
        lon, lat = self.place()
        zoom = self.rng.choice((9, 11, 13, 15))
        x, y = int((lon + 180) / 360 * 2**zoom), _row_of(lat, zoom)
        for dx in (0, 1):
            self.ask("patch tile", f"/api/enforcement/tiles/{zoom}/{x + dx}/{y}.mvt")
            if self.versions:
                version = self.rng.choice(self.versions)
                self.ask(
                    "layer tile", f"/api/layers/versions/{version}/tiles/{zoom}/{x + dx}/{y}.mvt"
                )

    def place(self) -> tuple[float, float]:
        """Somewhere in the county."""
        west, south, east, north = self.bounds
        return self.rng.uniform(west, east), self.rng.uniform(south, north)

    def identify(self) -> None:
        lon, lat = self.place()
        self.ask("identify", f"/api/layers/identify?lon={lon:.6f}&lat={lat:.6f}")

    def open_patch(self) -> dict[str, Any] | None:
        if not self.patches:
            return None
        found: dict[str, Any] | None = self.ask(
            "patch page", f"/api/enforcement/patches/{self.rng.choice(self.patches)}"
        )
        return found

    def search(self) -> None:
        self.ask("search", f"/api/search?q={quote(self.rng.choice(('2603', '柳', '镇', '占用')))}")

    def read_round(self) -> None:
        self.ask("home", "/api/home")
        self.ask("inbox", "/api/inbox")
        self.ask("messages", "/api/messages")
        self.ask("calendar", "/api/calendar/month?month=2026-03")

    def judge(self) -> None:
        """Confirm as proposed, or take the judgement back."""
        patch = self.open_patch()
        if patch is None or self.role != "county_clerk":
            return
        address = f"/api/enforcement/patches/{patch['id']}"
        if patch["judgement"]:
            self.ask("reopen", f"{address}/reopen", {"reason": "重新核对影像"})
        elif patch["proposal"]:
            self.ask("confirm", f"{address}/confirm", {"outcome": patch["proposal"]["outcome"]})

    def photograph(self) -> None:
        if self.role not in ("county_clerk", "township_clerk") or not self.patches:
            return
        patch = self.rng.choice(self.patches)
        self.ask("photo", f"/api/enforcement/patches/{patch}/photos", form=_photo(self))

    def export(self) -> None:
        self.ask("export", f"{LEDGER}/export.xlsx?stage=received")


ACTS: tuple[tuple[Callable[[Person], Any], int], ...] = (
    (Person.look_at_ledger, 25), (Person.pan, 20), (Person.open_patch, 15), (Person.identify, 10),
    (Person.read_round, 10), (Person.judge, 10), (Person.search, 5), (Person.photograph, 3),
    (Person.export, 2),
)  # fmt: skip
WRITES = {"confirm", "reopen", "photo"}


def _row_of(lat: float, zoom: int) -> int:
    import math

    return int((0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**zoom)


def _photo(person: Person) -> tuple[str, bytes]:
    from tests.enforcement.pictures import jpeg

    lon, lat = person.place()
    colour = f"#{person.rng.randrange(1 << 24):06x}"
    content = jpeg(lon, lat, 90, datetime(2026, 3, 20), colour=colour)
    mark = "liangtianboundary"
    head = (f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{colour[1:]}.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n").encode()  # fmt: skip
    return f"multipart/form-data; boundary={mark}", head + content + f"\r\n--{mark}--\r\n".encode()


def worked(args: argparse.Namespace) -> int:
    """Sign everybody in, let them work, print; 1 when there was an error."""
    opening, tally = Tally(), Tally()
    people = [Person(n, args.port, opening) for n in range(args.users)]
    _all(people, lambda person: person.sign_in())
    print(f"signed in, {len(opening.errors)} errors; p95 of signing in "
          f"{_quantiles(opening.seconds['sign in'])[1]:.2f} s", flush=True)  # fmt: skip
    for person in people:
        person.tally = tally
    end, began = time.monotonic() + args.seconds, time.perf_counter()
    _all(people, lambda person: person.work(end, args.think))
    took = time.perf_counter() - began
    _print(tally, took)
    errors = opening.errors + tally.errors
    for error in errors[:20]:
        print(error)
    return 1 if errors else 0


def _load() -> str:
    """How busy the machine is: with more than the processors' number, the figures are of waiting."""
    averages = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} processors, load average {averages} (1, 5, 15 minutes)"


def _all(people: list[Person], act: Callable[[Person], None]) -> None:
    threads = [threading.Thread(target=act, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _quantiles(seconds: list[float]) -> tuple[float, float, float]:
    ordered = sorted(seconds)
    return (
        statistics.median(ordered),
        ordered[int(0.95 * (len(ordered) - 1))],
        ordered[int(0.99 * (len(ordered) - 1))],
    )


def _print(tally: Tally, took: float) -> None:
    print("\n| act | answers | refused | p50 | p95 | p99 |\n| --- | --- | --- | --- | --- | --- |")
    everything: list[float] = []
    for what, seconds in sorted(tally.seconds.items()):
        everything += seconds
        p50, p95, p99 = _quantiles(seconds)
        print(
            f"| {what} | {len(seconds)} | {tally.met[what]} | {p50:.2f} | {p95:.2f} | {p99:.2f} |"
        )
    p50, p95, p99 = _quantiles(everything)
    print(
        f"| together | {len(everything)} | {sum(tally.met.values())} | {p50:.2f} | {p95:.2f} | {p99:.2f} |"
    )
    print(f"\n{len(everything) / took:.1f} answers a second, {len(tally.errors)} errors; {_load()}")


if __name__ == "__main__":
    sys.exit(main())
