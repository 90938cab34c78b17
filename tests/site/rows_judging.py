"""Rows of the matrix: judgement, dispositions, comparison with departments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import Row, holding
from tests.site.rows_holdings import _clerk, _holder, _parcel
from tests.site.world import ABROAD, PLACES, World

WHERE = tuple(PLACES)
COUNTY_ONLY = tuple(p for p in PLACES if p != "next")
SEE, JUDGE = holding("holdings.view"), holding("holdings.judge")
PRINT = SEE & holding("holdings.export")
CONFIRM, COMPARE = holding("holdings.confirm"), holding("holdings.compare")
REVIEW = {
    "title": "第一次会审", "held_on": "2024-09-01", "place": "三楼会议室", "chair": "王假设",
    "members": ["李样本"],
}  # fmt: skip


def _past(w: World, place: str) -> Any:
    """A parcel of the place whose notice has run out."""
    from datetime import timedelta

    from django.utils import timezone

    from liangtian.programmes.holdings.notices import drafting
    from tests.holdings.notices import on
    from tests.site.rows_notices import CONTACT

    parcel = _parcel(w, place, 800)
    if not parcel.notices.filter(notice__state="published").exists():
        clerk = _clerk(w, place)
        with on(timezone.localdate() - timedelta(days=40)):
            form = drafting.NoticeForm([PLACES[place][2]], contact=CONTACT)
            made = drafting.draft(clerk, form)
            others = made.rows.exclude(parcel=parcel).values_list("parcel_id", flat=True)
            drafting.edit(clerk, made.pk, form, list(others))
            drafting.publish(clerk, made.pk)
    return parcel


def _proposer(w: World, place: str) -> Any:
    """Somebody of the county who is none of the roles that are tried."""
    return w.users[f"staff_{'abroad' if place == ABROAD else place}"]


def _judgement(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.judging import proposing
    from liangtian.programmes.holdings.models import Judgement

    parcel = _past(w, place)
    found = Judgement.objects.filter(parcel=parcel).first()
    if found is None:
        proposing.propose(_clerk(w, place), [parcel.pk])
        Judgement.objects.filter(parcel=parcel).update(proposed_by=_proposer(w, place))
        found = Judgement.objects.get(parcel=parcel)
    return found


def _on_parcel(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"parcel_id": _past(w, place).pk}}


def _propose(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"parcels": [_past(w, place).pk]}}


def _run(w: World, place: str) -> Mapping[str, Any]:
    _past(w, place)
    return {"json": {"region": PLACES[place][2]}}


def _confirm(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {"judgements": [_judgement(w, place).pk]}}


def _one(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"judgement_id": _judgement(w, place).pk}}


def _disposition(w: World, place: str) -> Any:
    from liangtian.programmes.holdings.judging import disposing
    from liangtian.programmes.holdings.models import Disposition

    judged = _judgement(w, place)
    found = Disposition.objects.filter(parcel=judged.parcel_id).first()
    if found is None:
        type(judged).objects.filter(pk=judged.pk).update(
            state="confirmed", outcome=judged.proposed, outcome_label=judged.proposed_label,
            confirmed_by=_clerk(w, place), confirmed_at=judged.proposed_at,
        )  # fmt: skip
        form = disposing.PlanForm("退地恢复", "由乡镇组织退地", w.offices[place].pk)
        found = disposing.plan(_clerk(w, place), judged.parcel_id, form)
    return found


def _plan(w: World, place: str) -> Mapping[str, Any]:
    parcel = _disposition(w, place).parcel_id
    body = {"measure": "补签合同", "plan": "补签承包合同", "office_id": w.offices[place].pk}
    return {"path": {"parcel_id": parcel}, "json": body}


def _end(w: World, place: str) -> Mapping[str, Any]:
    body = {"done": True, "result": "已补签合同并归档"}
    return {"path": {"disposition_id": _disposition(w, place).pk}, "json": body}


def _hit(w: World, place: str) -> Mapping[str, Any]:
    """A hit of a zone that no department of its own answers for, so that the county's office does."""
    from datetime import date

    from django.utils import timezone

    from liangtian.platform.regions.models import Region
    from liangtian.programmes.holdings.models import Comparison, ComparisonHit

    parcel, clerk = _parcel(w, place), _clerk(w, place)
    county = Region.objects.get(code=PLACES[place][0])
    run = Comparison.objects.filter(region=county).first() or Comparison.objects.create(
        region=county, created_by=clerk, pack_version="-", current=True, done_at=timezone.now()
    )
    hit, _ = ComparisonHit.objects.get_or_create(
        comparison=run, parcel=parcel, zone="redline",
        defaults={
            "region": parcel.region, "version": parcel.versions.get(valid_to=None),
            "department": "生态环境分局", "area_m2": 20, "due_on": date(2026, 1, 1),
        },
    )  # fmt: skip
    return {"json": {"hits": [hit.pk], "confirmed": False, "opinion": "红线已调整，不在范围内"}}


def _file(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"holder_id": _holder(w, place).pk}, "json": {}}


def _files(w: World, place: str) -> Mapping[str, Any]:
    """Holders of nothing but the place, so that every place has some."""
    _holder(w, place)
    return {"json": {"query": {}}}


def _zip(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"job_id": w.jobs[place].pk}}


def _field_paper(w: World, p: str) -> Mapping[str, Any]:
    _parcel(w, p)
    return {"path": {"village": PLACES[p][2], "what": "form"}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/holdings/judging", SEE),
    Row("GET", "/api/holdings/parcels/{parcel_id}/trial", SEE, _on_parcel, WHERE),
    Row("POST", "/api/holdings/judgements", JUDGE, _propose, WHERE),
    Row("POST", "/api/holdings/judgements/run", JUDGE, _run, WHERE),
    Row("POST", "/api/holdings/judgements/confirm", CONFIRM, _confirm, WHERE),
    Row("GET", "/api/holdings/judgements/{judgement_id}", SEE, _one, WHERE),
    Row("POST", "/api/holdings/reviews", CONFIRM, lambda w, p: {"json": REVIEW}),
    Row("POST", "/api/holdings/parcels/{parcel_id}/dispositions", JUDGE, _plan, WHERE),
    Row("POST", "/api/holdings/dispositions/{disposition_id}/end", JUDGE, _end, WHERE),
    Row("POST", "/api/holdings/holders/{holder_id}/file.pdf", PRINT, _file, WHERE),
    Row("POST", "/api/holdings/holder-files", PRINT, _files),
    Row("GET", "/api/holdings/holder-files/{job_id}.zip", (), _zip, WHERE,
        frozenset({403, 404})),  # one's own only
    Row("GET", "/api/holdings/field-papers", SEE),
    Row("GET", "/api/holdings/field-papers/{village}/{what}.pdf", PRINT, _field_paper, WHERE),
    Row("GET", "/api/holdings/comparison", SEE),
    Row("POST", "/api/holdings/comparison", COMPARE),
    Row("POST", "/api/holdings/hits/decide", holding("holdings.opine"), _hit, COUNTY_ONLY,
        other=dict.fromkeys(("water", "agriculture", "forestry", "ecology", "culture"), 404)),
)  # fmt: skip
