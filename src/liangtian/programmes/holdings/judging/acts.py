"""The acts on judgements and dispositions."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.judgement.propose": "提出研判意见",
        "holdings.judgement.confirm": "确认研判结论",
        "holdings.judgement.override": "改变研判结论",
        "holdings.judgement.run": "发起批量研判",
        "holdings.review.save": "登记研判会审",
        "holdings.disposition.plan": "拟定处置方案",
        "holdings.disposition.end": "办结处置方案",
    },
)
