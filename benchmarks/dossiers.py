"""How fast dossiers are made: dossiers a second, peak memory, and where the time goes.

    .venv/bin/python benchmarks/dossiers.py --patches 1000 --photos 4
    .venv/bin/python benchmarks/dossiers.py --patches 1000 --photos 4 --job    # as the worker makes and packs them

Patches of the demo county are copied with their measurements until there are enough; each gets photos of
twelve megapixels, as a telephone takes them. Every dossier is printed with its maps and photos.
"""

from __future__ import annotations

import argparse
import copy
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

PICTURES = 8
PIXELS = (4000, 3000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=1000)
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--originals", action="store_true")
    parser.add_argument(
        "--job", action="store_true", help="asked for and made as a batch in the background"
    )
    parser.add_argument("--folder", type=Path, help="kept, and used again if it is filled already")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    os.environ["LIANGTIAN_DATA"] = str(folder)
    os.environ["LIANGTIAN_DOSSIER_PRINTERS"] = str(args.threads)
    try:
        run(args, folder)
    finally:
        if args.folder is None:
            shutil.rmtree(folder)


def run(args: argparse.Namespace, folder: Path) -> None:
    if not (folder / "files").is_dir():
        command = [sys.executable, "-m", "liangtian.site.cli", "demo", "--size", "T", "--load-only"]
        subprocess.run([*command, "--data", str(folder)], check=True)
    from liangtian.site import runtime

    runtime.start_django()
    from liangtian.platform.people.models import User
    from liangtian.programmes.enforcement.dossiers import making

    clerk = User.objects.get(username="zhangshili")
    patches = filled(clerk, args.patches, args.photos)
    spent = watched()
    out = Path(tempfile.mkdtemp(prefix="dossiers-", dir=folder))
    start, cpu = time.perf_counter(), time.process_time()
    if args.job:
        count, failed = through_job(clerk, out, originals=args.originals)
    else:
        lines = making.make_all(clerk, patches, out, originals=args.originals, clear=False)
        count, failed = len(lines), sum(bool(line.problem) for line in lines)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} dossiers of {args.photos} photos in {seconds:.1f} s ({cpu:.1f} s of CPU): "
          f"{count / seconds:.2f}/s, {failed} failed, {size / 2**20 / count:.2f} MiB each, "
          f"peak {peak:.0f} MiB, {args.threads} threads")  # fmt: skip
    for name, used in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:<28}{used:8.1f} s of CPU")


def through_job(clerk: Any, out: Path, *, originals: bool) -> tuple[int, int]:
    """These patches as a batch of the ledger, made and packed as the worker does; how many, and how many failed."""
    from liangtian.platform.jobs.services import run_job
    from liangtian.programmes.enforcement.dossiers import running

    row = running.start(clerk, {"number": "B"}, originals=originals)
    assert row.job_id is not None
    run_job.call(str(row.job_id))
    row.refresh_from_db()
    shutil.move(row.folder, out)
    made, failed = row.made or 0, row.failed or 0
    return made + failed, failed


def watched() -> dict[str, float]:
    """Processor seconds spent in each step, summed over the threads."""
    from liangtian.press import dossier_pdf
    from liangtian.programmes.enforcement.dossiers import content, making

    spent: dict[str, float] = {}
    lock = threading.Lock()

    def timed(module: Any, name: str, what: str) -> None:
        inner: Callable[..., Any] = getattr(module, name)

        def outer(*args: Any, **rest: Any) -> Any:
            start = time.thread_time()
            try:
                return inner(*args, **rest)
            finally:
                with lock:
                    spent[what] = spent.get(what, 0.0) + time.thread_time() - start

        setattr(module, name, outer)

    timed(making, "fetch_patch", "reading the patch")
    timed(making, "made_of", "reading and putting together")
    timed(content, "map_part", "  of it maps")
    timed(making, "completeness_of", "completeness")
    timed(dossier_pdf, "for_print", "pictures made small")
    timed(dossier_pdf, "sheet_data", "maps to paper")
    timed(dossier_pdf, "typeset", "typesetting")
    return spent


def filled(clerk: Any, wanted: int, photos: int) -> list[int]:
    """The keys of so many patches, copied from those there are, each with its photos."""
    from django.db import transaction

    from liangtian.programmes.enforcement.models import Patch, PatchArea

    there = list(Patch.objects.exclude(number__startswith="B").select_related("region", "county"))
    pictures = taken(clerk)
    for n in range(Patch.objects.filter(number__startswith="B").count(), wanted):
        old = there[n % len(there)]
        with transaction.atomic():
            new = copied(clerk, old, f"B{n:06d}")
            PatchArea.objects.bulk_create(
                PatchArea(patch=new, version_id=a.version_id, category=a.category, m2=a.m2)
                for a in old.areas.all()
            )
            photographed(clerk, new, pictures, photos, n)
    rows = Patch.objects.filter(number__startswith="B").order_by("number")
    return list(rows.values_list("pk", flat=True)[:wanted])


def copied(clerk: Any, old: Any, number: str) -> Any:
    from liangtian.programmes.enforcement.flow import new_case, receive

    (case,) = receive([new_case(old.county, number, old.region)], clerk)
    new = copy.copy(old)
    new.pk, new._state.adding, new.case, new.number = None, True, case, number
    new.judgement_outcome, new.judged_by, new.judged_at = "", None, None
    new.confirmed_by, new.confirmed_at, new.overridden = None, None, False
    new.save()
    return new


def taken(clerk: Any) -> list[Any]:
    """Pictures of twelve megapixels with something in them, stored once."""
    import numpy as np
    from PIL import Image

    from liangtian.platform.files.services import store

    out = []
    for n in range(PICTURES):
        noise = np.random.default_rng(n).integers(0, 255, (75, 100, 3), dtype=np.uint8)
        picture = Image.fromarray(noise).resize(PIXELS, Image.Resampling.BICUBIC)
        content = BytesIO()
        picture.save(content, "JPEG", quality=90)
        name = f"照片{n}.jpg"
        out.append(store([content.getvalue()], name, user=clerk, region=clerk.region, kind="photo"))
    return out


def photographed(clerk: Any, patch: Any, pictures: list[Any], count: int, n: int) -> None:
    from django.utils import timezone

    from liangtian.programmes.enforcement.models import PatchPhoto

    _, south, east, north = patch.geom.bounds
    PatchPhoto.objects.bulk_create(
        PatchPhoto(
            patch=patch, file=pictures[(n + k) % PICTURES], taken_at=timezone.now(), lon=east,
            lat=(south + north) / 2, azimuth=90.0 * k % 360, distance_m=1.0, added_by=clerk,
        )
        for k in range(min(count, PICTURES))
    )  # fmt: skip


if __name__ == "__main__":
    main()
