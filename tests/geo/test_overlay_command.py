"""`liangtian overlay` on real files."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from liangtian.geo.area import survey_area
from liangtian.site.cli import main

FIELD = shapely.box(620_000, 3_800_000, 620_100, 3_800_100)
NEXT = shapely.box(620_100, 3_800_000, 620_160, 3_800_100)
BOW_TIE = shapely.Polygon(
    [(620_000, 3_800_000), (620_100, 3_800_100), (620_100, 3_800_000), (620_000, 3_800_100)]
)


def write(
    path: Path, geoms: list[shapely.Geometry | None], crs: str | None, **columns: list[object]
) -> Path:
    wkb = np.empty(len(geoms), dtype=object)
    wkb[:] = [None if g is None else shapely.to_wkb(g) for g in geoms]
    pyogrio.raw.write(
        path,
        geometry=wkb,
        field_data=[np.array(values, dtype=object) for values in columns.values()],
        fields=list(columns),
        geometry_type="Polygon",
        crs=crs,
        **({"encoding": "UTF-8"} if path.suffix == ".shp" else {}),
    )
    return path


def overlay(*args: object) -> int:
    return main(["overlay", *map(str, args)])


def rows(path: Path) -> list[tuple[str, str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *lines = csv.reader(stream)
    assert header == ["plot", "category", "area_m2"]
    return [(a, b, c) for a, b, c in lines]


@pytest.fixture
def plots(tmp_path: Path) -> Path:
    return write(tmp_path / "plots.gpkg", [FIELD, NEXT], "EPSG:4547", 编号=["甲", "乙"])


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """In the neighbouring notation: the same zone with its prefix."""
    red = shapely.box(38_619_950, 3_799_950, 38_620_130, 3_800_050)
    nameless = shapely.box(38_620_000, 3_800_050, 38_620_050, 3_800_100)
    return write(tmp_path / "red.shp", [red, nameless], "EPSG:4526", kind=["永久基本农田", None])


def test_areas_by_category_close_for_every_plot(
    tmp_path: Path, plots: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "areas.csv"
    assert overlay(plots, layer, "--by", "kind", "--plots-id", "编号", "--out", out) == 0
    found = rows(out)
    assert [(plot, kind) for plot, kind, _ in found] == [
        ("甲", "(空)"),
        ("甲", "永久基本农田"),
        ("甲", ""),
        ("乙", "永久基本农田"),
        ("乙", ""),
    ]
    for plot, geom in (("甲", FIELD), ("乙", NEXT)):
        total = sum(Decimal(m2) for name, _, m2 in found if name == plot)
        assert total == survey_area(geom, 4547)
    said = capsys.readouterr().err
    assert "共2个地块" in said
    assert "1个图形的类别为空" in said


def test_without_a_file_the_rows_go_to_the_screen(
    plots: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert overlay(plots, layer, "--by", "kind") == 0
    assert capsys.readouterr().out.splitlines()[0] == "plot,category,area_m2"


def test_an_invalid_figure_is_refused_with_place_and_reason(
    tmp_path: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path / "bad.gpkg", [FIELD, BOW_TIE], "EPSG:4547", n=[1, 2])
    out = tmp_path / "areas.csv"
    assert overlay(bad, layer, "--by", "kind", "--out", out) == 1
    said = capsys.readouterr().err
    assert "自相交" in said
    assert "620050.0" in said
    assert "--repair" in said
    assert not out.exists()


def test_repair_is_done_on_request_and_stated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path / "bad.gpkg", [BOW_TIE], "EPSG:4547", n=[7])
    whole = write(tmp_path / "all.gpkg", [FIELD.buffer(50)], "EPSG:4547", code=[101])
    out = tmp_path / "areas.csv"
    assert overlay(bad, whole, "--by", "code", "--plots-id", "n", "--repair", "--out", out) == 0
    (inside, rest) = rows(out)
    assert inside[:2] == ("7", "101")
    assert Decimal(inside[2]) == pytest.approx(Decimal("4998.23"), abs=Decimal("0.02"))
    assert rest == ("7", "", "0.00")
    said = capsys.readouterr().err
    assert "修复前面积" in said
    assert "变化" in said


def test_a_plot_without_a_figure_is_reported_and_kept_with_no_area(
    tmp_path: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some = write(tmp_path / "some.gpkg", [FIELD, None], "EPSG:4547", n=["a", "b"])
    assert overlay(some, layer, "--by", "kind") == 1
    assert "空几何" in capsys.readouterr().err
    out = tmp_path / "areas.csv"
    assert overlay(some, layer, "--by", "kind", "--plots-id", "n", "--repair", "--out", out) == 0
    assert rows(out)[-1] == ("b", "", "0.00")
    assert "不参与套合" in capsys.readouterr().err


def test_an_unknown_field_is_refused_with_the_known_ones(
    plots: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert overlay(plots, layer, "--by", "dlbm") == 1
    assert "没有字段“dlbm”。现有字段：kind" in capsys.readouterr().err


def test_a_wrong_zone_is_refused(
    tmp_path: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = write(tmp_path / "w.gpkg", [FIELD], "EPSG:4526", n=[1])
    assert overlay(wrong, layer, "--by", "kind") == 1
    assert "EPSG:4526" in capsys.readouterr().err


def test_two_layers_in_a_file_need_a_choice(
    tmp_path: Path, plots: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pyogrio.raw.write(
        plots,
        geometry=np.array([shapely.to_wkb(FIELD)], dtype=object),
        field_data=[np.array([1])],
        fields=["n"],
        geometry_type="Polygon",
        crs="EPSG:4547",
        layer="second",
        append=True,
    )
    assert overlay(plots, layer, "--by", "kind") == 1
    assert "--plots-layer" in capsys.readouterr().err
    assert overlay(plots, layer, "--by", "kind", "--plots-layer", "second") == 0


def test_a_layer_on_top_of_itself_is_stated(
    tmp_path: Path, plots: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = write(tmp_path / "t.gpkg", [FIELD, FIELD], "EPSG:4547", k=["A", "B"])
    assert overlay(plots, twice, "--by", "k", "--plots-id", "编号") == 0
    assert "地块甲内各类别合计超出地块" in capsys.readouterr().err


def test_a_missing_file_and_an_unwritable_result_are_refused(
    tmp_path: Path, plots: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert overlay(tmp_path / "none.shp", layer, "--by", "kind") == 1
    assert overlay(plots, layer, "--by", "kind", "--out", tmp_path / "no" / "a.csv") == 1
    assert "不能写入" in capsys.readouterr().err


def test_a_hole_that_touches_an_edge_is_settled_after_conversion_and_said(
    tmp_path: Path, layer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Valid in the plane; in degrees the touching vertices fall to either side of the edge."""
    plots = []
    for x in range(20):
        start = np.array([620_000.0 + 100 * x, 3_800_000.0])
        along, aside = np.array([52.0, 4.0 + x]), np.array([-4.0 - x, 52.0])
        for _ in range(x % 4):
            along, aside = aside, -along
        shell = [start, start + along, start + along + aside, start + aside]
        middle = start + (along + aside) / 2
        plots.append(shapely.Polygon(shell, [[start + along / 4, middle, middle + aside / 8]]))
    assert shapely.is_valid(plots).all()
    path = write(tmp_path / "touch.gpkg", plots, "EPSG:4547", n=[str(i) for i in range(20)])
    out = tmp_path / "areas.csv"
    assert overlay(path, layer, "--by", "kind", "--plots-id", "n", "--out", out) == 0
    assert "换算后" in capsys.readouterr().err
    for index, plot in enumerate(plots):
        total = sum(Decimal(m2) for name, _, m2 in rows(out) if name == str(index))
        assert abs(total - survey_area(plot, 4547)) <= Decimal("0.01")
