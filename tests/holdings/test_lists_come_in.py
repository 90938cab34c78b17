"""Lists of wells, canals, buildings and crops: judged row by row, entered once, given back with what is wrong."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.platform.files.services import store
from liangtian.programmes.holdings import crops
from liangtian.programmes.holdings.crop_sheet import RowForm, Season, crop_sheet, save_village
from liangtian.programmes.holdings.crop_workbook import crop_workbook
from liangtian.programmes.holdings.lists import services
from liangtian.programmes.holdings.lists.workbook import marked_workbook, template_xlsx
from liangtian.programmes.holdings.models import (
    Building,
    Coefficient,
    Crop,
    Fitting,
    ListFile,
    Serving,
    WaterSource,
)
from liangtian.programmes.holdings.parcels import area_mu
from tests.conftest import People
from tests.holdings.land import ground, parcel, person
from tests.holdings.ledger_files import shapefile
from tests.holdings.waterworks import VILLAGE, spot, well

ON = date(2024, 3, 1)
SPRING = Season(VILLAGE, 2024, "春播")
HEAD = ["机井编号", "所在村", "经度", "纬度", "取水许可证号", "电表号", "电表量程", "电表起始示数",
        "以电折水系数", "系数依据文件", "供水地块", "管理使用人"]  # fmt: skip


def handed_in(user: Any, head: list[str], rows: list[Any], name: str = "表册.xlsx") -> Any:
    """A workbook with a title above its headings."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for r, cells in enumerate([["2024年表册"], head, *rows]):
        page.write_row(r, 0, cells)
    book.close()
    return store([out.getvalue()], name, user=user, region=user.region, kind="document")


def brought(user: Any, kind: str, file: Any, **given: Any) -> ListFile:
    """The list as it was judged."""
    return services.start(user, file, kind, ON, **given)


def states(row: ListFile) -> list[str]:
    return [one["state"] for one in row.rows]


def test_wells_come_in_with_meter_coefficient_and_parcels_and_never_twice(
    people: People, tmp_path: Path
) -> None:
    holder = person(people.clerk)
    land = parcel(people.clerk, 1_000, 1_000)
    old = well(people.clerk, "J009", at=(2_000, 2_000))
    at = [round(v, 9) for v in spot(1_010, 1_010).coords[0]]
    rows: list[Any] = [
        [
            "J001",
            "",
            *at,
            "取水1号",
            "D-1",
            1000000,
            1200,
            2.6,
            "率定成果",
            f"{land.code}=8",
            holder.name,
        ],
        ["J009", "", "", "", old.permit, "", "", "", "", "", "", ""],
        ["J001", "柳塘村", "", "", "", "", "", "", "", "", "", ""],
        ["J003", "石桥屯", "", "", "", "", "", "", "", "", "", ""],
        ["J004", "柳塘村", "", "", "", "D-1", 1000000, 0, "", "", "", ""],
        ["J005", "柳塘村", "", "", "", "D-5", "", 0, "", "", "", ""],
        ["J006", "柳塘村", "", "", "", "", "", "", "", "", f"{land.code}=900", ""],
        ["J007", "", 10, 10, "", "", "", "", "", "", "", ""],
        ["J008", "柳塘村", "", "", "", "", "", "", "", "", "没有的地块", ""],
    ]
    file = handed_in(people.clerk, HEAD, rows)
    row = brought(people.clerk, "well", file)
    assert states(row) == ["ready", "same", *["wrong"] * 7]
    said = [one["said"] for one in row.rows]
    for i, words in ((1, "已登记为"), (2, "第 3 行"), (3, "不是"), (4, "表号重复"), (5, "没有量程"),
                     (6, "不能再供"), (7, "位置不在"), (8, "没有编码为")):  # fmt: skip
        assert words in said[i], said[i]
    assert not WaterSource.objects.filter(code="J001").exists(), (
        "nothing enters before it is accepted"
    )
    done = services.accept(people.clerk, row)
    assert states(done)[0] == "done"
    made = WaterSource.objects.get(code="J001")
    assert (made.region_id, made.permit, made.holder_id) == (VILLAGE, "取水1号", holder.pk)
    assert Fitting.objects.get(source=made).first == 1200
    assert Coefficient.objects.get(source=made).approved_by is None, "another person approves it"
    assert Serving.objects.get(source=made).area_mu == Decimal(8)
    with pytest.raises(Conflict, match="不能重复导入"):
        brought(people.clerk, "well", handed_in(people.clerk, HEAD, rows))
    with pytest.raises(Conflict, match="已入库"):
        services.accept(people.clerk, done)
    path = tmp_path / "marked.xlsx"
    path.write_bytes(marked_workbook(done))
    table = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [line[len(HEAD)] for line in table] == ["导入结果", "已入库", "已登记", *["有误"] * 7]


