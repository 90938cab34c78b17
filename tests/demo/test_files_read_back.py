"""Every file named in the manifest exists and reads back with its Chinese text."""

from __future__ import annotations

import json
import zipfile

import pytest

from liangtian.site.demo import Manifest

from .conftest import Made


def _dbf(made: Made, path: str) -> tuple[bytes, list[str]]:
    with zipfile.ZipFile(made.folder / path) as z:
        names = z.namelist()
        return z.read(next(n for n in names if n.endswith(".dbf"))), names


def test_the_manifest_names_files_that_exist(made: Made) -> None:
    again = Manifest.load(made.folder / "manifest.json")
    assert again == made.manifest
    for entry in again.files:
        assert (made.folder / entry.path).exists(), entry.path
    kinds = {f.kind for f in again.files}
    assert kinds == {
        "regions", "survey", "pbf", "red_line", "slope", "town_boundary", "planning", "construction_approval",
        "facility_agriculture", "temporary_land", "mining_licence", "patch_batch", "boundary_txt",
        "photos", "people",
    }  # fmt: skip


def test_row_counts_are_those_of_the_manifest(made: Made) -> None:
    for entry in made.manifest.files:
        if entry.layer:
            encoding = entry.encoding if entry.format == "Shapefile" else None
            table = made.read(entry.path, entry.layer, encoding)
            assert len(table.shapes) == entry.rows
            assert table.crs == "EPSG:4526"


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        ("pbf", "DLMC", "水浇地"), ("red_line", "HXMC", "红线区"), ("town_boundary", "GHFQ", "集中建设区"),
        ("construction_approval", "PZWH", "示政土〔"), ("facility_agriculture", "BAH", "青设农备〔"),
        ("planning", "YDYHFLMC", "农业设施建设用地"), ("temporary_land", "PZWH", "青自然资临〔"), ("mining_licence", "KSMC", "青禾"),
    ],
)  # fmt: skip
def test_chinese_text_survives(made: Made, kind: str, field: str, text: str) -> None:
    assert any(text in str(v) for v in made.kind(kind).columns[field])


def test_the_first_two_batches_really_are_gbk(made: Made) -> None:
    for entry in made.manifest.of_kind("patch_batch")[:2]:
        data, names = _dbf(made, entry.path)
        assert "青禾县".encode("gbk") in data
        assert "青禾县".encode() not in data
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")
        assert any(n.endswith(".cpg") for n in names) is bool(entry.meta["cpg"])
    assert [e.meta["cpg"] for e in made.manifest.of_kind("patch_batch")[:2]] == [True, False]


def test_coordinates_carry_the_zone_prefix(made: Made) -> None:
    x0 = min(s.bounds[0] for s in made.batch(1).shapes)
    assert 38_400_000 < x0 < 38_480_000


def test_the_boundary_point_file_is_gbk_with_closed_rings(made: Made) -> None:
    text = (made.folder / "trial" / "plots.txt").read_bytes().decode("gbk")
    lines = text.split("\r\n")
    heads = [ln for ln in lines if ln.endswith("@")]
    assert len(heads) == 2
    points = [ln.split(",") for ln in lines if ln.startswith("J")]
    assert sum(int(h.split(",")[0]) for h in heads) == len(points)
    assert all(3_700_000 < float(p[2]) < 3_900_000 for p in points), "X is north"
    assert all(38_400_000 < float(p[3]) < 38_480_000 for p in points), "Y is east with zone"
    assert any(p[1] == "2" for p in points), "one plot has a hole"


TOWNSHIPS_OF_T = 4


def test_people_cover_every_role(made: Made) -> None:
    data = json.loads((made.folder / "people.json").read_text(encoding="utf-8"))
    offices = {o["code"] for o in data["offices"]}
    assert {p["role"] for p in data["people"]} == {
        "county_clerk", "county_reviewer", "township_clerk", "grid_worker", "auditor", "sysadmin",
        "leader", "township_leader", "security_officer", "finance", "water", "agriculture",
        "forestry", "ecology", "culture", "power", "company", "secrecy_keeper",
    }  # fmt: skip
    assert all(p["office"] in offices for p in data["people"])
    towns = {p["region"] for p in data["people"] if p["role"] == "township_clerk"}
    assert len(towns) == TOWNSHIPS_OF_T
