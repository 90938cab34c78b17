"""What every answer carries, and what the page loads: nothing from anywhere but this server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.test import Client

from liangtian.site import middleware
from tests.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db
PAGE = "<!doctype html><title>量田</title>"
ELSEWHERE = r"""["'`]?(?:https?:|wss?:)?//[^"'`\s)>]+"""
# What makes a browser load something; names of vocabularies and links in texts are not loaded.
LOADING = re.compile(
    rf"(?:<(?:script|link|img|iframe|source)[^>]*?\s(?:src|href)=|\.src=|url\(|@import\s*(?:url\()?)\s*{ELSEWHERE}"
    rf"|\b(?:fetch|importScripts|import|EventSource|WebSocket|Worker)\(\s*{ELSEWHERE}",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def page(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE)
    settings.WEB_DIST = tmp_path


def directives(answer: Any) -> dict[str, str]:
    """The content security policy of an answer, by directive."""
    parts = (part.split(None, 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, value in parts}


def answers(client: Client, people: People) -> Iterator[Any]:
    """One of each sort: page, session, refusal, missing address, ledger, not signed in."""
    for address in ("/", "/patches/1", "/api/session", "/api/home", "/api/none", "/assets/none"):
        yield client.get(address)
    client.force_login(people.clerk)
    for address in ("/api/home", "/api/regions", "/api/enforcement/patches/1"):
        yield client.get(address)


def test_every_answer_forbids_loading_from_elsewhere(people: People, client: Client) -> None:
    for answer in answers(client, people):
        policy = directives(answer)
        assert policy["default-src"] == "'self'"
        assert policy["object-src"] == "'none'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'self'"
        assert "script-src" not in policy or "unsafe" not in policy["script-src"]
        allowed = " ".join(policy.values()).split()
        assert set(allowed) <= {"'self'", "'none'", "data:", "blob:", "'unsafe-inline'"}
        assert "'unsafe-inline'" not in policy["default-src"]


def test_scripts_and_style_sheets_come_from_this_server_alone(
    people: People, client: Client
) -> None:
    for answer in answers(client, people):
        policy = directives(answer)
        assert policy["script-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
        assert policy["style-src"] == policy["style-src-elem"] == "'self'"


def test_every_answer_keeps_other_sites_and_the_device_out(people: People, client: Client) -> None:
    for answer in answers(client, people):
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        allowed = dict(part.split("=") for part in answer.headers["Permissions-Policy"].split(", "))
        assert {name for name, who in allowed.items() if who != "()"} == {"camera", "geolocation"}
        assert allowed["camera"] == "(self)"


def test_browsers_keep_to_https_once_they_met_it(people: People, settings: Any) -> None:
    assert "Strict-Transport-Security" not in Client().get("/api/session").headers
    settings.SECURE_HSTS_SECONDS = 31_536_000
    answer = Client().get("/api/session", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_every_answer_forbids_guessing_and_framing(people: People, client: Client) -> None:
    for answer in answers(client, people):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", answer.request
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_policy_is_the_same_on_an_answer_that_failed(
    people: People, signed_in: Any, monkeypatch: Any
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("liangtian.site.home.enforcement.home_parts", fail)
    answer = signed_in(people.clerk).get("/api/home")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == middleware.policy()


def test_the_session_cookie_is_out_of_reach_of_scripts(people: People, client: Client) -> None:
    body = {"username": "clerk", "password": PASSWORD}
    answer = client.post("/api/session", body, content_type="application/json")
    assert answer.status_code == 200
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert 0 < int(cookie["max-age"]) <= 12 * 3600


def test_the_token_cookie_stays_with_this_site(client: Client) -> None:
    for address in ("/", "/api/session"):
        assert client.get(address).cookies["csrftoken"]["samesite"] == "Lax"


def test_signing_in_starts_a_new_session(people: People, client: Client) -> None:
    body = {"username": "clerk", "password": PASSWORD}

    def session() -> str:
        client.post("/api/session", body, content_type="application/json")
        return str(client.cookies["sessionid"].value)

    before = session()
    client.delete("/api/session")
    client.cookies["sessionid"] = before
    assert client.get("/api/home").status_code == 401, "the session that ended stays ended"
    assert session() != before


def test_a_stranger_is_told_nothing_but_the_name_of_the_county(
    people: People, client: Client
) -> None:
    body = client.get("/api/session").json()
    assert body["user"] is None
    assert body["county"] == {"code": "990121", "name": "青禾县", "bounds": None}


def test_what_a_user_uploads_never_runs_in_the_page(people: People, signed_in: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(people.clerk)
    script = SimpleUploadedFile("<script>.html", b"<script>alert(1)</script>", "text/html")
    answer = client.post("/api/files", {"kind": "layer", "file": script})
    if answer.status_code == 200:
        back = client.get(f"/api/files/{answer.json()['id']}")
        assert back.headers["Content-Disposition"].startswith("attachment")
        assert not back.headers["Content-Type"].startswith("text/html")


def test_answers_about_people_are_not_kept_by_caches(people: People, signed_in: Any) -> None:
    for address in ("/api/home", "/api/session"):
        answer = signed_in(people.clerk).get(address)
        kept = answer.headers.get("Cache-Control", "")
        assert "public" not in kept
        assert "Cookie" in answer.headers["Vary"]


@pytest.mark.sqlite_only
def test_behind_https_cookies_travel_by_https_only(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    code = (
        "from liangtian.site import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )
    env = {**os.environ, "LIANGTIAN_HTTPS": "1", "LIANGTIAN_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert done.stdout.split() == [b"True"] * 4


def test_the_framework_finds_no_fault_with_the_deployment_settings(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = True
    settings.SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W019"]  # HSTS; own frames
    call_command("check", deploy=True, fail_level="WARNING", tags=["security"])


BUILT = Path(site.WEB_DIST)


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ('<script type="module" src="https://cdn.example/x.js">', True),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', True),
        ("a{background:url(http://tiles.example/1.png)}", True),
        ('@import "https://fonts.example/a.css";', True),
        ('fetch("https://api.example/")', True),
        ('import("//cdn.example/x.js")', True),
        ('e.src="https://tiles.example/1.png"', True),
        ('<script type="module" src="/assets/index.js">', False),
        ('createElementNS("http://www.w3.org/2000/svg")', False),
        ("a{background:url(data:image/svg+xml;base64,AA)}", False),
    ],
)
def test_loading_from_elsewhere_is_recognised(text: str, loads: bool) -> None:
    assert bool(LOADING.search(text)) is loads


@pytest.mark.skipif(not (BUILT / "index.html").is_file(), reason="browser application not built")
def test_the_built_page_loads_nothing_from_elsewhere() -> None:
    kinds = {".html", ".js", ".css", ".json", ".svg", ".webmanifest"}
    files = [path for path in BUILT.rglob("*") if path.suffix in kinds]
    assert files
    found = {
        f"{path.relative_to(BUILT)}: {hit[:120]}"
        for path in files
        for hit in LOADING.findall(path.read_text("utf-8"))
    }
    assert not found


@pytest.mark.skipif(not (BUILT / "index.html").is_file(), reason="browser application not built")
def test_the_built_page_has_no_script_of_its_own_inside() -> None:
    """The policy would not run it."""
    html = (BUILT / "index.html").read_text("utf-8")
    for tag, body in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert "src=" in tag
        assert not body.strip()
    assert not re.search(r"\son\w+\s*=", html)
