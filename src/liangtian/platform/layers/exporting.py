"""A version written out for a user: their own ground only, part by part, packed with a readme."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import round_m2, survey_areas, to_mu
from liangtian.geo.formats.bulk_writer import ENCODING, BulkWriter
from liangtian.platform.layers import report
from liangtian.platform.layers.catalogue import field_label, whole_area_fields
from liangtian.platform.layers.models import (
    Feature,
    Layer,
    LayerChange,
    LayerComparison,
    LayerExport,
    LayerVersion,
)
from liangtian.platform.layers.queries import SLIVER_M2, cut
from liangtian.platform.people.scope import scope_geometry
from liangtian.press.workbook import write_workbook

PART = 2_000
OWN = {
    "行号": "integer", "要素编号": "text", "类别": "text", "类别名称": "text", "名称": "text",
    "起始日期": "text", "截止日期": "text", "面积平方米": "real", "面积亩": "real", "是否裁切": "text",
}  # fmt: skip
CHANGED = {
    "行号": "integer", "要素编号": "text", "变化前": "text", "变化前名称": "text", "变化后": "text",
    "变化后名称": "text", "面积平方米": "real", "面积亩": "real",
}  # fmt: skip


def export_path(export: LayerExport) -> Path:
    """Where the packed file lies."""
    suffix = "xlsx" if export.format == LayerExport.Format.XLSX else "zip"
    return Path(settings.DATA) / "exports" / f"layer-{export.pk}.{suffix}"


def write_export(export: LayerExport, told: Callable[[float], None]) -> None:
    """Write the version, cut to what the exporter may see and to the export's region, or the changed
    figures of a comparison; fills in the row.

    Raises FormatRefused when a value does not fit the format.
    """
    target = export_path(export)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        room, comparison = Path(folder), export.comparison
        if export.format == LayerExport.Format.XLSX:
            name, count = _write_report(export, room, target, told)
        elif comparison is None:
            name, count = _write_version(export, room, target, told)
        else:
            name, count = _write_changes(export, comparison, room, target, told)
    export.features = count
    export.file_name = f"{name}.xlsx" if target.suffix == ".xlsx" else f"{name}_{export.format}.zip"
    export.size = target.stat().st_size
    with target.open("rb") as handle:
        export.sha256 = hashlib.file_digest(handle, "sha256").hexdigest()


def _write_version(
    export: LayerExport, folder: Path, target: Path, told: Callable[[float], None]
) -> tuple[str, int]:
    version = export.version
    scopes = _scopes(export)
    attributes = attribute_names(version)
    name = _plain(f"{version.layer.code}_{version.label}")
    labels = {field: field_label(field) for field in attributes}
    # A field of the delivery that is called like one of ours keeps its values under another name.
    named = {f"{n}_原" if n in OWN else n: n for n in attributes}
    columns = {**OWN, **{shown: attributes[n] for shown, n in named.items()}}
    writer = BulkWriter(folder, export.format, name, columns, labels=labels)
    done = 0
    for batch in _batches(version, scopes):
        geoms, rows, was_cut = _seen(batch, scopes)
        writer.add(geoms, _columns(version, rows, geoms, was_cut, named))
        done += len(batch)
        told(min(done / max(version.feature_count, 1), 0.98))
    writer.pack(readme(export, writer.count), target)
    return name, writer.count


def _write_report(
    export: LayerExport, folder: Path, target: Path, told: Callable[[float], None]
) -> tuple[str, int]:
    """The report as a workbook, row by row; the number is that of its rows one by one."""
    user, version, comparison = export.created_by, export.version, export.comparison
    if comparison is None:
        sheets, whole = report.findings_sheets(user, version), report.findings_rows(version)
        name = f"{version.layer.code}_{version.label}_findings"
    else:
        sheets, whole = report.comparison_sheets(user, comparison), comparison.changed
        name = f"{version.layer.code}_{comparison.before.label}_{version.label}_report"
    done = 0

    def counted(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        nonlocal done
        for row in rows:
            done += 1
            if done % PART == 0:
                told(min(done / max(whole, 1), 0.98))
            yield row

    path = folder / "report.xlsx"
    write_workbook(path, [replace(sheet, rows=counted(sheet.rows)) for sheet in sheets])
    shutil.move(path, target)
    return _plain(name), whole


def _write_changes(
    export: LayerExport,
    comparison: LayerComparison,
    folder: Path,
    target: Path,
    told: Callable[[float], None],
) -> tuple[str, int]:
    layer = comparison.after.layer
    name = _plain(f"{layer.code}_{comparison.before.label}_{comparison.after.label}_changes")
    writer = BulkWriter(folder, export.format, name, CHANGED)
    found = LayerChange.objects.filter(comparison=comparison).iterator(PART)
    while batch := list(islice(found, PART)):
        geoms = np.empty(len(batch), dtype=object)
        geoms[:] = [one.geom for one in batch]
        writer.add(geoms, _change_columns(layer, batch))
        told(min(writer.count / max(comparison.changed, 1), 0.98))
    lines = [
        f"版本比较：{comparison}",
        f"变化图形：{writer.count} 个",
        "坐标系：CGCS2000 经纬度(EPSG:4490)，经度在前，单位度",
        "面积：CGCS2000 椭球面积，平方米，保留两位小数；1 亩 = 2000/3 平方米",
        f"导出人：{export.created_by.name}，导出时间：{export.created_at:%Y-%m-%d %H:%M}",
    ]
    writer.pack(lines, target)
    return name, writer.count


def _plain(name: str) -> str:
    return name.replace("/", "_").replace(" ", "")


def _change_columns(layer: Layer, batch: Sequence[LayerChange]) -> dict[str, list[Any]]:
    def named(code: str) -> str:
        return layer.category_name(code) if code else "图层以外"

    return {
        "行号": [one.row for one in batch],
        "要素编号": [one.fid for one in batch],
        "变化前": [one.before for one in batch],
        "变化前名称": [named(one.before) for one in batch],
        "变化后": [one.after for one in batch],
        "变化后名称": [named(one.after) for one in batch],
        "面积平方米": [float(one.area_m2) for one in batch],
        "面积亩": [float(round(to_mu(one.area_m2), 4)) for one in batch],
    }


def readme(export: LayerExport, count: int) -> list[str]:
    """What the file is, for whoever opens it later."""
    version = export.version
    encoding = f"{ENCODING}(附 .cpg)" if export.format == "shp" else "UTF-8"
    until = version.valid_to or "长期"
    return [
        f"图层：{version.layer.name}({version.layer.code})",
        f"版本：{version.label}，有效期 {version.valid_from} 至 {until}，状态 {version.get_status_display()}",
        f"来源文件 SHA-256：{version.source_file.sha256}",
        f"范围：{export.region.name}({export.region_id})，图形 {count} 个",
        "坐标系：CGCS2000 经纬度(EPSG:4490)，经度在前，单位度",
        f"文字编码：{encoding}",
        "面积：CGCS2000 椭球面积，平方米，保留两位小数；1 亩 = 2000/3 平方米",
        "跨范围边界的图形已裁切，面积为裁切后面积；原图斑的面积字段不再列出。",
        "字段名对照见“字段说明.txt”。",
        f"导出人：{export.created_by.name}，导出时间：{export.created_at:%Y-%m-%d %H:%M}",
    ]


def attribute_names(version: LayerVersion) -> dict[str, str]:
    """Every attribute field that a figure of the version has, and the kind of its values."""
    found: dict[str, set[type]] = {}
    every = Feature.objects.filter(version=version).values_list("attributes", flat=True)
    for attributes in every.iterator(PART):
        for name, value in attributes.items():
            found.setdefault(name, set()).add(type(value))
    kinds = {}
    for name, types in found.items():
        number = "real" if float in types else "integer"
        kinds[name] = number if types <= {int, float} else "text"
    return kinds


def _scopes(export: LayerExport) -> list[BaseGeometry]:
    """Boundaries to cut at: the exporter's own, and the region asked for when it lies below the county."""
    out = []
    own = scope_geometry(export.created_by)
    if own is not None:
        out.append(own)
    region = export.region
    if region.level not in ("province", "prefecture", "county") and region.geom is not None:
        out.append(region.geom)
    return out


