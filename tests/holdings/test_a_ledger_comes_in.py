"""A township's ledger comes into the register: checked row by row, entered in chunks, nobody merged by the program."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, Refused
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import Cancelled, JobRun
from liangtian.platform.personal_digest import digests
from liangtian.programmes.holdings import holders, parcels
from liangtian.programmes.holdings.intake import entering, services
from liangtian.programmes.holdings.intake.workbook import marked_workbook, template_xlsx
from liangtian.programmes.holdings.models import Contract, Holder, Intake, ParcelVersion
from tests.conftest import People, Run
from tests.holdings.land import FORM, SPRING, id_number, parcel, person
from tests.holdings.ledger_files import HEADER, figures, line, workbook

DAY = date(2025, 3, 1)
FIXED: dict[str, str] = {"price_kind": "元/亩·年"}


def brought(user: Any, *paths: Path, on: date = DAY) -> Intake:
    """An intake that is looked at, with what the program proposes."""
    kept = [
        store(read_chunks(p), p.name, user=user, region=user.region, kind="ledger") for p in paths
    ]
    first, second = [*kept, None][:2]
    return services.start_intake(user, "柳塘镇台账", on, first, second)


def checked(user: Any, run_jobs: Run, *paths: Path, on: date = DAY, **fixed: str) -> Intake:
    """The same, checked."""
    intake = brought(user, *paths, on=on)
    services.match_columns(user, intake, intake.mapping, {**FIXED, **fixed}, intake.code_field)
    services.check(user, intake, {})
    run_jobs()
    intake.refresh_from_db()
    return services.settle(intake)


def told(intake: Intake) -> list[tuple[int, str, str]]:
    return [(p.row, p.target, p.reason) for p in intake.problems.order_by("row", "pk")]


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    places = {f"D{i}": (1_000.0 + 200 * i, 1_000.0) for i in range(1, 9)}
    return figures(tmp_path / "地块.gpkg", places)


def test_columns_words_and_header_are_recognised_and_remembered(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    book = workbook(tmp_path / "台账.xlsx", [line(1, "D1"), line(2, "D2")])
    intake = brought(people.township_a, ground, book)  # in whatever order they are given
    assert intake.reading == {"layer": "地块", "sheet": "农户台账", "header": [2, 2]}
    assert (intake.mapping["name"], intake.mapping["irrigation"]) == ("姓名", "水源")
    assert intake.code_field == "DKBM"
    assert intake.count == 2
    assert intake.contents["skipped"] == 1
    assert intake.contents["preview"][0]["姓名"] == "王*1"
    assert id_number(1) not in str(intake.contents)
    mapping = {**intake.mapping, "place_name": None}
    intake = services.match_columns(people.township_a, intake, mapping, FIXED, "DKBM")
    (word,) = intake.contents["words"]["irrigation"]
    assert word == {"word": "渠水", "count": 2, "choice": "地表水"}
    again = brought(people.township_a, book, ground)
    assert again.remembered
    assert again.mapping["place_name"] is None


def test_a_column_of_names_is_masked_even_where_nothing_is_matched_to_it(
    people: People, tmp_path: Path, ground: Path
) -> None:
    header = ["承包方姓名" if name == "姓名" else name for name in HEADER]
    book = workbook(tmp_path / "台账.xlsx", [line(1, "D1", 取得方式="承包")], header)
    intake = brought(people.township_a, book, ground)
    assert intake.mapping["name"] == "承包方姓名"
    header = ["谁的姓名" if name == "姓名" else name for name in HEADER]
    strange = brought(
        people.township_a, workbook(tmp_path / "b.xlsx", [line(1, "D1")], header), ground
    )
    assert strange.mapping["name"] is None
    assert strange.contents["preview"][0]["谁的姓名"] == "王*1"
    assert strange.contents["preview"][0]["取得方式"] == "家庭承包"
    with pytest.raises(Refused) as refusal:
        services.match_columns(people.township_a, strange, strange.mapping, FIXED, "DKBM")
    assert refusal.value.fields == {"name": "文件有证件号码或合同，请选择姓名（名称）所在的列"}


def test_rows_enter_with_holder_contract_and_the_figures_own_area(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    rows = [
        line(1, "D1", 合同编号="HT-1", 合同期限="2021.1.1-2030.12.31", **{"单价(元/亩)": 100}),
        line(1, "D2", 合同编号="HT-1", 合同面积=10),
        line(2, "D3"),
    ]
    rows[1][16] = ""
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    assert (intake.ready, intake.errors, intake.waiting) == (3, 0, 0), told(intake)
    services.enter(people.township_a, intake)
    run_jobs()
    intake.refresh_from_db()
    assert (intake.status, intake.entered) == (Intake.Status.DONE, 3)
    version = ParcelVersion.objects.get(code="D1", valid_to=None)
    assert version.change == "import"
    assert version.valid_from == DAY
    assert (version.way, version.irrigation, version.region_id) == (
        "承包",
        "地表水",
        "990121100201",
    )
    assert abs(version.area_m2 - 10_000) < 10
    holder = Holder.objects.get(id_digest=digests(id_number(1), "holdings.holder.id_number")[0])
    assert holder.id_number == id_number(1)
    assert holder.versions.count() == 2
    contract = Contract.objects.get(number="HT-1")
    assert (contract.kind, contract.price_kind, contract.ends_on) == (
        "household",
        "per_mu",
        date(2030, 12, 31),
    )
    assert sorted(x.area_mu for x in contract.lines.all()) == [
        Decimal("10.00"),
        parcels.area_mu(version),
    ]
    assert AuditEntry.objects.filter(act="holdings.intake.entered").count() == 1


def test_each_fault_is_told_with_row_field_and_what_to_do(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    parcel(people.clerk, 2_450, 1_000, code="旧-1")  # on the ground of D7
    rows = [
        line(1, "D1", 身份证号="990121197001010011"),
        line(2, "D2", 取得方式="白种", 开荒年份="二十年"),
        line(3, "无此编码"),
        line(4, "D3", 合同编号="HT-9", 合同面积=99, 合同期限="2021.1.1-2030.12.31"),
        line(5, "D3"),
        line(6, "D7"),
        line(7, "D4", 村="无名村"),
        line(8, "D5", 合同编号="HT-8"),
        line(9, "D6", **{"面积(亩)": 30}),
    ]
    rows[0][2] = 990121197001010011.0
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    found = told(intake)
    by_row = {row: [(t, r) for n, t, r in found if n == row] for row, _, _ in found}
    assert by_row[3] == [("id_number", "证件号码以数字保存，末几位已丢失")]
    assert {t for t, _ in by_row[4]} == {"way", "reclaimed_year"}
    assert by_row[5] == [("code", "没有图形，系统中也没有这个编码的地块")]
    assert by_row[6][0][1].startswith("合同面积大于地块的椭球面积")
    assert by_row[7] == [("code", "与第 6 行的地块编码重复")]
    assert "与已登记的 1 个地块重叠：旧-1" in by_row[8][0][1]
    assert by_row[9][0][0] == "village"
    assert {r for _, r in by_row[10]} == {"没有合同起始日期", "没有合同终止日期"}
    assert by_row[11][0][1].startswith("与图形的椭球面积")
    assert intake.ready == 1
    assert by_row[0][0][1].startswith("图形文件中有 1 个图形")
    assert all(p.advice for p in intake.problems.all())


def test_figures_over_each_other_in_the_file_are_refused_at_both_rows(
    people: People, run_jobs: Run, tmp_path: Path
) -> None:
    shapes = figures(tmp_path / "a.gpkg", {"D1": (1_000, 0), "D2": (1_050, 0), "D3": (19_000, 0)})
    book = workbook(tmp_path / "a.xlsx", [line(1, "D1"), line(2, "D2"), line(3, "D3")])
    intake = checked(people.township_a, run_jobs, book, shapes)
    assert [row for row, target, _ in told(intake) if target == "shape"] == [3, 4, 5]
    assert "不在柳塘镇范围内" in told(intake)[-1][2]
    assert intake.ready == 0


def test_namesakes_are_told_apart_by_a_person_only(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    known = holders.save_holder(people.clerk, holders.HolderForm("person", "王样3", "990121100201"))
    rows = [
        line(1, "D1", 姓名="李样", 身份证号=""), line(2, "D2", 姓名="李样", 身份证号=""),
        line(3, "D3"), line(4, "D4"), line(4, "D5"),
    ]  # fmt: skip
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    assert (intake.ready, intake.waiting) == (5, 3)
    asked = {str(h): h for h in intake.holders.exclude(question="")}
    assert set(asked) == {"李*", "王*3"}
    assert asked["王*3"].candidates == [known.pk]
    services.enter(people.township_a, intake)
    run_jobs()
    intake.refresh_from_db()
    assert (intake.entered, intake.status) == (
        2,
        Intake.Status.CHECKED,
    )  # the two of 王样4, one holder
    assert Holder.objects.filter(name="王样4").count() == 1
    with pytest.raises(Refused, match="为同一人"):
        services.decide(people.township_a, intake, [asked["李*"].pk], "same")
    services.decide(people.township_a, intake, [asked["李*"].pk], "each")
    services.decide(people.township_a, intake, [asked["王*3"].pk], "same", known.pk)
    services.enter(people.township_a, intake)
    run_jobs()
    intake.refresh_from_db()
    assert (intake.entered, intake.status, intake.waiting) == (5, Intake.Status.DONE, 0)
    assert Holder.objects.filter(name="李样").count() == 2
    known.refresh_from_db()
    assert known.id_number == id_number(3)
    assert Holder.objects.filter(name="王样3").count() == 1


def test_an_entry_that_was_cut_off_goes_on_and_enters_nothing_twice(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "ROWS_OF_A_CHUNK", 2)
    rows = [line(i, f"D{i}") for i in range(1, 6)]
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    job = services.enter(people.township_a, intake).job
    calls = 0

    def stopped(self: JobRun, share: float, note: str = "") -> None:
        nonlocal calls
        calls += 1
        if calls == 2:  # after the first chunk
            raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(JobRun, "progress", stopped)
        run_jobs()
    intake.refresh_from_db()
    assert intake.entered == 2
    assert ParcelVersion.objects.filter(change="import").count() == 2
    intake = services.settle(Intake.objects.select_related("job").get(pk=intake.pk))
    assert intake.status == Intake.Status.CHECKED
    assert "继续" in intake.error
    services.enter(people.township_a, intake)
    run_jobs()
    assert ParcelVersion.objects.filter(change="import").count() == 5
    assert job is not None
    Job.objects.filter(pk=job.pk).update(status=Job.Status.QUEUED)  # as after a kill
    run_jobs()
    assert ParcelVersion.objects.filter(change="import").count() == 5


def test_known_parcels_are_changed_and_the_same_file_again_changes_nothing(
    people: People, run_jobs: Run, tmp_path: Path
) -> None:
    first = parcel(people.clerk, 1_000, 1_000, code="D1")
    parcels.change(people.clerk, first.parcel_id, replace(FORM, holder_id=person(people.clerk, "王样1", 1).pk),
                   SPRING, "补录承包人")  # fmt: skip
    book = workbook(tmp_path / "台账.xlsx", [line(1, "D1", 水源="井水", 开荒年份="")])
    intake = checked(people.township_a, run_jobs, book)
    assert [r.act for r in intake.staged.all()] == ["change"], told(intake)
    services.enter(people.township_a, intake)
    run_jobs()
    now = ParcelVersion.objects.get(code="D1", valid_to=None)
    assert (now.irrigation, now.reclaimed_year, now.valid_from) == ("地下水", 1998, DAY)
    again = checked(people.township_a, run_jobs, book)
    assert [r.act for r in again.staged.all()] == ["same"]
    services.enter(people.township_a, again)
    run_jobs()
    assert ParcelVersion.objects.filter(code="D1").count() == 2


def test_the_marked_workbook_tells_every_fault_where_it_stands(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    rows = [line(1, "D1"), line(2, "D2", 取得方式="白种")]
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    data = marked_workbook(intake)
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(
        "农户台账"
    )
    cells: list[list[Any]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    assert cells[1][-1].startswith("问题")
    assert "不在代码表中" in cells[3][-1]
    assert cells[2][-1] == ""
    assert cells[3][:2] == [2.0, "王样2"]
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(template_xlsx()))
    assert "填写说明" in book.sheet_names


def test_the_marked_workbook_is_the_users_own_and_comes_in_again_once_it_is_mended(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    path = workbook(tmp_path / "台账.xlsx", [line(1, "D1"), line(2, "D2", 取得方式="白种")])
    data = marked_workbook(checked(people.township_a, run_jobs, path, ground))
    before, after = zipfile.ZipFile(path), zipfile.ZipFile(BytesIO(data))
    assert after.read("xl/sharedStrings.xml") == before.read("xl/sharedStrings.xml")
    mended = tmp_path / "改好.xlsx"
    with zipfile.ZipFile(mended, "w") as out:
        for name in after.namelist():
            content = after.read(name)
            out.writestr(name, content.replace("白种".encode(), "家庭承包".encode()))
    again = checked(people.township_a, run_jobs, mended, ground)
    assert (again.ready, again.errors) == (2, 0), told(again)
    sheet = zipfile.ZipFile(BytesIO(marked_workbook(again))).read("xl/worksheets/sheet1.xml")
    assert sheet.decode().count("<t>问题") == 1
    assert b"cfRule" not in sheet


def test_of_a_csv_a_plain_copy_is_marked_and_says_so(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    rows = [line(1, "D1"), line(2, "D2", 取得方式="白种")]
    path = tmp_path / "台账.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in (HEADER, *rows)), "utf-8")
    data = marked_workbook(checked(people.township_a, run_jobs, path, ground))
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    cells = book.get_sheet_by_index(0).to_python()
    assert "不含原文件的格式" in str(cells[0][-1])
    assert "不在代码表中" in str(cells[2][-1])


def test_rows_of_one_contract_are_not_parted_among_several_people(
    people: People, run_jobs: Run, tmp_path: Path, ground: Path
) -> None:
    said = {"姓名": "李样", "身份证号": "", "合同编号": "HT-1", "合同期限": "2021.1.1-2030.12.31"}
    rows = [line(1, "D1", **said), line(2, "D2", **said)]
    rows += [line(3, "D3", **{**said, "姓名": "周样", "合同编号": "HT-2"}),
             line(4, "D4", **{**said, "姓名": "周样", "合同编号": "HT-3"})]  # fmt: skip
    intake = checked(people.township_a, run_jobs, workbook(tmp_path / "台账.xlsx", rows), ground)
    asked = {str(h): h.pk for h in intake.holders.exclude(question="")}
    with pytest.raises(Refused, match="第 3、4 行是同一份合同（HT-1）"):
        services.decide(people.township_a, intake, [asked["李*"]], "each")
    services.decide(people.township_a, intake, [asked["李*"]], "new")
    services.decide(people.township_a, intake, [asked["周*"]], "each")
    services.enter(people.township_a, intake)
    run_jobs()
    first, second, third = (Contract.objects.get(number=f"HT-{n}") for n in (1, 2, 3))
    assert first.lines.count() == 2
    assert len({first.holder_id, second.holder_id, third.holder_id}) == 3
    for contract in (second, third):
        (own,) = contract.lines.all()
        assert own.parcel.versions.get(valid_to=None).holder_id == contract.holder_id


def test_who_may_not_import_is_refused_and_a_day_within_a_frozen_year_too(
    people: People, tmp_path: Path
) -> None:
    book = workbook(tmp_path / "台账.xlsx", [line(1, "D1")])
    with pytest.raises(Forbidden):
        brought(people.reviewer, book)
    with pytest.raises(Refused, match="晚于今天"):
        brought(people.township_a, book, on=date(2100, 1, 1))
