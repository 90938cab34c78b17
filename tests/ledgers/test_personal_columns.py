"""Personal columns are masked on every way out of a ledger; two ways lead past it, each for a stated reason."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.ledgers import declaration
from liangtian.platform.ledgers.declaration import Column, Ledger, all_ledgers, register
from liangtian.platform.ledgers.models import LedgerExport, Unmasking
from liangtian.platform.people.models import Role, User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.personal import looks_like
from liangtian.platform.tokens.services import create
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import People, Run, SignedIn
from tests.ledgers.test_exports import body

NAME = "test.households"
LEDGER = f"/api/ledgers/{NAME}"
REASON = {"reason": "核对来访农户的身份"}
FORMATS = ("xlsx", "csv", "gpkg", "shp", "gdb", "geojson", "kml")


@pytest.fixture
def households(patches: list[Any], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The patches as if they were households: a person with an identity number, phone and account."""
    for n, patch in enumerate(patches):
        patch.judgement_reason = f"示{'甲乙丙丁'[n % 4]}例"
        patch.engine = f"9901211980010{n:05d}"
        patch.monitoring_type = f"138000{n:05d}"
    Patch.objects.bulk_update(patches, ["judgement_reason", "engine", "monitoring_type"])
    monkeypatch.setattr(declaration, "_ledgers", dict(declaration._ledgers))
    register(
        Ledger(
            name=NAME, title="农户台账", permission="enforcement.view",
            export_permission="enforcement.export", rows=Patch.objects.visible_to,
            default_sort="number", search=("number", "judgement_reason", "engine"), geometry="geom",
            columns=(
                Column("number", "编号", "number", filter="text"),
                Column("holder", "户主", "judgement_reason", filter="text", sensitivity="name"),
                Column("id_number", "身份证号", "engine", filter="text", sensitivity="id_number"),
                Column("phone", "电话", "monitoring_type", filter="text", sensitivity="phone"),
                Column("account", "银行账号", lambda user: Concat(Value("622202"), "engine"),
                       sensitivity="bank_account"),
                Column("checker", "核对人", "judged_by__name", by=True, sensitivity="staff"),
            ),
        )
    )  # fmt: skip
    return patches


def secrets(patches: list[Any]) -> list[str]:
    found = [f"622202{p.engine}" for p in patches] + [p.engine for p in patches]
    return found + [p.monitoring_type for p in patches] + [p.judgement_reason for p in patches]


def leaked(content: bytes, patches: list[Any]) -> set[str]:
    """Which full values stand in the bytes, also inside of what is packed."""
    whole = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            whole += [packed.read(name) for name in packed.namelist()]
    return {
        value for value in secrets(patches) for part in whole
        for code in ("utf-8", "gbk", "utf-16-le")
        if value.encode(code) in part or json.dumps(value).strip('"').encode() in part
    }  # fmt: skip


def unmask(client: Any, **more: Any) -> Any:
    return client.post(f"{LEDGER}/unmask", {**REASON, **more}, content_type="application/json")


