"""Code lists of an intake: what the words of a ledger mean in those of the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from liangtian.platform.errors import Refused
from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.intake.targets import BY_NAME, TARGETS
from liangtian.programmes.holdings.models import Contract, Holder, IntakeWord, ParcelVersion

LONGEST = 60
MOST = 200  # different words of one column; more, and the wrong column was chosen
# What townships write for the entries of the lists; whole words, each for one list.
_KNOWN: dict[str, dict[str, str]] = {
    "ownership": {"国有土地": "国有", "国家": "国有", "集体土地": "集体", "集体所有": "集体", "国家所有": "国有"},
    "way": {"家庭承包": "承包", "承包经营": "承包", "其他方式承包": "承包", "出租": "租赁", "租用": "租赁", "转包": "流转",
            "转让": "流转", "无手续": "无手续占用", "占用": "无手续占用"},
    "source_paper": {"土地证": "国有土地使用证", "国土证": "国有土地使用证", "不动产证": "不动产权证", "合同": "租赁合同",
                     "承包合同": "承包协议", "协议": "承包协议", "无手续": "无", "没有": "无"},
    "actual_use": {"农田": "耕地", "水浇地": "耕地", "旱地": "耕地", "果园": "园地", "林": "林地", "草": "草地"},
    "irrigation": {"渠水": "地表水", "河水": "地表水", "井水": "地下水", "机井": "地下水", "混灌": "井渠结合", "井渠": "井渠结合",
                   "无": "无灌溉"},
    "land_kind": {"二轮承包": "二轮承包地", "承包地": "二轮承包地", "机动地": "集体机动地", "开荒地": "荒地"},
    "kind": {"个人": "个人（农户）", "农户": "个人（农户）", "公司": "企业", "村委会": "村集体", "集体": "村集体", "农场": "国有农场"},
    "price_kind": {"元/亩": "元/亩·年", "元/亩/年": "元/亩·年", "每亩": "元/亩·年", "总价": "元/年", "免费": "不收费"},
    "corps": {"Y": "是", "N": "否", "1": "是", "0": "否", "√": "是"},
}  # fmt: skip


def choices(target: str) -> list[str]:
    """What a coded target may be, as it is shown."""
    match target:
        case "ownership":
            return [str(label) for label in ParcelVersion.Ownership.labels]
        case "kind":
            return [str(label) for label in Holder.Kind.labels]
        case "price_kind":
            return [str(label) for label in Contract.Price.labels]
        case "corps":
            return ["是", "否"]
        case _:
            return list(listed(target))


def stored(target: str, choice: str) -> str | bool:
    """A choice as the register keeps it."""
    match target:
        case "ownership":
            return _value(ParcelVersion.Ownership, choice)
        case "kind":
            return _value(Holder.Kind, choice)
        case "price_kind":
            return _value(Contract.Price, choice)
        case "corps":
            return choice == "是"
        case _:
            return choice


def _value(kind: type[ParcelVersion.Ownership | Holder.Kind | Contract.Price], choice: str) -> str:
    return next(str(k.value) for k in kind if str(k.label) == choice)


def found_words(
    columns: Mapping[str, Sequence[str]], county: str
) -> dict[str, list[dict[str, str | int]]]:
    """For each coded target its words in the file, how often, and what each means as far as that is known."""
    remembered = {(w.target, w.word): w.choice for w in IntakeWord.objects.filter(region=county)}
    out: dict[str, list[dict[str, str | int]]] = {}
    for target in TARGETS:
        if not target.coded or target.name not in columns:
            continue
        may = choices(target.name)
        counted = Counter(w for w in columns[target.name] if w)
        if len(counted) > MOST:
            raise Refused(
                f"列“{target.label}”有 {len(counted)} 种不同的写法，不像代码列。请核对字段对应。",
                fields={target.name: "写法过多"},
            )
        out[target.name] = [
            {"word": word, "count": n, "choice": _meant(target.name, word, may, remembered)}
            for word, n in counted.most_common()
        ]
    return out


def _meant(
    target: str, word: str, may: Sequence[str], remembered: Mapping[tuple[str, str], str]
) -> str:
    for guess in (word, remembered.get((target, word), ""), _KNOWN.get(target, {}).get(word, "")):
        if guess in may:
            return guess
    return ""


def check_words(words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The chosen meanings without the open ones. Refused for what no list has."""
    wrong: dict[str, str] = {}
    clean: dict[str, dict[str, str]] = {}
    for name, meanings in words.items():
        target = BY_NAME.get(name)
        if target is None or not target.coded:
            wrong[name] = "没有这一项"
            continue
        may = choices(name)
        if odd := [c for c in meanings.values() if c and c not in may]:
            wrong[name] = f"“{odd[0]}”应为{'、'.join(may)}之一"
        clean[name] = {word: choice for word, choice in meanings.items() if choice}
    if wrong:
        raise Refused("代码对应有误，请改正标出的各项。", fields=wrong)
    return clean


def remember(county: str, words: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what the county means by its words, for the next file."""
    IntakeWord.objects.bulk_create(
        [
            IntakeWord(region_id=county, target=name, word=word[:LONGEST], choice=choice)
            for name, meanings in words.items()
            for word, choice in meanings.items()
            if word != choice and len(word) <= LONGEST
        ],
        update_conflicts=True, unique_fields=["region", "target", "word"], update_fields=["choice"],
    )  # fmt: skip
