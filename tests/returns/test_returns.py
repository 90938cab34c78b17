"""A return from freezing to the county's consolidation, and what is refused on the way."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import python_calamine
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from liangtian.platform.triggers import lifted
from tests.conftest import PASSWORD, County, People, SignedIn
from tests.ledgers.conftest import add_patches

pytestmark = pytest.mark.django_db
FORM, PERIOD = "enforcement.patches.quarter", "2026-Q1"
RETURNS = "/api/returns"


class Bureau:
    """The people who fill in, sign and consolidate."""

    def __init__(self, county: County, people: People, signed_in: SignedIn) -> None:
        from liangtian.platform.people.models import Role, User

        def one(username: str, part: str, role: str, region: Any) -> Any:
            user = User.objects.create_user(
                username, PASSWORD, name=f"{region.name}{part}", region=region
            )
            user.roles.add(Role.objects.get(code=role))
            return signed_in(user)

        self.county = county
        towns = {"a": county.township_a, "b": county.township_b}
        self.leaders = {
            key: one(f"l{key}", "负责人", "township_leader", at) for key, at in towns.items()
        }
        self.checkers = {
            key: one(f"c{key}", "审核人", "township_clerk", at) for key, at in towns.items()
        }
        self.head = one("head", "负责人", "leader", county.county)
        self.leader_b = User.objects.get(username="lb")
        self.clerks = {"a": signed_in(people.township_a), "b": signed_in(people.township_b)}
        self.clerk, self.reviewer = signed_in(people.clerk), signed_in(people.reviewer)

    def freeze(self, client: Any, reason: str = "") -> Any:
        body = {"form": FORM, "period": PERIOD, "reason": reason}
        return client.post(RETURNS, body, content_type="application/json")

    def act(self, client: Any, made: Any, act: str, reason: str = "") -> Any:
        body = {"reason": reason}
        return client.post(f"{RETURNS}/{made['id']}/{act}", body, content_type="application/json")

    def sent(self, who: str) -> Any:
        made = self.freeze(self.clerks[who]).json()
        for signer in (self.checkers[who], self.leaders[who]):
            assert self.act(signer, made, "sign").status_code == 200
        return self.act(self.clerks[who], made, "send").json()


@pytest.fixture
def bureau(county: County, people: People, signed_in: SignedIn) -> Bureau:
    add_patches(county, people.clerk, 60)
    add_patches(county, people.clerk, 6, period="2026-04")  # not of the quarter
    return Bureau(county, people, signed_in)


def test_a_township_freezes_and_its_leader_signs_and_the_county_consolidates(
    bureau: Bureau,
) -> None:
    a = bureau.sent("a")
    assert (a["status_label"], a["count"], a["signed_name"]) == ("已上报", 40, "柳塘镇负责人")
    assert any("政策参数" in note for note in a["notes"])
    first = bureau.freeze(bureau.clerk).json()
    assert any("未上报、未列入：石桥镇" in note for note in first["notes"])
    b = bureau.sent("b")
    whole = bureau.freeze(bureau.clerk, "石桥镇补报后重新汇总").json()
    assert (whole["version"], whole["count"], len(whole["parts"])) == (2, 60, 2)
    assert [line[0] for line in whole["lines"]] == ["柳塘镇", "石桥镇"]
    # The total of the county is the ledger's own total, to the hundredth.
    listed = bureau.clerk.get(
        "/api/ledgers/enforcement.patches/rows?batch_title__is=2026-03批次"
    ).json()
    figures = dict(zip(whole["measures"], whole["total"], strict=False))
    assert Decimal(figures["图斑面积（亩）"]) == Decimal(str(listed["sums"]["area_mu"]))
    assert {part["sha256"] for part in whole["parts"]} == {a["sha256"], b["sha256"]}
    checked = bureau.act(bureau.reviewer, whole, "sign").json()
    assert (checked["status"], checked["status_label"]) == ("frozen", "待签批")
    signed = bureau.act(bureau.head, whole, "sign").json()
    assert signed["status"] == "signed"
    assert [s["name"] for s in signed["signatures"]] == ["李样本", "青禾县负责人"]


def test_the_maker_does_not_sign_and_a_township_sees_only_its_own(
    bureau: Bureau, people: People
) -> None:
    from liangtian.platform.people.models import Role

    people.township_a.roles.add(Role.objects.get(code="township_leader"))
    made = bureau.freeze(bureau.clerks["a"]).json()
    refused = bureau.act(bureau.clerks["a"], made, "sign")
    assert "请由另一人审核" in refused.json()["error"]["message"]
    assert bureau.act(bureau.reviewer, made, "sign").status_code == 403  # another level
    assert bureau.act(bureau.leaders["b"], made, "sign").status_code == 404
    assert bureau.clerks["b"].get(f"{RETURNS}/{made['id']}").status_code == 404
    assert bureau.act(bureau.clerks["a"], made, "send").status_code == 409  # not signed
    assert bureau.freeze(bureau.leaders["a"]).status_code == 403
    rows = bureau.clerks["b"].get(f"{RETURNS}?form={FORM}&period={PERIOD}").json()["rows"]
    assert [row["name"] for row in rows] == ["石桥镇"]


def test_signatures_come_in_order_each_from_another_person(bureau: Bureau) -> None:
    from liangtian.platform.audit.models import AuditEntry
    from liangtian.platform.returns.models import Return, ReturnSignature

    made = bureau.freeze(bureau.clerks["a"]).json()
    assert (made["status_label"], made["next_act"]) == ("待审核", "审核")
    checked = bureau.act(bureau.leaders["a"], made, "sign").json()  # a leader may check as well
    assert checked["next_act"] == "签批"
    again = bureau.act(bureau.leaders["a"], made, "sign")  # but not check and sign
    assert again.status_code == 422
    assert "已签名的人" in again.json()["error"]["message"]
    assert bureau.act(bureau.checkers["a"], made, "sign").status_code == 403  # is no head
    row = Return.objects.get(pk=made["id"])
    one = ReturnSignature.objects.get(sheet=row)
    attempts: tuple[dict[str, Any], ...] = (
        {"order": 2, "user": row.frozen_by, "name": "填表人自己"},  # the maker
        {"order": 2, "user": one.user, "name": "同一人"},  # twice
        {"order": 3, "user": bureau.leader_b, "name": "跳过次序"},
    )
    for given in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            ReturnSignature.objects.create(sheet=row, post="head", label="负责人", **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReturnSignature.objects.filter(pk=one.pk).update(name="别人")
    with pytest.raises(DatabaseError), transaction.atomic():  # signed without a signature
        Return.objects.filter(pk=row.pk).update(
            status="signed", signed_by=bureau.leader_b, signed_name="某", signed_at=row.frozen_at
        )
    assert AuditEntry.objects.filter(act="return.check").count() == 1
    given_back = bureau.act(bureau.leaders["a"], made, "decline", "面积与底册不符").json()
    assert given_back["status_label"] == "签批未通过"


def test_a_form_of_one_signature_needs_one(bureau: Bureau) -> None:
    body = {"form": "enforcement.patches.month", "period": "2026-03", "reason": ""}
    made = bureau.clerks["a"].post(RETURNS, body, content_type="application/json").json()
    assert (made["status_label"], len(made["signatures"])) == ("待签批", 1)
    assert bureau.act(bureau.leaders["a"], made, "sign").json()["status"] == "signed"


def test_a_signed_return_never_changes(bureau: Bureau) -> None:
    from liangtian.platform.returns.models import Return, Snapshot, SnapshotPart

    made = bureau.sent("a")
    row = Return.objects.get(pk=made["id"])
    assert row.snapshot_id is not None
    changes: tuple[dict[str, Any], ...] = (
        {"table": {}},
        {"sha256": "0" * 64},
        {"signed_name": "别人"},
        {"version": 9},
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Return.objects.filter(pk=row.pk).update(**change)
    snapshot = Snapshot.objects.filter(pk=row.snapshot_id)
    for attempt in (
        lambda: Return.objects.filter(pk=row.pk).delete(),
        lambda: snapshot.update(count=1),
        lambda: snapshot.get().parts.all().delete(),
        lambda: SnapshotPart.objects.update(data=b""),
        lambda: SnapshotPart.objects.create(snapshot=snapshot.get(), order=99, data=b""),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        Return.objects.filter(pk=row.pk).update(status="sent_back")  # without a reason


def test_a_returned_one_is_corrected_and_the_differences_are_listed(bureau: Bureau) -> None:
    from liangtian.programmes.enforcement.models import Patch

    made = bureau.sent("a")
    assert (
        bureau.freeze(bureau.clerks["a"], "想改一下数据").status_code == 409
    )  # it lies with the county
    assert bureau.act(bureau.clerk, made, "send-back", "x").status_code == 422
    back = bureau.act(bureau.clerk, made, "send-back", "面积与底册不符").json()
    assert back["status_label"] == "已退回"
    with lifted("enforcement_patch"):  # it is judged and has no parts
        Patch.objects.filter(number="2026-03-00004").update(area_m2=Decimal("9999.99"))
    Patch.objects.filter(number="2026-03-00003").update(region="990121101201")
    assert bureau.freeze(bureau.clerks["a"]).status_code == 422  # no reason
    second = bureau.freeze(bureau.clerks["a"], "按底册改正面积").json()
    assert (second["version"], second["count"]) == (2, 39)
    found = bureau.clerks["a"].get(f"{RETURNS}/{second['id']}/differences").json()
    assert found["counts"] == {"added": 0, "gone": 1, "changed": 1}
    changed = next(row for row in found["rows"] if row["kind"] == "changed")
    assert changed["title"] == "2026-03-00004"
    assert {c["column"]: c["after"] for c in changed["cells"]} == {"图斑面积": "15.00"}
    rows = next(s for s in found["sums"] if s["label"] == "行数")
    assert (rows["before"], rows["after"], rows["difference"]) == ("40", "39", "-1")
    assert any(change["part"] == "合计" for change in found["table"])
    first = bureau.clerks["a"].get(f"{RETURNS}/{made['id']}").json()
    assert (first["count"], first["status"]) == (40, "sent_back")


def test_the_files_carry_version_hash_and_the_figures_of_the_page(bureau: Bureau) -> None:
    made = bureau.sent("a")
    client = bureau.leaders["a"]
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"{RETURNS}/{made['id']}/file.xlsx").content)
    )
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows[0][0] == "柳塘镇2026年第一季度卫片图斑核查情况汇总表"
    total = next(row for row in rows if row[0] == "合计")
    assert [f"{n:,.2f}" for n in total[3:5]] == made["total"][1:3]
    said = " ".join(str(cell) for row in rows for cell in row)
    assert made["sha256"] in said
    assert "负责人：柳塘镇负责人" in said
    pdf = pypdfium2.PdfDocument(client.get(f"{RETURNS}/{made['id']}/file.pdf").content)
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert made["sha256"][:16] in text
    assert "合计" in text


def test_the_register_says_who_is_missing_and_late(bureau: Bureau, settings: Any) -> None:
    bureau.sent("a")
    settings.RETURN_DUE_DAYS = 100_000

    def late() -> dict[str, bool]:
        answer = bureau.clerk.get(f"{RETURNS}?form={FORM}&period={PERIOD}").json()
        return {row["name"]: row["late"] for row in answer["rows"]}

    assert late() == {"青禾县": False, "柳塘镇": False, "石桥镇": False}
    settings.RETURN_DUE_DAYS = 0
    assert late() == {"青禾县": False, "柳塘镇": True, "石桥镇": True}


@pytest.mark.parametrize("period", ["2026-Q5", "2026-03", "2026", "x"])
def test_a_period_of_another_kind_is_refused(bureau: Bureau, period: str) -> None:
    body = {"form": FORM, "period": period}
    answer = bureau.clerk.post(RETURNS, body, content_type="application/json")
    assert answer.status_code == 422
