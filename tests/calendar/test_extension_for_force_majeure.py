"""An extension for force majeure: asked for with measures, granted by another, both days shown, written as a letter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from liangtian.press.letter import text_of
from tests.conftest import PASSWORD, County, People, SignedIn

pytestmark = pytest.mark.django_db
API = "/api/calendar"
WHY = {"cause": "连日暴雨，通往图斑的道路中断", "measures": "道路抢通后集中三天完成核查"}


def half_year(county: County) -> Any:
    from liangtian.platform.calendar.deadlines import make_periodic
    from liangtian.platform.calendar.models import Deadline

    year = timezone.localdate().year + 1
    make_periodic(date(year, 1, 1), date(year, 6, 30))
    return Deadline.objects.get(obligation="half_year", region=county.county)


def test_another_person_grants_it_and_both_days_are_shown(
    county: County, people: People, signed_in: SignedIn
) -> None:
    from liangtian.platform.people.models import Office, Role, User

    bureau = Office.objects.create(code="1", name="青禾县自然资源局", region=county.county)
    User.objects.filter(pk=people.clerk.pk).update(office=bureau)
    leader = User.objects.create_user("head", PASSWORD, name="王演示", region=county.county)
    leader.roles.add(Role.objects.get(code="leader"))
    deadline, clerk, head = half_year(county), signed_in(people.clerk), signed_in(leader)
    old, new = deadline.due_on, deadline.due_on + timedelta(days=15)

    def post(client: Any, path: str, **body: Any) -> Any:
        return client.post(f"{API}{path}", body, content_type="application/json")

    ask = f"/deadlines/{deadline.pk}/extension"
    assert post(clerk, ask, due_on=str(old), **WHY).status_code == 422
    asked = post(clerk, ask, due_on=str(new), **WHY).json()
    assert asked["due_on"] == str(old)  # not before it is granted
    assert post(clerk, ask, due_on=str(new), **WHY).status_code == 409
    (row,) = asked["extensions"]
    assert row["decide"] is False
    own = post(clerk, f"/extensions/{row['id']}/decide", granted=True)
    assert "由另一人批准" in own.json()["error"]["message"]
    refusal = post(head, f"/extensions/{row['id']}/decide", granted=False)
    assert refusal.status_code == 422  # without a reason
    granted = post(head, f"/extensions/{row['id']}/decide", granted=True, note="情况属实").json()
    assert (granted["due_on"], granted["first_due_on"]) == (str(new), str(old))
    assert [(c["from_due"], c["to_due"]) for c in granted["changes"]] == [(str(old), str(new))]
    assert granted["extensions"][0]["decided_by"] == "王演示"
    assert post(head, f"/extensions/{row['id']}/decide", granted=True).status_code == 409
    listed = head.get(f"{API}/deadlines?obligation=half_year").json()["rows"]
    assert {(one["first_due_on"], one["due_on"]) for one in listed} == {(str(old), str(new))}

    body = {"kind": "calendar.extension", "source_id": row["id"]}
    letter = clerk.post("/api/documents/letters", body, content_type="application/json").json()
    text = text_of(clerk.get(f"/api/documents/letters/{letter['id']}/letter.docx").content)
    assert all(
        said in text for said in (WHY["cause"], WHY["measures"], f"{new.month}月{new.day}日")
    )
    shown = head.get(f"{API}/deadlines/{deadline.pk}").json()
    assert shown["extensions"][0]["letter"] == letter["id"]
