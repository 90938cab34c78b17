"""Referrals are approved by another, sent with a letter and answered; petitions have their days; both are in the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.documents import services as documents
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.services import store
from liangtian.press.letter import text_of
from liangtian.programmes.holdings.dossier import making
from liangtian.programmes.holdings.models import Petition, Referral
from liangtian.programmes.holdings.referring import pages, petitions, referrals
from tests.conftest import People, SignedIn
from tests.holdings import land

REFER = referrals.ReferralForm(
    "police", "青禾县公安局", "擅自开垦林地三亩，涉嫌违法", "《实施方案》四.(二)"
)


@pytest.fixture
def held(people: People) -> Any:
    """A parcel with its holder."""
    holder = land.person(people.clerk, "王演示")
    return land.parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)


def _file(user: Any, region: Any, name: str = "现场照片.pdf") -> int:
    made = store([b"%PDF-1.7\n%%EOF\n"], name, user=user, region=region, kind="document")
    return int(made.pk)


def _petition(held: Any, **other: Any) -> petitions.PetitionForm:
    given = {
        "name": "李演示", "channel": "visit", "kind": "面积界线", "text": "要求重新测量承包地",
        "received_on": timezone.localdate() - timedelta(days=10), "phone": "13800000000",
        "parcel_id": held.parcel_id, **other,
    }  # fmt: skip
    return petitions.PetitionForm(**given)


def test_a_referral_is_approved_by_another_sent_with_its_letter_and_answered(
    people: People, held: Any
) -> None:
    today = timezone.localdate()
    form = replace(REFER, parcel_id=held.parcel_id, holder_id=held.holder_id,
                   files=[_file(people.clerk, held.region)])  # fmt: skip
    row = referrals.propose(people.clerk, form)
    with pytest.raises(Forbidden, match="由他人批准"):
        referrals.decide(people.clerk, row.pk, approve=True, opinion="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=row.pk).update(approved_by=people.clerk)
    with pytest.raises(Refused, match="经批准"):
        documents.draft(people.clerk, referrals.LETTER, row.pk)
    referrals.decide(people.reviewer, row.pk, approve=True, opinion="同意移送")
    with pytest.raises(Conflict, match="制发移送函"):
        referrals.send(people.clerk, row.pk, today)
    letter = documents.draft(people.clerk, referrals.LETTER, row.pk)
    series = documents.create_series(people.clerk, "青农移")
    letter = documents.issue(people.clerk, letter.pk, series.pk)
    text = text_of(documents.preview_of(letter))
    assert all(x in text for x in ("青禾县公安局", "王演示", held.code, "现场照片.pdf", "开垦林地"))
    with pytest.raises(Refused, match="移送日期"):
        referrals.send(people.clerk, row.pk, today + timedelta(days=1))
    referrals.send(people.clerk, row.pk, today)
    back = _file(people.clerk, held.region, "立案告知书.pdf")
    referrals.answer(people.clerk, row.pk, today, "已立案调查，将依法处理", [back])
    shown = pages.referral_out(people.clerk, pages.fetch_referral(people.clerk, row.pk))
    assert (shown["state"], shown["letter"], shown["acts"]) == ("answered", letter.number, [])
    assert [f["answer"] for f in shown["files"]] == [False, True]
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=row.pk).update(answer="改掉")
    with pytest.raises(Conflict):
        referrals.cancel(people.clerk, row.pk, "当事人已主动退地")


def test_a_referral_says_whom_what_and_on_which_basis(people: People, held: Any) -> None:
    with pytest.raises(Refused) as wrong:
        referrals.propose(people.clerk, replace(REFER, authority="bank", text=" "))
    assert set(wrong.value.fields) == {"authority", "text"}
    with pytest.raises(Refused, match="地块或权利人"):
        referrals.propose(people.clerk, REFER)
    with pytest.raises(Forbidden):
        referrals.propose(people.township_a, replace(REFER, parcel_id=held.parcel_id))
    row = referrals.propose(people.clerk, replace(REFER, holder_id=held.holder_id))
    with pytest.raises(NotFound):
        pages.fetch_referral(people.township_b, row.pk)
    refused = referrals.decide(
        people.reviewer, row.pk, approve=False, opinion="证据不足，补充后再议"
    )
    assert (refused.state, refused.note) == ("cancelled", "证据不足，补充后再议")


def test_a_petition_has_its_last_day_is_answered_by_letter_and_closed(
    people: People, held: Any
) -> None:
    row = petitions.log(people.township_a, _petition(held))
    assert row.due_on == row.received_on + timedelta(days=60)
    with pytest.raises(Conflict):
        petitions.close(people.township_a, row.pk, "信访人认可答复")
    with pytest.raises(NotFound):
        petitions.answer(people.township_b, row.pk, "不是本镇的地块，不予受理")
    with pytest.raises(Refused, match="没有答复"):
        documents.draft(people.township_a, "holdings.petition_answer", row.pk)
    petitions.answer(people.township_a, row.pk, "经复测，面积与登记一致")
    letter = documents.draft(people.township_a, "holdings.petition_answer", row.pk)
    text = text_of(documents.preview_of(letter))
    assert all(x in text for x in ("李演示", "重新测量", "面积与登记一致"))
    assert petitions.close(people.township_a, row.pk, "信访人认可答复").state == "closed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Petition.objects.filter(pk=row.pk).update(result="改掉了结果")


def test_a_petition_late_or_taken_back_and_entries_that_are_wrong(
    people: People, held: Any
) -> None:
    old = _petition(held, received_on=timezone.localdate() - timedelta(days=61))
    row = petitions.log(people.clerk, old)
    assert pages.petition_ref(row)["late"]
    assert (
        petitions.close(people.clerk, row.pk, "信访人书面撤回", retracted=True).state == "retracted"
    )
    with pytest.raises(Refused) as wrong:
        petitions.log(people.clerk, _petition(
            held, name="", channel="bird", kind="闲聊", id_number="123",
            received_on=timezone.localdate() + timedelta(days=1),
        ))  # fmt: skip
    assert set(wrong.value.fields) == {"name", "channel", "kind", "id_number", "received_on"}
    with pytest.raises(Forbidden):
        petitions.log(people.reviewer, _petition(held))


def test_who_petitioned_is_masked_and_shown_for_a_reason(people: People, held: Any) -> None:
    row = petitions.log(people.clerk, _petition(held, id_number=land.id_number(7)))
    shown = pages.petition_out(people.clerk, petitions.fetch_petition(people.clerk, row.pk))
    assert "李演示" not in str(shown)
    assert land.id_number(7) not in str(shown)
    assert petitions.identity(people.clerk, row.pk, "电话答复信访人").name == "李演示"
    entry = AuditEntry.objects.filter(act="holdings.petition.identity").latest("pk")
    assert entry.note == "电话答复信访人"


def test_both_stand_in_the_file_of_the_holder_and_on_the_parcel(
    people: People, held: Any, signed_in: SignedIn
) -> None:
    referrals.propose(people.clerk, replace(REFER, holder_id=held.holder_id))
    petitions.log(people.clerk, _petition(held))
    client = signed_in(people.township_a)
    of_holder = client.get(f"/api/holdings/holders/{held.holder_id}/matters").json()
    assert [len(of_holder[k]) for k in ("referrals", "petitions")] == [1, 1]
    of_parcel = client.get(f"/api/holdings/parcels/{held.parcel_id}/matters").json()
    assert [len(of_parcel[k]) for k in ("referrals", "petitions")] == [0, 1]
    _, content = making.holder_file(people.clerk, held.holder)
    text = "".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)
    ).replace("\r\n", "")
    assert all(x in text for x in ("青禾县公安局", "要求重新测量承包地"))
    assert "李演示" not in text
