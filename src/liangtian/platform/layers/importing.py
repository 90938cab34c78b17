"""The import of one layer: part by part, in memory that does not grow with the layer."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import transaction

from liangtian.geo.formats import VectorStream
from liangtian.geo.topology import FigureFile
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.layers.checks.engine import Checker
from liangtian.platform.layers.checks.kinds import UNIT_DIGITS, Setting
from liangtian.platform.layers.checks.rules import PACK, rule_set
from liangtian.platform.layers.found import Found
from liangtian.platform.layers.models import Feature, Layer, LayerProblem, LayerVersion
from liangtian.platform.layers.reading import Prepared, Preparer
from liangtian.platform.layers.storing import as_multi, insert_rows
from liangtian.platform.layers.topology import Names, gap_findings, overlap_findings
from liangtian.platform.regions.models import Region
from liangtian.policy.pack import load_pack

CHUNK = 10_000  # features read, checked and stored together, in one transaction
STORED, MATCHED = 0.75, 0.85  # share of the work done once all is stored, once overlaps are known


def setting_of(version: LayerVersion) -> Setting:
    """What the checks of a version go by."""
    county = version.region_id
    villages = Region.objects.filter(code__startswith=county, level=Region.Level.VILLAGE)
    return Setting(
        version.valid_from,
        load_pack(PACK),
        rule_set(version.layer.rules),
        county,
        frozenset(code[:UNIT_DIGITS] for code in villages.values_list("code", flat=True)),
    )


def clear(version: LayerVersion) -> None:
    with transaction.atomic():
        Feature.objects.filter(version=version).delete()
        LayerProblem.objects.filter(version=version).delete()


class Import:
    """One run over one file."""

    def __init__(
        self, run: JobRun, version: LayerVersion, source: VectorStream, category_field: str | None
    ) -> None:
        self.run, self.version, self.source = run, version, source
        self.setting = setting_of(version)
        self.checker = Checker(self.setting, [info.name for info in source.fields])
        self.preparer = Preparer(source, version.layer, category_field, self.checker)
        self.rows: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        self.fids: list[str] = []
        self.categories: list[str] = []
        self.extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.classes: dict[str, list[Decimal]] = defaultdict(list)

    def run_all(self) -> None:
        """Read, check, store; then what concerns the whole; then the new state."""
        with FigureFile() as figures:
            self._store_parts(figures)
            if not self.fids:
                raise Refused("文件里没有一个可用的面状图形，未导入。请检查数据。")
            problems = self.preparer.finish()
            problems += self.checker.report(self._topology(figures))
        self._settle(problems)

    def _store_parts(self, figures: FigureFile) -> None:
        total, start = self.source.count, 0
        for part in self.source.parts(CHUNK):
            stop = start + len(part.fids)
            note = f"检查并写入第 {start + 1} 至 {stop} 个图形，共 {total} 个"
            self.run.progress(STORED * start / max(total, 1), note)
            prepared = self.preparer.part(part, start)
            if prepared.fids:
                self._store(prepared)
                figures.add(prepared.plane)
            start = stop

    def _store(self, ready: Prepared) -> None:
        columns, n = ready.columns, len(ready.fids)
        insert_rows(
            Feature,
            {
                "version_id": [self.version.pk] * n,
                "row": ready.rows.tolist(),
                "fid": ready.fids,
                "category": columns.categories,
                "title": columns.titles,
                "date_from": columns.date_from,
                "date_to": columns.date_to,
                "area_m2": ready.areas,
                "attributes": columns.attributes(),
            },
            as_multi(ready.geoms),
        )
        own = shapely.total_bounds(ready.geoms)
        self.extent = np.r_[
            np.minimum(self.extent[:2], own[:2]), np.maximum(self.extent[2:], own[2:])
        ]
        self.rows.append(ready.rows)
        self.fids += ready.fids
        self.categories += columns.categories
        for category, m2 in zip(columns.categories, ready.areas, strict=True):
            self.classes[category].append(m2)

    def _topology(self, figures: FigureFile) -> list[Found]:
        layer, crs = self.version.layer, self.preparer.resolved.crs
        if layer.group == Layer.Group.APPROVAL:
            return []  # one approval may lie over another: each is a fact of its own
        self.run.progress(STORED, f"检查 {len(self.fids)} 个图形是否重叠")
        found = overlap_findings(
            figures, Names(np.concatenate(self.rows), self.fids, self.categories), crs, self.setting,
            exclusive=layer.exclusive,
            told=lambda s: self.run.progress(STORED + (MATCHED - STORED) * s, "检查图形是否重叠"),
        )  # fmt: skip
        if self.setting.rules.covers:
            found += gap_findings(
                figures, crs, self.setting, self.version.region.geom,
                told=lambda s: self.run.progress(MATCHED + (0.98 - MATCHED) * s, "检查图形之间的缝隙"),
            )  # fmt: skip
        return found

    def _settle(self, problems: list[Found]) -> None:
        """What is known of the whole, its problems, and the new state: in one transaction."""
        version = self.version
        with transaction.atomic():
            store_problems(version, problems)
            version.feature_count = len(self.fids)
            version.classes = class_areas(self.classes)
            version.area_m2 = sum(
                (sum(areas, Decimal(0)) for areas in self.classes.values()), Decimal(0)
            )
            version.bounds = self.extent.tolist()
            version.crs_label = self.preparer.resolved.title[:200]
            version.encoding = self.source.encoding[:20]
            note = self.preparer.resolved.note
            version.notes = [*self.source.notes, *([note] if note else [])]
            version.checks = self.checker.summary()
            version.status = LayerVersion.Status.CHECKED
            version.save()
            after = {"features": version.feature_count, "problems": len(problems)}
            record(self.run.job.created_by, "layers.checked", version, after=after)


def class_areas(classes: dict[str, list[Decimal]]) -> list[dict[str, Any]]:
    """Number and area of each category, as the version keeps them."""
    return [
        {"category": name, "count": len(areas), "area_m2": str(sum(areas, Decimal(0)))}
        for name, areas in sorted(classes.items())
    ]


def store_problems(version: LayerVersion, problems: list[Found]) -> None:
    """The findings as rows of the problem list."""
    shapes = np.empty(len(problems), dtype=object)
    shapes[:] = [one.shape for one in problems]
    if not problems:
        return
    insert_rows(
        LayerProblem,
        {
            "version_id": [version.pk] * len(problems),
            "row": [one.row for one in problems],
            "feature": [one.feature[:200] for one in problems],
            "severity": [str(one.severity) for one in problems],
            "reason": [one.reason for one in problems],
            "lon": [one.location[0] if one.location else None for one in problems],
            "lat": [one.location[1] if one.location else None for one in problems],
            "rule": [one.rule for one in problems],
            "field": [one.field[:60] for one in problems],
            "value": [one.value[:100] for one in problems],
            "other_row": [one.other for one in problems],
            "area_m2": [one.m2 for one in problems],
        },
        shapes,
    )
