"""The acts on the register of holdings."""

from liangtian.platform.audit.acts import Kind, declare
from liangtian.programmes.holdings.fees import acts as _fees  # noqa: F401

declare(
    Kind.SAW,
    {
        "holdings.parcel.view": "查看地块",
        "holdings.holder.view": "查看权利人",
        "holdings.holder.identity": "查看权利人完整身份信息",
        "holdings.find.number": "按证件号码查找地块",
    },
)
declare(
    Kind.CHANGED,
    {
        "holdings.unit.save": "登记调查单位",
        "holdings.parcel.register": "登记地块",
        "holdings.parcel.change": "变更地块",
        "holdings.parcel.boundary": "调整地块界线",
        "holdings.parcel.split": "分割地块",
        "holdings.parcel.merge": "合并地块",
        "holdings.holder.save": "登记权利人",
        "holdings.holder.merge": "合并权利人",
        "holdings.paper.add": "登记权利人材料",
        "holdings.contract.register": "登记合同",
        "holdings.contract.end": "提前终止合同",
        "holdings.crop.save": "登记种植情况",
        "holdings.crop.village": "登记全村种植情况",
        "holdings.building.save": "登记地头建筑物",
        "holdings.building.remove": "登记建筑物拆除",
        "holdings.year.freeze": "冻结年度底册",
        "holdings.classes.order": "套合地块地类",
        "holdings.intake.start": "开始导入台账",
        "holdings.intake.reading": "选择台账的工作表和表头",
        "holdings.intake.mapping": "对应台账字段",
        "holdings.intake.check": "对应台账代码并检查",
        "holdings.intake.decide": "判定台账中的同名权利人",
        "holdings.intake.enter": "确认台账入库",
        "holdings.intake.entered": "台账入库",
        "holdings.intake.discard": "放弃台账导入",
    },
)
declare(
    Kind.EXPORTED,
    {
        "holdings.intake.marked": "下载标注问题的台账",
        "holdings.field_papers": "打印外业图表",
    },
)
