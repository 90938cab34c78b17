"""The acts of this app as the audit trail names them."""

from __future__ import annotations

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "documents.template.upload": "上传文书模板",
        "documents.template.test": "试填文书模板",
        "documents.template.activate": "启用文书模板",
        "documents.template.retire": "停用文书模板",
        "documents.series.create": "建立文号序列",
        "documents.letter.draft": "拟制文书",
        "documents.letter.edit": "修改文书稿",
        "documents.letter.drop": "删除文书稿",
        "documents.letter.issue": "制发文书",
        "documents.letter.void": "作废文书",
    },
)
declare(Kind.EXPORTED, {"documents.letter.download": "下载文书"})