def test_a_township_brings_neither_coefficients_nor_things_of_another(people: People) -> None:
    well(people.clerk, "J001", at=(1_010, 1_010))
    rows: list[Any] = [["J001", "", "", "", "", "", "", "", "", "", "", ""],
            ["K001", "石桥村", "", "", "", "D-7", 1000000, 0, 2.6, "率定成果", "", ""],
            ["K002", "柳塘村", "", "", "", "", "", "", "", "", "", ""]]  # fmt: skip
    row = brought(people.township_b, "well", handed_in(people.township_b, HEAD, rows))
    assert states(row) == ["wrong"] * 3
    told = "".join(one["said"] for one in row.rows)
    assert "辖区外" in told
    assert "柳塘" not in told.replace("柳塘村", ""), "nothing of the other township's well is told"
    assert "无权录入" in told
    with pytest.raises(Refused, match="没有可以入库"):
        services.accept(people.township_b, row)
    with pytest.raises(Forbidden):
        brought(people.reviewer, "well", handed_in(people.clerk, HEAD, rows))


def test_canals_name_the_one_above_and_columns_are_matched_by_hand(people: People) -> None:
    head = ["渠号", "级别", "村", "上级渠道"]
    rows: list[Any] = [
        ["Q1", "支渠", "柳塘村", ""],
        ["Q2", "斗渠", "柳塘村", "Q1"],
        ["Q3", "支", "柳塘村", "Q2"],
    ]
    row = brought(people.clerk, "canal", handed_in(people.clerk, head, rows))
    assert states(row) == ["wrong"] * 3
    assert "渠道编号" in row.rows[0]["said"]
    mapping = {"code": "渠号", "level": "级别", "region": "村", "parent": "上级渠道"}
    row = services.rematch(people.clerk, row, mapping, {})
    assert states(row) == ["ready", "ready", "wrong"]
    services.accept(people.clerk, row)
    assert WaterSource.objects.get(code="Q2").parent == WaterSource.objects.get(code="Q1")
    other = brought(
        people.clerk, "canal", handed_in(people.clerk, head, [["Q9", "支渠", "柳塘村", ""]])
    )
    with pytest.raises(Refused, match="字段对应有误"):
        services.rematch(people.clerk, other, {"code": "没有的列"}, {})


def test_buildings_come_from_a_shapefile_and_the_same_one_is_pointed_at(
    people: People, tmp_path: Path
) -> None:
    land = parcel(people.clerk, 1_000, 1_000)
    figures = [ground(1_010, 1_010, 10, 8), ground(1_030, 1_010, 6, 6), ground(5_000, 5_000, 6, 6)]
    data = shapefile(tmp_path, figures, {"LB": ["泵房", "库房", "库房"], "JCNF": ["2010", "", ""]})
    file = store(
        [data], "建筑物.zip", user=people.clerk, region=people.clerk.region, kind="document"
    )
    row = brought(people.clerk, "building", file)
    assert states(row) == ["ready", "ready", "wrong"]
    services.accept(people.clerk, row)
    assert set(Building.objects.values_list("kind", "parcel", "built_year")) == {
        ("泵房", land.parcel_id, 2010), ("库房", land.parcel_id, None),
    }  # fmt: skip
    again = shapefile(tmp_path, figures[:1], {"LB": ["泵房"], "JCNF": ["2011"]})
    file = store(
        [again], "再来.zip", user=people.clerk, region=people.clerk.region, kind="document"
    )
    row = brought(people.clerk, "building", file)
    assert states(row) == ["same"]
    assert "已登记" in row.rows[0]["said"]


