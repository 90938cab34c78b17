"""The staged import over HTTP: each step, who may take it, and what looking costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from liangtian.platform.people.models import Office, Role, User
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement import api_imports
from liangtian.programmes.enforcement.imports import reading
from liangtian.programmes.enforcement.models import Batch, BatchImport, Patch
from tests.conftest import PASSWORD, People, Run, SignedIn
from tests.enforcement.files import PERIOD, TITLE, batch_file, checked, handed_in, sent

ROOT = "/api/enforcement/imports"


def upload(client: Client, path: Path) -> int:
    """The file's id."""
    content = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post("/api/files", {"file": content, "kind": "batch"})
    assert answer.status_code == 200, answer.content
    number: int = answer.json()["id"]
    return number


def send(client: Client, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    return getattr(client, method)(url, body or {}, content_type="application/json")


def outsider() -> User:
    """The clerk of another county."""
    region = Region.objects.create(
        code="990122", name="邻县", level="county", parent_id="9901", pinyin=""
    )
    office = Office.objects.create(code="990122-01", name="邻县自然资源局", region=region)
    user = User.objects.create_user("lin", PASSWORD, name="孙虚设", office=office, region=region)
    user.roles.add(Role.objects.get(code="county_clerk"))
    return user


def test_a_mineral_batch_is_one_from_the_first_step_to_the_register(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client = signed_in(people.clerk)
    body = {"file_id": upload(client, batch_file(tmp_path, [sent(1)])), "period": PERIOD,
            "title": TITLE, "kind": "mineral"}  # fmt: skip
    assert send(client, "post", ROOT, {**body, "kind": "forest"}).json()["error"]["fields"] == {
        "kind": "请选土地或矿产"
    }
    started = send(client, "post", ROOT, body).json()
    assert started["kind"] == "mineral"
    url = f"{ROOT}/{started['id']}"
    fields = {name: started[name] for name in ("layer", "encoding", "mapping")}
    send(client, "put", f"{url}/mapping", fields)
    run_jobs()
    send(client, "post", f"{url}/accept")
    run_jobs()
    (batch,) = client.get("/api/enforcement/batches").json()
    assert (batch["kind"], batch["total"]) == ("mineral", 1)


def test_a_batch_goes_in_step_by_step(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client = signed_in(people.clerk)
    path = batch_file(tmp_path, [sent(1, JCMJ=4.5), sent(2, TBLX=""), sent(3, JCMJ=99.0)])
    body = {"file_id": upload(client, path), "period": PERIOD, "title": TITLE}
    started = send(client, "post", ROOT, body).json()
    assert (started["status"], started["status_label"]) == ("uploaded", "待对应字段")
    assert (started["format"], started["encoding"], started["count"]) == (
        "ESRI Shapefile", "GBK", 3,
    )  # fmt: skip
    assert {"name": "JCBH", "type": "text"} in started["fields"]
    assert [t["name"] for t in started["targets"] if t["required"]] == ["number", "monitoring_type"]
    assert started["preview"][0]["XMC"] == "青禾县"
    assert (started["mapping"]["number"], started["mapping_remembered"]) == ("JCBH", False)
    assert not started["already_present_file"]
    url = f"{ROOT}/{started['id']}"

    body = {"layer": started["layer"], "encoding": started["encoding"],
            "mapping": started["mapping"]}  # fmt: skip
    waiting = send(client, "put", f"{url}/mapping", body).json()
    assert (waiting["status"], waiting["job"]["status"]) == ("checking", "queued")
    run_jobs()
    seen = client.get(url).json()
    assert [seen[k] for k in ("status", "ready", "errors", "duplicates", "warnings")] == [
        "checked", 2, 1, 0, 1,
    ]  # fmt: skip
    found = client.get(f"{url}/problems").json()
    assert found["total"] == 2
    assert found["rows"][0] == {
        "row": 2, "number": sent(2).number, "field": "图斑类型", "value": "", "severity": "error",
        "reason": "图斑类型为空", "advice": "请在源文件中补填类型后重新导入", "location": None,
    }  # fmt: skip
    assert client.get(f"{url}/problems?page=2&size=1").json()["rows"][0]["row"] == 3
    assert not Patch.objects.exists()

    assert send(client, "post", f"{url}/accept").json()["status"] == "accepting"
    run_jobs()
    done = client.get(url).json()
    assert (done["status"], done["batch_id"]) == ("done", Batch.objects.get().pk)
    assert Patch.objects.count() == 2
    assert [row["id"] for row in client.get(ROOT).json()] == [done["id"]]


def test_the_same_file_again_is_said_at_once_and_refused_at_the_end(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client, path = signed_in(people.clerk), batch_file(tmp_path, [sent(1)])
    for attempt in range(2):
        body = {"file_id": upload(client, path), "period": PERIOD, "title": f"第{attempt}次"}
        started = send(client, "post", ROOT, body).json()
        url = f"{ROOT}/{started['id']}"
        assert started["already_present_file"] is bool(attempt)
        send(client, "put", f"{url}/mapping", {"mapping": started["mapping"]})
        run_jobs()
        answer = send(client, "post", f"{url}/accept")
        run_jobs()
    assert answer.status_code == 422
    assert "同一文件已作为批次“第0次”入库" in answer.json()["error"]["message"]
    assert Patch.objects.count() == 1


def test_a_file_that_cannot_be_a_batch_is_refused_at_the_first_step(
    tmp_path: Path, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    file = upload(client, batch_file(tmp_path, [sent(1)], crs=4527))
    answer = send(client, "post", ROOT, {"file_id": file, "period": PERIOD, "title": TITLE})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "refused")
    assert "带号矛盾" in error["message"]
    assert "file" in error["fields"]


@pytest.mark.parametrize("who", ["reviewer", "township_a", "auditor"])
def test_who_may_not_import_is_forbidden_every_step(
    who: str, tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    client, url = signed_in(getattr(people, who)), f"{ROOT}/{current.pk}"
    answers = [
        client.get(ROOT), client.get(url), client.get(f"{url}/problems"),
        send(client, "put", f"{url}/mapping", {"mapping": current.mapping}),
        send(client, "post", f"{url}/accept"), send(client, "post", f"{url}/discard"),
    ]  # fmt: skip
    assert {(a.status_code, a.json()["error"]["code"]) for a in answers} == {(403, "forbidden")}
    current.refresh_from_db()
    assert current.status == "checked"


def test_who_is_not_signed_in_gets_nothing(db: None) -> None:
    assert Client().get(ROOT).status_code == 401


def test_another_countys_import_and_file_are_not_found(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    client, url = signed_in(outsider()), f"{ROOT}/{current.pk}"
    body = {"file_id": current.file.pk, "period": PERIOD, "title": TITLE}
    answers = [
        client.get(url), client.get(f"{url}/problems"), send(client, "post", f"{url}/accept"),
        send(client, "put", f"{url}/mapping", {"mapping": current.mapping}),
        send(client, "post", f"{url}/discard"), send(client, "post", ROOT, body),
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [404] * 6
    assert client.get(ROOT).json() == []
    assert BatchImport.objects.count() == 1


def test_a_file_handed_in_for_another_use_is_not_found(
    tmp_path: Path, people: People, signed_in: SignedIn
) -> None:
    file = handed_in(people.clerk, batch_file(tmp_path, [sent(1)]), kind="layer")
    body = {"file_id": file.pk, "period": PERIOD, "title": TITLE}
    assert send(signed_in(people.clerk), "post", ROOT, body).status_code == 404


def test_looking_at_an_import_does_not_read_its_file(
    tmp_path: Path,
    people: People,
    signed_in: SignedIn,
    run_jobs: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    read = []

    def counted(*args: Any) -> Any:
        read.append(args)
        return original(*args)

    original = reading.open_source
    monkeypatch.setattr(api_imports, "open_source", counted)
    client, url = signed_in(people.clerk), f"{ROOT}/{current.pk}"
    plain = client.get(url).json()
    same = client.get(f"{url}?layer={current.layer}&encoding={current.encoding}").json()
    assert plain == same
    assert not read
    flipped = client.get(f"{url}?encoding=GB18030").json()
    assert len(read) == 1
    assert flipped["fields"] == plain["fields"]


def test_a_cancelled_job_shows_as_failed_and_the_import_can_be_checked_again(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client = signed_in(people.clerk)
    file = upload(client, batch_file(tmp_path, [sent(1)]))
    started = send(client, "post", ROOT, {"file_id": file, "period": PERIOD, "title": TITLE}).json()
    url = f"{ROOT}/{started['id']}"
    waiting = send(client, "put", f"{url}/mapping", {"mapping": started["mapping"]}).json()
    send(client, "post", f"/api/jobs/{waiting['job']['id']}/cancel")
    seen = client.get(url).json()
    assert (seen["status"], seen["error"]) == ("failed", "任务已取消。")
    send(client, "put", f"{url}/mapping", {"mapping": started["mapping"]})
    run_jobs()
    assert client.get(url).json()["status"] == "checked"


def test_discarding_over_http(
    tmp_path: Path, people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    client, url = signed_in(people.clerk), f"{ROOT}/{current.pk}"
    assert send(client, "post", f"{url}/discard").json()["status"] == "discarded"
    again = send(client, "post", f"{url}/discard")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
