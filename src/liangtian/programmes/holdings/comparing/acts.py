"""The acts on comparisons with departments' layers."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.comparison.start": "发起部门数据比对",
        "holdings.comparison.done": "完成部门数据比对",
        "holdings.hit.decide": "反馈部门比对意见",
    },
)