def test_crops_of_a_village_are_saved_together_or_not_at_all(people: People) -> None:
    one, other = (parcel(people.clerk, x, 1_000) for x in (1_000, 1_200))
    parcel(people.clerk, 1_400, 1_000, corps=True)
    crops.save_crops(people.clerk, one.parcel_id, 2023, "春播", [crops.Sown("棉花", Decimal(5))])
    sheet = crop_sheet(people.township_a, SPRING)
    assert [r["code"] for r in sheet["rows"]] == [one.code, other.code], "XPCC land isn't listed"
    assert sheet["rows"][0]["last"] == [{"crop": "棉花", "area_mu": "5.00"}]
    good = RowForm(
        one.parcel_id, [crops.Sown("棉花", Decimal(6)), crops.Sown("玉米", Decimal(2))], []
    )
    large = RowForm(other.parcel_id, [crops.Sown("棉花", area_mu(other) + 1)], [])
    with pytest.raises(Refused, match="全部没有保存") as told:
        save_village(people.township_a, SPRING, [good, large])
    assert set(told.value.fields) == {f"rows.{other.parcel_id}"}
    assert not Crop.objects.filter(year=2024).exists()
    assert save_village(people.township_a, SPRING, [good, RowForm(other.parcel_id, [], [])]) == 1
    with pytest.raises(Refused) as told:
        save_village(people.township_a, SPRING, [RowForm(one.parcel_id, [], [])])
    assert "他人刚登记为" in told.value.fields[f"rows.{one.parcel_id}"]
    with pytest.raises(Refused, match="没有保存"):
        save_village(people.township_b, Season("990121101201", 2024, "春播"), [good])


def test_the_list_of_a_village_goes_out_is_filled_in_and_comes_back(people: People) -> None:
    one, other = (parcel(people.clerk, x, 1_000) for x in (1_000, 1_200))
    crops.save_crops(people.clerk, one.parcel_id, 2023, "春播", [crops.Sown("棉花", Decimal(5))])
    out = crop_workbook(crop_sheet(people.township_a, SPRING), last_year=True)
    file = store([out], "种植.xlsx", user=people.township_a, region=people.township_a.region,
                 kind="document")  # fmt: skip
    row = brought(people.township_a, "crop", file)
    assert states(row) == ["ready", "same"], [r["said"] for r in row.rows]
    services.accept(people.township_a, row)
    assert list(Crop.objects.filter(year=2024).values_list("parcel", "crop", "area_mu")) == [
        (one.parcel_id, "棉花", Decimal(5))
    ]
    head = ["地块编码", "年份", "季别", "作物", "种植面积（亩）"]
    rows: list[Any] = [[other.code, 2024, "春播", "棉花", 9], [other.code, 2024, "春播", "玉米", 9],
            [one.code, 2024, "春播", "棉花", "五"], [one.code, 2024, "春播", "玉米", 1],
            [other.code, 2024, "严冬", "棉花", 1]]  # fmt: skip
    row = brought(people.township_a, "crop", handed_in(people.township_a, head, rows))
    assert states(row) == ["wrong"] * 5
    assert "大于地块面积" in row.rows[0]["said"] or "另有一行" in row.rows[0]["said"]
    assert "另有一行有误" in row.rows[3]["said"], "no half of a parcel's season enters"


def test_templates_hold_every_column_and_are_recognised(people: People) -> None:
    from liangtian.programmes.holdings.lists.fields import FIELDS, suggested

    for kind, fields in FIELDS.items():
        out = template_xlsx(kind)
        assert out[:2] == b"PK"
        headings = [f"{f.label}{'*' if f.needed else ''}" for f in fields]
        assert suggested(kind, headings) == {
            f.name: h for f, h in zip(fields, headings, strict=True)
        }


def test_two_footprints_of_a_file_on_one_spot_are_pointed_at(
    people: People, tmp_path: Path
) -> None:
    parcel(people.clerk, 1_000, 1_000)
    figures = [ground(1_010, 1_010, 10, 8), ground(1_030, 1_010, 6, 6), ground(1_015, 1_012, 10, 8)]
    data = shapefile(tmp_path, figures, {"LB": ["泵房", "库房", "库房"], "JCNF": ["", "", ""]})
    file = store(
        [data], "建筑物.zip", user=people.clerk, region=people.clerk.region, kind="document"
    )
    row = brought(people.clerk, "building", file)
    assert states(row) == ["ready", "ready", "wrong"]
    assert f"与第 {row.rows[0]['row']} 行重叠" in row.rows[2]["said"]


def test_judging_crops_asks_no_query_for_each_row(people: People) -> None:
    lands = [parcel(people.clerk, 1_000 + 200 * n, 1_000) for n in range(6)]
    crops.save_crops(
        people.clerk, lands[0].parcel_id, 2024, "春播", [crops.Sown("棉花", Decimal(5))]
    )
    head = ["地块编码", "年度", "季别", "作物", "面积（亩）"]

    def queries(count: int) -> int:
        rows = [[one.code, 2024, "春播", "棉花", 6] for one in lands[:count]]
        file = handed_in(people.clerk, head, rows)
        with CaptureQueriesContext(connection) as asked:
            row = brought(people.clerk, "crop", file)
        assert states(row) == ["ready"] * count
        assert "原登记为 棉花 5" in row.rows[0]["said"]
        return len(asked)

    assert queries(2) == queries(6)
