"""Checking an intake row by row: what may enter, what it would do, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.codes import overlap_tolerance_m2
from liangtian.programmes.holdings.ground import county_of, shared_m2
from liangtian.programmes.holdings.intake.agreements import check_contracts, kept
from liangtian.programmes.holdings.intake.cells import Draft, Reader
from liangtian.programmes.holdings.intake.findings import SHAPE, Findings
from liangtian.programmes.holdings.intake.land import (
    Ground,
    compare_areas,
    find_neighbours,
    find_overlaps,
    find_places,
)
from liangtian.programmes.holdings.intake.people import (
    IN_A_QUERY,
    Named,
    Villages,
    named_holders,
    settle,
)
from liangtian.programmes.holdings.intake.sources import Source
from liangtian.programmes.holdings.models import Holder, Intake, Parcel, ParcelVersion, StagedRow

Report = Callable[[float, str], None]
Act = StagedRow.Act
_FIX = "请在源文件中修正该图形后重新导入；系统不会擅自改动图形"
# What of a state an import may change; blank cells leave these as they are.
CHANGES = (
    "ownership", "way", "source_paper", "paper_number", "land_kind", "actual_use", "irrigation",
    "reclaimed_year", "place_name", "note", "corps",
)  # fmt: skip


@dataclass
class Checked:
    """What was found; `staged` are the rows that may enter, unsaved, with the key of their holder."""

    staged: list[tuple[StagedRow, str | None]]
    named: dict[str, Named]
    findings: Findings


def check_intake(intake: Intake, source: Source, report: Report) -> Checked:
    """Check every row; a row is told all that is wrong with it at once. `report` may stop it by raising."""
    table, area = source.table, intake.region
    county = county_of(area.code)
    findings = Findings(len(table.rows))
    report(0.05, f"正在读取 {len(table.rows)} 行")
    reader = Reader(table, intake.mapping, intake.constants, intake.words, findings)
    drafts = [reader.row(i) for i in range(len(table.rows))]
    report(0.25, "正在检查地块编码与图形")
    codes = [d.code for d in drafts]
    repeated = _once(codes, table.numbers, findings)
    present = _present(codes, county, area, findings)
    ground = _ground(
        source, intake.code_field, codes, present=present, repeated=repeated, findings=findings
    )
    report(0.4, "正在查找地块所在的村")
    places = dict(find_places(ground, area, findings))
    places |= {i: version.region for i, version in present.items()}
    report(0.5, "正在查找重叠的地块")
    find_overlaps(ground, codes, table.numbers, findings)
    find_neighbours(ground, county, intake.on, findings, {})
    _late(present, intake, findings)
    m2 = [ground.area[i] if ground.geoms[i] is not None else None for i in range(len(drafts))]
    for i, version in present.items():
        m2[i] = version.area_m2
    compare_areas(ground, [d.area_mu for d in drafts], findings)
    report(0.7, "正在核对权利人")
    where = [places.get(i) for i in range(len(drafts))]
    named, keys = named_holders(
        drafts, places=where, table=table, mapping=intake.mapping, villages=Villages(area),
        findings=findings,
    )  # fmt: skip
    settle(named, county, table, findings)
    report(0.8, "正在核对合同")
    parcels = {i: version.parcel_id for i, version in present.items()}
    check_contracts(
        drafts, keys, area=m2, parcels=parcels, county=county, numbers=table.numbers,
        findings=findings,
    )  # fmt: skip
    staged = _staged(
        intake, drafts, keys, places=places, present=present, ground=ground,
        numbers=table.numbers, named=named, findings=findings,
    )  # fmt: skip
    return Checked(staged, named, findings)


def _once(codes: Sequence[str], numbers: Sequence[int], findings: Findings) -> set[int]:
    """The rows whose code stands in an earlier one."""
    first: dict[str, int] = {}
    repeated = set()
    for i, code in enumerate(codes):
        if code and code in first:
            findings.error(
                i, "code", code, f"与第 {numbers[first[code]]} 行的地块编码重复",
                "同一地块只能有一行；一块地有几户的请先分割",
            )  # fmt: skip
            repeated.add(i)
        first.setdefault(code, i)
    return repeated


def _present(
    codes: Sequence[str], county: str, area: Region, findings: Findings
) -> dict[int, ParcelVersion]:
    """Today's state of the rows whose code the register has; a code of the past or of elsewhere is refused."""
    row_of = {code: i for i, code in reversed(list(enumerate(codes))) if code}
    wanted = sorted(row_of)
    found: dict[int, ParcelVersion] = {}
    for start in range(0, len(wanted), IN_A_QUERY):
        some = wanted[start : start + IN_A_QUERY]
        taken = Parcel.objects.filter(county=county, code__in=some).values_list("code", flat=True)
        now = ParcelVersion.objects.filter(
            parcel__county=county, code__in=some, valid_to=None
        ).select_related("region", "holder")
        here = {v.code: v for v in now if v.region_id.startswith(area.code)}
        for code in taken:
            i = row_of[code]
            if code in here:
                found[i] = here[code]
            else:
                findings.error(
                    i, "code", code, "该编码是辖区外的地块，或是已分割、合并的地块",
                    "编码不能再用，请核对；新地块请另编编码",
                )  # fmt: skip
    return found


