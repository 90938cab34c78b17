"""Holders: numbers are checked, kept sealed, masked everywhere, found whole; twins are merged by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.policy.credit_code import is_credit_code
from liangtian.programmes.holdings import holders, parcels
from liangtian.programmes.holdings.models import Holder
from liangtian.programmes.holdings.pages import fetch_holder, holder_out
from tests.conftest import People, SignedIn
from tests.holdings.land import FORM, company, contract, credit_code, id_number, parcel, person

HERE = "990121100201"


@pytest.mark.parametrize(
    ("code", "sound"),
    [
        ("91350100M000100Y43", True),  # the example that the standard computes
        ("91350100M000100Y34", False),
        ("91350100M000100Y4", False),
        ("9135O100M000100Y43", False),
    ],
)
def test_credit_codes_are_checked_by_their_last_character(code: str, sound: bool) -> None:
    assert is_credit_code(code) is sound


@pytest.mark.parametrize("code", [credit_code(n) for n in (1, 77, 4_321)])
def test_any_single_wrong_character_is_found(code: str) -> None:
    assert is_credit_code(code)
    for place in range(17):
        for other in "0159AHXY":
            if code[place] != other:
                assert not is_credit_code(code[:place] + other + code[place + 1 :])


def test_a_wrong_number_is_refused(people: People) -> None:
    good = id_number()
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    for paper, number in (("id_card", bad), ("credit_code", credit_code()[:-1] + "I"), ("", good)):
        form = holders.HolderForm("person", "王演示", HERE, paper, number)
        with pytest.raises(Refused) as wrong:
            holders.save_holder(people.clerk, form)
        assert "id_number" in wrong.value.fields
    assert not Holder.objects.exists()


def test_the_number_is_sealed_and_found_by_the_whole_of_it_only(people: People) -> None:
    made = person(people.township_a)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone, id_digest FROM holdings_holder")
        stored = "".join(cursor.fetchone())
    assert id_number() not in stored
    assert "13800000000" not in stored
    assert holders.found_by_number(people.township_a, f" {id_number().lower()} ") == [made]
    assert holders.found_by_number(people.township_a, id_number()[:17]) == []
    assert holders.found_by_number(people.township_b, id_number()) == []
    assert id_number() not in "".join(
        str(vars(entry)) for entry in AuditEntry.objects.filter(act__startswith="holdings")
    )


def test_a_number_is_registered_once_in_the_county(people: People) -> None:
    person(people.township_a)
    with pytest.raises(Conflict, match="王\\*示（柳塘村）") as told:
        person(people.township_a, "王演示二")
    assert id_number() not in told.value.message
    with pytest.raises(Conflict, match="辖区外的权利人"):
        person(people.township_b, "王演示", region="990121101201")


def test_a_namesake_of_the_village_is_asked_about(people: People) -> None:
    person(people.clerk)
    again = holders.HolderForm("person", "王演示", HERE)
    with pytest.raises(Refused) as asked:
        holders.save_holder(people.clerk, again)
    assert asked.value.code == "duplicate"
    other = holders.save_holder(people.clerk, again, namesake=True)
    page = holder_out(people.clerk, other)
    assert [h["name"] for h in page["namesakes"]] == ["王*示"]


def test_pages_and_ledgers_show_no_whole_number_or_name(
    people: People, signed_in: SignedIn
) -> None:
    made = person(people.clerk)
    firm = company(people.clerk)
    parcel(people.clerk, 1_000, 0, holder_id=made.pk, cultivator_id=firm.pk)
    browser = signed_in(people.clerk)
    secret = (id_number(), "王演示", "13800000000")
    for address in (
        f"/api/holdings/holders/{made.pk}",
        "/api/ledgers/holdings.holders/rows",
        "/api/ledgers/holdings.parcels/rows",
        "/api/ledgers/holdings.holders/export.csv",
        "/api/search?q=王演示",
    ):
        answer = browser.get(address).content.decode()
        assert not [word for word in secret if word in answer.replace("?q=王演示", "")], address
    rows = browser.get("/api/ledgers/holdings.parcels/rows").json()["rows"]
    assert (rows[0]["holder_person"], rows[0]["cultivator_org"]) == ("王*示", "示例农业有限公司")
    assert (
        browser.get("/api/ledgers/holdings.parcels/rows?holder_person=王演示").json()["total"] == 1
    )
    assert browser.get("/api/ledgers/holdings.parcels/rows?holder_person=王").json()["total"] == 0


def test_the_identity_is_opened_for_a_reason_that_is_written_down(
    people: People, signed_in: SignedIn
) -> None:
    made = person(people.clerk)
    browser = signed_in(people.clerk)
    address = f"/api/holdings/holders/{made.pk}/identity"
    json = "application/json"
    assert browser.post(address, {"reason": "看"}, json).status_code == 422
    opened = browser.post(address, {"reason": "核对来访农户的身份"}, json).json()
    assert opened == {"name": "王演示", "id_number": id_number(), "phone": "13800000000"}
    entry = AuditEntry.objects.get(act="holdings.holder.identity")
    assert (entry.note, entry.target_label) == ("核对来访农户的身份", "王*示")
    assert signed_in(people.reviewer).post(
        address, {"reason": "核对来访农户的身份"}, json
    ).status_code == 403  # fmt: skip


def test_two_rows_of_one_holder_become_one_by_a_persons_word(people: People) -> None:
    kept = person(people.clerk)
    away = holders.save_holder(
        people.clerk, holders.HolderForm("person", "王演示", HERE), namesake=True
    )
    made = parcel(people.clerk, 1_000, 0, holder_id=away.pk)
    signed = contract(people.clerk, made, away)
    with pytest.raises(Refused):
        holders.merge_holders(people.clerk, kept.pk, away.pk, "同")
    holders.merge_holders(people.clerk, kept.pk, away.pk, "核对户口本为同一人")
    page = holder_out(people.clerk, fetch_holder(people.clerk, kept.pk))
    assert [p["code"] for p in page["parcels"]] == [made.code]
    assert [c["number"] for c in page["contracts"]] == [signed.number]
    old = made.parcel.versions.order_by("valid_from").first()
    assert old is not None
    assert old.holder_id == away.pk  # what was entered then stays
    with pytest.raises(Conflict, match="已并入"):
        holders.save_holder(people.clerk, holders.HolderForm("person", "王演示", HERE), away.pk)
    other = person(people.clerk, "王演示", serial=2)
    with pytest.raises(Refused, match="证件号码不同"):
        holders.merge_holders(people.clerk, kept.pk, other.pk, "核对户口本为同一人")


def test_a_township_sees_who_holds_its_land_and_nobody_elses(people: People) -> None:
    firm = company(people.clerk)
    with pytest.raises(NotFound):
        fetch_holder(people.township_a, firm.pk)
    here = parcel(people.clerk, 1_000, 0, holder_id=firm.pk)
    parcel(people.clerk, 11_000, 0, holder_id=firm.pk)
    page = holder_out(people.township_a, fetch_holder(people.township_a, firm.pk))
    assert [p["code"] for p in page["parcels"]] == [here.code]
    gone = replace(FORM, holder_id=None)
    parcels.change(people.clerk, here.parcel_id, gone, date(2024, 5, 1), "租赁到期收回")
    with pytest.raises(NotFound):
        fetch_holder(people.township_a, firm.pk)
