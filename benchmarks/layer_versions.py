"""Comparing two versions of a large layer, and flattening one that overlaps itself: seconds and memory.

`python benchmarks/layer_versions.py [--polygons N]` imports N plots; then the same again with one plot in
fifty of another class and one in twenty moved, which is compared with the first; then with one plot in ten grown
over its neighbours, which is flattened. Every step is a process of its own, so that its peak memory is its
own. Use `tools/postgres.py` in front for PostgreSQL. docs/performance.md keeps figures.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from layer_import import CODES, COUNTY, EPSG, imported, tiled

from liangtian.geo.area import survey_areas
from liangtian.geo.formats import write_vector

GROWN_M = 1.0
MOVED_M = 1.5


def main(argv: Sequence[str] | None = None) -> int:
    """Run the steps one after the other and print the table."""
    parser = argparse.ArgumentParser(description="版本比较与压平的速度和内存")
    parser.add_argument("--polygons", type=int, default=200_000, help="图斑数")
    parser.add_argument("--step", choices=STEPS, help="只做一步(供本程序自用)")
    args = parser.parse_args(argv)
    if args.step:
        if args.step != "make the files":
            _start()
        started = time.perf_counter()
        said = STEPS[args.step](args.polygons)
        spent = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps([round(spent, 1), round(peak), said]))
        return 0
    print("| step | seconds | peak memory, MiB | result |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as folder:
        for step in STEPS:
            command = [sys.executable, __file__, "--polygons", str(args.polygons), "--step", step]
            done = subprocess.run(
                command, env=os.environ | {"LIANGTIAN_DATA": folder}, stdout=subprocess.PIPE,
                text=True, check=True,
            )  # fmt: skip
            spent, peak, said = json.loads(done.stdout.splitlines()[-1])
            print(f"| {step} | {spent} | {peak} | {said} |", flush=True)
    return 0


def _start() -> None:
    from liangtian.site import runtime

    runtime.start_django()


def _folder() -> Path:
    return Path(os.environ["LIANGTIAN_DATA"])


def _make(count: int) -> str:
    """The three files."""
    shapes, columns = tiled(count)
    write_vector(_folder() / "first.gpkg", "GPKG", shapes, columns, EPSG)
    number = np.arange(count)
    moved, renamed, grown = number % 20 == 3, number % 50 == 7, number % 10 == 5
    later, codes = shapes.copy(), columns["DLBM"].copy()
    later[moved] = shapely.transform(shapes[moved], lambda xy: xy + MOVED_M)
    codes[renamed] = np.where(codes[renamed] == CODES[0], CODES[1], CODES[0])
    area = np.round(survey_areas(later, EPSG), 2)
    write_vector(
        _folder() / "later.gpkg", "GPKG", later, {**columns, "DLBM": codes, "TBMJ": area}, EPSG
    )
    over = shapes.copy()
    over[grown] = shapely.buffer(shapes[grown], GROWN_M, join_style="mitre")
    write_vector(_folder() / "over.gpkg", "GPKG", over, columns, EPSG)
    return f"{count} plots"


def _first(_count: int) -> str:
    seconds, count, problems = imported(_folder() / "first.gpkg")
    return f"{count} stored, {problems} findings, {seconds:.0f} s"


def _taken_in(name: str, label: str, day: date) -> Any:
    from liangtian.platform.files.services import read_chunks, store
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import start_import
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region
    from liangtian.site import runtime

    user = User.objects.get(username="bench")
    path = _folder() / name
    county = Region.objects.get(code=COUNTY)
    file = store(read_chunks(path), name, user=user, region=county, kind="layer")
    layer = Layer.objects.get(code="dltb")
    version, job = start_import(user, file, layer, label, day)
    runtime.drain()
    done = Job.objects.get(pk=job.pk)
    if done.status != Job.Status.DONE:
        raise SystemExit(done.error)
    version.refresh_from_db()
    return version


def _later(_count: int) -> str:
    version = _taken_in("later.gpkg", "2026年度", date(2026, 12, 31))
    return f"{version.feature_count} stored, {version.problems.count()} findings"


def _over(_count: int) -> str:
    version = _taken_in("over.gpkg", "2027年度", date(2027, 12, 31))
    return f"{version.feature_count} stored, {version.problems.count()} findings"


def _run(start: Callable[[Any], Any]) -> None:
    """Start a piece of work and run its job, and no other."""
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.jobs.services import run_job
    from liangtian.platform.people.models import User

    job = start(User.objects.get(username="bench"))
    run_job.call(str(job.pk))
    job.refresh_from_db()
    if job.status != Job.Status.DONE:
        raise SystemExit(job.error)


def _version(label: str) -> Any:
    from liangtian.platform.layers.models import LayerVersion

    return LayerVersion.objects.get(label=label, region=COUNTY)


def _compare(_count: int) -> str:
    from liangtian.platform.layers.derived import start_comparison
    from liangtian.platform.layers.models import LayerComparison

    _run(lambda user: start_comparison(user, _version("2025年度"), _version("2026年度")).job)
    made = LayerComparison.objects.get()
    return f"{made.changed} changed figures, {len(made.matrix)} cells"


def _export(_count: int) -> str:
    from liangtian.platform.layers.derived import start_changes_export
    from liangtian.platform.layers.models import LayerComparison, LayerExport

    _run(lambda user: start_changes_export(user, LayerComparison.objects.get()).job)
    made = LayerExport.objects.get()
    return f"{made.features} figures, {made.size / 2**20:.1f} MiB"


def _flatten(_count: int) -> str:
    from liangtian.platform.layers import flattening, services

    _run(
        lambda user: services.flatten(user, _version("2027年度"), flattening.BY_ROW, take_over=True)
    )
    done = _version("2027年度").flattened
    return f"{done['figures']} figures changed, {done['cuts']} cuts, {done['cut_m2']} m²"


STEPS: dict[str, Callable[[int], str]] = {
    "make the files": _make,
    "import": _first,
    "import the later version": _later,
    "compare": _compare,
    "export the changed figures": _export,
    "import the overlapping version": _over,
    "flatten": _flatten,
}

if __name__ == "__main__":
    sys.exit(main())
