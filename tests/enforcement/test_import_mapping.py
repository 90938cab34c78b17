"""Matching the fields of a file: proposed, corrected, remembered; the text encoding turned over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.errors import Refused
from liangtian.programmes.enforcement.imports.services import choose_mapping, start_import
from liangtian.programmes.enforcement.imports.targets import fingerprint, suggest
from liangtian.programmes.enforcement.models import FieldMapping
from tests.conftest import People, Run, SignedIn
from tests.enforcement.files import PERIOD, TITLE, Sent, batch_file, handed_in, sent


def begin(people: People, path: Path) -> Any:
    return start_import(people.clerk, handed_in(people.clerk, path), PERIOD, TITLE)


def test_known_field_names_are_proposed_whatever_their_case() -> None:
    proposed = suggest(["jcbh", "TBLX", "前时相", "HSX", "JCMJ", "XZQDM"])
    assert proposed == {
        "number": "jcbh", "monitoring_type": "TBLX", "period_before": "前时相",
        "period_after": "HSX", "declared_area_mu": "JCMJ", "remark": None,
    }  # fmt: skip


def test_a_set_of_fields_is_known_in_any_order_but_not_with_one_more() -> None:
    assert fingerprint(["A", "B"]) == fingerprint(["B", "A"])
    assert fingerprint(["A", "B"]) != fingerprint(["A", "B", "C"])
    assert fingerprint(["AB", "C"]) != fingerprint(["A", "BC"])


def test_what_was_chosen_is_remembered_for_files_with_these_fields(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    first = begin(people, batch_file(tmp_path / "1", [sent(1, LX="20")]))
    assert (first.mapping["monitoring_type"], first.mapping_remembered) == ("TBLX", False)
    choose_mapping(people.clerk, first, {**first.mapping, "monitoring_type": "LX", "remark": None})
    again = begin(people, batch_file(tmp_path / "2", [sent(2, LX="20")]))
    assert again.mapping_remembered
    assert (again.mapping["monitoring_type"], again.mapping["remark"]) == ("LX", None)
    other = begin(people, batch_file(tmp_path / "3", [sent(3)]))
    assert (other.mapping["monitoring_type"], other.mapping_remembered) == ("TBLX", False)


def test_the_newest_choice_for_these_fields_is_kept(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    for kind in ("TZ", "DLMC"):
        current = begin(people, batch_file(tmp_path / kind, [sent(1)], name=kind))
        choose_mapping(people.clerk, current, {**current.mapping, "monitoring_type": kind})
    assert FieldMapping.objects.get().mapping["monitoring_type"] == "DLMC"


@pytest.mark.parametrize(
    ("change", "target", "said"),
    [
        ({"number": None}, "number", "请选择“监测编号”对应的字段"),
        ({"monitoring_type": "没有"}, "monitoring_type", "文件里没有字段“没有”"),
        ({"remark": "JCBH"}, "remark", "字段“JCBH”已用于“监测编号”"),
        ({"colour": "BZ"}, "colour", "没有这一项"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_field_by_field(
    change: dict[str, Any], target: str, said: str, tmp_path: Path, people: People
) -> None:
    current = begin(people, batch_file(tmp_path, [sent(1)]))
    with pytest.raises(Refused) as caught:
        choose_mapping(people.clerk, current, {**current.mapping, **change})
    assert caught.value.fields == {target: said}
    current.refresh_from_db()
    assert current.status == "uploaded"
    assert not FieldMapping.objects.exists()


def test_a_file_with_none_of_the_fields_proposes_nothing_and_cannot_go_on(
    tmp_path: Path, people: People
) -> None:
    class Bare(Sent):
        def fields(self) -> dict[str, Any]:
            return {"NAME": "x", "AREA": 1.0}

    current = begin(people, batch_file(tmp_path, [Bare("X", sent(1).geom)]))
    assert set(current.mapping.values()) == {None}
    with pytest.raises(Refused) as caught:
        choose_mapping(people.clerk, current, current.mapping)
    assert set(caught.value.fields) == {"number", "monitoring_type"}


def mislabelled(folder: Path) -> Path:
    """A Shapefile whose text is GBK and whose .cpg says nothing of it."""
    import zipfile

    whole = batch_file(folder / "whole", [sent(1)])
    path = folder / "无编码说明.zip"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if not name.lower().endswith(".cpg"):
                target.writestr(name, source.read(name))
    return path


def test_the_preview_turns_with_the_encoding_and_nothing_is_fixed_by_looking(
    tmp_path: Path, people: People, signed_in: SignedIn
) -> None:
    current = begin(people, mislabelled(tmp_path))
    client, url = signed_in(people.clerk), f"/api/enforcement/imports/{current.pk}"
    seen = client.get(url).json()
    assert seen["encoding"] == "GB18030"
    assert seen["preview"][0]["XMC"] == "青禾县"
    assert seen["encodings"] == ["UTF-8", "GB18030"]
    flipped = client.get(f"{url}?encoding=UTF-8").json()
    assert flipped["encoding"] == "UTF-8"
    assert flipped["preview"][0]["XMC"] != "青禾县"
    assert client.get(url).json()["preview"][0]["XMC"] == "青禾县"
    refused = client.get(f"{url}?encoding=KLINGON")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "refused")


def test_the_chosen_encoding_is_what_enters(tmp_path: Path, people: People, run_jobs: Run) -> None:
    current = begin(people, mislabelled(tmp_path))
    choose_mapping(people.clerk, current, current.mapping, encoding="UTF-8")
    run_jobs()
    current.refresh_from_db()
    assert current.encoding == "UTF-8"
    assert current.staged.get().attributes["XMC"] != "青禾县"
    choose_mapping(people.clerk, current, current.mapping, encoding="GB18030")
    run_jobs()
    current.refresh_from_db()
    assert current.staged.get().attributes["XMC"] == "青禾县"
    with pytest.raises(Refused, match="不支持的文字编码"):
        choose_mapping(people.clerk, current, current.mapping, encoding="UTF-7")


def test_one_layer_of_several_can_be_chosen(
    tmp_path: Path, people: People, run_jobs: Run, signed_in: SignedIn
) -> None:
    import pyogrio

    first = batch_file(tmp_path / "a", [sent(1)], name="甲", kind="gpkg")
    second = batch_file(tmp_path / "b", [sent(2), sent(3)], name="乙", kind="gpkg")
    meta, _, wkb, data = pyogrio.raw.read(second)
    pyogrio.raw.write(
        first, wkb, data, meta["fields"], layer="乙", append=False, crs="EPSG:4526",
        geometry_type="Polygon", driver="GPKG",
    )  # fmt: skip
    current = begin(people, first)
    assert current.layer == "甲"
    url = f"/api/enforcement/imports/{current.pk}"
    seen = signed_in(people.clerk).get(f"{url}?layer=乙").json()
    assert seen["layer"] == "乙"
    assert [(one["name"], one["count"]) for one in seen["layers"]] == [("甲", 1), ("乙", 2)]
    choose_mapping(people.clerk, current, current.mapping, layer="乙")
    run_jobs()
    current.refresh_from_db()
    assert (current.layer, current.count, current.ready) == ("乙", 2, 2)
