"""Rows of the matrix: checks, flattening, owners, comparisons and exports of layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import CLERK, COUNTY_ONLY, LAYERS, VERSION, Row, holding
from tests.site.world import World

COMPARISON = "/api/layers/comparisons/{comparison_id}"
COUNTY = LAYERS - {"township_clerk", "township_leader", "grid_worker"}
TAKING = holding("layers.export")
BELOW = dict.fromkeys(LAYERS - COUNTY, 404)  # a comparison speaks of the whole county


def _checked(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"version_id": w.versions[place]["checked"].pk}}


def _overlapping(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.layers.models import LayerProblem

    version = w.versions[place]["checked"]
    LayerProblem.objects.create(
        version=version, row=1, other_row=2, rule="G03", severity="warning", reason="重叠"
    )
    return {"path": {"version_id": version.pk}, "json": {"rule": "row"}}


def _file(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"file_id": w.files[place]["layer"].pk}, "query": {"layer_code": "dltb"}}


def _owner(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"code": "redline"}, "json": {"office_code": None}}


def _later(w: World, place: str) -> Any:
    from liangtian.platform.layers.models import LayerVersion

    version = w.versions[place]["published"]
    later = LayerVersion.objects.get(pk=version.pk)
    later.pk, later.label, later.status = None, f"比较用{LayerVersion.objects.count()}", "checked"
    later.save()
    return later


def _pair(w: World, place: str) -> Mapping[str, Any]:
    before = w.versions[place]["published"]
    return {"json": {"before_id": before.pk, "after_id": _later(w, place).pk}}


def _comparison(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.layers.models import LayerComparison

    before = w.versions[place]["published"]
    made = LayerComparison.objects.create(
        before=before,
        after=_later(w, place),
        region=before.region,
        created_by=before.created_by,
        done=True,
    )
    return {"path": {"comparison_id": made.pk}}


def _new_export(w: World, place: str) -> Mapping[str, Any]:
    version = w.versions[place]["published"]
    return {"path": {"version_id": version.pk}, "json": {"format": "gpkg"}}


def _export(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.layers.exporting import export_path
    from liangtian.platform.layers.models import LayerExport

    version = w.versions[place]["published"]
    made = LayerExport.objects.create(
        version=version, format="gpkg", region=version.region, created_by=version.created_by,
        file_name="示例.zip",
    )  # fmt: skip
    export_path(made).parent.mkdir(parents=True, exist_ok=True)
    export_path(made).write_bytes(b"PK")
    return {"path": {"export_id": made.pk}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/layers/files/{file_id}/reading", CLERK, _file, COUNTY_ONLY),
    Row("GET", f"{VERSION}/checks", CLERK, _checked, COUNTY_ONLY),
    Row("GET", f"{VERSION}/findings.xlsx", CLERK, _checked, COUNTY_ONLY),
    Row("POST", f"{VERSION}/report", CLERK, _checked, COUNTY_ONLY),
    Row("GET", f"{VERSION}/plan", CLERK, _checked, COUNTY_ONLY),
    Row("GET", f"{VERSION}/cuts", CLERK, _checked, COUNTY_ONLY),
    Row("POST", f"{VERSION}/flatten", CLERK, _overlapping, COUNTY_ONLY),
    Row("PUT", "/api/layers/{code}/owner", CLERK, _owner),
    Row("GET", "/api/layers/comparisons", LAYERS),
    Row("POST", "/api/layers/comparisons", CLERK, _pair, COUNTY_ONLY),
    Row("GET", COMPARISON, COUNTY, _comparison, COUNTY_ONLY, other=BELOW),
    Row("GET", f"{COMPARISON}/report.xlsx", COUNTY, _comparison, COUNTY_ONLY, other=BELOW),
    Row("POST", f"{COMPARISON}/report", COUNTY, _comparison, COUNTY_ONLY, other=BELOW),
    Row(
        "POST",
        f"{COMPARISON}/exports",
        COUNTY & TAKING,
        _comparison,
        COUNTY_ONLY,
        other=dict.fromkeys(TAKING - COUNTY, 404),
    ),
    Row("GET", "/api/layers/offices", CLERK),
    Row("GET", "/api/layers/exports", LAYERS),
    Row("POST", f"{VERSION}/exports", TAKING, _new_export, COUNTY_ONLY),
    Row("GET", "/api/layers/exports/{export_id}/file", TAKING, _export, COUNTY_ONLY),
)
