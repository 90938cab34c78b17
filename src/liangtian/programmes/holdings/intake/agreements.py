"""The contracts of a ledger: rows of one number agree, terms overlap on no parcel, areas fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from liangtian.geo.area import to_mu
from liangtian.programmes.holdings.intake.cells import CENT, Draft
from liangtian.programmes.holdings.intake.findings import Findings
from liangtian.programmes.holdings.intake.people import IN_A_QUERY
from liangtian.programmes.holdings.models import Contract, ContractLine

_KINDS = {"承包": Contract.Kind.HOUSEHOLD, "租赁": Contract.Kind.LEASE}
_SHARED = ("starts_on", "ends_on", "signed_on", "price_kind", "price_yuan", "grantor")
_LABELS = {
    "starts_on": "起始日期", "ends_on": "终止日期", "signed_on": "签订日期", "price_kind": "计价方式",
    "price_yuan": "价格", "grantor": "发包方",
}  # fmt: skip
_TARGETS = {"price_yuan": "price"}


def check_contracts(
    drafts: Sequence[Draft],
    keys: Sequence[str | None],
    *,
    area: Sequence[Decimal | None],
    parcels: Mapping[int, int],
    county: str,
    numbers: Sequence[int],
    findings: Findings,
) -> None:
    """Complete and check the contract of each row; one that cannot be entered here is taken off, with a warning.

    `keys`: the holder of each row; `area`: of its parcel in m²; `parcels`: the parcel it is of, where known.
    """
    by_number: dict[str, list[int]] = {}
    for i, draft in enumerate(drafts):
        if draft.contract is None:
            continue
        way = str(draft.parcel["way"])
        kind = _KINDS.get(way)
        if not way:  # told as an error of its own
            draft.contract = None
            continue
        if kind is None:
            findings.warn(
                i, "contract_number", draft.contract["number"],
                f"使用方式为“{way}”，合同没有随地块导入",
                "流转合同须依据承包（租赁）合同，请导入后在合同页面登记",
            )  # fmt: skip
            draft.contract = None
            continue
        draft.contract["kind"] = kind.value
        by_number.setdefault(draft.contract["number"], []).append(i)
    for rows in by_number.values():
        _agree(rows, drafts, keys, numbers, findings)
    for rows in by_number.values():
        for i in rows:
            _sound(i, drafts[i], keys[i], findings)
            _fits(i, drafts[i], area[i], findings)
    _known(by_number, drafts, parcels, county, findings)
    _collide(drafts, parcels, findings)


def _agree(
    rows: Sequence[int], drafts: Sequence[Draft], keys: Sequence[str | None],
    numbers: Sequence[int], findings: Findings,
) -> None:  # fmt: skip
    first = rows[0]
    head = drafts[first].contract
    assert head is not None
    for i in rows[1:]:
        mine = drafts[i].contract
        assert mine is not None
        where = f"与第 {numbers[first]} 行的同一合同不同"
        if keys[i] != keys[first]:
            findings.error(
                i,
                "contract_number",
                mine["number"],
                f"权利人{where}",
                "一份合同只有一个承包（承租）方，请核对",
            )
        for name in _SHARED:
            if mine[name] in (None, ""):
                mine[name] = head[name]
            elif head[name] not in (None, "") and mine[name] != head[name]:
                target = _TARGETS.get(name, name)
                findings.error(
                    i, target, str(mine[name]), f"{_LABELS[name]}{where}", "请核对合同原件"
                )
        if mine["kind"] != head["kind"]:
            findings.error(
                i, "way", str(drafts[i].parcel["way"]), f"使用方式{where}", "请核对合同原件"
            )


def _sound(i: int, draft: Draft, key: str | None, findings: Findings) -> None:
    said = draft.contract
    assert said is not None
    if key is None:
        findings.error(i, "name", "", "有合同而没有权利人", "请补填承包（承租）方")
    if not said["grantor"]:
        findings.error(i, "grantor", "", "没有发包（出租）方", "请补填，或在字段对应中填一个固定值")
    for name in ("starts_on", "ends_on"):
        if said[name] is None:
            findings.error(i, name, "", f"没有合同{_LABELS[name]}", "请补填合同期限")
    if said["starts_on"] and said["ends_on"] and said["ends_on"] < said["starts_on"]:
        findings.error(i, "ends_on", str(said["ends_on"]), "终止日期早于起始日期", "请核对两个日期")
    _priced(i, said, findings)


def _priced(i: int, said: dict[str, Any], findings: Findings) -> None:
    price, kind = said["price_yuan"], said["price_kind"]
    if not price and kind == Contract.Price.TARIFF:
        said["price_yuan"] = None
    elif not price:
        if kind not in ("", Contract.Price.FREE):
            findings.error(i, "price", "", "没有价格", "请补填价格；不收费的请写“不收费”")
        said["price_yuan"], said["price_kind"] = None, Contract.Price.FREE.value
    elif kind == "":
        findings.error(
            i, "price_kind", str(price), "没有计价方式", "请在字段对应中选元/亩·年或元/年"
        )
    elif kind in (Contract.Price.FREE, Contract.Price.TARIFF):
        said_so = "计价方式为不收费或按公布标准而有价格"
        findings.error(i, "price", str(price), said_so, "请核对合同原件")


def _fits(i: int, draft: Draft, m2: Decimal | None, findings: Findings) -> None:
    said = draft.contract
    assert said is not None
    if m2 is None:
        return
    whole = to_mu(m2).quantize(CENT, ROUND_HALF_UP)
    written = said["area_mu"]
    if written is None:
        said["area_mu"] = whole
    elif written == 0:
        findings.error(i, "contract_area", "0", "合同面积为零", "请补填；整块承包的可以不填")
    elif written > whole:
        findings.error(
            i, "contract_area", str(written), f"合同面积大于地块的椭球面积 {whole} 亩，多 {written - whole} 亩",
            "请核对合同面积和地块界线",
        )  # fmt: skip


def _known(
    by_number: Mapping[str, Sequence[int]], drafts: Sequence[Draft], parcels: Mapping[int, int],
    county: str, findings: Findings,
) -> None:  # fmt: skip
    """A contract of the register is left as it is where it holds the parcel; another of its number is refused."""
    wanted = sorted(by_number)
    for start in range(0, len(wanted), IN_A_QUERY):
        found = Contract.objects.filter(
            county=county, number__in=wanted[start : start + IN_A_QUERY]
        ).prefetch_related("lines")
        for contract in found:
            held = {line.parcel_id for line in contract.lines.all()}
            for i in by_number[contract.number]:
                if parcels.get(i) in held:
                    drafts[i].contract = None
                else:
                    findings.error(
                        i, "contract_number", contract.number, "该合同编号已登记，但不含这个地块",
                        "请核对合同编号，或先在合同页面办理",
                    )  # fmt: skip


def _collide(drafts: Sequence[Draft], parcels: Mapping[int, int], findings: Findings) -> None:
    """Terms that overlap another contract's on a parcel of the register."""
    rows = {key: i for i, key in parcels.items() if drafts[i].contract is not None}
    keys = sorted(rows)
    for start in range(0, len(keys), IN_A_QUERY):
        lines = ContractLine.objects.filter(
            parcel__in=keys[start : start + IN_A_QUERY], transfer=False
        ).select_related("contract")
        for line in lines:
            i = rows[line.parcel_id]
            said = drafts[i].contract
            if said and _overlap(said["starts_on"], said["ends_on"], line):
                findings.error(
                    i, "starts_on", str(said["starts_on"]),
                    f"与合同 {line.contract.number} 的期限（{line.starts_on} 至 {line.ends_on}）重叠",
                    "请核对期限，或先终止原合同",
                )  # fmt: skip


def _overlap(starts: date | None, ends: date | None, line: ContractLine) -> bool:
    return bool(starts and ends and starts <= line.ends_on and line.starts_on <= ends)


def kept(contract: dict[str, Any] | None) -> dict[str, Any] | None:
    """The contract as JSON."""
    if contract is None:
        return None
    return {k: str(v) if isinstance(v, (date, Decimal)) else v for k, v in contract.items()}
