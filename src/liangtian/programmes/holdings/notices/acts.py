"""The acts on notices and objections."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.notice.draft": "拟定公示",
        "holdings.notice.edit": "修改公示草稿",
        "holdings.notice.discard": "删除公示草稿",
        "holdings.notice.publish": "发布公示",
        "holdings.notice.papers": "生成公示图表",
        "holdings.notice.withdraw": "撤回公示",
        "holdings.objection.file": "登记公示异议",
        "holdings.objection.answer": "答复公示异议",
        "holdings.objection.retract": "撤回公示异议",
    },
)
declare(
    Kind.SAW,
    {
        "holdings.objection.view": "查看公示异议",
        "holdings.objection.identity": "查看异议人完整身份信息",
    },
)
declare(Kind.EXPORTED, {"holdings.notice.print": "导出公示图表"})
