"""A county's own values laid over the policy pack (本县参数)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from liangtian.platform.errors import Refused
from liangtian.policy.pack import load_pack
from liangtian.programmes.enforcement.measuring import measure_patches, replay
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.rules import PACK, pack_in_use
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import box, make_batch, publish_usual

PAGE = Path(__file__).parents[2] / "docs" / "operation.md"
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

[[patch_type]]
code = "C9"
label = "采砂"
subclass = "industry"
kind = "mineral"
construction = true
"""


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    packs = tmp_path / "packs"
    packs.mkdir()
    settings.PACK_OVERRIDES = packs
    return packs


def own(folder: Path, sliver: str = "2.50") -> None:
    (folder / f"{PACK}.toml").write_text(OWN.format(sliver=sliver), encoding="utf-8")


def proposal(client: Client, patch: Patch) -> Any:
    return client.get(f"/api/enforcement/patches/{patch.pk}").json()["proposal"]


def test_without_a_file_for_the_pack_it_is_as_it_came(folder: Path) -> None:
    (folder / "another-pack.toml").write_text("nonsense")
    assert pack_in_use() == load_pack(PACK)


def test_the_countys_file_counts_and_changes_the_version(folder: Path) -> None:
    own(folder)
    pack = pack_in_use()
    value = pack.history("enforcement.sliver_m2")[0]
    assert (str(value.amount), value.local, pack.county) == ("2.50", True, "青禾县")
    assert pack.version != load_pack(PACK).version
    own(folder, "3.00")  # an edited file counts at once
    assert str(pack_in_use().history("enforcement.sliver_m2")[0].amount) == "3.00"


def test_the_file_shown_in_the_manual_is_a_good_one(folder: Path) -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("```toml\n[override]")
    shown = f"[override]{rest.partition('```')[0]}"
    (folder / f"{PACK}.toml").write_text(shown, encoding="utf-8")
    pack = pack_in_use()
    assert pack.county == "青禾县"
    assert pack.legality is not None
    assert pack.legality.kind_of("land", "CS") == "mineral"
    assert pack.history("enforcement.sliver_m2")[0].local


@pytest.mark.django_db
def test_the_page_says_that_the_countys_own_values_were_used(
    people: People, county: County, folder: Path, signed_in: SignedIn
) -> None:
    publish_usual(people, county)
    client = signed_in(people.clerk)
    rows = [("1", box(3000, 1000, 100, 100), county.village_a)]
    before = make_batch(people, county, rows, title="前")
    measure_patches(before)
    own(folder)
    rows = [("2", box(3000, 1000, 100, 100), county.village_a)]
    after = make_batch(people, county, rows, title="后", monitoring_type="C9")
    measure_patches(after)
    plain, local = (proposal(client, batch.patches.get()) for batch in (before, after))
    assert "本县参数" not in plain["pack_name"]
    assert local["pack_name"] == f"{plain['pack_name']}（含本县参数：青禾县）"
    assert local["pack_version"] == pack_in_use().version != plain["pack_version"]
    assert local["subclass"] == "mining_without"  # by the county's own type
    assert replay(after.patches.get()).equal


def test_a_missing_folder_or_a_broken_file_is_refused_by_name(
    tmp_path: Path, settings: Settings, folder: Path
) -> None:
    (folder / f"{PACK}.toml").write_text("[override]\npack = 'another'\ncounty = '青禾县'\n")
    with pytest.raises(Refused, match=r"county-enforcement-2022\.toml.*another"):
        pack_in_use()
    settings.PACK_OVERRIDES = tmp_path / "nowhere"
    with pytest.raises(Refused, match=r"nowhere.*LIANGTIAN_PACK_OVERRIDES"):
        pack_in_use()
