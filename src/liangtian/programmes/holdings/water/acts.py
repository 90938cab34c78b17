"""The acts on water and on arrears."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.SAW,
    {
        "holdings.water.view": "查看水源设施",
        "holdings.measure.view": "查看停水停电",
        "holdings.dunning.print": "打印催缴通知书",
    },
)
declare(
    Kind.CHANGED,
    {
        "holdings.water.source": "登记水源设施",
        "holdings.water.serve": "登记供水关系",
        "holdings.water.fit": "安装计量表",
        "holdings.water.remove": "拆除计量表",
        "holdings.water.swap": "更换计量表",
        "holdings.water.standard": "录入水价、系数、定额",
        "holdings.water.approve": "审批水价、系数、定额",
        "holdings.water.withdraw": "撤回水价、系数、定额",
        "holdings.water.read": "录入读数",
        "holdings.water.correct": "更正读数",
        "holdings.water.settle": "核实读数",
        "holdings.water.file": "核对用电量文件",
        "holdings.water.file.accept": "导入用电量文件",
        "holdings.water.file.discard": "放弃用电量文件",
        "holdings.water.charge": "核算水费",
        "holdings.water.allot": "配水",
        "holdings.measure.refresh": "更新停水停电名单",
        "holdings.measure.step": "办理停水停电",
        "holdings.measure.letter": "拟制停水停电文书",
        "holdings.dunning.prepare": "列出催缴名单",
        "holdings.dunning.issue": "制发催缴通知书",
        "holdings.dunning.deliver": "登记催缴送达",
    },
)
