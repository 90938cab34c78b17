"""A return and a comparison on paper: Excel and PDF in the official look, with version and hash."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from liangtian.platform.regions.models import Region
from liangtian.platform.returns.compare import Comparison
from liangtian.platform.returns.forms import find_form
from liangtian.platform.returns.models import Return
from liangtian.platform.returns.tables import columns_of, figures_of, parts_of
from liangtian.press.return_sheet import ReturnPaper, return_pdf
from liangtian.press.workbook import (
    LedgerSheet,
    SheetColumn,
    SheetFooter,
    ledger_xlsx,
    workbook_xlsx,
)

DRAFT = "未签批"
KINDS = {"added": "新增", "gone": "减少", "changed": "变化"}


def xlsx(made: Return) -> bytes:
    """The workbook of a return."""
    columns = columns_of(made.table, _first(made))
    sheet = LedgerSheet(
        title=made.title,
        columns=columns,
        rows=[
            [line["label"], *figures_of(made.table, line["cells"])] for line in made.table["lines"]
        ],
        footer=footer_of(made),
        unit_note=_unit_note(made),
        sums={
            column.label: total
            for column, total in zip(
                columns[1:], figures_of(made.table, made.table["total"]), strict=True
            )
        },
        name="报表",
        notes=notes(made),
        pinned=1,
    )
    return ledger_xlsx(sheet)


def pdf(made: Return) -> bytes:
    """The return as a page."""
    table = made.table
    footer = footer_of(made)
    return return_pdf(
        ReturnPaper(
            title=made.title, unit=footer.unit, unit_note=_unit_note(made),
            first=_first(made),
            groups=[label for _, label in parts_of(table)],
            measures=[("个数", "个"), *((m["label"], m["unit"]) for m in table["measures"])],
            lines=[(line["label"], list(figures_of(table, line["cells"]))) for line in table["lines"]],
            total=list(figures_of(table, table["total"])),
            signers=[(one["label"], one["name"]) for one in reversed(signatures(made))],
            maker=footer.maker, on=footer.on, notes=notes(made),
            version=f"第{made.version}版", sha256=made.sha256,
            watermark="" if made.signed_at else DRAFT,
        )
    )  # fmt: skip


def printed(made: Return) -> dict[str, Any]:
    """The table as text, for the page: what stands on paper stands on the screen."""
    table = made.table
    measures = ["个数（个）", *(_with_unit(m["label"], m["unit"]) for m in table["measures"])]
    return {
        "first": _first(made),
        "groups": [label for _, label in parts_of(table)],
        "measures": measures,
        "lines": [
            [line["label"], *(f"{n:,}" for n in figures_of(table, line["cells"]))]
            for line in table["lines"]
        ],
        "total": [f"{n:,}" for n in figures_of(table, table["total"])],
    }


def _with_unit(label: str, unit: str) -> str:
    return f"{label}（{unit}）" if unit else label


def _first(made: Return) -> str:
    return "乡镇" if made.region.level == Region.Level.COUNTY else "村（社区）"


def _unit_note(made: Return) -> str:
    units = sorted({m["unit"] for m in made.table["measures"] if m["unit"]})
    return f"单位：{'、'.join(['个', *units])}"


def footer_of(made: Return) -> SheetFooter:
    """Who made and who signed, for the foot of every sheet that rests on the return."""
    return SheetFooter(
        unit=f"{made.region.name}", on=timezone.localdate(made.signed_at or made.frozen_at),
        maker=made.frozen_by.name,
        signers=[(one["label"], one["name"]) for one in reversed(signatures(made))],
    )  # fmt: skip


def signatures(made: Return) -> list[dict[str, Any]]:
    """Every signature the form asks for after its maker, in order; a name is empty until it is given."""
    given = [{"label": s.label, "name": s.name, "at": s.at} for s in made.signatures.all()]
    form = find_form(made.form)
    due = form.posts[len(given) :] if form else ()
    return [*given, *({"label": post.label, "name": "", "at": None} for post in due)]


def notes(made: Return) -> list[str]:
    """What the figures rest on, as printed under the table."""
    basis = made.basis
    found = [
        f"第{made.version}版，数据冻结于{timezone.localtime(made.frozen_at):%Y年%m月%d日 %H:%M}。"
    ]
    signed = [
        f"{s.label}{s.name}于{timezone.localtime(s.at):%Y年%m月%d日 %H:%M}签名"
        for s in made.signatures.all()
    ]
    if signed:
        found.append(f"{'，'.join(signed)}。")
    if not made.signed_at:
        found.append("本表未签批，不得作为上报依据。")
    if made.reason:
        found.append(f"更正说明：{made.reason}。")
    if basis.get("missing"):
        found.append(f"未上报、未列入：{'、'.join(basis['missing'])}。")
    if basis.get("late"):
        found.append(f"逾期上报：{'、'.join(basis['late'])}。")
    if basis.get("packs"):
        found.append(f"政策参数：{'；'.join(basis['packs'])}。")
    if basis.get("layers"):
        found.append(f"套合图层：{'；'.join(basis['layers'])}。")
    found.append(f"校验码（SHA-256）：{made.sha256}")
    return found


def comparison_xlsx(found: Comparison, title: str, footer: SheetFooter) -> bytes:
    """The sums on one sheet, the rows on another."""
    before, after = found.before.label, found.after.label
    sums = LedgerSheet(
        title=f"{title}对比：合计",
        columns=[SheetColumn("项目", width=20), SheetColumn("单位", width=10),
                 SheetColumn(f"前：{before}", width=24), SheetColumn(f"后：{after}", width=24),
                 SheetColumn("差", width=16)],
        rows=[[s["label"], s["unit"], s["before"], s["after"], s["difference"]] for s in found.sums()],
        footer=footer, unit_note="", name="合计",
        notes=[f"新增 {found.counts['added']} 行，减少 {found.counts['gone']} 行，"
               f"变化 {found.counts['changed']} 行。"],
    )  # fmt: skip
    return workbook_xlsx([sums, _rows_sheet(found, title, footer)])


def _rows_sheet(found: Comparison, title: str, footer: SheetFooter) -> LedgerSheet:
    rows: list[list[Any]] = []
    for row in found.rows:
        for cell in row.cells or (None,):
            rows.append([KINDS[row.kind], row.title, cell.column if cell else "",
                         cell.before if cell else "", cell.after if cell else ""])  # fmt: skip
    listed, all_of_them = len(found.rows), sum(found.counts.values())
    return LedgerSheet(
        title=f"{title}对比：逐行逐列",
        columns=[SheetColumn("变化", width=8), SheetColumn("记录", width=24), SheetColumn("列", width=16),
                 SheetColumn("前", width=30), SheetColumn("后", width=30)],
        rows=rows, footer=footer, unit_note="", name="逐行",
        notes=[f"共 {all_of_them} 处，列出前 {listed} 处。"] if listed < all_of_them else [],
    )  # fmt: skip
