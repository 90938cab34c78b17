"""Policy values on a page, versions kept as they were used, and the dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.declaration import all_ledgers
from liangtian.platform.packs.models import PackVersion
from liangtian.platform.packs.services import keep_version, pack_at, pack_named
from liangtian.platform.people.permissions import PERMISSIONS, ROLES
from liangtian.policy.pack import available_packs, load_pack
from liangtian.programmes.enforcement.measuring import measure_patches, replay
from liangtian.programmes.enforcement.rules import PACK
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import box, make_batch, publish_usual

OWN = """
[override]
pack = "county-enforcement-2022"
county = "青禾县"

[[values."enforcement.sliver_m2"]]
type = "decimal"
amount = "{sliver}"
unit = "平方米"
label = "细碎容差"
clause = "本县约定"
"""
KEY = "enforcement.sliver_m2"


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Any:
    """Writes the county's own file."""
    settings.PACK_OVERRIDES = tmp_path / "packs"
    settings.PACK_OVERRIDES.mkdir()

    def write(sliver: str) -> None:
        (settings.PACK_OVERRIDES / f"{PACK}.toml").write_text(OWN.format(sliver=sliver), "utf-8")

    return write


def test_every_pack_is_listed_with_its_version_and_whether_it_has_run_out(
    people: People, signed_in: SignedIn
) -> None:
    rows = signed_in(people.clerk).get("/api/packs").json()
    assert [row["id"] for row in rows] == available_packs()
    assert all(row["version"] == load_pack(row["id"]).version for row in rows)
    assert [row["id"] for row in rows if row["expired"]]
    assert all(bool(row["warnings"]) for row in rows if row["expired"])


def test_each_value_comes_with_unit_clause_document_and_how_sure_it_is(
    people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)
    for name in available_packs():
        page = client.get(f"/api/packs/{name}").json()
        assert [entry["key"] for entry in page["entries"]] == list(load_pack(name).keys)
        for entry in page["entries"]:
            for amount in entry["amounts"]:
                assert amount["text"]
                assert amount["document"].startswith("《")
                assert amount["sureness"] in ("原文", "可靠", "一般", "默认")


def test_the_countys_own_value_stands_beside_the_packs(
    people: People, signed_in: SignedIn, own: Any
) -> None:
    own("2.50")
    page = signed_in(people.clerk).get(f"/api/packs/{PACK}").json()
    entry = next(e for e in page["entries"] if e["key"] == KEY)
    local, given = entry["amounts"]
    assert (local["text"], local["local"], local["in_force"]) == ("2.50", True, True)
    assert (given["local"], given["in_force"]) == (False, False)
    assert (page["county"], page["own_values"]) == ("青禾县", 1)


def test_a_conclusion_is_replayed_with_the_values_it_was_made_with(
    people: People, county: County, own: Any, signed_in: SignedIn
) -> None:
    own("2.50")
    publish_usual(people, county)
    batch = make_batch(people, county, [("1", box(3000, 1000, 100, 100), county.village_a)])
    measure_patches(batch)
    patch = batch.patches.get()
    used = (patch.proposal or {})["decision"]["pack_version"]
    own("9999")  # edited afterwards
    assert pack_named(PACK).version != used
    assert replay(patch).equal
    client = signed_in(people.clerk)
    page = client.get(f"/api/packs/versions/{used}").json()
    assert 'amount = "2.50"' in page["overrides"]
    assert page["content"].startswith("# 某县")
    assert not page["in_force_now"]
    shown = client.get(f"/api/enforcement/patches/{patch.pk}").json()["proposal"]
    assert shown["pack_version"] == page["version"] == used
    now = pack_named(PACK).version
    (changed,) = client.get(f"/api/packs/compare?left={used}&right={now}").json()
    assert (changed["key"], changed["change"]) == (KEY, "changed")
    assert [changed[side][0]["text"] for side in ("left", "right")] == ["2.50", "9999"]


@pytest.mark.django_db
def test_a_version_is_kept_once_and_byte_for_byte(own: Any) -> None:
    own("2.50")
    pack = pack_named(PACK)
    first, again = keep_version(pack), keep_version(pack)
    assert first == again
    kept = PackVersion.objects.get()
    own("3.00")
    found = pack_at(kept.version)
    assert (found.version, found.content, found.overrides) == (
        pack.version, pack.content, pack.overrides,
    )  # fmt: skip
    with pytest.raises(NotFound, match="没有留存"):
        pack_at("0123456789ab")


@pytest.mark.django_db
@pytest.mark.parametrize("name", available_packs())
def test_a_pack_that_was_never_edited_is_found_by_its_version(name: str) -> None:
    assert pack_at(load_pack(name).version).name == name


def test_the_dictionary_says_what_the_program_declares(people: People, signed_in: SignedIn) -> None:
    page = signed_in(people.auditor).get("/api/dictionary").json()
    classes = {row["code"]: row for row in page["land_classes"]}
    assert (classes["0101"]["name"], classes["0101"]["major_class"]) == ("水田", "农用地")
    assert all(row["colour"].startswith("#") for row in page["land_classes"])
    assert {row["major_class"] for row in page["land_classes"]} == {
        "农用地",
        "建设用地",
        "未利用地",
    }
    assert [row["name"] for row in page["ledgers"]] == [one.name for one in all_ledgers()]
    patch = next(row for row in page["flows"] if row["kind"] == "enforcement.patch")
    assert {"待判定", "已判定"} <= {state["label"] for state in patch["states"]}
    assert {row["code"] for row in page["roles"]} == set(ROLES)
    clerk = next(row for row in page["roles"] if row["code"] == "county_clerk")
    assert "enforcement.judge" in {p["code"] for p in clerk["permissions"]}
    assert [p["code"] for p in page["permissions"]] == list(PERMISSIONS)


def test_a_pack_tells_its_data_checks_and_what_the_county_made_of_them(
    people: People, signed_in: SignedIn, settings: Any, tmp_path: Path
) -> None:
    settings.PACK_OVERRIDES = tmp_path
    head = OWN.format(sliver="2.50")
    (tmp_path / f"{PACK}.toml").write_text(f'{head}\n[[check]]\ncode = "A01"\nseverity = "off"\n')
    page = signed_in(people.clerk).get(f"/api/packs/{PACK}").json()
    checks = {check["code"]: check for check in page["checks"]}
    assert list(checks) == [check.code for check in load_pack(PACK).checks]
    assert (checks["A01"]["severity"], checks["A01"]["own_severity"]) == ("error", "off")
    assert (checks["A02"]["severity"], checks["A02"]["own_severity"]) == ("error", None)
    assert (checks["A02"]["stage"], checks["A02"]["office"]) == ("接收下发图斑", "county")
    for check in checks.values():
        assert check["advice"]
        assert check["document"].startswith("《")
    kept = signed_in(people.clerk).get(f"/api/packs/versions/{page['version']}").json()
    assert kept["checks"] == page["checks"]


def test_a_warning_measure_tells_its_conditions_with_the_amounts_in_force(
    people: People, signed_in: SignedIn
) -> None:
    page = signed_in(people.clerk).get(f"/api/packs/{PACK}").json()
    measures = {measure["id"]: measure for measure in page["measures"]}
    late = load_pack(PACK).history("enforcement.warn_late_judgements")[0].integer
    assert measures["reminder"]["when"][0] == [f"逾期未判定图斑（个）不少于{late}"]
    assert [len(line) for line in measures["notice"]["when"]] == [2]
    assert (measures["notice"]["reply"], measures["notice"]["decided_by"]) == ("10工作日", "领导")
    assert measures["transfer"]["reply"] == ""
