"""The ledger of patches (图斑台账)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from liangtian.platform.ledgers.declaration import (
    Choice,
    Column,
    FilterKind,
    Kind,
    Ledger,
    Tag,
    register,
)
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement import warning_ledger  # noqa: F401 -- declares its own
from liangtian.programmes.enforcement.data_checks.ledger import patch_states, state_of_patches
from liangtian.programmes.enforcement.dossiers.completeness import (
    LABELS,
    LACKING,
    ONGOING,
    WHOLE,
    status_of_rows,
)
from liangtian.programmes.enforcement.flow import (
    ACCEPTED,
    ARCHIVED,
    CONFIRMED,
    DISPOSITION,
    FLOW,
    JUDGED,
    RECEIVED,
    RECTIFIED,
    VERIFIED,
)
from liangtian.programmes.enforcement.models import (
    Disposition,
    EarlierOverlap,
    Outcome,
    Patch,
    PatchPart,
    PatchPhoto,
)
from liangtian.programmes.enforcement.rules import FLAG_LABELS, pack_in_use

TAGS: dict[str, Tag] = {
    Outcome.LEGAL: "success",
    Outcome.ILLEGAL: "danger",
    Outcome.OTHER: "primary",
    Outcome.SPLIT: "warning",
    Outcome.UNDETERMINED: "info",
}
RAISED, NOT_RAISED = "yes", "no"
OVERLAPS_EARLIER = "与往期重叠"


def outcomes() -> Sequence[Choice]:
    """Outcomes with the colours of their tags."""
    return [Choice(o.value, str(o.label), TAGS[o]) for o in Outcome]


def stages() -> Sequence[Choice]:
    """Stages of the flow."""
    tags: dict[str, Tag] = {
        RECEIVED: "warning", VERIFIED: "warning", JUDGED: "primary", CONFIRMED: "primary",
        DISPOSITION: "danger", RECTIFIED: "warning", ACCEPTED: "success", ARCHIVED: "success",
    }  # fmt: skip
    return [Choice(stage, label, tags.get(stage, "info")) for stage, label in FLOW.labels.items()]


def monitoring_types() -> Sequence[Choice]:
    """Type codes of the pack with their names."""
    table = pack_in_use().legality
    return [Choice(t.code, t.label) for t in table.type] if table else []


def _raised(flag: str) -> Sequence[Choice]:
    return [Choice(RAISED, FLAG_LABELS[flag], "danger"), Choice(NOT_RAISED, "否")]


def overlaps_earlier() -> Sequence[Choice]:
    """Whether a patch lies on ground of an earlier one that the reader may see."""
    return [Choice(RAISED, "是", "warning"), Choice(NOT_RAISED, "否")]


def _township(user: User) -> Combinable:
    return Case(
        When(region__level="village", then=F("region__parent__name")),
        default=F("region__name"),
        output_field=CharField(),
    )


def _photo_count(user: User) -> Combinable:
    counts = (
        PatchPhoto.objects.filter(patch=OuterRef("pk"))
        .order_by()
        .values("patch")
        .annotate(count=Count("pk"))
    )
    return Coalesce(Subquery(counts.values("count")), 0)


def _earlier(user: User) -> Combinable:
    seen = Patch.objects.visible_to(user).filter(pk=OuterRef("earlier"))
    overlaps = EarlierOverlap.objects.filter(Exists(seen), patch=OuterRef("pk"))
    return Case(
        When(measured_at=None, then=Value(None)),
        When(Exists(overlaps), then=Value(RAISED)),
        default=Value(NOT_RAISED),
        output_field=CharField(),
    )


def _flag(flag: str, user: User) -> Combinable:
    return Case(
        When(**{f"proposal__flags__{flag}": True}, then=Value(RAISED)),
        default=Value(NOT_RAISED),
        output_field=CharField(),
    )


def _conclusion(user: User) -> Combinable:
    return Coalesce(NullIf("judgement_outcome", Value("")), "proposal_outcome")


def handlings() -> Sequence[Choice]:
    """How an illegal part is handled."""
    return [Choice(one.value, str(one.label)) for one in Disposition.Handling]


def _disposed(field: str, user: User) -> Combinable:
    """Of the first illegal part that has a disposition; a divided patch shows the others on its page."""
    rows = Disposition.objects.filter(part__patch=OuterRef("pk")).order_by("part__order")
    return Subquery(rows.values(field)[:1])


def _put_right(field: str, user: User) -> Combinable:
    """m² of all parts together, from the mu they were accepted with."""
    rows = PatchPart.objects.filter(patch=OuterRef("pk")).order_by().values("patch")
    total = rows.annotate(total=Sum(field)).values("total")
    return ExpressionWrapper(Subquery(total) * Value(2000) / Value(3.0), output_field=FloatField())


def _project(user: User) -> Combinable:
    rows = PatchPart.objects.filter(patch=OuterRef("pk"), project__isnull=False).order_by("order")
    return Subquery(rows.values("project__name")[:1])


def _handled(name: str, label: str, width: int, kind: Kind = "text") -> Column:
    filtered: FilterKind = "date_range" if kind == "date" else "text"
    return Column(
        name, label, partial(_disposed, name), kind, width=width, filter=filtered, sortable=False
    )


def dossier_states() -> Sequence[Choice]:
    """Whether the dossier of a patch is whole."""
    tags: dict[str, Tag] = {WHOLE: "success", LACKING: "danger", ONGOING: "info"}
    return [Choice(status, label, tags[status]) for status, label in LABELS.items()]


def _dossier(user: User) -> Combinable:
    return status_of_rows()


def _mark(flag: str) -> Column:
    return Column(
        flag, FLAG_LABELS[flag], partial(_flag, flag), "choice", width=130, filter="choice",
        choices=lambda: _raised(flag),
    )  # fmt: skip


PATCHES = register(
    Ledger(
        name="enforcement.patches",
        title="卫片图斑台账",
        permission="enforcement.view",
        export_permission="enforcement.export",
        rows=Patch.objects.visible_to,
        default_sort="number",
        search=("number", "batch__title", "region__name"),
        extra_filters={"batch": "batch_id"},
        geometry="geom",
        columns=(
            Column("number", "监测编号", "number", width=156, filter="text",
                   link="/patches/{id}", fixed=True),
            Column("township_name", "乡镇", _township, width=74, filter="text", by=True),
            Column("region_name", "村", "region__name", width=74, filter="text"),
            Column("monitoring_type", "图斑类型", "monitoring_type", "choice", width=84,
                   filter="choice", choices=monitoring_types),
            Column("area_mu", "图斑面积", "area_m2", "area_mu", width=86, sum=True,
                   filter="number_range"),
            Column("farmland_mu", "耕地面积", "farmland_m2", "area_mu", width=86, sum=True,
                   filter="number_range"),
            Column("pbf_mu", "永农面积", "pbf_m2", "area_mu", width=86, sum=True,
                   filter="number_range"),
            Column("proposal", "拟判定", "proposal_outcome", "choice", width=86,
                   filter="choice", choices=outcomes),
            Column("judgement", "判定", "judgement_outcome", "choice", width=86,
                   filter="choice", choices=outcomes, nothing="未判定"),
            Column("conclusion", "结论", _conclusion, "choice", width=86,
                   filter="choice", choices=outcomes, nothing="未套合"),
            Column("stage", "环节", "case__stage", "choice", width=70,
                   filter="choice", choices=stages),
            Column("batch_title", "批次", "batch__title", width=150, filter="text", by=True),
            Column("period_before", "前时相", "period_before", "date", width=92),
            Column("period_after", "后时相", "period_after", "date", width=92,
                   filter="date_range"),
            Column("earlier", OVERLAPS_EARLIER, _earlier, "choice", width=110,
                   filter="choice", choices=overlaps_earlier),
            Column("overridden", "改变拟判定", "overridden", "boolean", width=100),
            _mark("key_patch"),
            _mark("new_house_on_farmland"),
            _mark("non_agricultural"),
            Column("dossier", "卷宗", _dossier, "choice", width=84, filter="choice",
                   choices=dossier_states, sortable=False),
            Column("problems", "检查问题", state_of_patches, "choice", width=90, filter="choice",
                   choices=patch_states, sortable=False),
            Column("photos", "照片数", _photo_count, "integer", width=80,
                   filter="number_range"),
            Column("handling", "查处方式", partial(_disposed, "handling"), "choice", width=90,
                   filter="choice", choices=handlings, sortable=False),
            _handled("case_number", "立案文号", 150),
            _handled("penalty_number", "处罚决定文号", 150),
            _handled("papers_number", "补办批准文号", 150),
            _handled("due_on", "整改期限", 100, "date"),
            _handled("accepted_on", "验收日期", 100, "date"),
            Column("restored_mu", "已复耕", partial(_put_right, "restored_mu"), "area_mu",
                   width=80, sortable=False, filter="number_range"),
            Column("regularised_mu", "已补办", partial(_put_right, "regularised_mu"), "area_mu",
                   width=80, sortable=False, filter="number_range"),
            Column("project", "重点项目", _project, width=140, filter="text", sortable=False),
            Column("confirmed_by", "确认人", "confirmed_by__name", width=90, filter="text",
                   sensitivity="staff"),
            Column("judged_by", "判定人", "judged_by__name", width=90, filter="text",
                   sensitivity="staff"),
            Column("judged_at", "判定时间", "judged_at", "datetime", width=150),
        ),
    )
)  # fmt: skip
