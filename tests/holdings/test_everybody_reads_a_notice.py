"""The public page of a notice: at its link only, while it lasts, masked, and not too often."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Refused
from liangtian.platform.pace import Pace
from liangtian.programmes.holdings.models import Objection, ParcelStanding
from liangtian.programmes.holdings.notices import drafting, public
from tests.conftest import People, Run
from tests.holdings import land
from tests.holdings.notices import on, published

DAY = date(2025, 3, 3)
SAID = {
    "name": "王演示",
    "phone": "13800000000",
    "number": 1,
    "kind": "面积",
    "text": "少量了三分地",
}


@pytest.fixture
def up(people: People) -> Any:
    holder = land.person(people.clerk, "王演示")
    land.parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    return published(people.clerk, DAY)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "reads", Pace(1_000, 60))
    monkeypatch.setattr(public, "writes", Pace(1_000, 60))


def test_who_has_the_link_reads_it_without_signing_in(up: Any, run_jobs: Run) -> None:
    address = f"/api/public/notices/{up.token}"
    with on(DAY):
        run_jobs()
        answer = Client().get(address)
        assert answer.status_code == 200
        (row,) = answer.json()["villages"][0]["rows"]
        assert (row["number"], row["holder"], row["area_mu"]) == (1, "王*示", "15.00")
        text = answer.content.decode()
        assert "王演示" not in text
        assert "13800000000" not in text
        assert "parcel_id" not in text
        paper = Client().get(f"{address}/map.pdf")
        assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")


def test_the_link_is_dead_before_after_and_once_withdrawn(people: People, up: Any) -> None:
    address = f"/api/public/notices/{up.token}"
    for day in (DAY - timedelta(days=1), up.ends_on + timedelta(days=1)):
        with on(day):
            assert Client().get(address).status_code == 404
            assert (
                Client().post(f"{address}/objections", SAID, "application/json").status_code == 404
            )
    with on(DAY):
        assert Client().get("/api/public/notices/" + "x" * 32).status_code == 404
        assert Client().get("/api/public/notices/").status_code == 404
        drafting.withdraw(people.clerk, up.pk, "村界有误，更正后再公示")
        assert Client().get(address).status_code == 404
        assert Client().get(f"{address}/table.pdf").status_code == 404


def test_an_objection_sent_online_holds_the_parcel_up_and_is_on_record(up: Any) -> None:
    address = f"/api/public/notices/{up.token}/objections"
    with on(DAY):
        wrong = Client().post(address, {**SAID, "kind": "天气"}, "application/json")
        assert set(wrong.json()["error"]["fields"]) == {"kind"}
        sent = Client().post(address, SAID, "application/json")
        assert sent.json() == {"number": 1, "due_on": str(DAY + timedelta(days=15))}
    row = Objection.objects.get()
    assert (row.channel, row.logged_by, row.phone) == ("online", None, "13800000000")
    assert ParcelStanding.objects.get().objections == 1
    entry = AuditEntry.objects.get(act="holdings.objection.file")
    assert entry.actor is None
    assert "王演示" not in str(entry.after)


def test_one_address_cannot_ask_too_often(up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "reads", Pace(2, 60))
    address = f"/api/public/notices/{up.token}"
    with on(DAY):
        codes = [Client().get(address).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        other = Client(REMOTE_ADDR="10.0.0.9").get(address)
    assert other.status_code == 200


def test_a_pace_forgets_what_is_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("liangtian.platform.pace.time.monotonic", lambda: now[0])
    pace = Pace(1, 10)
    pace.take("a")
    with pytest.raises(Refused, match="太频繁"):
        pace.take("a")
    now[0] += 11
    pace.take("a")


def test_one_notice_takes_no_flood_of_objections(up: Any, settings: Any) -> None:
    settings.PUBLIC_OBJECTIONS_PER_DAY = 1
    address = f"/api/public/notices/{up.token}/objections"
    with on(DAY):
        assert Client().post(address, SAID, "application/json").status_code == 200
        assert Client().post(address, SAID, "application/json").status_code == 429