def _ground(
    source: Source, code_field: str, codes: Sequence[str], *, present: Mapping[int, ParcelVersion],
    repeated: Collection[int], findings: Findings,
) -> Ground:  # fmt: skip
    """The figures of the rows that are new to the register; one that differs from a registered one is told."""
    geoms = np.full(len(codes), None, dtype=object)
    area = [Decimal(0)] * len(codes)
    if source.shapes is None:
        positions: dict[int, int] = {}
    elif source.joined:
        positions = _by_code(source, code_field, codes, findings)
    else:
        positions = {i: i for i in range(len(codes))}
    measured = source.shapes.areas() if source.shapes is not None else []
    for i, code in enumerate(codes):
        if i in repeated:
            continue
        at = positions.get(i)
        geom = source.shapes.degrees[at] if source.shapes is not None and at is not None else None
        reason = (
            source.shapes.wrong.get(at) if source.shapes is not None and at is not None else None
        )
        if i in present:
            _same_figure(i, geom, present[i], findings)
        elif reason is not None:
            findings.error(i, SHAPE, "", f"图形无效：{reason}", _FIX)
        elif geom is None or at is None:
            findings.error(
                i, "code", code, "没有图形，系统中也没有这个编码的地块",
                "请随表格上传图形文件，并核对两边的地块编码",
            )  # fmt: skip
        else:
            geoms[i], area[i] = geom, measured[at]
    return Ground(geoms, area)


def _same_figure(i: int, geom: Any, version: ParcelVersion, findings: Findings) -> None:
    if geom is None:
        return
    shared = Decimal(shared_m2(geom, version.geom))
    if version.area_m2 - shared > overlap_tolerance_m2():
        findings.warn(
            i, SHAPE, "", "图形与登记的界线不同，导入只更新各项内容，不改界线",
            "界线有变的请在地块页面办理界线调整",
        )  # fmt: skip


def _by_code(
    source: Source, code_field: str, codes: Sequence[str], findings: Findings
) -> dict[int, int]:
    from liangtian.platform.cell_values import text_of

    assert source.shapes is not None
    named: dict[str, list[int]] = {}
    for at, value in enumerate(source.shapes.layer.columns[code_field]):
        named.setdefault(text_of(value), []).append(at)
    found: dict[int, int] = {}
    for i, code in enumerate(codes):
        places = named.get(code, []) if code else []
        if len(places) > 1:
            findings.error(
                i,
                "code",
                code,
                f"图形文件中有 {len(places)} 个图形是这个编码",
                "一个编码只能有一个图形，请核对",
            )
        elif places:
            found[i] = places[0]
    told = set(codes) - {""}
    named = {code: at for code, at in named.items() if code not in told}
    left = sum(len(at) for at in named.values())
    if left:
        findings.warn(
            None, SHAPE, "、".join(sorted(c or "（空）" for c in named)[:10]),
            f"图形文件中有 {left} 个图形在表格中没有对应的行", "这些图形不会入库；请核对是否漏行",
        )  # fmt: skip
    return found


def _late(present: Mapping[int, ParcelVersion], intake: Intake, findings: Findings) -> None:
    for i, version in present.items():
        if version.valid_from > intake.on:
            findings.error(
                i, "code", version.code, f"该地块的现状自 {version.valid_from} 起生效，晚于本次导入的生效日期 {intake.on}",
                "请改用较晚的生效日期重新导入",
            )  # fmt: skip


def _staged(
    intake: Intake, drafts: Sequence[Draft], keys: Sequence[str | None], *,
    places: Mapping[int, Region], present: Mapping[int, ParcelVersion], ground: Ground,
    numbers: Sequence[int], named: Mapping[str, Named], findings: Findings,
) -> list[tuple[StagedRow, str | None]]:  # fmt: skip
    staged = []
    for i, draft in enumerate(drafts):
        if not findings.good[i] or i not in places:
            continue
        version, key = present.get(i), keys[i]
        row = StagedRow(
            intake=intake, row=numbers[i], code=draft.code, region=places[i],
            values=draft.parcel, contract=kept(draft.contract), act=Act.NEW,
            geom=None if version else shapely.force_2d(ground.geoms[i]),
            area_m2=version.area_m2 if version else ground.area[i],
        )  # fmt: skip
        if version is not None:
            row.parcel_id = version.parcel_id
            holder = named[key] if key else None
            row.act = _act(version, draft, holder)
        staged.append((row, key))
    return staged


def changed(version: ParcelVersion, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says otherwise than the state; a blank cell says nothing."""
    return {
        name: values[name]
        for name in CHANGES
        if values.get(name) not in ("", None, False) and values[name] != getattr(version, name)
    }


def _act(version: ParcelVersion, draft: Draft, holder: Named | None) -> str:
    other = holder is not None and holder.chosen != version.holder_id
    if other and holder is not None and holder.chosen is None:
        now: Holder | None = version.holder
        same = now is not None and holder.candidates == [now.pk]
        other = not same
    return (
        Act.CHANGE if changed(version, draft.parcel) or other or draft.contract else Act.SAME
    ).value
