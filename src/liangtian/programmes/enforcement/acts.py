"""The acts on monthly patches."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.SAW, {"enforcement.patch.view": "查看图斑"})
declare(
    Kind.EXPORTED,
    {
        "enforcement.patch.dossier": "导出图斑案卷",
        "enforcement.patch.originals": "导出图斑原件",
        "enforcement.dossier.fetch": "取出归档卷宗",
        "enforcement.dossier.batch": "批量生成卷宗",
        "enforcement.dossier.batch_fetch": "下载批量卷宗",
    },
)
declare(
    Kind.CHANGED,
    {
        "enforcement.import.start": "上传图斑批次",
        "enforcement.import.mapping": "调整批次字段对应",
        "enforcement.import.accept": "批次确认入库",
        "enforcement.import.discard": "放弃批次导入",
        "enforcement.batch.enter": "批次图斑入库",
        "enforcement.batch.measure": "批次套合完成",
        "enforcement.batch.remeasure": "批次重新套合",
        "enforcement.patch.submit": "判定图斑",
        "enforcement.patch.return": "返回图斑举证",
        "enforcement.patch.decline": "退回图斑派发",
        "enforcement.patch.recall": "收回图斑派发",
        "enforcement.patch.recheck": "图斑退回补充核查",
        "enforcement.patch.review": "图斑复核通过",
        "enforcement.patch.send_back": "图斑复核退回",
        "enforcement.patch.decide": "图斑会审判定",
        "enforcement.patch.dispose": "下达图斑处置",
        "enforcement.patch.object": "退回图斑处置",
        "enforcement.patch.revise": "收回图斑处置",
        "enforcement.patch.rectify": "图斑整改报验",
        "enforcement.patch.accept": "图斑整改验收",
        "enforcement.patch.reject": "图斑验收退回",
        "enforcement.patch.return_acceptance": "图斑退回重新验收",
        "enforcement.patch.archive": "图斑归档",
        "enforcement.patch.unarchive": "图斑调卷重办",
        "enforcement.patch.reopen": "撤回图斑判定",
        "enforcement.patch.assign": "指派图斑承办人",
        "enforcement.patch.consult": "图斑征求意见",
        "enforcement.patch.stop_asking": "图斑结束会办",
        "enforcement.patch.withdraw": "图斑撤回上一步",
        "enforcement.patch.confirm": "确认图斑判定",
        "enforcement.patch.field_check": "填写实地核查表",
        "enforcement.patch.leading_check": "登记领导小组实地核查",
        "enforcement.photo.add": "上传举证照片",
        "enforcement.paper.add": "登记卷内材料",
        "enforcement.paper.remove": "移出卷内材料",
        "enforcement.dossier.archive": "卷宗归档",
        "enforcement.dossier.verify": "核验卷宗",
    },
)
