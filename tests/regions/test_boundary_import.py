"""Administrative boundaries from a delivered GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from liangtian.geo.area import survey_areas
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, Refused
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.pinyin import pinyin_of
from liangtian.platform.regions.services import import_boundaries
from tests.conftest import plane_box

NAMES = {
    "county_code": "990121",
    "county_name": "青禾县",
    "prefecture_name": "示例市",
    "province_name": "示例省",
}
TOWNS = {"990121100": "柳塘镇", "990121101": "石桥镇"}
VILLAGES = {"9901211002010000000": "柳塘村", "9901211012010000000": "石桥村"}


def write(
    path: Path,
    layer: str,
    codes: dict[str, str],
    shapes: list[Any],
    prefix: str,
    *,
    crs: int = 4526,
) -> None:
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(list(codes), dtype=object), np.array(list(codes.values()), dtype=object)],
        [f"{prefix}DM", f"{prefix}MC"], layer=layer, driver="GPKG", geometry_type="Unknown",
        crs=f"EPSG:{crs}", append=path.exists(),
    )  # fmt: skip


def halves() -> list[Any]:
    return [plane_box(0, 0, 6000, 5000), plane_box(6000, 0, 4000, 5000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    out = tmp_path / "xzq.gpkg"
    write(out, "XZQ", TOWNS, halves(), "XZQ")
    write(out, "CJDCQ", VILLAGES, halves(), "ZLDW")
    return out


@pytest.mark.django_db
def test_townships_and_villages_hang_under_county_prefecture_and_province(path: Path) -> None:
    done = import_boundaries(None, path, **NAMES)
    assert len(done.created) == 7
    village = Region.objects.get(code="990121100201")
    chain = []
    region: Region | None = village
    while region is not None:
        chain.append((region.code, region.name, region.level))
        region = region.parent
    assert chain == [
        ("990121100201", "柳塘村", "village"),
        ("990121100", "柳塘镇", "township"),
        ("990121", "青禾县", "county"),
        ("9901", "示例市", "prefecture"),
        ("99", "示例省", "province"),
    ]
    assert Region.objects.get(code="9901").geom is None


@pytest.mark.django_db
def test_the_county_is_the_union_of_its_townships_when_none_is_given(path: Path) -> None:
    import_boundaries(None, path, **NAMES)
    shapes = np.array(
        [Region.objects.get(code=code).geom for code in ("990121", *TOWNS)], dtype=object
    )
    county, first, second = survey_areas(shapes)
    assert county == pytest.approx(first + second, abs=1)
    assert county == pytest.approx(survey_areas(np.array(halves()), 4526).sum(), abs=1)


@pytest.mark.django_db
def test_a_county_layer_and_padded_codes_are_understood(tmp_path: Path) -> None:
    out = tmp_path / "xzq.gpkg"
    write(out, "XZQX", {"990121000000": "青禾"}, [plane_box(0, 0, 10100, 5000)], "XZQ")
    write(out, "XZQ", {f"{code}000": name for code, name in TOWNS.items()}, halves(), "XZQ")
    import_boundaries(None, out, **NAMES)
    county = Region.objects.get(code="990121")
    assert county.name == "青禾县"
    expected = survey_areas(np.array([plane_box(0, 0, 10100, 5000)]), 4526)[0]
    assert survey_areas(np.array([county.geom]))[0] == pytest.approx(expected, abs=0.1)
    assert Region.objects.get(code="990121100").name == "柳塘镇"


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_a_new_name_changes_one(
    path: Path, tmp_path: Path
) -> None:
    import_boundaries(None, path, **NAMES)
    again = import_boundaries(None, path, **NAMES)
    assert (again.created, again.updated, len(again.unchanged)) == ([], [], 7)
    other = tmp_path / "other.gpkg"
    write(other, "XZQ", {**TOWNS, "990121101": "石桥街道"}, halves(), "XZQ")
    third = import_boundaries(None, other, **NAMES)
    assert third.updated == ["990121101"]
    assert third.absent == ["990121100201", "990121101201"]
    assert Region.objects.get(code="990121101").pinyin == "sqjd shiqiaojiedao"
    assert Region.objects.count() == 7


@pytest.mark.django_db
def test_an_exclave_becomes_part_of_its_township(tmp_path: Path) -> None:
    out = tmp_path / "xzq.gpkg"
    write(out, "XZQ", TOWNS, halves(), "XZQ")
    write(out, "XZQ_FRD", {"990121100": "柳塘镇"}, [plane_box(20000, 0, 500, 500)], "XZQ")
    import_boundaries(None, out, **NAMES)
    assert len(Region.objects.get(code="990121100").geom.geoms) == 2


def test_pinyin_has_initials_and_the_whole() -> None:
    assert pinyin_of("柳塘镇").startswith("ltz liutangzhen")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({"990121100": "柳塘镇", "990122101": "外县镇"}, "不属于本县"),
        ({"990121100": "柳塘镇", "99012110": "坏代码"}, "不是县、乡、村"),
        ({"990121100": "柳塘镇", "990121101": ""}, "没有名称"),
    ],
)
def test_rows_that_cannot_be_placed_refuse_the_whole_file(
    tmp_path: Path, codes: dict[str, str], said: str
) -> None:
    out = tmp_path / "xzq.gpkg"
    write(out, "XZQ", codes, halves(), "XZQ")
    with pytest.raises(Refused, match=said):
        import_boundaries(None, out, **NAMES)
    assert not Region.objects.exists()


@pytest.mark.django_db
def test_villages_without_their_township_and_wrong_zones_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "a.gpkg"
    write(out, "XZQ", {"990121100": "柳塘镇"}, halves()[:1], "XZQ")
    write(out, "CJDCQ", VILLAGES, halves(), "ZLDW")
    with pytest.raises(Refused, match="石桥村"):
        import_boundaries(None, out, **NAMES)
    wrong = tmp_path / "b.gpkg"
    write(wrong, "XZQ", TOWNS, halves(), "XZQ", crs=4525)
    with pytest.raises(Refused, match="37"):
        import_boundaries(None, wrong, **NAMES)
    only = tmp_path / "c.gpkg"
    write(only, "CJDCQ", VILLAGES, halves(), "ZLDW")
    with pytest.raises(Refused, match="XZQ"):
        import_boundaries(None, only, **NAMES)


def test_a_clerk_may_not_move_boundaries_and_the_act_is_recorded(people: Any, path: Path) -> None:
    with pytest.raises(Forbidden):
        import_boundaries(people.clerk, path, **NAMES)
    import_boundaries(None, path, **NAMES)
    entry = AuditEntry.objects.get(act="regions.import")
    assert entry.target_id == "990121"
    assert entry.after is not None
    assert "990121100" in entry.after["updated"]
