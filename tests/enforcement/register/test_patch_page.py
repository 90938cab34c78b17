"""The page of a patch, judging it, and what each person may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from liangtian.platform.audit.models import AuditEntry
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import People, SignedIn
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
PATCHES = "/api/enforcement/patches"


def post(client: Client, address: str, **body: str) -> Any:
    return client.post(address, body, content_type="application/json")


def test_the_page_tells_what_was_measured_and_proposed(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    page = signed_in(people.clerk).get(f"{PATCHES}/{register.a_split.pk}").json()
    assert page["stage"] == "received"
    assert page["region"]["path"] == "青禾县 / 柳塘镇 / 柳塘村"
    assert page["monitoring_type"] == {"code": "20", "label": "建构筑物"}
    assert page["proposal"]["outcome"] == "split"
    assert [p["outcome"] for p in page["proposal"]["parts"]] == ["legal", "illegal"]
    assert page["proposal"]["parts"][0]["number"] == "示例批〔2025〕1号"
    assert page["proposal"]["reasons"][0]["clause"]
    layers = {layer["layer_code"]: layer for layer in page["overlay"]["layers"]}
    assert layers["dltb"]["rows"][0]["label"] == "水田"
    for layer in layers.values():
        total = sum(Decimal(str(row["m2"])) for row in layer["rows"])
        assert total == Decimal(str(layer["inside_m2"]))
        assert total + Decimal(str(layer["outside_m2"])) == Decimal(str(page["area_m2"]))
    assert {"label": "变化特征", "value": "新增建筑物"} in page["attributes"]
    assert page["may"] == {"judge": True, "reopen": False, "evidence": True, "export": True}


def test_previous_and_next_follow_the_ledger_within_the_scope(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    ids = [register.a_illegal.pk, register.a_split.pk, register.b_legal.pk]
    middle = signed_in(people.clerk).get(f"{PATCHES}/{ids[1]}").json()
    assert (middle["previous_id"], middle["next_id"]) == (ids[0], ids[2])
    last = signed_in(people.township_a).get(f"{PATCHES}/{ids[1]}").json()
    assert (last["previous_id"], last["next_id"]) == (ids[0], None)


def test_confirming_as_proposed_needs_no_reason(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, address = signed_in(people.clerk), f"{PATCHES}/{register.a_illegal.pk}"
    page = post(client, f"{address}/confirm", outcome="illegal", reason="").json()
    assert page["stage"] == "judged"
    assert page["judgement"]["overridden"] is False
    assert page["judgement"]["by"] == "张示例"
    assert page["history"][-1]["step_label"] == "判定并提交复核"
    assert page["may"]["judge"] is False
    entry = AuditEntry.objects.get(act="enforcement.patch.submit")
    assert entry.after is not None
    assert (entry.actor, entry.after["outcome"]) == (people.clerk, "illegal")


def test_departing_from_the_proposal_without_a_reason_is_refused(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, address = signed_in(people.clerk), f"{PATCHES}/{register.a_illegal.pk}/confirm"
    refused = post(client, address, outcome="legal", reason="  同意 ")
    assert refused.status_code == 422
    assert "至少 5 个字" in refused.json()["error"]["fields"]["reason"]
    assert Patch.objects.get(pk=register.a_illegal.pk).judgement_outcome == ""
    assert not AuditEntry.objects.filter(act="enforcement.patch.submit").exists()
    done = post(client, address, outcome="legal", reason="已核对供地文件，手续齐全").json()
    assert done["judgement"]["overridden"] is True


def test_the_database_itself_refuses_an_override_without_a_reason(register: Register) -> None:
    with pytest.raises(IntegrityError, match="patch_override_has_reason"), transaction.atomic():
        Patch.objects.filter(pk=register.a_illegal.pk).update(overridden=True)


@pytest.mark.parametrize("outcome", ["undetermined", "split", "nonsense", ""])
def test_what_is_no_conclusion_for_this_patch_is_refused(
    register: Register, people: People, signed_in: SignedIn, outcome: str
) -> None:
    address = f"{PATCHES}/{register.a_illegal.pk}/confirm"
    refused = post(signed_in(people.clerk), address, outcome=outcome, reason="理由足够长了吧")
    assert refused.status_code == 422
    assert "outcome" in refused.json()["error"]["fields"]


def test_a_split_patch_may_be_confirmed_as_split(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    address = f"{PATCHES}/{register.a_split.pk}/confirm"
    page = post(signed_in(people.clerk), address, outcome="split").json()
    assert page["judgement"]["outcome"] == "split"


def test_a_patch_judged_already_is_a_conflict(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, address = signed_in(people.clerk), f"{PATCHES}/{register.a_illegal.pk}/confirm"
    post(client, address, outcome="illegal")
    again = post(client, address, outcome="illegal")
    assert again.status_code == 409
    assert "待复核" in again.json()["error"]["message"]


def test_a_judgement_is_taken_back_with_a_reason_and_stays_in_the_history(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, address = signed_in(people.clerk), f"{PATCHES}/{register.a_illegal.pk}"
    post(client, f"{address}/confirm", outcome="illegal")
    assert post(client, f"{address}/reopen", reason="错").status_code == 422
    page = post(client, f"{address}/reopen", reason="依据有误，重新核实").json()
    assert (page["stage"], page["judgement"]) == ("verified", None)
    steps = [step["step"] for step in page["history"]]
    assert steps[-2:] == ["submit", "reopen"]
    entry = AuditEntry.objects.get(act="enforcement.patch.reopen")
    assert entry.before is not None
    assert entry.before["outcome"] == "illegal"


@pytest.mark.parametrize("who", ["township_a", "auditor"])
def test_who_may_not_judge_is_refused(
    register: Register, people: People, signed_in: SignedIn, who: str
) -> None:
    address = f"{PATCHES}/{register.a_illegal.pk}"
    client = signed_in(getattr(people, who))
    assert post(client, f"{address}/confirm", outcome="illegal").status_code == 403
    assert post(client, f"{address}/reopen", reason="理由足够长了吧").status_code == 403


def test_the_other_township_finds_nothing(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client, theirs = signed_in(people.township_b), register.a_illegal.pk
    address = f"{PATCHES}/{theirs}"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/dossier.pdf").status_code == 404
    assert client.get(f"{PATCHES}/{register.b_legal.pk}").status_code == 200


def test_a_stranger_is_not_let_in(register: Register, client: Client) -> None:
    assert client.get(f"{PATCHES}/{register.a_illegal.pk}").status_code == 401


def test_the_page_asks_the_database_a_bounded_number_of_questions(
    register: Register,
    people: People,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(people.clerk)
    with django_assert_max_num_queries(27):
        client.get(f"{PATCHES}/{register.a_split.pk}")