def _batches(version: LayerVersion, scopes: list[BaseGeometry]) -> Iterator[list[Feature]]:
    rows = Feature.objects.filter(version=version).order_by("pk")
    for scope in scopes:
        rows = rows.filter(geom__bbox=scope.bounds)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:PART]):
        yield batch
        last = batch[-1].pk


def _seen(
    batch: list[Feature], scopes: list[BaseGeometry]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.object_]], list[Feature], list[bool]]:
    geoms = np.empty(len(batch), dtype=object)
    geoms[:] = [one.geom for one in batch]
    for scope in scopes:
        there = ~shapely.is_missing(geoms)
        geoms[there] = cut(geoms[there], scope)
    keep = np.flatnonzero(~shapely.is_missing(geoms)).tolist()
    rows, left = [batch[i] for i in keep], geoms[keep]
    if not scopes:
        return left, rows, [False] * len(rows)
    lost = np.array([float(one.area_m2) for one in rows]) - survey_areas(left)
    return left, rows, (lost >= SLIVER_M2).tolist()


def _columns(
    version: LayerVersion,
    rows: list[Feature],
    geoms: Any,
    was_cut: list[bool],
    named: dict[str, str],
) -> dict[str, list[Any]]:
    hidden = whole_area_fields()
    layer = version.layer
    areas = [
        round_m2(m2) if was else one.area_m2
        for one, m2, was in zip(rows, survey_areas(geoms).tolist(), was_cut, strict=True)
    ]
    return {
        "行号": [one.row for one in rows],
        "要素编号": [one.fid for one in rows],
        "类别": [one.category for one in rows],
        "类别名称": [layer.category_name(one.category) for one in rows],
        "名称": [one.title for one in rows],
        "起始日期": [one.date_from for one in rows],
        "截止日期": [one.date_to for one in rows],
        "面积平方米": [float(m2) for m2 in areas],
        "面积亩": [float(round(to_mu(m2), 4)) for m2 in areas],
        "是否裁切": ["是" if was else "否" for was in was_cut],
        **{
            shown: [
                None if was and name.upper() in hidden else one.attributes.get(name)
                for one, was in zip(rows, was_cut, strict=True)
            ]
            for shown, name in named.items()
        },
    }
