"""The ledger of registrations (确权登记台账)."""

from __future__ import annotations

from collections.abc import Sequence

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, Tag, register
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import Registration

_TAGS: dict[str, Tag] = {
    "applied": "warning", "checked": "primary", "surveyed": "primary", "approved": "primary",
    "registered": "success", "refused": "danger", "withdrawn": "info",
}  # fmt: skip


def states() -> Sequence[Choice]:
    """Where an application stands."""
    return [Choice(s.value, str(s.label), _TAGS[s.value]) for s in Registration.State]


register(
    Ledger(
        name="holdings.registrations",
        title="确权登记台账",
        permission="holdings.view",
        export_permission="holdings.export",
        rows=Registration.objects.visible_to,
        default_sort="-applied_on",
        search=("parcel__code", "certificate", "unit_code", "region__name"),
        extra_filters={"parcel": "parcel", "holder": "holder"},
        geometry="version__geom",
        columns=(
            Column("code", "地块编码", "parcel__code", width=170, filter="text",
                   link="/registrations/{id}", fixed=True),
            Column("township_name", "乡镇", township_of, width=90, by=True),
            Column("region_name", "村", "region__name", width=90, filter="text", by=True),
            *names_of("holder__", "申请人（个人）", "申请人（单位）", "holder"),
            Column("area_mu", "面积", "version__area_m2", "area_mu", width=96, sum=True,
                   filter="number_range"),
            Column("right", "权利类型", "right", "choice", width=140, filter="choice",
                   choices=lambda: [Choice(v, v) for v in listed("right")]),
            Column("state", "状态", "state", "choice", width=92, filter="choice", choices=states),
            Column("applied_on", "申请日期", "applied_on", "date", width=108,
                   filter="date_range"),
            Column("surveyed_on", "核查日期", "surveyed_on", "date", width=108),
            Column("unit_code", "不动产单元号", "unit_code", width=250, filter="text"),
            Column("certificate", "不动产权证号", "certificate", width=240, filter="text"),
            Column("registered_on", "登簿日期", "registered_on", "date", width=108,
                   filter="date_range"),
            Column("entered_by", "受理人", "entered_by__name", width=90, sensitivity="staff"),
            Column("checked_by", "审查人", "checked_by__name", width=90, sensitivity="staff"),
            Column("approved_by", "批准人", "approved_by__name", width=90, sensitivity="staff"),
        ),
    )
)  # fmt: skip
