"""The acts on referrals and petitions."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.referral.propose": "提出移送",
        "holdings.referral.decide": "审批移送",
        "holdings.referral.send": "登记移送",
        "holdings.referral.answer": "登记移送回复",
        "holdings.referral.cancel": "撤销移送",
        "holdings.petition.log": "登记信访",
        "holdings.petition.answer": "答复信访",
        "holdings.petition.close": "办结信访",
    },
)
declare(
    Kind.SAW,
    {
        "holdings.referral.view": "查看移送",
        "holdings.petition.view": "查看信访",
        "holdings.petition.identity": "查看信访人完整身份信息",
    },
)
