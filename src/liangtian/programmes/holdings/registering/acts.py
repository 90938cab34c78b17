"""The acts on registrations."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.registration.apply": "受理确权登记",
        "holdings.registration.papers": "补充确权登记材料",
        "holdings.registration.check": "审查确权登记",
        "holdings.registration.survey": "登记权籍核查",
        "holdings.registration.decide": "审批确权登记",
        "holdings.registration.enter": "登簿发证",
        "holdings.registration.withdraw": "撤回确权登记",
    },
)
declare(Kind.SAW, {"holdings.registration.view": "查看确权登记"})
