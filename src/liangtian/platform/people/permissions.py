"""What may be done in the system, and the roles that come with it.

A permission is `family.act`; a role is a named set of them, and `family.*` stands for the whole family.
The three officers (三员) hold no permission on business data: GB/T 22239-2019 8.1.4.2 d).
"""

from __future__ import annotations

PERMISSIONS: dict[str, str] = {
    "enforcement.view": "查看卫片图斑",
    "enforcement.import": "导入卫片批次",
    "enforcement.judge": "判定图斑",
    "enforcement.review": "复核判定",
    "enforcement.evidence": "补充举证材料",
    "enforcement.meet": "组织集体会审",
    "enforcement.sign": "签发会审结论",
    "enforcement.dispose": "拟定与下达处置",
    "enforcement.rectify": "落实整改与报验",
    "enforcement.accept": "验收整改",
    "enforcement.archive": "归档与调卷",
    "enforcement.export": "导出卫片台账与案卷",
    "checks.pass": "放行数据检查问题",
    "warnings.view": "查看督办",
    "warnings.propose": "提出与制发督办",
    "warnings.decide": "决定督办措施",
    "warnings.answer": "答复督办",
    "freezes.run": "提请增违挂钩办理与储备指标入库",
    "freezes.confirm": "确认增违挂钩办理与储备指标入库",
    "military.register": "登记与查看涉军图斑",
    "holdings.view": "查看承包经营台账",
    "holdings.edit": "登记与变更地块、权利人",
    "holdings.contract": "登记承包、租赁、流转合同",
    "holdings.export": "导出承包经营台账",
    "holdings.manage": "维护调查单位、合并权利人、冻结年度底册",
    "layers.view": "查看参考图层",
    "layers.import": "导入参考图层",
    "layers.publish": "发布与撤回参考图层",
    "layers.export": "导出参考图层",
    "sketches.draw": "标绘与套合量算",
    "overlays.view": "查看多图层套合结果",
    "overlays.run": "发起多图层套合",
    "jobs.view": "查看后台任务",
    "files.upload": "上传文件",
    "packs.view": "查看政策参数",
    "calendar.view": "查看日历与时限",
    "calendar.manage": "中止、延长时限与维护节假日",
    "tasks.handover": "交接他人待办",
    "tasks.opinion": "答复会办意见",
    "returns.prepare": "编制与上报报表",
    "returns.check": "审核报表",
    "returns.sign": "签批报表",
    "documents.register": "制发文书与编文号",
    "documents.templates": "维护文书模板",
    "books.view": "查看账簿",
    "books.reverse": "冲销分录",
    "books.close": "结账",
    "api.token": "使用接口令牌",
    "personal.unmask": "查看未脱敏的个人信息",
    "regions.manage": "维护行政区划",
    "people.view": "查看人员名册",
    "people.accounts": "维护账号与机构",
    "people.unmask": "查看人员完整电话",
    "people.grant": "授予与审批角色",
    "security.policy": "维护安全策略",
    "system.view": "查看运行状况",
    "audit.view": "查看与导出审计记录",
    "audit.officers": "查看三员与安全事件的审计记录",
}

_VIEW = [
    "enforcement.view",
    "holdings.view",
    "layers.view",
    "sketches.draw",
    "packs.view",
    "calendar.view",
]
_OFFICE = [
    *_VIEW,
    "enforcement.export",
    "holdings.export",
    "jobs.view",
    "api.token",
    "tasks.opinion",
    "overlays.view",
    "overlays.run",
]
_BUREAU = [
    "holdings.view",
    "layers.view",
    "packs.view",
    "tasks.opinion",
]  # bureaus whose programmes bring their own permissions

ROLES: dict[str, tuple[str, list[str]]] = {
    "county_clerk": (
        "县卫片办经办员",
        [
            "enforcement.*",
            "holdings.*",
            "layers.*",
            "overlays.*",
            "sketches.draw",
            "jobs.view",
            "files.upload",
            "packs.view",
            "calendar.*",
            "returns.prepare",
            "returns.check",
            "documents.*",
            "books.view",
            "api.token",
            "tasks.opinion",
            "personal.unmask",
            "warnings.view",
            "warnings.propose",
            "freezes.run",
        ],
    ),
    "county_reviewer": (
        "县级审核员",
        [
            *_OFFICE,
            "enforcement.judge",
            "enforcement.review",
            "enforcement.meet",
            "enforcement.dispose",
            "enforcement.accept",
            "enforcement.archive",
            "checks.pass",
            "layers.export",
            "returns.check",
            "documents.register",
            "books.view",
            "warnings.view",
            "freezes.confirm",
        ],
    ),
    "leader": (
        "领导",
        [
            *_VIEW,
            "overlays.view",
            "enforcement.export",
            "enforcement.sign",
            "checks.pass",
            "books.view",
            "returns.check",
            "returns.sign",
            "calendar.manage",
            "tasks.handover",
            "warnings.view",
            "warnings.decide",
            "freezes.confirm",
        ],
    ),
    "township_clerk": (
        "乡镇经办员",
        [
            *_OFFICE,
            "enforcement.evidence",
            "enforcement.rectify",
            "holdings.edit",
            "holdings.contract",
            "files.upload",
            "returns.prepare",
            "returns.check",
            "documents.register",
            "personal.unmask",
            "warnings.view",
            "warnings.answer",
        ],
    ),
    "township_leader": (
        "乡镇分管领导",
        [
            *_VIEW,
            "overlays.view",
            "enforcement.export",
            "returns.check",
            "returns.sign",
            "tasks.handover",
            "warnings.view",
        ],
    ),
    "grid_worker": ("村级网格员", [*_VIEW, "enforcement.evidence", "files.upload"]),
    "secrecy_keeper": ("涉军图斑登记员", [*_VIEW, "military.register"]),
    "finance": ("财政局人员", [*_BUREAU, "books.*"]),
    "water": ("水利局人员", _BUREAU),
    "agriculture": ("农业农村局人员", [*_BUREAU, "layers.export", "overlays.*"]),
    "forestry": ("林业局人员", [*_BUREAU, "layers.export", "overlays.*"]),
    "power": ("供电公司人员", _BUREAU),
    "company": ("实施（经营）企业人员", ["packs.view"]),
    "sysadmin": (
        "系统管理员",
        [
            "people.view",
            "people.accounts",
            "people.unmask",
            "regions.manage",
            "jobs.view",
            "system.view",
        ],
    ),
    "security_officer": (
        "安全管理员",
        ["people.view", "people.grant", "security.policy", "audit.officers"],
    ),
    "auditor": ("审计管理员", ["audit.view"]),
}

# The three officers (三员): the post each of their roles makes. A person has one post, see people.frozen.
POSTS = {"sysadmin": "system", "security_officer": "security", "auditor": "audit"}
OWN_OFFICE = {"company"}  # roles that see rows of their own office and below only
_OFFICERS_FAMILIES = {"people", "security", "audit", "system"}
_OFFICERS_ACTS = {"regions.manage"}


def for_officers(permission: str) -> bool:
    """Whether a permission belongs to the three officers alone and never into a custom role."""
    return permission.split(".", 1)[0] in _OFFICERS_FAMILIES or permission in _OFFICERS_ACTS
