"""Where on a patch's page each check looks, and what it rests on: a reason given for it holds while that stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from liangtian.policy.patch_checks.record import PatchRecord

# Section of the page, field as shown, and what of the record stands in it.
FIELDS: Mapping[str, tuple[str, str, str]] = {
    "A01": ("overlay", "耕地面积", "farmland_m2"),
    "A02": ("overlay", "耕地面积", "farmland_m2"),
    "A03": ("overlay", "永久基本农田面积", "pbf_m2"),
    "A04": ("stages", "分割部分面积", "area_m2"),
    "A05": ("overlay", "各地类面积", "area_m2"),
    "A06": ("basic", "监测面积", "declared_m2"),
    "T01": ("basic", "前时相", "period_before"),
    "T02": ("basic", "接收日期", "received_on"),
    "T03": ("judgement", "判定日期", "judgement.on"),
    "T04": ("basic", "日期", "on"),
    "T05": ("stages", "处罚决定日期", "disposition.penalty_on"),
    "T06": ("stages", "拆除日期", "disposition.demolished_on"),
    "T07": ("stages", "验收日期", "disposition.accepted_on"),
    "E01": ("photos", "现场照片", ""),
    "E02": ("photos", "照片方向", ""),
    "E03": ("photos", "照片位置", ""),
    "E04": ("photos", "照片时间", ""),
    "E05": ("photos", "现场照片", ""),
    "J01": ("judgement", "判定", "judgement.outcome"),
    "J02": ("judgement", "判定", "judgement.outcome"),
    "J03": ("judgement", "文号", "judgement.document"),
    "J04": ("judgement", "批准日期", "judgement.document_on"),
    "J05": ("judgement", "届满日期", "judgement.document_until"),
    "J06": ("judgement", "批准范围内面积", "judgement.legal_m2"),
    "J07": ("judgement", "判定子类", "judgement.subclass"),
    "J08": ("photos", "现场照片", ""),
    "J09": ("judgement", "判定理由", "judgement.reason"),
    "J10": ("judgement", "各部分判定", "judgement.outcome"),
    "J11": ("judgement", "集体会审", "judgement.meeting_on"),
    "J12": ("stages", "领导小组实地核查", "judgement.on_site_on"),
    "J13": ("judgement", "复核人", ""),
    "F01": ("basic", "新增乱占耕地建房", ""),
    "F02": ("stages", "违法类型", ""),
    "F03": ("stages", "存量建设用地违法", "farmland_m2"),
    "F04": ("stages", "农业项目破坏耕地", "farmland_m2"),
    "F05": ("stages", "违法类型", "judgement.outcome"),
    "F06": ("stages", "清单文号", "flags.listing_document"),
    "F07": ("stages", "履职材料", ""),
    "D01": ("stages", "整改措施", ""),
    "D02": ("stages", "责任单位和期限", "disposition.owner"),
    "D03": ("photos", "整改后照片", "disposition.demolished_on"),
    "D04": ("stages", "整改面积", "disposition.restored_mu"),
    "D05": ("stages", "补办批准文号", "disposition.papers_number"),
    "D06": ("stages", "立案日期", "disposition.case_on"),
    "D07": ("stages", "立案文号", "disposition.case_number"),
    "D08": ("stages", "不立案理由", "disposition.no_case_reason"),
    "D09": ("stages", "查处方式", ""),
    "D10": ("stages", "处罚决定文号", "disposition.penalty_number"),
    "D11": ("stages", "整改措施", "judgement.outcome"),
    "D12": ("stages", "整改面积", "disposition.restored_mu"),
    "D13": ("stages", "验收人", ""),
    "D14": ("stages", "整改期限", "disposition.due"),
    "M01": ("basic", "图形", ""),
}
# Of a divided patch these are asked of each part, all others of the whole.
OF_PARTS = frozenset(
    code for code in FIELDS if code[0] in "FD" or code in ("J03", "J04", "J05", "J07", "T05", "T06", "T07")
)  # fmt: skip


def value_of(code: str, record: PatchRecord) -> str:
    """What stands in the field a check looks at, as text; "" when nothing does."""
    path = FIELDS[code][2]
    if code == "E01":
        return str(len(record.photos))
    value = attrgetter(path)(record) if path else None
    return "" if value is None else str(value)


def basis_of(code: str, record: PatchRecord) -> str:
    """A digest of what a check rests on; not of the day, nor of steps taken since."""
    return hashlib.sha256(
        json.dumps(_plain([code, _rests_on(code[0], record)])).encode()
    ).hexdigest()


def _rests_on(family: str, r: PatchRecord) -> list[Any]:
    photos = [[p.taken_on, p.direction, p.distance_m] for p in r.photos]
    rests: dict[str, list[Any]] = {
        "A": [r.area_m2, r.farmland_m2, r.pbf_m2, r.classes_m2, r.declared_m2, r.parts],
        "T": [r.period_before, r.period_after, r.received_on, _decided(r), _done(r)],
        "E": [r.period_after, photos],
        "J": [r.period_after, r.area_m2, r.farmland_m2, _decided(r), r.parts, len(photos)],
        "F": [r.farmland_m2, _decided(r), r.flags],
        "D": [r.farmland_m2, r.judgement.outcome, _done(r), photos],
        "M": [r.military, r.has_geometry],
    }
    return rests[family]


def _decided(record: PatchRecord) -> Any:
    return replace(record.judgement, reviewed_by=None, reviewed_on=None)


def _done(record: PatchRecord) -> Any:
    return replace(record.disposition, decided_by=None, accepted_by=None, accepted_on=None)


def _plain(value: Any) -> Any:
    """As JSON, the same whatever the order in which sets and mappings come."""
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return [[key, _plain(value[key])] for key in sorted(value)]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else _day(value)


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
