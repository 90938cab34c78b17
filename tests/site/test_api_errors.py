"""How the API says no: one shape, the right status, words a clerk understands, nothing from inside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.regions.models import Region
from tests.conftest import PASSWORD, People, SignedIn

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROWS = "/api/ledgers/enforcement.patches/rows"
HUGE = 10**40


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The error of an answer, after checking that it has the one shape."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "fields"}
    assert error["code"] == code
    assert CHINESE.search(error["message"])
    assert all(CHINESE.search(text) for text in error["fields"].values())
    return dict(error)


def test_who_is_not_signed_in_is_told_to_sign_in(client: Client, db: Any) -> None:
    for address in ("/api/home", "/api/regions", ROWS):
        assert "登录" in refusal(client.get(address), 401, "not_signed_in")["message"]


def test_a_wrong_password_says_how_many_tries_are_left(people: People, client: Client) -> None:
    body = {"username": "clerk", "password": "wrong"}
    answer = client.post("/api/session", body, content_type="application/json")
    assert "还可尝试 4 次" in refusal(answer, 401, "login_failed")["message"]


def test_a_locked_account_says_for_how_long(people: People, client: Client) -> None:
    for password in (*["wrong"] * 5, PASSWORD):
        body = {"username": "clerk", "password": password}
        answer = client.post("/api/session", body, content_type="application/json")
    assert "30 分钟" in refusal(answer, 423, "locked")["message"]


def test_a_missing_right_is_named_as_such(people: People, signed_in: Any) -> None:
    assert "权限" in refusal(signed_in(people.auditor).get(ROWS), 403, "forbidden")["message"]


def test_a_page_grown_old_asks_to_be_loaded_again(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.clerk)
    answer = client.post("/api/enforcement/imports/1/accept")
    assert "刷新" in refusal(answer, 403, "csrf")["message"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/enforcement/patches/999999",
        "/api/files/999999",
        "/api/jobs/00000000-0000-0000-0000-000000000000",
        "/api/layers/versions/999999",
        "/api/ledgers/no.such/rows",
        "/api/regions/123456/geometry",
        "/api/no/such/address",
        "/api/",
    ],
)
def test_what_is_not_there_is_not_found(people: People, signed_in: Any, address: str) -> None:
    refusal(signed_in(people.clerk).get(address), 404, "not_found")


def test_a_page_that_is_no_page_is_plain_text(client: Client) -> None:
    answer = client.get("/assets/no-such-file.js")
    assert answer.status_code == 404
    assert "没有这个地址" in answer.content.decode()


def test_what_is_missing_is_named_field_by_field(people: People, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    answer = client.post("/api/enforcement/imports", {}, content_type="application/json")
    fields = refusal(answer, 422, "refused")["fields"]
    assert fields == {"file_id": "必填", "period": "必填", "title": "必填"}
    wrong = {"file_id": "x", "layer_code": "dltb", "label": "1", "valid_from": "去年"}
    answer = client.post("/api/layers/imports", wrong, content_type="application/json")
    fields = refusal(answer, 422, "refused")["fields"]
    assert set(fields) == {"file_id", "valid_from"}
    assert "数字" in fields["file_id"]
    assert "日期" in fields["valid_from"]


def test_a_body_that_is_no_json_is_refused(people: People, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    answer = client.post("/api/layers/imports", "{", content_type="application/json")
    refusal(answer, 400, "refused")


def test_a_file_above_the_limit_is_refused(people: People, signed_in: Any, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = {"document": 0, "layer": 0}
    upload = SimpleUploadedFile("大.zip", b"x" * 11)
    answer = signed_in(people.clerk).post("/api/files", {"kind": "layer", "file": upload})
    assert "上限" in refusal(answer, 413, "refused")["message"]


ODD = [
    f"/api/enforcement/patches/{HUGE}",
    f"/api/files/{HUGE}",
    f"/api/layers/versions/{HUGE}",
    f"/api/layers/versions/{HUGE}/tiles/1/1/1.mvt",
    f"/api/enforcement/tiles/{HUGE}/1/1.mvt",
    "/api/enforcement/tiles/5/-1/1.mvt",
    "/api/layers/identify?lon=nan&lat=34",
    "/api/layers/identify?lon=1&lat=inf",
    f"/api/layers/identify?lon=1&lat=1&versions={HUGE}",
    "/api/layers/identify?lon=1&lat=1&versions=a",
    f"/api/jobs?page={HUGE}",
    "/api/jobs?page=0",
    "/api/jobs?size=-1",
    "/api/jobs/nonsense",
    "/api/search?q=%00%00",
    "/api/search?q=%25_%5C%27",
    "/api/regions/%00/geometry",
    f"{ROWS}?page={HUGE}",
    f"{ROWS}?page=-1",
    f"{ROWS}?page=x",
    "/api/enforcement/imports/1/problems?page=0",
    f"/api/layers/versions/1/problems?page={HUGE}",
    f"{ROWS}?sort=password",
    f"{ROWS}?sort=--number",
    f"{ROWS}?q=%00",
    f"{ROWS}?number=%00",
    f"{ROWS}?batch=x",
    f"{ROWS}?batch={HUGE}",
    f"{ROWS}?region=%00",
    f"{ROWS}?photos__gte={HUGE}",
    f"{ROWS}?area_mu__gte=1e400",
    f"{ROWS}?area_mu__gte=NaN",
    f"{ROWS}?area_mu__lte=Infinity",
    f"{ROWS}?period_after__gte=9999-99-99",
    f"{ROWS}?number__gte=1",
    f"{ROWS}?stage=nonsense",
    f"{ROWS}?judged_by__password=x",
    "/api/ledgers/enforcement.patches/export.xlsx?sort=nonsense",
]


@pytest.mark.parametrize("address", ODD)
def test_odd_values_are_answered_not_crashed_on(
    people: People, signed_in: Any, address: str
) -> None:
    answer = signed_in(people.clerk).get(address)
    assert answer.status_code in (200, 404, 422), answer.content
    if answer.status_code != 200:
        code = {404: "not_found", 422: "refused"}[answer.status_code]
        refusal(answer, answer.status_code, code)


def test_a_name_with_a_nul_in_it_does_not_sign_in(people: People, client: Client) -> None:
    body = {"username": "clerk\x00", "password": PASSWORD}
    answer = client.post("/api/session", body, content_type="application/json")
    assert answer.status_code in (401, 422), answer.content


@pytest.mark.parametrize("raised", [Conflict("已被他人处理。"), Refused("不合规定。")], ids=repr)
def test_a_refusal_from_below_arrives_as_it_is(
    people: People, signed_in: Any, monkeypatch: Any, raised: Refused
) -> None:
    def refuse(*args: Any) -> None:
        raise raised

    monkeypatch.setattr("liangtian.site.home.enforcement.home_parts", refuse)
    error = refusal(signed_in(people.clerk).get("/api/home"), raised.status, raised.code)
    assert error["message"] == raised.message


def test_a_failure_tells_nothing_from_inside(
    people: People, signed_in: Any, monkeypatch: Any, caplog: Any
) -> None:
    secret = "table people_user at /srv/data"

    def fail(*args: Any) -> None:
        raise KeyError(secret)

    monkeypatch.setattr("liangtian.site.home.enforcement.home_parts", fail)
    client = signed_in(people.clerk)
    client.raise_request_exception = False
    answer = client.get("/api/home")
    error = refusal(answer, 500, "failed")
    assert error["fields"] == {}
    for word in (secret, "KeyError", "Traceback", "liangtian/"):
        assert word not in answer.content.decode("unicode_escape")
    assert secret in caplog.text, "the log is where it is read"


def test_a_failure_outside_the_api_tells_nothing_either(client: Client, monkeypatch: Any) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("inside")

    client.raise_request_exception = False
    monkeypatch.setattr(
        "django.contrib.sessions.middleware.SessionMiddleware.process_request", fail
    )
    answer = client.get("/api/session")
    refusal(answer, 500, "failed")
    assert b"inside" not in answer.content


def test_nothing_is_saved_of_a_request_that_failed(
    people: People, signed_in: Any, monkeypatch: Any
) -> None:
    """The act and its audit entry are one transaction: without the entry the act does not happen."""
    from liangtian.platform.jobs.services import enqueue

    job = enqueue("enforcement.check", "检查", people.clerk, people.clerk.region, import_id=1)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no audit entry")

    monkeypatch.setattr("liangtian.platform.jobs.services.record", fail)
    answer = signed_in(people.clerk).post(f"/api/jobs/{job.pk}/cancel")
    refusal(answer, 500, "failed")
    job.refresh_from_db()
    assert (job.status, job.cancel_requested) == ("queued", False)
    assert Region.objects.count() > 0


def test_a_form_sent_where_json_is_wanted_is_refused_in_words(
    people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    client.handler.enforce_csrf_checks = True  # as in a browser: looks for the token in the form
    token = client.get("/api/session").json()["csrf_token"]
    form = {"file": SimpleUploadedFile("a.zip", b"PK")}
    answer = client.post("/api/enforcement/imports", form, headers={"X-CSRFToken": token})
    assert "只接受 JSON" in refusal(answer, 415, "refused")["message"]
