"""Whom the rows of a ledger name: one number is one holder; without a number only a person can tell."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from liangtian.platform.personal_digest import digests, normalised
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.holders import number_wrong
from liangtian.programmes.holdings.intake.cells import Draft
from liangtian.programmes.holdings.intake.findings import Findings
from liangtian.programmes.holdings.intake.tables import Table
from liangtian.programmes.holdings.models import Holder, StagedHolder

Decision = StagedHolder.Decision
IN_A_QUERY = 500
_COLLECTIVE = ("村民委员会", "居民委员会", "村委会", "居委会", "经济合作社", "村民小组", "村集体")
_NUMBER = Holder._meta.get_field("id_number").sealed_for


@dataclass
class Named:
    """A holder of the file, and the positions of its rows."""

    key: str
    kind: str
    name: str
    paper: str
    id_number: str
    phone: str
    region: Region
    rows: list[int] = field(default_factory=list)
    decision: str = Decision.NEW
    question: str = ""
    candidates: list[int] = field(default_factory=list)
    chosen: int | None = None


class Villages:
    """Villages (and townships) of the area by name, for the column that names one."""

    def __init__(self, area: Region) -> None:
        self._found: dict[str, list[Region]] = defaultdict(list)
        rows = Region.objects.current().within(area.code)
        for region in rows.filter(level__in=("village", "township")).order_by("code"):
            for name in {region.name, region.name.removesuffix("村"), region.code}:
                self._found[name].append(region)

    def named(self, text: str, near: Region | None) -> Region | None:
        """The region of that name; of several the one in the township of the parcel."""
        found = self._found.get(text.strip()) or self._found.get(
            text.strip().removesuffix("村民委员会")
        )
        if not found:
            return None
        if len(found) == 1:
            return found[0]
        close = [r for r in found if near is not None and r.code[:9] == near.code[:9]]
        return close[0] if len(close) == 1 else None


def named_holders(
    drafts: Sequence[Draft],
    *,
    places: Sequence[Region | None],
    table: Table,
    mapping: dict[str, str | None],
    villages: Villages,
    findings: Findings,
) -> tuple[dict[str, Named], list[str | None]]:
    """The holders of the file by key, and the key of each row's holder (None: it names none)."""
    found: dict[str, Named] = {}
    keys: list[str | None] = []
    number_at = mapping.get("id_number")
    at = table.labels.index(number_at) if number_at else -1
    for i, draft in enumerate(drafts):
        one = _named(i, draft, places[i], villages, findings, rounded=(i, at) in table.rounded)
        if one is None:
            keys.append(None)
            continue
        known = found.setdefault(one.key, one)
        if known.name != one.name:
            findings.error(
                i, "name", one.name, f"证件号码与第 {table.numbers[known.rows[0]]} 行相同而姓名不同",
                "请核对证件，同一号码只能是一人",
            )  # fmt: skip
        known.rows.append(i)
        known.phone = known.phone or one.phone
        keys.append(one.key)
    return found, keys


def _named(
    i: int, draft: Draft, place: Region | None, villages: Villages, findings: Findings,
    *, rounded: bool,
) -> Named | None:  # fmt: skip
    said = draft.holder
    number = normalised(said["id_number"])
    if not said["name"]:
        if number:
            findings.error(i, "name", "", "有证件号码而没有姓名", "请补填姓名（名称）")
        return None
    region = place
    if said["village"]:
        region = villages.named(said["village"], place)
        if region is None:
            findings.error(
                i, "village", said["village"], "辖区内没有这个村，或有几个同名的村",
                "请写行政区划中的村名，或写 12 位村代码",
            )  # fmt: skip
    if region is None:
        return None
    paper, wrong = _paper(number)
    if wrong:
        if rounded:
            wrong = "证件号码以数字保存，末几位已丢失"
        advice = "请把该列设为文本格式后重新填写" if rounded else "请核对证件原件后改正"
        findings.error(i, "id_number", said["id_number"], wrong, advice)
    kind = str(said["kind"]) or _kind(said["name"], paper)
    if kind == Holder.Kind.PERSON and paper == Holder.Paper.CREDIT_CODE:
        findings.error(i, "kind", said["kind"], "类别为个人而证件为信用代码", "请核对类别与证件")
    text = f"i:{number}" if number else f"n:{region.code}:{said['name']}"
    key = hashlib.sha256(text.encode()).hexdigest()
    return Named(key, kind, said["name"], paper, number, said["phone"], region)


