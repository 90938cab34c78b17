"""Layers and patches of the test county, made through the models; metres from its south-west corner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from liangtian.geo.area import densified, survey_area
from liangtian.geo.crs import to_4490
from liangtian.platform.files.services import store
from liangtian.platform.layers.models import Feature, Layer, LayerVersion
from liangtian.platform.layers.services import ensure_catalogue
from liangtian.programmes.enforcement.flow import new_case, receive
from liangtian.programmes.enforcement.models import Batch, Patch
from tests.conftest import ZONE_38, County, plane_box

BEFORE, AFTER = date(2026, 1, 5), date(2026, 3, 10)


def degrees(plane: Any) -> Any:
    """A figure of zone 38 in EPSG:4490, edges cut as the survey cuts them."""
    one = np.empty(1, dtype=object)
    one[0] = plane
    return to_4490(densified(one, ZONE_38), ZONE_38)[0]


def box(west: float, south: float, width: float, height: float) -> Any:
    """A rectangle in zone 38."""
    return plane_box(west, south, width, height)


def publish(
    people: Any,
    county: County,
    code: str,
    features: Sequence[tuple[Any, dict[str, Any]]],
    *,
    label: str = "2025",
    valid_from: date = date(2025, 12, 31),
) -> LayerVersion:
    """A published version of a layer of the catalogue; features are (plane figure, Feature fields)."""
    if not Layer.objects.exists():
        ensure_catalogue()
    layer = Layer.objects.get(code=code)
    file = store(
        [f"{code}{label}{len(features)}".encode()], f"{code}.gpkg",
        user=people.clerk, region=county.county, kind="layer",
    )  # fmt: skip
    version = LayerVersion.objects.create(
        region=county.county, layer=layer, label=label, status="checked", valid_from=valid_from,
        source_file=file, created_by=people.clerk, published_by=people.clerk,
        published_at=timezone.now(), feature_count=len(features),
    )  # fmt: skip
    Feature.objects.bulk_create(
        Feature(
            version=version, row=row, fid=str(row), area_m2=survey_area(plane, ZONE_38),
            geom=degrees(plane), **{"category": code, **fields},
        )
        for row, (plane, fields) in enumerate(features, start=1)
    )  # fmt: skip
    version.status = "published"
    version.save(update_fields=["status"])
    return version


def publish_usual(people: Any, county: County) -> dict[str, LayerVersion]:
    """Paddy in the south of the county up to 5 km, woods above; basic farmland in its first 1 km."""
    survey = [
        (box(-100, -100, 20_200, 5_100), {"category": "0101"}),
        (box(-100, 5_000, 20_200, 5_100), {"category": "0301"}),
    ]
    return {
        "dltb": publish(people, county, "dltb", survey),
        "pbf": publish(people, county, "pbf", [(box(-100, -100, 20_200, 1_100), {})]),
    }


def approval(plane: Any, number: str, start: date | None, end: date | None = None) -> Any:
    """A feature of an approval layer."""
    return plane, {"title": number, "date_from": start, "date_to": end}


def make_batch(
    people: Any, county: County, rows: Sequence[tuple[str, Any, Any]], **values: Any
) -> Batch:
    """A batch with patches (number, plane figure, region), entered but not measured."""
    title = values.pop("title", "2026年3月卫片图斑")
    file = store(
        [title.encode()], "图斑.zip", user=people.clerk, region=county.county, kind="batch"
    )
    kind, period = values.pop("kind", Batch.Kind.LAND), values.pop("period", "2026-03")
    with transaction.atomic():
        batch = Batch.objects.create(
            region=county.county, title=title, period=period, kind=kind, file=file,
            file_sha256=file.sha256, layer="WPTB", crs_label="CGCS2000 3度带第38带",
            imported_by=people.clerk,
        )  # fmt: skip
        for row, (number, plane, region) in enumerate(rows, start=1):
            (case,) = receive([new_case(county.county, number, region)], people.clerk)
            fields = {
                "monitoring_type": "20", "period_before": BEFORE, "period_after": AFTER, **values,
            }  # fmt: skip
            Patch.objects.create(
                region=region, batch=batch, case=case, number=number, county=county.county,
                row=row, geom=degrees(plane), area_m2=survey_area(plane, ZONE_38), **fields,
            )  # fmt: skip
    return batch
