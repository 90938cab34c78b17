"""The half-year result: from the townships' frozen rows to the report, the annexes and the package."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
import python_calamine
from django.utils import timezone
from docx import Document

from liangtian.press.letter import text_of
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import County, People, Run, SignedIn
from tests.enforcement import test_ratio_of_a_region as county_year
from tests.enforcement.ground import box, make_batch
from tests.enforcement.test_ratio_of_a_region import Judged
from tests.returns.test_returns import Bureau

pytestmark = pytest.mark.django_db
judged = county_year.judged
PERIOD, FORM = "2026-H1", "enforcement.results.half"
RESULTS, LETTERS = "/api/enforcement/results", "/api/documents"


class Office(Bureau):
    """The bureau with its half-year form."""

    def freeze(self, client: Any, reason: str = "") -> Any:
        body = {"form": FORM, "period": PERIOD, "reason": reason}
        return client.post("/api/returns", body, content_type="application/json")

    def whole(self, reason: str = "") -> Any:
        """Both townships' returns sent, the county's consolidated and signed."""
        self.sent("a")
        self.sent("b")
        return self.signed(reason)

    def signed(self, reason: str = "") -> Any:
        made = self.freeze(self.clerk, reason).json()
        for signer in (self.reviewer, self.head):
            assert self.act(signer, made, "sign").status_code == 200
        return made

    def post(self, path: str, **body: Any) -> Any:
        return self.clerk.post(path, body, content_type="application/json")

    def letter(self, made: Any) -> Any:
        kind = "enforcement.work_report.half"
        return self.post(f"{LETTERS}/letters", kind=kind, source_id=made["id"]).json()

    def issued(self, made: Any) -> Any:
        letter, word = self.letter(made), f"青自然资卫{made['version']}"
        series = self.post(f"{LETTERS}/series", word=word)
        number = series.json()["id"]
        answer = self.post(f"{LETTERS}/letters/{letter['id']}/issue", series_id=number)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def office(judged: Judged, county: County, people: People, signed_in: SignedIn) -> Office:
    from liangtian.platform.people.models import Office as Bureaux
    from liangtian.platform.people.models import User

    judged(P1={"restored_mu": Decimal(20)})
    made = Office(county, people, signed_in)
    bureau = Bureaux.objects.create(code="1", name="青禾县自然资源局", region=county.county)
    User.objects.filter(region=county.county).update(office=bureau)
    return made


def values(found: Any) -> dict[str, str]:
    return {one["label"]: one["value"] for one in found["figures"]}


def test_the_report_is_written_from_the_kept_rows(office: Office) -> None:
    made = office.whole()
    found = office.clerk.get(f"{RESULTS}/{made['id']}").json()
    figures = values(found)
    assert (figures["比例分子（亩）"], figures["比例分母（亩）"]) == ("45.00", "485.00")
    assert figures["未整改（亩）"] == "115.00"
    towns = next(table for table in found["tables"] if table["name"] == "townships")
    assert [row[0] for row in towns["rows"]] == ["柳塘镇", "石桥镇", "合计"]
    assert towns["rows"][0][3:7] == ["105.00", "60.00", "45.00", "57.14%"]
    assert found["lacking"] == ["尚未起草工作报告"]
    letter = office.letter(made)
    content = office.clerk.get(f"{LETTERS}/letters/{letter['id']}/letter.docx").content
    text = text_of(content)
    # 45 / 485 is 9.278 %, cut off as on the page of the ratio.
    assert all(said in text for said in ("比例9.27%", "三、查处整改情况"))
    assert "⟦" not in text
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert sum(name.startswith("word/charts/") and name.endswith(".xml") for name in names) == 2
    assert len(Document(io.BytesIO(content)).tables) == 4


def packed(office: Office, made: Any, run_jobs: Run) -> Any:
    """Ask for the package, let a worker make it, and read it from the page."""
    asked = office.post(f"{RESULTS}/{made['id']}/package")
    assert asked.status_code == 200, asked.content
    (done,) = run_jobs()
    assert done.status == "done", done.error
    return office.clerk.get(f"{RESULTS}/{made['id']}").json()["packages"][0]


def test_the_package_is_made_once_and_its_hashes_are_those_of_its_files(
    office: Office, run_jobs: Run
) -> None:
    made = office.whole()
    early = office.post(f"{RESULTS}/{made['id']}/package")
    assert early.status_code == 422
    assert "尚未起草工作报告" in early.json()["error"]["message"]
    issued = office.issued(made)
    kept = packed(office, made, run_jobs)
    again = packed(office, made, run_jobs)
    assert again["id"] == kept["id"]
    answer = office.clerk.get(f"{RESULTS}/packages/{kept['id']}/file.zip")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert sha256(content).hexdigest() == kept["sha256"]
    archive = zipfile.ZipFile(io.BytesIO(content))
    manifest = json.loads(archive.read("清单.json"))
    assert (manifest["report_number"], manifest["parts"]) == (issued["number"], 7)
    for one in manifest["files"]:
        assert sha256(archive.read(one["name"])).hexdigest() == one["sha256"]
    listed = archive.read("附件3-图斑明细表（上级字段）.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert {row["JCBH"]: row["ZYGDMJ"] for row in rows}["P1"] == "60.00"
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(archive.read("附件2-统计表和图斑明细表.xlsx"))
    )
    assert book.sheet_names == ["乡镇", "月份", "查处", "图斑明细"]
    cells = book.get_sheet_by_name("图斑明细").to_python()
    assert cells[0][0] == "青禾县2026年上半年卫片执法图斑明细表"
    assert any("负责人：青禾县负责人" in str(row[0]) for row in cells)


@pytest.mark.parametrize("number", ["P1", "另一个"])
def test_a_package_is_sealed_only_where_its_rows_hold_the_military_patch(
    office: Office, people: People, county: County, number: str, run_jobs: Run
) -> None:
    from liangtian.platform.people.models import Role, User
    from liangtian.programmes.enforcement import military

    made = office.whole()
    office.issued(made)
    kept = packed(office, made, run_jobs)
    if number != "P1":  # of the same months, but not in the result
        make_batch(people, county, [(number, box(9000, 950, 90, 90), county.village_a)],
                   period="2026-04", title="四月")  # fmt: skip
    keeper = User.objects.create_user("keeper", None, name="保空白", region=county.county)
    keeper.roles.add(Role.objects.get(code="secrecy_keeper"))
    military.register(keeper, Patch.objects.get(number=number).pk, "J-1")
    answer = office.clerk.get(f"{RESULTS}/packages/{kept['id']}/file.zip")
    assert answer.status_code == (404 if number == "P1" else 200)


def test_a_corrected_version_tells_what_changed_and_the_upload_is_written_down_once(
    office: Office, run_jobs: Run
) -> None:
    from liangtian.programmes.enforcement.models import PatchPart

    first = office.whole()
    PatchPart.objects.filter(patch__number="P1").update(restored_mu=Decimal(60))
    back = office.clerk.get(f"/api/returns?form={FORM}&period={PERIOD}").json()["rows"]
    sent = next(row["current"] for row in back if row["name"] == "柳塘镇")
    assert office.act(office.clerk, sent, "send-back", "整改数据有误，请核对").status_code == 200
    made = office.freeze(office.clerks["a"], "补录拆除复耕面积").json()
    for signer in (office.checkers["a"], office.leaders["a"]):
        assert office.act(signer, made, "sign").status_code == 200
    office.act(office.clerks["a"], made, "send")
    second = office.signed("柳塘镇更正后重新汇总")
    found = office.clerk.get(f"{RESULTS}/{second['id']}").json()
    changed = {
        one["label"]: (one["before"], one["value"])
        for one in found["figures"] if one["before"] != one["value"]
    }  # fmt: skip
    assert changed["已拆除复耕（亩）"] == ("50.00", "90.00")
    # The first version says what it said.
    assert (
        values(office.clerk.get(f"{RESULTS}/{first['id']}").json())["已拆除复耕（亩）"] == "50.00"
    )
    office.issued(second)
    kept = packed(office, second, run_jobs)
    path = f"{RESULTS}/packages/{kept['id']}/reported"
    on = timezone.localdate().isoformat()
    assert office.post(path, on="2020-01-01").status_code == 422
    done = office.post(path, on=on, receipt="HZ-1").json()
    assert done["packages"][0]["receipt"] == "HZ-1"
    assert office.post(path, on=on).status_code == 409


def test_an_office_uses_its_own_report_and_a_wrong_field_is_refused() -> None:
    from liangtian.platform.documents.kinds import find_kind, sample_of
    from liangtian.press.letter import TemplateRefused, try_out
    from liangtian.press.letter_start import first_template

    kind = find_kind("enforcement.work_report.year")
    assert kind is not None
    tried = try_out(first_template("年报", ["{{ ratio }}", "{{ chart_months }}"]), sample_of(kind))
    assert any("charts/" in name for name in zipfile.ZipFile(io.BytesIO(tried)).namelist())
    with pytest.raises(TemplateRefused, match="chart_weeks"):
        try_out(first_template("年报", ["{{ chart_weeks }}"]), sample_of(kind))


def test_a_township_answers_with_its_county_whose_rules_its_report_names(office: Office) -> None:
    office.sent("a")
    (row,) = [
        one["current"]
        for one in office.clerks["a"]
        .get(f"/api/returns?form={FORM}&period={PERIOD}")
        .json()["rows"]
        if one["name"] == "柳塘镇"
    ]
    from liangtian.platform.returns.models import Return
    from liangtian.programmes.enforcement.results.figures import result_of
    from liangtian.programmes.enforcement.results.report import values_of

    said = values_of(result_of(Return.objects.get(pk=row["id"])))
    assert said["threshold"] == "全县合并评估，县级面积100亩以上且比例15%以上"
    assert said["scope"] == "乡（镇）不单独列入"


def test_a_prefecture_reads_its_counties_and_is_measured_by_its_own_threshold(
    office: Office, county: County, signed_in: SignedIn
) -> None:
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.returns.models import Return
    from liangtian.programmes.enforcement.results.figures import Result, result_of
    from liangtian.programmes.enforcement.results.report import report_facts, values_of

    made = office.whole()
    prefecture = county.county.parent
    assert prefecture is not None
    user = User.objects.create_user("above", None, name="市级负责人", region=prefecture)
    user.roles.add(Role.objects.get(code="county_clerk"))
    above = signed_in(user)
    listed = above.get(f"/api/returns?form={FORM}&period={PERIOD}").json()["rows"]
    assert {"青禾县", "柳塘镇", "石桥镇"} <= {row["name"] for row in listed}
    assert values(above.get(f"{RESULTS}/{made['id']}").json())["未整改（亩）"] == "115.00"
    refused = office.freeze(above)
    assert refused.status_code == 403
    assert "报表由乡镇编制、由县汇总" in refused.json()["error"]["message"]
    # The rows of its only county, taken together as the prefecture's.
    sheet = Return.objects.get(pk=made["id"])
    assert report_facts(user, sheet.pk).addressee == "市自然资源卫片执法办公室"
    of_county = result_of(sheet)
    sheet.region = prefecture
    said = values_of(Result(sheet, of_county.period, of_county.rows))
    assert (said["county"], said["threshold"]) == ("示例市", "市级面积500亩以上且比例15%以上")
    assert (said["ratio"], said["scope"]) == ("9.27%", "不属于")
    assert said["organisation"].startswith("市卫片办")