def _paper(number: str) -> tuple[str, str]:
    if not number:
        return "", ""
    for paper in (Holder.Paper.ID_CARD, Holder.Paper.CREDIT_CODE):
        if not number_wrong(paper, number):
            return paper.value, ""
    code = number[:2].isdecimal() and not number[:17].isdecimal()
    return "", number_wrong(Holder.Paper.CREDIT_CODE if code else Holder.Paper.ID_CARD, number)


def _kind(name: str, paper: str) -> str:
    if paper == Holder.Paper.ID_CARD:
        return Holder.Kind.PERSON.value
    if name.endswith(_COLLECTIVE):
        return Holder.Kind.COLLECTIVE.value
    organisation = paper == Holder.Paper.CREDIT_CODE or name.endswith(
        ("公司", "合作社", "农场", "局", "厂")
    )
    if organisation:
        return (Holder.Kind.FARM if name.endswith("农场") else Holder.Kind.COMPANY).value
    return Holder.Kind.PERSON.value


def settle(named: dict[str, Named], county: str, table: Table, findings: Findings) -> None:
    """Decide what is certain, and ask about the rest.

    A number of the register is that holder. A number the register does not have, or none, is a new holder,
    unless one of that name and village has no number either, or several rows share name and village
    without a number: then a person decides.
    """
    by_digest = _by_number([one for one in named.values() if one.id_number], county)
    twins = _by_name(named, county)
    in_file: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for one in named.values():
        in_file[one.region.code, one.name].append(one)
    for one in named.values():
        known = by_digest.get(one.id_number) if one.id_number else None
        if known is not None:
            one.decision, one.chosen = Decision.SAME, known.pk
            if known.name != one.name:
                findings.warn(
                    one.rows[0], "name", one.name, "该证件号码在系统中登记的姓名不同",
                    "以系统登记的为准；如姓名有误，请在权利人页面更正",
                )  # fmt: skip
            continue
        alike = twins.get((one.region.code, one.name), [])
        if one.id_number:
            alike = [h for h in alike if not h.id_number]
        _ask(one, alike, in_file[one.region.code, one.name], table)


def _ask(one: Named, alike: Sequence[Holder], same_name: Sequence[Named], table: Table) -> None:
    one.candidates = [h.pk for h in alike]
    numbered = [other for other in same_name if other is not one and other.id_number]
    if one.candidates:
        one.question = f"{one.region.name}已登记同名权利人 {len(alike)} 个，是否为同一人？"
    elif not one.id_number and numbered:
        first = table.numbers[numbered[0].rows[0]]
        one.question = f"第 {first} 行有同村同名而有证件号码的权利人，是否另为一人？"
    elif not one.id_number and len(one.rows) > 1:
        one.question = f"{len(one.rows)} 行同村同名，都没有证件号码，是否为同一人？"
    if one.question:
        one.decision = Decision.OPEN


def _by_number(wanted: Sequence[Named], county: str) -> dict[str, Holder]:
    """Holders of the county by the numbers of the file."""
    whose = {digest: one.id_number for one in wanted for digest in digests(one.id_number, _NUMBER)}
    known = list(whose)
    found: dict[str, Holder] = {}
    for start in range(0, len(known), IN_A_QUERY):
        rows = Holder.objects.filter(
            county=county, merged_into=None, id_digest__in=known[start : start + IN_A_QUERY]
        )
        found |= {whose[holder.id_digest]: holder for holder in rows}
    return found


def _by_name(named: dict[str, Named], county: str) -> dict[tuple[str, str], list[Holder]]:
    names = sorted({one.name for one in named.values()})
    found: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for start in range(0, len(names), IN_A_QUERY):
        rows = Holder.objects.filter(
            county=county, merged_into=None, name__in=names[start : start + IN_A_QUERY]
        )
        for holder in rows.order_by("pk"):
            found[holder.region_id, holder.name].append(holder)
    return found
