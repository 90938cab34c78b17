"""The import commands, from the command line to the register, in the clerk's language."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.services import ensure_catalogue
from liangtian.programmes.enforcement.models import Batch, BatchImport, Patch
from liangtian.site.cli import main
from tests.conftest import People
from tests.enforcement.files import batch_file, sent
from tests.layers.deliveries import delivery, survey_plots

Said = tuple[int, str, str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command; its exit code, and what it wrote to the screen and to the error channel."""

    def go(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return go


def batch(path: Path, *more: str, user: str = "clerk") -> list[object]:
    return ["import-batch", path, "--period", "2026-03", "--title", "三月", "--user", user, *more]


def test_a_batch_enters_and_each_problem_is_a_line(
    tmp_path: Path, people: People, said: Any
) -> None:
    path = batch_file(tmp_path, [sent(1), sent(2, HSX="三月初"), sent(3)])
    code, out, err = said(*batch(path))
    assert (code, err) == (0, "")
    assert "共 3 行：可入库 2，有误 1，重复 0" in out
    (line,) = [line for line in out.splitlines() if "三月初" in line]
    assert line.split() == [
        "2", sent(2).number, "有误", "后时相", "三月初", "不是可识别的日期", "请改为",
        "2026-01-31", "这样的写法后重新导入",
    ]  # fmt: skip
    assert "已入库 2 个图斑并完成套合" in out
    assert Patch.objects.filter(measured_at__isnull=False).count() == 2
    assert Batch.objects.get().title == "三月"


def test_a_batch_can_be_one_of_mineral_patches(tmp_path: Path, people: People, said: Any) -> None:
    code, _, _ = said(*batch(batch_file(tmp_path, [sent(1)]), "--kind", "mineral"))
    assert code == 0
    assert Batch.objects.get().kind == "mineral"


def test_check_only_enters_nothing(tmp_path: Path, people: People, said: Any) -> None:
    code, out, _ = said(*batch(batch_file(tmp_path, [sent(1)]), "--check-only"))
    assert code == 0
    assert "尚未入库" in out
    assert not Patch.objects.exists()
    assert BatchImport.objects.get().status == "checked"


def test_the_same_batch_again_is_refused(tmp_path: Path, people: People, said: Any) -> None:
    path = batch_file(tmp_path, [sent(1)])
    assert said(*batch(path))[0] == 0
    code, out, err = said(*batch(path))
    assert (code, out) == (1, "")
    assert "同一文件已作为批次“三月”入库" in err
    assert Patch.objects.count() == 1


def test_a_batch_without_a_good_row_lists_why_and_fails(
    tmp_path: Path, people: People, said: Any
) -> None:
    code, out, err = said(*batch(batch_file(tmp_path, [sent(1, TBLX="")])))
    assert code == 1
    assert "图斑类型为空" in out
    assert "没有可以入库的图斑" in err
    assert not Batch.objects.exists()


def test_long_lists_of_problems_are_counted_unless_all_are_wanted(
    tmp_path: Path, people: People, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("liangtian.site.commands.import_batch.SHOWN", 2)
    path = batch_file(tmp_path, [sent(i, TBLX="") for i in range(1, 5)])
    out = said(*batch(path, "--check-only"))[1]
    assert out.count("图斑类型为空") == 2
    assert "另有 2 条问题未列出" in out
    assert said(*batch(path, "--check-only", "--all"))[1].count("图斑类型为空") == 4


def test_what_is_wrong_with_the_request_is_said_in_words(
    tmp_path: Path, people: People, said: Any
) -> None:
    path = batch_file(tmp_path, [sent(1)])
    assert "没有登录名为“nobody”的在用账号" in said(*batch(path, user="nobody"))[2]
    assert "您没有此项操作的权限" in said(*batch(path, user="reviewer"))[2]
    assert "没有文件" in said(*batch(tmp_path / "无.zip"))[2]
    assert "打包成 zip" in said(*batch(tmp_path))[2]
    wrong = ["import-batch", path, "--period", "3月", "--title", "三月", "--user", "clerk"]
    code, _, err = said(*wrong)
    assert code == 1
    assert "period：请按 2026-01 的写法填写月份" in err
    assert not BatchImport.objects.exists()


def test_one_of_several_layers_must_be_named(tmp_path: Path, people: People, said: Any) -> None:
    import pyogrio

    first = batch_file(tmp_path / "a", [sent(1)], name="甲", kind="gpkg")
    meta, _, wkb, data = pyogrio.raw.read(
        batch_file(tmp_path / "b", [sent(2), sent(3)], name="乙", kind="gpkg")
    )
    pyogrio.raw.write(
        first, wkb, data, meta["fields"], layer="乙", crs="EPSG:4526", geometry_type="Polygon",
        driver="GPKG",
    )  # fmt: skip
    code, _, err = said(*batch(first))
    assert code == 1
    assert "多个面状图层：甲、乙" in err
    assert said(*batch(first, "--layer", "乙"))[0] == 0
    assert Patch.objects.count() == 2


def layer(path: Path, *more: str, code: str = "dltb") -> list[object]:
    return ["import-layer", path, "--layer", code, "--label", "2026年度",
            "--valid-from", "2026-12-31", "--user", "clerk", *more]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_layer_is_imported_and_waits_or_is_published(
    tmp_path: Path, people: People, said: Any
) -> None:
    ensure_catalogue()
    plots, columns = survey_plots()
    path = delivery(tmp_path, "DLTB", plots, columns)
    code, out, _ = said(*layer(path))
    assert code == 0
    assert "待发布，4 个图形" in out
    version = LayerVersion.objects.get()
    assert (version.status, version.valid_from) == ("checked", date(2026, 12, 31))

    code, _, err = said(*layer(path))
    assert code == 1
    assert "已有名为“2026年度”的版本" in err

    version.delete()
    code, out, _ = said(*layer(path, "--publish", "--valid-to", "2027-12-30"))
    assert code == 0
    assert "已发布，4 个图形" in out
    version = LayerVersion.objects.get()
    assert (version.status, version.valid_to) == ("published", date(2027, 12, 30))


@pytest.mark.django_db(transaction=True)
def test_a_layer_that_cannot_be_used_fails_with_the_reason(
    tmp_path: Path, people: People, said: Any
) -> None:
    ensure_catalogue()
    plots, columns = survey_plots()
    path = delivery(tmp_path, "DLTB", plots, columns, crs=4527)
    code, _, err = said(*layer(path))
    assert code == 1
    assert "带号矛盾" in err
    code, _, err = said(*layer(path, code="nope"))
    assert code == 1
    assert "没有代码为“nope”的图层" in err
    assert "dltb(地类图斑)" in err


def test_a_day_that_is_none_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["import-layer", "x", "--layer", "dltb", "--label", "x", "--valid-from", "去年",
              "--user", "clerk"])  # fmt: skip
    assert stopped.value.code == 2
    assert "“去年”不是日期" in capsys.readouterr().err
