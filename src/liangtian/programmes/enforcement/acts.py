"""The acts on monthly patches."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.SAW, {"enforcement.patch.view": "查看图斑"})
declare(Kind.EXPORTED, {"enforcement.patch.dossier": "导出图斑案卷"})
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
        "enforcement.patch.confirm": "确认图斑判定",
        "enforcement.patch.reopen": "撤回图斑判定",
        "enforcement.patch.assign": "指派图斑承办人",
        "enforcement.patch.consult": "图斑征求意见",
        "enforcement.patch.stop_asking": "图斑结束会办",
        "enforcement.patch.withdraw": "图斑撤回上一步",
        "enforcement.photo.add": "上传举证照片",
    },
)
