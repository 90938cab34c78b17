"""The security settings (安全策略): each with its clause, its range and what the two profiles say.

`dengbao` is what GB/T 22239-2019 (等级保护) assessors expect; `asvs` is OWASP ASVS 5.0, which forbids
composition rules and forced rotation. Decision 0011 tells why both are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Literal

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.models import SecurityPolicy, User
from liangtian.platform.people.scope import require

PROFILES = {"dengbao": "等级保护（GB/T 22239-2019）", "asvs": "ASVS 5.0"}
Kind = Literal["number", "switch", "networks"]
SIGNING_IN = "8.1.4.1 身份鉴别"
RIGHTS = "8.1.4.2 访问控制"


@dataclass(frozen=True)
class Setting:
    """One setting: what it does, in which unit, from where to where, and its value in each profile."""

    name: str
    group: str
    label: str
    kind: Kind
    dengbao: Any
    asvs: Any
    clause: str
    unit: str = ""
    least: int = 0
    most: int = 0
    hint: str = ""


PERSONAL_DATA = "8.1.4.11 个人信息保护"
PASSWORD, SIGN_IN, SESSION, GRANTS = "密码", "登录", "会话与账号", "授权"
PERSONAL = "个人信息"

SETTINGS: tuple[Setting, ...] = (
    Setting("password_min_length", PASSWORD, "最短长度", "number", 8, 8, SIGNING_IN, "位", 8, 64,
            "ASVS 建议 15 位；最长均可用 128 位。"),
    Setting("password_classes", PASSWORD, "至少包含的字符种类", "number", 3, 0, SIGNING_IN, "种", 0, 4,
            "大写字母、小写字母、数字、符号四种。0 为不要求。"),
    Setting("password_history", PASSWORD, "不得与最近几次密码相同", "number", 5, 0, SIGNING_IN, "次", 0, 24),
    Setting("password_max_days", PASSWORD, "更换周期", "number", 90, 0, SIGNING_IN, "天", 0, 365,
            "0 为不强制定期更换。"),
    Setting("password_not_username", PASSWORD, "不得包含账号", "switch", True, True, SIGNING_IN),
    Setting("password_not_common", PASSWORD, "不得为常见密码", "switch", True, True, SIGNING_IN,
            hint="与常见密码表比对，表随软件提供，不联网。"),
    Setting("initial_password_hours", PASSWORD, "初始密码有效期", "number", 72, 72, SIGNING_IN, "小时", 1, 720,
            "过期未用的初始密码须由系统管理员重新生成。"),
    Setting("failures_per_account", SIGN_IN, "同一账号连续失败几次后锁定", "number", 5, 5, SIGNING_IN, "次", 3, 20),
    Setting("failures_per_address", SIGN_IN, "同一来源地址失败几次后锁定", "number", 30, 30, SIGNING_IN, "次", 5, 1000,
            "多人共用一个出口地址时可适当放宽。"),
    Setting("lock_minutes", SIGN_IN, "锁定时长", "number", 30, 30, SIGNING_IN, "分钟", 5, 1440),
    Setting("code_for_officers", SIGN_IN, "三员必须使用动态口令", "switch", False, False, SIGNING_IN,
            hint="三级系统必须开启。"),
    Setting("code_for_all", SIGN_IN, "所有人必须使用动态口令", "switch", False, False, SIGNING_IN),
    Setting("officer_networks", SIGN_IN, "三员可登录的地址范围", "networks", [], [], "8.1.4.4 入侵防范",
            hint="每行一个地址或网段，如 10.1.2.0/24。留空为不限。"),
    Setting("idle_minutes", SESSION, "无操作自动退出", "number", 15, 15, SIGNING_IN, "分钟", 5, 120),
    Setting("session_hours", SESSION, "一次登录最长时间", "number", 12, 12, SIGNING_IN, "小时", 1, 24),
    Setting("unused_days", SESSION, "多久未登录列为闲置账号", "number", 90, 90, RIGHTS, "天", 30, 365),
    Setting("unmask_minutes", PERSONAL, "脱敏查看一次有效", "number", 10, 10, PERSONAL_DATA, "分钟", 1, 60,
            "说明事由后，台账中的脱敏内容在此时间内显示全文，之后恢复脱敏。"),
    Setting("grants_need_approval", GRANTS, "授权须另一名安全管理员审批", "switch", True, True, RIGHTS),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Policy:
    """The settings in force."""

    profile: str
    own: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.own.get(name, getattr(BY_NAME[name], self.profile))


def current() -> Policy:
    """The settings in force, by one small query."""
    row = SecurityPolicy.objects.filter(pk=1).values("profile", "values").first()
    return Policy(row["profile"], row["values"]) if row else Policy("dengbao", {})


def change(user: User, profile: str, values: Mapping[str, Any]) -> Policy:
    """Choose a profile and settings; values equal to the profile's follow it from now on.

    Raises Refused with the fields that are out of range. Needs `security.policy`.
    """
    require(user, "security.policy")
    if profile not in PROFILES:
        raise Refused("没有这种密码策略，请从列表中选择。", fields={"profile": "请从列表中选择"})
    checked = _checked(values)
    own = {n: v for n, v in checked.items() if v != getattr(BY_NAME[n], profile)}
    with transaction.atomic():
        SecurityPolicy.objects.get_or_create(pk=1)
        row = SecurityPolicy.objects.select_for_update().get(pk=1)
        before, after = Policy(row.profile, row.values), Policy(profile, own)
        changed = [s.name for s in SETTINGS if before[s.name] != after[s.name]]
        if changed or before.profile != profile:
            row.profile, row.values = profile, own
            row.save()
            record(
                user, "security.policy", "安全策略",
                before={"profile": before.profile, **{n: before[n] for n in changed}},
                after={"profile": profile, **{n: after[n] for n in changed}},
            )  # fmt: skip
    return after


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    good: dict[str, Any] = {}
    for name, value in values.items():
        setting = BY_NAME.get(name)
        if setting is None:
            wrong[name] = "没有这项设置"
        elif said := _wrong(setting, value):
            wrong[name] = said
        else:
            good[name] = value
    if wrong:
        named = "；".join(f"{BY_NAME[n].label if n in BY_NAME else n}{s}" for n, s in wrong.items())
        raise Refused(f"设置未保存：{named}。", fields=wrong)
    return good


def _wrong(setting: Setting, value: Any) -> str:
    if setting.kind == "switch":
        return "" if isinstance(value, bool) else "应为开或关"
    if setting.kind == "number":
        fits = type(value) is int and setting.least <= value <= setting.most
        return "" if fits else f"应为 {setting.least} 至 {setting.most} 的整数"
    if not isinstance(value, list) or len(value) > 50:
        return "应为不超过 50 行的地址"
    for line in value:
        try:
            ip_network(line, strict=False)
        except (ValueError, TypeError):
            return f"中的“{str(line)[:40]}”不是地址或网段，例如 10.1.2.0/24"
    return ""
