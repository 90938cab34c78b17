"""`liangtian ratio`: a list of patches kept elsewhere, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liangtian.policy.accountability_file import COLUMNS
from liangtian.site.cli import main

ROWS = """P1,60,illegal,false,false,none,false,0,0,false,false
P2,40,illegal,,,,,40,,,
P3,30,illegal,0,0,none,0,0,30,0,0
P4,50,illegal,否,否,national,是,0,0,否,否
P5,20,illegal,true,false,none,false,0,0,false,false
P6,5,illegal,false,false,none,false,0,0,true,false
L,400,legal,false,false,none,false,0,0,false,false
"""


def written(path: Path, rows: str, encoding: str = "utf-8") -> Path:
    path.write_text(",".join(COLUMNS) + "\n" + rows, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_figures_come_as_json(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "图斑.csv", ROWS, encoding)
    assert main(["ratio", str(file), "--level", "county", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["numerator_mu"], told["denominator_mu"], told["in_scope"]) == (65, 505, False)
    assert round(told["ratio"], 6) == 0.128713
    assert [(p["id"], p["numerator_mu"]) for p in told["patches"]][:3] == [
        ("P1", 60),
        ("P2", 0),
        ("P3", 0),
    ]


def test_every_patch_is_explained_with_its_clause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "p.csv", ROWS.replace("40,illegal,,,,,40", "40,illegal,,,,,0"))
    assert main(["ratio", str(file), "--level", "county"]) == 0
    told = capsys.readouterr().out
    assert "比例20.79%，达到15%" in told
    assert "结论：属于问责范围" in told
    assert "至少拆除复耕 1 个图斑（40 亩）可退出问责范围" in told
    assert (
        "存量建设用地违法，分子分母都不计（《XX县2022年自然资源卫片执法工作实施方案》四.(一)6）"
        in told
    )


def test_every_wrong_entry_is_named_and_nothing_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "A,abc,illegal\nB,10,违法\nB,10,illegal,maybe\nC,5,illegal,,,,,4,3\nC,5,legal,,,city\n,1,legal\n"
    assert (
        main(["ratio", str(written(tmp_path / "p.csv", rows)), "--level", "county", "--json"]) == 1
    )
    captured = capsys.readouterr()
    assert captured.out == ""
    for said in (
        "第 2 行 farmland_mu=“abc”",
        "第 3 行 legality=“违法”",
        "第 4 行 old_construction=“maybe”",
        "第 5 行 restored_mu=“3”",
        "第 6 行 infrastructure=“city”",
        "第 7 行 id=“”",
    ):
        assert said in captured.err


def test_a_patch_listed_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "p.csv", "A,1,legal\nA,2,legal\n")
    assert main(["ratio", str(file), "--level", "county"]) == 1
    assert "第 3 行 id=“A”：编号重复" in capsys.readouterr().err


def test_a_misspelt_column_is_not_taken_for_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.csv"
    file.write_text("id,farmland_mu,legality,restored\nA,1,illegal,1\n", encoding="utf-8")
    assert main(["ratio", str(file), "--level", "county"]) == 1
    assert "不认识的列 restored" in capsys.readouterr().err
