"""The seeded county in a database: regions, people and every layer published, without the checks of an import.

    python benchmarks/overlay/stored.py --size M --data DIR [--files DIR]

fills the database of LIANGTIAN_DATA=DIR (or LIANGTIAN_DATABASE_URL) once; the other benchmarks here then use it.
Repairs what is invalid, since only that is refused later, and makes the prepared layers.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any


def main(argv: Sequence[str] | None = None) -> int:
    """Fill a database and tell what each layer took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="S", choices="TSML")
    parser.add_argument("--data", type=Path, required=True, help="data folder, kept")
    parser.add_argument("--files", type=Path, help="where the generated files lie or are made")
    args = parser.parse_args(argv)
    opened(args.data)
    clerk = filled(args.files or args.data / "demo", args.size)
    print(f"县级经办员 {clerk.username}")
    return 0


def opened(data: Path) -> None:
    """Django on the database of a data folder."""
    os.environ["LIANGTIAN_DATA"] = str(data)
    data.mkdir(parents=True, exist_ok=True)
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def filled(files: Path, size: Any) -> Any:
    """The county's clerk, once all layers are in."""
    from liangtian.platform.layers import ready
    from liangtian.platform.layers.models import LayerVersion
    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.people.models import User
    from liangtian.platform.people.services import ensure_roles
    from liangtian.site.demo import load
    from liangtian.site.demo.generate import generate

    if not (files / "manifest.json").is_file():
        generate(files, size)
    manifest = json.loads((files / "manifest.json").read_text("utf-8"))
    ensure_roles()
    ensure_catalogue()
    if not User.objects.filter(roles__code="county_clerk").exists():
        load._load_regions(files, manifest)
        load._load_people(json.loads((files / "people.json").read_text("utf-8")))
    clerk = User.objects.filter(roles__code="county_clerk").order_by("pk")[0]
    for entry in manifest["files"]:
        if entry["kind"] in load.LAYER_CODES:
            started = time.perf_counter()
            if made := _layer(clerk, files, entry, load.LAYER_CODES[entry["kind"]]):
                spent = time.perf_counter() - started
                print(f"{made}\t{made.feature_count}\t{spent:.1f} s", flush=True)
    for version in LayerVersion.objects.filter(status="published").select_related("source_file"):
        ready.prepared(version)  # of an earlier program they are made anew
    return clerk


def _layer(clerk: Any, files: Path, entry: dict[str, Any], code: str) -> Any:
    """A published version with the figures of a file; None when it is there already."""
    import numpy as np
    import shapely
    from django.db import transaction
    from django.utils import timezone

    from liangtian.geo.area import densified, round_m2, survey_areas
    from liangtian.geo.crs import resolve_crs, to_4490
    from liangtian.geo.formats import read
    from liangtian.platform.files.services import read_chunks, store
    from liangtian.platform.layers import ready
    from liangtian.platform.layers.models import Feature, Layer, LayerVersion
    from liangtian.platform.layers.storing import as_multi, insert_rows

    layer = Layer.objects.get(code=code)
    label = f"{entry['year']}年度" if entry["year"] else entry["valid_from"][:7]
    if LayerVersion.objects.filter(layer=layer, label=label).exists():
        return None
    path = files / entry["path"]
    found = read(path).layers[0]
    crs = resolve_crs(found.crs, tuple(shapely.total_bounds(found.geometry).tolist())).crs
    shapes = to_4490(densified(found.geometry, crs), crs)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    keep = np.flatnonzero(~shapely.is_empty(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6)))
    shapes = shapes[keep]
    areas = [round_m2(m2) for m2 in survey_areas(shapes).tolist()]

    def column(role: str, fallback: str) -> list[str]:
        names = {name.upper(): name for name in found.columns}
        field = next((names[n] for n in layer.fields.get(role, []) if n in names), None)
        values = found.columns[field][keep].tolist() if field else [fallback] * len(keep)
        return [str(value or fallback).strip() or fallback for value in values]

    file = store(read_chunks(path), path.name, user=clerk, region=clerk.region, kind="layer")
    with transaction.atomic():
        version = LayerVersion.objects.create(
            layer=layer, label=label, region=clerk.region, source_file=file, created_by=clerk,
            valid_from=date.fromisoformat(entry["valid_from"]), feature_count=len(keep),
            area_m2=sum(areas), bounds=shapely.total_bounds(shapes).tolist(), status="checked",
        )  # fmt: skip
        insert_rows(
            Feature,
            {
                "version_id": [version.pk] * len(keep), "row": (keep + 1).tolist(),
                "fid": [str(found.fids[i])[:60] for i in keep.tolist()],
                "category": [c[:40] for c in column("category", code)],
                "title": ["" if c == "-" else c[:200] for c in column("title", "-")],
                "area_m2": areas, "attributes": [{}] * len(keep),
            },
            as_multi(shapes),
        )  # fmt: skip
        version.status, version.published_at, version.published_by = (
            "published",
            timezone.now(),
            clerk,
        )
        version.save()
    ready.make(version)
    return version


if __name__ == "__main__":
    raise SystemExit(main())
