"""How fast a survey layer is taken in, beside the same file written by GDAL or COPY into the same kind of
database.

`python benchmarks/layer_import.py [--polygons N]` tiles N plots with the thirty fields of 地类图斑, hands the
file in, imports it with all checks, and in the same run writes the plain rows: on SQLite with GDAL into a
GeoPackage (with its spatial index), on PostgreSQL, for which the packaged GDAL has no driver, with COPY into a
bare table with a GiST index. Use `tools/postgres.py` in front for PostgreSQL. docs/performance.md keeps
figures.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import survey_areas
from liangtian.geo.formats import read, write_vector

EPSG = 4526
ORIGIN = (38_440_000.0, 3_800_000.0)
SIDE_M = 60.0
CODES = np.array(["0101", "0103", "0301", "0404", "0702", "1006", "1104"], dtype=object)
COUNTY = "990121"


def main(argv: Sequence[str] | None = None) -> int:
    """Make the file, import it, write it plainly, print the table."""
    parser = argparse.ArgumentParser(description="参考图层导入速度")
    parser.add_argument("--polygons", type=int, default=60_000, help="图斑数")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as folder:
        os.environ["LIANGTIAN_DATA"] = folder
        path = Path(folder) / "DLTB.gpkg"
        # In a process of its own, so that peak memory is that of the import.
        maker = get_context("spawn").Process(target=make, args=(path, args.polygons))
        maker.start()
        maker.join()
        ours, count, problems = imported(path)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        from django.db import connection

        vendor = connection.vendor
        plain, what = (copied(path), "COPY") if vendor == "postgresql" else (written(path), "GDAL")
    if count != args.polygons:
        raise SystemExit(f"{count} of {args.polygons} features were stored")
    print(f"{vendor}, {args.polygons} polygons, {problems} findings, {os.cpu_count()} processors")
    print("| work | seconds | rows/s | times as long | peak memory, MiB |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| import with all checks | {ours:.1f} | {count / ours:.0f} | {ours / plain:.1f} | {peak:.0f} |"
    )
    print(f"| read and {what} only | {plain:.1f} | {count / plain:.0f} | 1.0 | |")
    return 0


def make(path: Path, count: int) -> None:
    """Write the file to be imported."""
    write_vector(path, "GPKG", *tiled(count), EPSG)


def tiled(count: int) -> tuple[NDArray[np.object_], dict[str, Any]]:
    """Plots of about 60 m by 60 m with crooked shared borders of some thirty vertices, no gap, no overlap."""
    wide = int(np.ceil(np.sqrt(count)))
    high = -(-count // wide)
    rng = np.random.default_rng(7)
    steps = 7  # vertices along one side
    x = np.arange(wide * steps + 1) * SIDE_M / steps
    y = np.arange(high * steps + 1) * SIDE_M / steps
    jitter = SIDE_M / steps * 0.35
    gx = ORIGIN[0] + x[None, :] + rng.uniform(-jitter, jitter, (len(y), len(x)))
    gy = ORIGIN[1] + y[:, None] + rng.uniform(-jitter, jitter, (len(y), len(x)))
    plane = np.round(np.stack([gx, gy], axis=-1), 3)
    shapes = np.empty(count, dtype=object)
    for k in range(count):
        i, j = divmod(k, wide)
        block = plane[i * steps : (i + 1) * steps + 1, j * steps : (j + 1) * steps + 1]
        ring = np.concatenate(
            [block[0, :-1], block[:-1, -1], block[-1, :0:-1], block[:0:-1, 0], block[:1, 0]]
        )
        shapes[k] = shapely.Polygon(ring)
    return shapes, fields(count, np.round(survey_areas(shapes, EPSG), 2), rng)


def fields(count: int, area: NDArray[np.float64], rng: np.random.Generator) -> dict[str, Any]:
    """The fields of 地类图斑, filled so that most rules hold."""
    from liangtian.platform.layers.checks.rules import rule_set

    names = rule_set("dltb").code_lists[0].names
    code = CODES[rng.integers(0, len(CODES), count)]
    farm = np.char.startswith(code.astype(str), "01")
    village = np.array([f"{COUNTY}100{201 + k % 9:03d}0000000" for k in range(count)], dtype=object)

    def same(value: str) -> NDArray[np.object_]:
        return np.full(count, value, dtype=object)

    return {
        "BSM": np.array([f"{COUNTY}0101{k:08d}" for k in range(count)], dtype=object),
        "YSDM": same("2001010100"),
        "TBYBH": np.array([f"Y{k}" for k in range(count)], dtype=object),
        "TBBH": np.array([str(k) for k in range(count)], dtype=object),
        "DLBM": code,
        "DLMC": np.array([names[c] for c in code], dtype=object),
        "QSXZ": same("30"),
        "QSDWDM": village, "QSDWMC": same("示例村"), "ZLDWDM": village, "ZLDWMC": same("示例村"),
        "TBMJ": area,
        "KCDLBM": same(""),
        "KCXS": np.zeros(count), "KCMJ": np.zeros(count), "TBDLMJ": area,
        "GDLX": same(""),
        "GDPDJB": np.where(farm, "1", "").astype(object),
        "XZDWKD": np.where(code == "1006", 4.0, np.nan),
        "TBXHDM": same(""), "TBXHMC": same(""),
        "ZZSXDM": np.where(farm, "LS", "").astype(object), "ZZSXMC": same(""),
        "GDDB": np.where(farm, 8.0, np.nan),
        "FRDBS": same("0"),
        "CZCSXM": np.where(code == "0702", "203", "").astype(object),
        "SJNF": np.full(count, 2025, np.int32),
        "MSSM": same("00"), "HDMC": same(""), "BZ": same(""),
    }  # fmt: skip


def imported(path: Path) -> tuple[float, int, int]:
    """Seconds, stored features and findings of an import into a fresh database."""
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from liangtian.platform.files.services import read_chunks, store
    from liangtian.platform.jobs.models import Job
    from liangtian.platform.layers.models import Layer
    from liangtian.platform.layers.services import ensure_catalogue, start_import
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.people.services import ensure_roles
    from liangtian.platform.regions.models import Region

    ensure_roles()
    ensure_catalogue()
    Region.objects.create(code="99", name="示例省", level="province")
    Region.objects.create(code="9901", name="示例市", level="prefecture", parent_id="99")
    county = Region.objects.create(code=COUNTY, name="示例县", level="county", parent_id="9901")
    user = User.objects.create_user("bench", None, name="示例", region=county)
    user.roles.add(Role.objects.get(code="county_clerk"))
    file = store(read_chunks(path), path.name, user=user, region=county, kind="layer")
    layer = Layer.objects.get(code="dltb")
    version, job = start_import(user, file, layer, "2025年度", date(2025, 12, 31))
    started = time.perf_counter()
    runtime.drain()
    seconds = time.perf_counter() - started
    done = Job.objects.get(pk=job.pk)
    if done.status != Job.Status.DONE:
        raise SystemExit(done.error)
    version.refresh_from_db()
    return seconds, version.feature_count, version.problems.count()


def written(path: Path) -> float:
    """Seconds for GDAL to read the file and write it into a GeoPackage, a SQLite file with an R*Tree."""
    started = time.perf_counter()
    meta, _, wkb, data = pyogrio.raw.read(path)
    pyogrio.raw.write(
        path.with_name("plain.gpkg"), wkb, data, meta["fields"], driver="GPKG",
        geometry_type="Polygon", crs=meta["crs"],
    )  # fmt: skip
    return time.perf_counter() - started


def copied(path: Path) -> float:
    """Seconds to read the file and COPY its rows into a table with a GiST index."""
    from django.db import connection

    started = time.perf_counter()
    layer = read(path).layers[0]
    wkb = shapely.to_wkb(layer.geometry, hex=True)
    names = [f.name for f in layer.fields]
    columns = ",".join(f'"{n}" text' for n in names)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain_copy (geom geometry(Polygon), {columns})")
        cursor.execute("CREATE INDEX ON plain_copy USING gist (geom)")
        with cursor.copy("COPY plain_copy FROM STDIN") as copy:
            for row in zip(wkb, *layer.columns.values(), strict=True):
                copy.write_row(row)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
