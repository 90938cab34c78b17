"""The power company's monthly list: matched by meter number, entered once, given back with what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.services import store
from liangtian.programmes.holdings.models import Reading
from liangtian.programmes.holdings.water import reading_files
from tests.conftest import People
from tests.holdings.waterworks import fit, well

MAY = date(2024, 5, 1)
HEAD = ["用户名称", "电能表编号", "上月示数", "止码", "用电量", "抄表日期"]


def handed_in(user: Any, rows: list[list[Any]], name: str = "5月用电量.xlsx") -> Any:
    """A workbook with a title above its headings, as such lists have."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for r, cells in enumerate([["2024年5月机电井用电量"], HEAD, *rows]):
        page.write_row(r, 0, cells)
    book.close()
    return store([out.getvalue()], name, user=user, region=user.region, kind="document")


def test_a_list_is_matched_entered_once_and_marked(people: People, tmp_path: Path) -> None:
    good, back, told, _ = (
        fit(people.clerk, well(people.clerk, f"J00{i}", at=(1_000 + i, 1_000)), f"8800{i}")
        for i in (1, 2, 3, 4)
    )
    rows = [
        ["甲", 88001, 1200, 2450, 1250, "2024-05-31"],
        ["乙", 88002, 1200, 900, "", "2024/5/31"],
        ["丙", 88003, 1200, 1300, 999, "2024-05-31"],
        ["丁", 99999, 0, 10, 10, "2024-05-31"],
        ["戊", 88004, 1200, 2450, 1250, "2024-05-31"],
        ["又戊", "88004", 1200, 2451, 1251, "2024-05-31"],
        ["己", "", 0, "坏", 0, ""],
    ]
    file = handed_in(people.clerk, rows)
    found = reading_files.start(people.clerk, file.pk, "power", MAY)
    assert found.mapping == {
        "number": "电能表编号", "value": "止码", "on": "抄表日期", "told": "用电量",
    }  # fmt: skip
    assert [one["state"] for one in found.rows] == ["ready"] * 3 + ["wrong"] * 4
    said = [one["said"] for one in found.rows]
    assert said[0] == ""
    assert "小于上次" in said[1]
    assert "文件所报为 999" in said[2]
    assert ["没有登记该表号" in said[3], "没有表号" in said[6]] == [True, True]
    assert said[4] == said[5] == "表号 88004 在文件中出现 2 次，请只留一行"
    assert not Reading.objects.exists()
    reading_files.accept(people.clerk, found.pk)
    states = {r.fitting_id: r.state for r in Reading.objects.all()}
    assert states == {good.pk: "good", back.pk: "doubtful", told.pk: "doubtful"}
    with pytest.raises(Conflict):
        reading_files.accept(people.clerk, found.pk)
    again = reading_files.start(people.clerk, file.pk, "power", MAY)
    assert [one["state"] for one in again.rows[:3]] == ["same"] * 3
    with pytest.raises(Refused, match="没有可以入库的行"):
        reading_files.accept(people.clerk, again.pk)
    book = tmp_path / "标注.xlsx"
    book.write_bytes(reading_files.marked(people.clerk, found.pk)[1])
    table = python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert table[1][-1] == "导入结果"
    assert "没有登记该表号" in str(table[5][-1])
    assert table[2][1] == 88001


def test_a_figure_that_would_have_to_be_rounded_or_guessed_is_pointed_at(people: People) -> None:
    for i in range(4):
        fit(people.clerk, well(people.clerk, f"J00{i}", at=(1_000 + i, 1_000)), f"8800{i}")
    text = '表号,示数\n88000,2450.125\n88001,"1,5"\n88002,"1,245.50"\n88003,2450.500\n'
    file = store([text.encode()], "用电量.csv", user=people.clerk, region=people.clerk.region,
                 kind="document")  # fmt: skip
    found = reading_files.start(people.clerk, file.pk, "power", MAY)
    assert [one["state"] for one in found.rows] == ["wrong", "wrong", "ready", "ready"]
    reading_files.accept(people.clerk, found.pk)
    kept = sorted(Reading.objects.values_list("value", flat=True))
    assert kept == [Decimal("1245.50"), Decimal("2450.50")]


def test_a_township_finds_its_own_meters_only(people: People) -> None:
    fit(people.clerk, well(people.clerk), "88001")
    fit(people.clerk, well(people.clerk, "J9", "990121101201", at=(15_000, 1_000)), "88009")
    text = "表号,示数\n88001,2450\n88009,1300\n"
    region = people.township_a.region
    file = store([text.encode("gb18030")], "用电量.csv", user=people.township_a, region=region,
                 kind="document")  # fmt: skip
    found = reading_files.start(people.township_a, file.pk, "power", MAY)
    assert [one["state"] for one in found.rows] == ["ready", "wrong"]
    with pytest.raises(NotFound):
        reading_files.discard(people.township_b, found.pk)
    reading_files.accept(people.township_a, found.pk)
    assert Reading.objects.get().value == Decimal(2450)
    assert Reading.objects.get().on == date(2024, 5, 31)


def test_other_headings_are_pointed_at_and_remembered(people: People) -> None:
    fit(people.clerk, well(people.clerk), "88001")
    text = "编码,数\n88001,2450\n".encode()

    def handed(name: str) -> Any:
        return store([text], name, user=people.clerk, region=people.clerk.region, kind="document")

    with pytest.raises(Refused, match="没有找到“表号”“本月示数”列"):
        reading_files.start(people.clerk, handed("五月.csv").pk, "power", MAY)
    given = {"number": "编码", "value": "数"}
    row = reading_files.start(people.clerk, handed("五月.csv").pk, "power", MAY, mapping=given)
    reading_files.accept(people.clerk, row.pk)
    june = reading_files.start(people.clerk, handed("六月.csv").pk, "power", date(2024, 6, 1))
    assert june.mapping == given
