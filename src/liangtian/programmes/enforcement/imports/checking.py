"""Checking a batch row by row: what is wrong, with field, value, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from liangtian.platform.cell_values import text_of
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.places import Places
from liangtian.programmes.enforcement.imports.attributes import cells, check_attributes
from liangtian.programmes.enforcement.imports.figures import (
    Limits,
    check_figures,
    compare_areas,
    find_overlaps,
    find_places,
)
from liangtian.programmes.enforcement.imports.findings import Checked, Findings, Row
from liangtian.programmes.enforcement.imports.reading import Source


def check_rows(
    source: Source,
    mapping: Mapping[str, str | None],
    county: Region,
    *,
    present: Mapping[str, str],
    limits: Limits,
    report: Callable[[float, str], None],
) -> Checked:
    """Check every row of the layer; a row is told all that is wrong with it at once.

    `present` maps numbers already in the register to the title of their batch. `report` hears how far
    the work is and may stop it by raising.
    """
    layer = source.layer
    report(0.1, f"正在检查 {len(layer.fids)} 行属性")
    texts = cells(layer, mapping)
    findings = Findings([row["number"] for row in texts])
    values = check_attributes(texts, mapping, present, findings)
    report(0.3, "正在检查图形")
    figures = check_figures(source, findings)
    compare_areas(figures, values, limits, findings)
    report(0.5, "正在查找图斑所在的村")
    regions = find_places(figures, Places(county), county, findings)
    report(0.7, "正在查找重叠的图斑")
    find_overlaps(figures, findings)
    rows = []
    for i, region in enumerate(regions):
        if region is None or not findings.good[i]:
            continue
        attributes = {name: text_of(column[i]) for name, column in layer.columns.items()}
        rows.append(
            Row(
                i + 1, findings.numbers[i], region, values[i], attributes,
                figures.area[i], figures.degrees[i],
            )
        )  # fmt: skip
    return Checked(rows, sorted(findings.faults, key=lambda fault: fault.row))
