"""What a ledger may say of land, its holder and its contract, and under which column names townships say it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liangtian.platform.errors import Refused
from liangtian.platform.personal import Sensitivity

HOLDER, PARCEL, CONTRACT = "权利人", "地块", "合同"


@dataclass(frozen=True)
class Target:
    """A value the register keeps. `aliases`: column names seen in ledgers, without blanks and units, upper case."""

    name: str
    label: str
    group: str
    help: str
    aliases: tuple[str, ...]
    coded: bool = False  # its words are mapped to a list
    constant: bool = False  # one value may hold for the whole file
    sensitivity: Sensitivity = "none"


TARGETS: tuple[Target, ...] = (
    Target("name", "权利人姓名（名称）", HOLDER, "户主、承包方代表或单位全称",
           ("姓名", "户主", "户主姓名", "权利人", "权利人姓名", "承包方", "承包方代表", "承包人", "使用人", "土地使用人", "名称", "单位名称",
            "农户姓名", "承包方姓名", "承包方代表姓名", "承包方（代表）姓名", "承包方(代表)姓名", "承包人姓名", "承包户主", "户主（代表）姓名",
            "使用人姓名", "使用权人", "承租人", "承租方", "种植户", "种植户姓名", "农户", "ZJRXM", "CBFMC", "QLR", "QLRMC", "XM"), sensitivity="name"),
    Target("id_number", "证件号码", HOLDER, "身份证号或统一社会信用代码；号码相同即为同一权利人",
           ("身份证号", "身份证号码", "身份证", "身份证件号码", "承包方身份证号", "户主身份证号", "证件号", "证件号码", "公民身份号码", "统一社会信用代码", "信用代码", "SFZH", "ZJHM"),
           sensitivity="id_number"),
    Target("phone", "联系电话", HOLDER, "", ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "LXDH"),
           sensitivity="phone"),
    Target("kind", "权利人类别", HOLDER, "不选时按证件号码判断：身份证为个人，信用代码为企业",
           ("类别", "权利人类别", "权利人类型", "主体类型", "QLRLX"), coded=True, constant=True),
    Target("village", "村", HOLDER, "权利人所在的村；不选时取地块所在的村",
           ("村", "村名", "行政村", "所在村", "村队", "村委会", "所属村", "CUN", "CMC", "ZLDWMC")),
    Target("code", "地块编码", PARCEL, "在县内不重复；表格与图形按它连接",
           ("地块编码", "地块编号", "地块代码", "地块号", "宗地号", "宗地代码", "编号", "DKBM", "DKBH", "ZDDM", "TBBH")),
    Target("place_name", "坐落（地块名称）", PARCEL, "", ("坐落", "地块名称", "小地名", "地名", "位置", "土地坐落", "DKMC", "ZL")),
    Target("area_mu", "台账面积（亩）", PARCEL, "只用于核对；登记的面积是图形的椭球面积",
           ("面积", "地块面积", "实测面积", "台账面积", "亩数", "SCMJM", "MJ", "MJM")),
    Target("ownership", "权属性质", PARCEL, "国有或集体",
           ("权属性质", "权属", "土地性质", "所有权性质", "所有权", "SYQXZ", "QSXZ"), coded=True, constant=True),
    Target("way", "使用方式", PARCEL, "承包、租赁、划拨等",
           ("使用方式", "取得方式", "承包方式", "经营方式", "用地方式", "SYFS", "QDFS"), coded=True, constant=True),
    Target("source_paper", "来源材料", PARCEL, "", ("来源材料", "权属来源", "权属材料", "手续", "用地手续", "权属来源材料", "证件材料", "QSLY"),
           coded=True, constant=True),
    Target("paper_number", "材料编号", PARCEL, "", ("材料编号", "证号", "证书编号", "土地证号", "权证号", "ZSBH")),
    Target("land_kind", "承包地类别", PARCEL, "", ("承包地类别", "地块类别", "土地类别", "DKLB"), coded=True, constant=True),
    Target("actual_use", "实际用途", PARCEL, "", ("实际用途", "用途", "土地用途", "现状用途", "地类", "利用现状", "TDYT"),
           coded=True, constant=True),
    Target("irrigation", "灌溉方式", PARCEL, "", ("灌溉方式", "灌溉", "水源", "取水方式", "GGFS"), coded=True, constant=True),
    Target("reclaimed_year", "开发年份", PARCEL, "四位年份", ("开发年份", "开发年限", "开垦年份", "开荒年份", "开荒时间", "开垦时间", "KFNF")),
    Target("corps", "是否兵团用地", PARCEL, "兵团用地不计入合计，另列", ("兵团用地", "是否兵团", "是否兵团用地"), coded=True, constant=True),
    Target("note", "备注", PARCEL, "", ("备注", "说明", "BZ")),
    Target("contract_number", "合同编号", CONTRACT, "同一编号的各行为同一合同", ("合同编号", "合同号", "协议编号", "HTBH", "HTMJBH")),
    Target("contract_area", "合同面积（亩）", CONTRACT, "不填时为整块", ("合同面积", "承包面积", "租赁面积", "HTMJ", "HTMJM")),
    Target("term", "合同期限", CONTRACT, "起止写在一列时选它，如 2021.1.1-2025.12.31", ("合同期限", "承包期限", "租赁期限", "期限", "起止日期", "承包起止日期")),
    Target("starts_on", "合同起始日期", CONTRACT, "", ("起始日期", "开始日期", "合同起始", "合同起始日期", "承包起始日期", "起", "起始", "CBQXQ")),
    Target("ends_on", "合同终止日期", CONTRACT, "", ("终止日期", "截止日期", "到期日期", "结束日期", "合同终止", "合同终止日期", "止", "终止", "CBQXZ")),
    Target("signed_on", "合同签订日期", CONTRACT, "", ("签订日期", "签订时间", "合同签订日期", "QDSJ")),
    Target("price", "价格（元）", CONTRACT, "", ("价格", "单价", "租金", "租赁费", "承包费", "租赁金", "金额", "租金标准")),
    Target("price_kind", "计价方式", CONTRACT, "元/亩·年、元/年或不收费；价格为零或空时为不收费",
           ("计价方式", "计费方式"), coded=True, constant=True),
    Target("grantor", "发包（出租）方", CONTRACT, "", ("发包方", "出租方", "甲方", "发包方名称", "出租单位", "FBFMC"), constant=True),
)  # fmt: skip
BY_NAME = {t.name: t for t in TARGETS}
NEEDED = ("ownership", "way", "source_paper", "actual_use")
_OF_SOMEBODY = ("id_number", "contract_number")  # columns that say nothing without a name
_UNITS = re.compile(r"[\s*:：]|[（(](?:亩|元|元/亩|元/亩·年|元/年|平方米|选填|必填)[)）]")


def plain(label: str) -> str:
    """A column name as it is compared: without blanks, stars and units, in capitals."""
    return _UNITS.sub("", label).upper()


def suggest(labels: Sequence[str]) -> dict[str, str | None]:
    """The best column for each target by its known names; a name of two lines counts by its last as well."""
    known: dict[str, str] = {}
    for label in labels:
        known.setdefault(plain(label), label)
    for label in labels:
        known.setdefault(plain(label.split("/")[-1]), label)
    used: set[str] = set()
    found: dict[str, str | None] = {}
    for target in TARGETS:
        names = (known[a] for a in (plain(target.label), *target.aliases) if a in known)
        found[target.name] = next((n for n in names if n not in used), None)
        used.add(found[target.name] or "")
    return found


def fingerprint(labels: Sequence[str], code_fields: Sequence[str]) -> str:
    """Identifies the shape of the files: their column names, whatever their order."""
    text = "\n".join([*sorted(labels), "\f", *sorted(code_fields)])
    return hashlib.sha256(text.encode()).hexdigest()


def check_mapping(
    mapping: Mapping[str, str | None],
    constants: Mapping[str, str],
    labels: Sequence[str],
    *,
    coded: bool,
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Columns and fixed values, every target named once. Refused, target by target, where it cannot work.

    `coded`: the rows find their parcels by code.
    """
    wrong = dict.fromkeys({*mapping, *constants} - set(BY_NAME), "没有这一项")
    used: dict[str, str] = {}
    for target in TARGETS:
        column, value = mapping.get(target.name) or None, constants.get(target.name, "").strip()
        if column is not None and column not in labels:
            wrong[target.name] = f"文件里没有列“{column}”"
        elif column is not None and column in used:
            wrong[target.name] = f"列“{column}”已用于“{used[column]}”"
        elif column is not None:
            used[column] = target.label
        elif value and not target.constant:
            wrong[target.name] = "这一项不能用固定值"
        elif target.name == "name" and any(mapping.get(other) for other in _OF_SOMEBODY):
            wrong[target.name] = "文件有证件号码或合同，请选择姓名（名称）所在的列"
        elif not value and (target.name in NEEDED or (coded and target.name == "code")):
            how = "请选择对应的列，或选一个固定值" if target.constant else "请选择对应的列"
            wrong[target.name] = how
    if wrong:
        raise Refused("字段对应有误，请改正标出的各项。", fields=wrong)
    columns = {t.name: mapping.get(t.name) or None for t in TARGETS}
    fixed = {
        t.name: v
        for t in TARGETS
        if not columns[t.name] and (v := constants.get(t.name, "").strip())
    }
    return columns, fixed