@pytest.mark.django_db
def test_no_way_out_of_a_ledger_gives_a_full_value(
    households: list[Any], people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client = signed_in(people.clerk)
    rows = client.get(f"{LEDGER}/rows")
    assert rows.json()["rows"][0]["phone"] == "138****0000"
    assert rows.json()["rows"][0]["id_number"] == "990121********0000"
    assert rows.json()["rows"][0]["holder"] == "示*例"
    assert rows.json()["rows"][0]["checker"] == "张示例"
    ways = [rows, client.get(f"{LEDGER}/rows?size=200&sort=-number"), client.get(LEDGER)]
    ways += [client.get(f"{LEDGER}/export.{one}") for one in FORMATS]
    ways += [
        client.get(f"{LEDGER}/groups?by=checker"),
        client.get(f"{LEDGER}/export.xlsx?by=checker"),
    ]
    ways += [client.get(f"/api/ogc/collections/{NAME}/items?limit=100"),
             client.get(f"/api/ogc/collections/{NAME}/items/{households[0].pk}")]  # fmt: skip
    kept = client.post("/api/snapshots", {"ledger": NAME, "title": "三月"},
                       content_type="application/json").json()  # fmt: skip
    Patch.objects.filter(pk=households[0].pk).update(monitoring_type="13911112222")
    ways.append(client.get(f"/api/snapshots/compare?left={kept['id']}"))
    ways.append(client.get(f"/api/snapshots/compare.xlsx?left={kept['id']}"))
    started = client.post(f"{LEDGER}/exports", {"format": "csv"}, content_type="application/json")
    run_jobs()
    ways.append(client.get(f"/api/ledger-exports/{started.json()['id']}/file"))
    for answer in ways:
        assert answer.status_code == 200, answer
        content = body(answer)
        assert content
        assert leaked(content, households) == set()


@pytest.mark.django_db
def test_what_is_masked_cannot_be_fished_for(
    households: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    one = households[7]

    def total(query: dict[str, str]) -> Any:
        answer = client.get(f"{LEDGER}/rows", query)
        return answer.json()["total"] if answer.status_code == 200 else answer.status_code

    for name in ("phone", "id_number"):
        full = one.monitoring_type if name == "phone" else one.engine
        for query in ({name: full[:9]}, {name: full}, {f"{name}__is": full}, {f"{name}__gte": full},
                      {"sort": name}, {"sort": f"-{name}"}):  # fmt: skip
            assert total(query) == 422, query
        assert client.get(f"{LEDGER}/groups", {"by": name}).status_code == 422
        assert total({"q": full}) == 0
        assert total({"q": full[-6:-4]}) == sum(full[-6:-4] in p.number for p in households)
    # Who knows a whole name may look for it; a part of it finds nothing.
    assert total({"holder": one.judgement_reason}) == 15
    assert total({"q": one.judgement_reason}) == 15
    assert (
        total({"holder": one.judgement_reason[:2]}) == total({"q": one.judgement_reason[:2]}) == 0
    )
    assert total({"sort": "holder"}) == 422
    assert total({"phone__empty": "0"}) == 60
    features = client.get(f"/api/ogc/collections/{NAME}/items", {"phone": one.monitoring_type})
    assert features.status_code == 400
    described = client.get(LEDGER).json()
    assert [f["name"] for f in described["filters"]] == ["number", "holder"]
    assert {c["name"]: c["masked"] for c in described["columns"]}["checker"] is False


@pytest.mark.django_db
def test_a_reason_opens_the_page_for_some_minutes_and_is_written_down_with_the_rows(
    households: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    one = households[7]
    assert unmask(client, reason="看看").status_code == 422
    answer = unmask(client)
    assert answer.status_code == 200
    assert answer.json()["whole"] is True
    page = client.get(
        f"{LEDGER}/rows", {"phone": one.monitoring_type[-5:], "sort": "-phone"}
    ).json()
    assert page["rows"][0]["phone"] == one.monitoring_type
    assert page["clear"]["whole"] is True
    assert "phone" in [f["name"] for f in client.get(LEDGER).json()["filters"]]
    asked, seen = AuditEntry.objects.filter(act__startswith="personal.").order_by("pk")
    assert (asked.act, asked.note, seen.act, seen.note) == (
        "personal.unmask", REASON["reason"], "personal.saw", REASON["reason"],
    )  # fmt: skip
    assert seen.after is not None
    assert (seen.after["row_ids"], seen.after["records"]) == ([one.pk], [one.number])
    assert seen.after["columns"] == ["holder", "id_number", "phone", "account"]
    assert one.monitoring_type[-5:] not in json.dumps(seen.after["filters"])
    # Other people, other ways and the time after it see nothing of it.
    assert leaked(signed_in(people.township_a).get(f"{LEDGER}/rows").content, households) == set()
    assert leaked(client.get(f"{LEDGER}/export.csv").content, households) == set()
    assert leaked(signed_in(people.clerk).get(f"{LEDGER}/rows").content, households) == set()
    _, key = create(
        people.clerk, "报表程序", ["enforcement.view", "personal.unmask"], people.clerk.region_id, 1
    )  # fmt: skip
    program = Client(headers={"Authorization": f"Bearer {key}"})
    assert leaked(program.get(f"{LEDGER}/rows").content, households) == set()
    assert unmask(program).status_code == 403
    assert client.get(f"{LEDGER}/groups?by=phone").status_code == 422
    late = timezone.now() - timedelta(seconds=1)
    Unmasking.objects.update(at=late - timedelta(minutes=10), until=late)
    assert leaked(client.get(f"{LEDGER}/rows").content, households) == set()


@pytest.mark.django_db
def test_one_row_is_opened_alone_and_masked_again_at_will(
    households: list[Any], people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.township_a)
    mine, foreign = households[0], households[2]  # village A and village B
    assert unmask(client, row=foreign.pk).status_code == 404
    assert unmask(client, row=mine.pk).json()["rows"] == [mine.pk]
    content = client.get(f"{LEDGER}/rows").content
    assert {mine.engine, mine.monitoring_type} <= leaked(content, [mine])
    assert {p.engine for p in households if p != mine}.isdisjoint(leaked(content, households))
    seen = AuditEntry.objects.get(act="personal.saw").after
    assert seen is not None
    assert seen["row_ids"] == [mine.pk]
    assert client.get(f"{LEDGER}/rows", {"phone": mine.monitoring_type}).status_code == 422
    assert client.delete(f"{LEDGER}/unmask").json() == {"masked": True}
    assert leaked(client.get(f"{LEDGER}/rows").content, households) == set()


@pytest.mark.django_db
def test_without_the_permission_or_a_reason_nothing_opens(
    households: list[Any], people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    role = Role.objects.get(code="leader")
    people.reviewer.roles.set([role])
    client = signed_in(people.reviewer)
    assert client.get(LEDGER).json()["may_unmask"] is False
    assert unmask(client).status_code == 403
    asked = {"format": "csv", **REASON}
    assert (
        client.post(f"{LEDGER}/exports", asked, content_type="application/json").status_code == 403
    )
    # Leave that was given ends with the permission.
    clerk = signed_in(people.clerk)
    assert unmask(clerk).status_code == 200
    people.clerk.roles.set([role])
    assert leaked(clerk.get(f"{LEDGER}/rows").content, households) == set()
    plain = signed_in(people.township_a).post(
        "/api/ledgers/enforcement.patches/unmask", REASON, content_type="application/json"
    )
    assert plain.status_code == 422, "a ledger without masked columns"


@pytest.mark.django_db
def test_an_unmasked_file_needs_a_reason_and_its_making_and_taking_are_written_down(
    households: list[Any], people: People, signed_in: SignedIn, run_jobs: Run
) -> None:
    client = signed_in(people.clerk)
    url = f"{LEDGER}/exports"
    asked = {"format": "csv", "reason": "报送省厅核查"}
    assert (
        client.post(url, {**asked, "reason": "看"}, content_type="application/json").status_code
        == 422
    )
    made = client.post(url, asked, content_type="application/json").json()
    assert made["unmasked"] is True
    run_jobs()
    content = body(client.get(f"/api/ledger-exports/{made['id']}/file"))
    assert leaked(content, households) == set(secrets(households))
    entries = AuditEntry.objects.filter(note=asked["reason"]).order_by("pk")
    assert [e.act for e in entries] == [
        "personal.unmask",
        "personal.export",
        "personal.export_fetch",
    ]
    assert [e.after["rows"] for e in entries if e.after and "rows" in e.after] == [60]
    # Who lost the permission before the worker came gets no file.
    again = client.post(url, asked, content_type="application/json").json()
    people.clerk.roles.set([Role.objects.get(code="leader")])
    run_jobs()
    assert LedgerExport.objects.get(pk=again["id"]).ready_at is None


def test_a_personal_column_is_plain_text_that_nothing_groups_by() -> None:
    for wrong in ({"by": True}, {"kind": "choice"}, {"link": "/x/{id}"}):
        with pytest.raises(ValueError, match="personal column"):
            Column("phone", "电话", "phone", sensitivity="phone", **wrong)


def said_of(model: Any, source: object) -> str:
    """What the table's own column under this path looks like; "none" for what is computed."""
    if not isinstance(source, str):
        return "none"
    field: Any = None
    try:
        for part in source.split("__"):
            field = model._meta.get_field(part)
            model = field.related_model
    except FieldDoesNotExist:
        return "none"
    if field.model._meta.label == "people.User" and field.name == "name":
        return "staff"
    return looks_like(field)


def undeclared(ledger: Ledger, user: Any) -> list[str]:
    """Columns and searched paths that look personal and do not say what they are."""
    model = ledger.rows(user).model
    open_columns = [c for c in ledger.columns if c.sensitivity == "none"]
    told = {c.source for c in ledger.columns if c.sensitivity != "none"}
    wrong = [
        c.name for c in open_columns
        if said_of(model, c.source) != "none" or re.search(r"电话|手机|身份证|银行账|户主|姓名", c.label)
    ]  # fmt: skip
    return wrong + [p for p in ledger.search if p not in told and said_of(model, p) != "none"]


@pytest.mark.django_db
def test_every_column_that_looks_personal_says_what_it_holds(people: People) -> None:
    wrong = {ledger.name: undeclared(ledger, people.clerk) for ledger in all_ledgers()}
    assert {name: columns for name, columns in wrong.items() if columns} == {}
    bare = Ledger(
        name="test.bare", title="名单", permission="", export_permission="",
        rows=lambda user: ScopedQuerySet(User), default_sort="phone", search=("phone", "username"),
        columns=(Column("a", "联系", "phone"), Column("b", "谁", "name"), Column("c", "户主", "username"),
                 Column("d", "账号", "username")),
    )  # fmt: skip
    assert undeclared(bare, people.clerk) == ["a", "b", "c", "phone"]
