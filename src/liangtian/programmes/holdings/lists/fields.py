"""What each sort of list may say, and under which column names it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liangtian.programmes.holdings.intake.targets import plain
from liangtian.programmes.holdings.models import ListFile

Kind = ListFile.Kind


@dataclass(frozen=True)
class Field:
    """A column. `constant`: one value may hold for all rows whose cell is blank."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    needed: bool = False
    constant: bool = False
    help: str = ""


_PLACE = (
    Field("region", "所在村（乡镇）", ("村", "行政村", "所在村", "村名", "乡镇", "所在区划"), constant=True,
          help="村名或区划代码；有坐标的可以不填"),
    Field("lon", "经度", ("东经", "X坐标", "JD"), help="度，如 86.123456"),
    Field("lat", "纬度", ("北纬", "Y坐标", "WD"), help="度，如 41.234567"),
)  # fmt: skip


def _meter(name: str, label: str, aliases: tuple[str, ...]) -> tuple[Field, ...]:
    return (
        Field(f"{name}_number", f"{label}号", aliases),
        Field(f"{name}_rollover", f"{label}量程", (f"{label}底量程",), constant=True,
              help="表计满后从零起的数，如 1000000"),
        Field(f"{name}_factor", f"{label}倍率", constant=True, help="不填为 1"),
        Field(f"{name}_first", f"{label}起始示数", (f"{label}底数", f"{label}示数"), constant=True),
    )  # fmt: skip


_METERS = (
    *_meter("power", "电表", ("电表表号", "电能表号", "电表编号", "用电表号", "电表")),
    *_meter("water", "水表", ("水表表号", "流量计号", "水表编号", "计量设施编号", "水表")),
    Field("fitted_on", "装表日期", ("安装日期", "装表时间"), constant=True, help="不填为导入的生效日期"),
)  # fmt: skip
_SERVED = (
    Field("served", "供水地块", ("服务地块", "灌溉地块", "供水地块编码", "地块编码"),
          help="地块编码，用顿号隔开；只灌一部分的写作 编码=亩数"),
    Field("holder", "管理使用人", ("管理人", "使用人", "井主", "管理单位", "取水权人"),
          help="与登记的权利人姓名或名称完全相同且只有一人的才会挂上"),
    Field("note", "备注", ("说明",)),
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {
    Kind.WELL: (
        Field("code", "机井编号", ("井号", "编号", "机电井编号", "JH", "BH"), needed=True),
        Field("name", "名称", ("井名", "机井名称", "MC"), help="不填为“编号＋号机电井”"),
        *_PLACE,
        Field("permit", "取水许可证号", ("许可证号", "取水许可证编号", "取水许可")),
        Field("permit_until", "许可有效期至", ("许可证有效期", "有效期至", "许可到期日")),
        Field("depth_m", "井深（米）", ("井深", "井深米")),
        Field("pump_m3h", "水泵出水量（立方米/时）", ("出水量", "水泵出水量", "单井出水量")),
        *_METERS,
        Field("per_kwh", "以电折水系数", ("折水系数", "水电折算系数", "系数"), help="立方米/千瓦时，须由他人审批"),
        Field("since", "系数起始日期", ("系数生效日期",), constant=True, help="不填为导入的生效日期"),
        Field("document", "系数依据文件", ("依据文件",), constant=True),
        *_SERVED,
    ),
    Kind.CANAL: (
        Field("code", "渠道编号", ("渠系编号", "编号", "QH", "BH"), needed=True),
        Field("name", "渠道名称", ("渠系名称", "名称", "MC"), help="不填为编号"),
        Field("level", "渠系级别", ("级别", "渠道级别", "JB"), needed=True, constant=True,
              help="干渠、支渠、斗渠、农渠"),
        Field("parent", "上级渠道编号", ("上级渠道", "所属渠道"), help="已登记的，或本表前面各行的"),
        _PLACE[0],
        *_meter("water", "水表", ("水表表号", "流量计号", "水表编号", "计量设施编号", "水表")),
        _METERS[-1],
        *_SERVED,
    ),
    Kind.BUILDING: (
        Field("kind", "类别", ("建筑物类别", "建筑类型", "用途", "名称", "LB", "LX"), needed=True, constant=True),
        Field("code", "建筑物编号", ("编号", "BH"), help="不填由系统编号"),
        Field("parcel", "所属地块编码", ("地块编码", "地块编号", "DKBM", "所属地块"),
              help="不填为图形所在的地块"),
        Field("built_year", "建成年份", ("建成年代", "建造年份", "年份", "JCNF")),
        Field("note", "备注", ("说明", "BZ")),
    ),
    Kind.CROP: (
        Field("parcel", "地块编码", ("地块编号", "地块代码", "DKBM"), needed=True),
        Field("year", "年份", ("年度", "种植年份"), needed=True, constant=True),
        Field("season", "季别", ("季节", "种植季"), needed=True, constant=True),
        Field("crop", "作物", ("种植作物", "作物名称"), needed=True, constant=True),
        Field("area_mu", "种植面积（亩）", ("种植面积", "面积", "播种面积"), needed=True),
    ),
}  # fmt: skip
RIGHTS: dict[str, tuple[str, ...]] = {
    Kind.WELL: ("water.edit",),
    Kind.CANAL: ("water.edit",),
    Kind.BUILDING: ("holdings.edit",),
    Kind.CROP: ("holdings.edit",),
}


def names(kind: str) -> set[str]:
    """Every column name that is known for a sort of list, as names are compared."""
    return {plain(a) for f in FIELDS[kind] for a in (f.label, *f.aliases)}


def suggested(kind: str, headings: Sequence[str]) -> dict[str, str]:
    """The column of each field by its known names; each column once."""
    known: dict[str, str] = {}
    for heading in headings:
        known.setdefault(plain(heading), heading)
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        for name in (field.label, *field.aliases):
            column = known.get(plain(name))
            if column is not None and column not in found.values():
                found[field.name] = column
                break
    return found


def wanting(kind: str, mapping: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with columns and fixed values, by field."""
    wrong = dict.fromkeys(
        {*mapping, *fixed} - {f.name for f in FIELDS[kind]}, "没有这一项"
    )  # fmt: skip
    used: dict[str, str] = {}
    for field in FIELDS[kind]:
        column, value = mapping.get(field.name, ""), fixed.get(field.name, "").strip()
        if column and column in used:
            wrong[field.name] = f"列“{column}”已用于“{used[column]}”"
        elif value and not field.constant:
            wrong[field.name] = "这一项不能用固定值"
        elif field.needed and not column and not value:
            wrong[field.name] = "请选择对应的列" + ("，或填一个固定值" if field.constant else "")
        used[column or field.label] = field.label
    return wrong
