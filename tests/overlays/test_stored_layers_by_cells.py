"""Published versions handed to `liangtian overlay` in the place of files."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.overlays.models import Part, Run
from liangtian.platform.overlays.services import Wanted, start
from liangtian.site import overlay_stored
from liangtian.site.cli import main


def overlay(job: Path, *more: str, plots: str = "db:dltb", user: str = "clerk") -> int:
    words = ["--by", "类别", "--plots-id", "编号", "--cells", str(job), "--cell-plots", "5"]
    out = str(job.with_suffix(".csv"))
    return main(["overlay", plots, "db:redline", "--user", user, *words, "--out", out, *more])


def test_stored_plots_have_by_cells_the_areas_of_a_run(
    people: Any, layers: dict[str, LayerVersion], run_jobs: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow 未安装(liangtian[cluster])")
    monkeypatch.setattr(overlay_stored, "FIGURES", 5)  # several files
    version = layers["redline"]
    job, clerk = tmp_path / "job", people.clerk.username
    assert overlay(job, plots=f"db:dltb@{layers['dltb'].label}", user=clerk) == 0
    made = start(people.clerk, Wanted("layer", layers["dltb"].pk, [version.pk], version.valid_from))
    run_jobs()
    assert Run.objects.get(pk=made.pk).done_at is not None
    stored = Part.objects.filter(plot__run=made).values_list("plot__row", "category", "m2")
    with job.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as stream:
        found = [(int(a), b, Decimal(c)) for a, b, c in list(csv.reader(stream))[1:]]
    assert sorted(one for one in found if one[2]) == sorted(stored)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "job.stored").rglob("*.gpkg")}
    assert len(kept) == 4
    assert overlay(job, plots=f"db:dltb@{layers['dltb'].label}", user=clerk) == 0
    assert {file: file.stat().st_mtime_ns for file in kept} == kept, "written once"
    assert AuditEntry.objects.filter(act="layers.export").count() == 2


def test_stored_layers_are_read_in_somebodys_name_and_scope(
    people: Any, layers: dict[str, LayerVersion], tmp_path: Path, capsys: Any
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow 未安装(liangtian[cluster])")
    assert main(["overlay", "db:dltb", "db:redline", "--by", "类别"]) == 1
    assert "--user" in capsys.readouterr().err
    for user in (people.township_a.username, "nobody"):
        assert overlay(tmp_path / user, user=user) == 1
        assert "拒绝" in capsys.readouterr().err
    assert overlay(tmp_path / "none", plots="db:dltb@没有", user=people.clerk.username) == 1
    assert "没有已发布的图层版本" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.gpkg"))
