"""Overlay on a real Spark cluster of this machine: several workers, one lost, always the same bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from tools.spark import Standalone

from liangtian.site.cli import main
from tests.geo.cell_files import layer_over, patchwork, write

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.sqlite_only,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="没有安装 liangtian[cluster]"),
    pytest.mark.skipif(shutil.which("java") is None, reason="没有 Java"),
]
SIDE = 40
CELLS = 80


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("files")
    figures, kinds = layer_over(SIDE, 2)
    plots = patchwork(SIDE, 1)
    ids = [f"地块{k}" for k in range(len(plots))]
    return write(folder / "p.gpkg", plots, 编号=ids), write(folder / "l.gpkg", figures, kind=kinds)


@pytest.fixture(scope="module")
def whole(files: tuple[Path, Path]) -> bytes:
    """What one machine says, without cells."""
    out = files[0].with_name("whole.csv")
    assert main([*command(files), "--out", str(out)]) == 0
    return out.read_bytes()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    with Standalone(tmp_path_factory.mktemp("spark")) as made:
        yield made


def command(files: tuple[Path, Path]) -> list[str]:
    return ["overlay", *map(str, files), "--by", "kind", "--plots-id", "编号"]


def start(files: tuple[Path, Path], cluster: Standalone, folder: Path) -> subprocess.Popen[str]:
    options = ["--cells", str(folder), "--cell-plots", str(SIDE**2 // CELLS)]
    return subprocess.Popen(
        [sys.executable, "-m", "liangtian.site.cli", *command(files), *options,
         "--out", str(folder.with_suffix(".csv")), "--cluster", cluster.url],
        env=cluster.environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(folder: Path) -> int:
    return len(list((folder / "areas").glob("*/_done.json")))


def test_one_two_and_four_workers_give_the_bytes_of_one_machine(
    tmp_path: Path, files: tuple[Path, Path], whole: bytes, cluster: Standalone
) -> None:
    for workers in (1, 2, 4):
        cluster.add(workers - len(cluster.workers))
        folder = tmp_path / f"cells-{workers}"
        run = start(files, cluster, folder)
        said = run.communicate()[1]
        assert run.returncode == 0, said
        assert f"计算：{CELLS}/{CELLS}" in said
        assert f"核对通过：{CELLS}个格，{SIDE**2}个地块" in said
        assert folder.with_suffix(".csv").read_bytes() == whole


def test_a_worker_lost_in_mid_run_costs_nothing(
    tmp_path: Path, files: tuple[Path, Path], whole: bytes, cluster: Standalone
) -> None:
    folder = tmp_path / "cells"
    cluster.add(max(0, 2 - len(cluster.workers)))
    run = start(files, cluster, folder)
    while run.poll() is None and finished(folder) < 1:
        time.sleep(0.005)
    cluster.lose(0)
    assert finished(folder) < CELLS, "lost too late to show anything"
    said = run.communicate()[1]
    assert run.returncode == 0, said
    assert folder.with_suffix(".csv").read_bytes() == whole


def test_without_java_it_is_said_what_to_do(
    tmp_path: Path, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    out = ["--cells", str(tmp_path / "c"), "--cluster", "local[2]"]
    assert main([*command(files), *out]) == 1
    assert "没有找到 Java" in capsys.readouterr().err
