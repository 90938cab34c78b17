"""Villages, groups and boundaries of a county: checked row by row, entered when accepted."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import python_calamine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from liangtian.geo.formats.writer import write_vector
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.models import Role, User
from liangtian.platform.regions.imports.checking import canonical
from liangtian.platform.regions.imports.services import (
    accept_import,
    counts,
    import_file,
)
from liangtian.platform.regions.models import Region, RegionImport
from liangtian.site.cli import main
from tests.conftest import SIDE, ZONE_38, County, People, Run, plane_box

A, VILLAGE_A = "990121100", "990121100201"


@pytest.fixture
def admin(people: People, county: County) -> Any:
    """The system administrator of the county."""
    user = User.objects.create_user("guanli", None, name="孙举例", region=county.county)
    user.roles.add(Role.objects.get(code="sysadmin"))
    return user


Write = Callable[[list[list[Any]]], Path]


@pytest.fixture(params=["csv", "gbk", "xlsx"])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Write:
    """A list as a file, in each form it comes in."""

    def made(rows: list[list[Any]]) -> Path:
        if request.param == "xlsx":
            path = tmp_path / "清单.xlsx"
            book = xlsxwriter.Workbook(str(path))
            page = book.add_worksheet()
            for i, row in enumerate(rows):
                page.write_row(i, 0, row)
            book.close()
            return path
        path = tmp_path / "清单.csv"
        text = "\n".join(",".join(str(v) for v in row) for row in rows)
        path.write_bytes(text.encode("utf-8-sig" if request.param == "csv" else "gbk"))
        return path

    return made


HEAD = ["区划代码*", "名称*", "上级代码", "级别", "启用日期"]


def plain_csv(folder: Path, *rows: str, head: str = "区划代码,名称,上级代码,级别,启用日期") -> Path:
    path = folder / "清单.csv"
    path.write_text("\n".join([head, *rows]), "utf-8")
    return path


def drawn(folder: Path, figures: dict[str, tuple[str, Any]]) -> Path:
    """Boundaries by code as a GeoPackage in zone 38."""
    geoms = np.empty(len(figures), dtype=object)
    geoms[:] = [geom for _, geom in figures.values()]
    path = folder / "CJDCQ.gpkg"
    write_vector(
        path, "GPKG", geoms,
        {"ZLDWDM": list(figures), "ZLDWMC": [n for n, _ in figures.values()]},
        crs=pyproj.CRS.from_epsg(ZONE_38), layer_name="CJDCQ",
    )  # fmt: skip
    return path


def test_villages_and_groups_of_a_list_enter_when_accepted(admin: Any, write: Write) -> None:
    rows = [
        HEAD,
        [f"{VILLAGE_A}01", "第一村民小组", VILLAGE_A, "组", "2020-01-31"],
        ["990121100202", "新柳村", "", "", ""],
        ["99012110020203", "三组", "990121100202", "", "2020年1月31日"],
    ]
    path = write(rows)
    checked = import_file(admin, path)
    assert (checked.status, counts(checked)["create"]) == ("checked", 3)
    assert Region.objects.filter(level="group").count() == 0
    done = import_file(admin, path, accept=True)
    assert done.status == "done"
    group = Region.objects.get(code="99012110020203")
    assert (group.name, group.level, group.parent_id, str(group.valid_from)) == (
        "三组", "group", "990121100202", "2020-01-31",
    )  # fmt: skip
    assert AuditEntry.objects.filter(act="regions.import.enter").count() == 1
    again = import_file(admin, path)
    assert counts(again)["same"] == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("99012199,坏村,,,", "不是 6、9、12 或 14 位"),
        (",无码村,,,", "没有填写"),
        ("990122100201,邻村,,,", "不属于本县"),
        ("990121100203,,,,", "没有填写"),
        ("990121100203,好村,990121101,,", "上级应是 990121100"),
        ("990121100203,好村,,组,", "12 位代码是村级"),
        ("990121999203,好村,,,", "上级 990121999 不存在"),
        ("990121100203,好村,,,去年", "不是日期"),
        ("99012110020901,一组,,,", "上级 990121100209 不存在"),
    ],
)
def test_each_faulty_row_says_what_and_what_to_do(
    admin: Any, tmp_path: Path, row: str, said: str
) -> None:
    current = import_file(admin, plain_csv(tmp_path, row, "990121100202,新柳村,,,"))
    problem = current.problems.get()
    assert said in problem.reason
    assert (problem.row, problem.severity, bool(problem.advice)) == (2, "error", True)
    assert counts(current)["create"] == counts(current)["refused"] == 1


def test_a_code_twice_keeps_the_first_and_a_group_of_a_refused_village_stays_out(
    admin: Any, tmp_path: Path
) -> None:
    path = plain_csv(
        tmp_path, "990121100202,甲村,,,", "990121100202,乙村,,,", "990121100203,丙村,,县,",
        "99012110020301,一组,,,",
    )  # fmt: skip
    current = import_file(admin, path, accept=True)
    assert [(r.name, r.act) for r in current.rows.all()] == [
        ("甲村", "create"), ("乙村", "refused"), ("丙村", "refused"), ("一组", "refused"),
    ]  # fmt: skip
    assert "与第 2 行的代码重复" in current.problems.get(row=3).reason
    assert "所在的行有误" in current.problems.get(row=5).reason
    assert not Region.objects.filter(code__startswith="990121100203").exists()


def test_a_list_never_renames_but_says_so(admin: Any, tmp_path: Path) -> None:
    current = import_file(admin, plain_csv(tmp_path, f"{A},新塘镇,,,2020-01-01"), accept=True)
    assert "系统中的名称是“柳塘镇”" in current.problems.get().reason
    row = Region.objects.get(code=A)
    assert (row.name, str(row.valid_from)) == ("柳塘镇", "2020-01-01")


def test_boundaries_outside_overlapping_or_with_gaps_are_told_in_square_metres(
    admin: Any, tmp_path: Path
) -> None:
    half = SIDE / 2
    figures = {
        VILLAGE_A: ("柳塘村", plane_box(0, 0, half, SIDE)),
        "990121100202": ("新柳村", plane_box(half - 100, 0, half + 300, SIDE - 50)),
    }
    current = import_file(admin, drawn(tmp_path, figures))
    areas = {p.reason.split(" ")[0]: p.area_m2 for p in current.problems.all()}
    assert counts(current)["error"] == 0
    assert areas["与同级"] == pytest.approx(Decimal(100 * (SIDE - 50)), rel=Decimal("0.003"))
    assert areas["超出上级界线"] == pytest.approx(Decimal(200 * (SIDE - 50)), rel=Decimal("0.003"))
    assert areas[A] == pytest.approx(Decimal(50 * half), rel=Decimal("0.01"))
    before = Region.objects.get(code=VILLAGE_A).geom
    accept_import(admin, current)
    assert Region.objects.get(code=VILLAGE_A).geom.equals(before)  # the job has not run


def test_accepted_boundaries_are_kept_and_of_several_figures_one_region_is_made(
    admin: Any, tmp_path: Path, run_jobs: Run
) -> None:
    half = SIDE / 2
    far = plane_box(SIDE - 500, 0, 500, 500)
    geoms = np.empty(3, dtype=object)
    geoms[:] = [plane_box(0, 0, half, SIDE), far, plane_box(half, 600, half, SIDE - 600)]
    codes = [f"{VILLAGE_A}0000000", f"{VILLAGE_A}0000000", "9901211002020000000"]
    path = tmp_path / "CJDCQ.shp.zip"
    write_vector(
        path, "ESRI Shapefile", geoms,
        {"ZLDWDM": codes, "ZLDWMC": ["柳塘村", "柳塘村", "新柳村"]},
        crs=pyproj.CRS.from_epsg(ZONE_38), encoding="GBK",
    )  # fmt: skip
    current = import_file(admin, path, accept=True)
    assert (current.status, counts(current)["boundary"], counts(current)["create"]) == (
        "done",
        1,
        1,
    )
    assert len(Region.objects.get(code=VILLAGE_A).geom.geoms) == 2
    assert Region.objects.get(code="990121100202").geom is not None


def test_an_invalid_figure_stays_out(admin: Any, tmp_path: Path) -> None:
    import shapely

    x, y = plane_box(0, 0, 1, 1).exterior.coords[0]
    bow = shapely.Polygon([(x, y), (x + 900, y + 900), (x + 900, y), (x, y + 900)])
    current = import_file(admin, drawn(tmp_path, {VILLAGE_A: ("柳塘村", bow)}))
    assert "自相交" in current.problems.filter(severity="error").get().reason
    assert counts(current)["refused"] == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("清单.xlsx", b"not a workbook", "不是可以打开的 Excel"),
        ("清单.csv", "甲,乙\n1,2".encode(), "区划代码”和“名称”两列"),
        ("清单.csv", "区划代码,名称\n".encode(), "没有数据行"),
        ("村界.geojson", b'{"type":"FeatureCollection","features":[]}', "村界.geojson"),
    ],
)
def test_a_file_that_is_neither_list_nor_boundaries_is_refused(
    admin: Any, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    current = import_file(admin, path)
    assert current.status == "failed"
    assert said in current.error


def test_what_is_done_is_not_done_twice(admin: Any, tmp_path: Path) -> None:
    current = import_file(admin, plain_csv(tmp_path, "990121100202,新柳村,,,"), accept=True)
    with pytest.raises(Conflict, match="已入库"):
        accept_import(admin, current)
    again = import_file(admin, plain_csv(tmp_path, "990121100202,新柳村,,,"))
    with pytest.raises(Refused, match="没有可以入库的行"):
        accept_import(admin, again)


def test_padded_codes_and_the_village_itself_are_understood() -> None:
    assert canonical("990121100000") == A
    assert canonical("990121000000") == "990121"
    assert canonical(f"{VILLAGE_A}00") == canonical(f"{VILLAGE_A}0000000") == VILLAGE_A
    assert canonical(f"{VILLAGE_A}03") == f"{VILLAGE_A}03"
    assert canonical("4419") == canonical("９９") == ""


def test_the_template_is_understood_by_the_import(
    admin: Any, tmp_path: Path, signed_in: Any
) -> None:
    answer = signed_in(admin).get("/api/regions/imports/template.xlsx")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["区划清单", "填写说明"]
    assert book.get_sheet_by_name("区划清单").to_python()[0] == HEAD
    notes = str(book.get_sheet_by_name("填写说明").to_python())
    assert "青禾县" in notes
    assert "990121100201" in notes


def test_the_import_over_http_from_upload_to_entry(
    admin: Any, tmp_path: Path, signed_in: Any, run_jobs: Run
) -> None:
    client = signed_in(admin)
    data = plain_csv(tmp_path, "990121100202,新柳村,,,", "9901,坏,,,").read_bytes()
    started = client.post("/api/regions/imports", {"file": SimpleUploadedFile("清单.csv", data)})
    assert started.status_code == 200, started.json()
    at = f"/api/regions/imports/{started.json()['id']}"
    run_jobs()
    assert client.get(at).json()["counts"]["create"] == 1
    assert client.get(f"{at}/rows?act=create").json()["rows"][0]["name"] == "新柳村"
    assert client.get(f"{at}/problems").json()["total"] == 1
    assert client.post(f"{at}/accept").json()["status"] == "accepting"
    run_jobs()
    assert client.get(at).json()["status"] == "done"
    assert client.get("/api/regions/list?parent=990121100").json()["total"] == 2
    lacking = client.get("/api/regions/list?without_boundary=true").json()
    assert [r["code"] for r in lacking["rows"]] == ["990121100202"]
    assert client.post(f"{at}/discard").status_code == 409
    assert RegionImport.objects.count() == 1


def test_the_command_checks_first_and_enters_when_told(
    admin: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plain_csv(tmp_path, "990121100202,新柳村,,,", "9901,坏,,,")
    assert main(["regions", "import", str(path), "--user", "guanli"]) == 1
    said = capsys.readouterr().out
    assert "新增 1 个" in said
    assert "第 3 行" in said
    assert not Region.objects.filter(code="990121100202").exists()
    main(["regions", "import", str(path), "--user", "guanli", "--accept"])
    assert Region.objects.get(code="990121100202").name == "新柳村"
    form = tmp_path / "模板.xlsx"
    assert main(["regions", "template", str(form), "--county", "990121"]) == 0
    assert form.stat().st_size > 4000
