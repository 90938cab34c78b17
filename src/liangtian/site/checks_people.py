"""Checks of accounts, sign-in and officers against GB/T 22239-2019 (二级; 三级 where noted)."""

from __future__ import annotations

from liangtian.site.finding import Finding

IDENTITY = "8.1.4.1 身份鉴别"
ACCESS = "8.1.4.2 访问控制"
CONFIDENTIAL = "8.1.4.8 数据保密性"
LEAST_CLASSES, MOST_DAYS, MOST_FAILURES, MOST_IDLE = 3, 90, 10, 30


def passwords() -> list[Finding]:
    """Complexity and periodic change (a)."""
    from liangtian.platform.people.security import current

    policy = current()
    length, classes = policy["password_min_length"], policy["password_classes"]
    days, history = policy["password_max_days"], policy["password_history"]
    go = "在“安全策略”中选“等级保护”密码策略。"
    return [
        Finding(IDENTITY, "口令复杂度", f"至少 {length} 位、{classes} 种字符", classes >= LEAST_CLASSES, go),
        Finding(IDENTITY, "口令定期更换", f"{days} 天" if days else "不更换", 0 < days <= MOST_DAYS, go),
        Finding(IDENTITY, "不重复近期口令", f"最近 {history} 次", history >= 1, go),
        Finding(IDENTITY, "口令存储", "Argon2 摘要", _hashed(), "请勿更改 PASSWORD_HASHERS。"),
    ]  # fmt: skip


def _hashed() -> bool:
    from django.conf import settings

    return "Argon2" in settings.PASSWORD_HASHERS[0]


def signing_in() -> list[Finding]:
    """Failures, idle sign-out (b), protected transport (c), second factor (d, 三级)."""
    from django.conf import settings

    from liangtian.platform.people.security import current

    policy = current()
    tries, minutes, idle = policy["failures_per_account"], policy["lock_minutes"], policy["idle_minutes"]  # fmt: skip
    https = bool(settings.SESSION_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT)
    return [
        Finding(IDENTITY, "登录失败处理", f"{tries} 次失败锁定 {minutes} 分钟", tries <= MOST_FAILURES,
                f"在“安全策略”中把失败次数设为不超过 {MOST_FAILURES} 次。"),
        Finding(IDENTITY, "超时退出", f"{idle} 分钟", idle <= MOST_IDLE,
                f"在“安全策略”中设为不超过 {MOST_IDLE} 分钟。"),
        Finding(IDENTITY, "传输保护", "HTTPS" if https else "未启用 HTTPS", https,
                "在反向代理上配置证书，并设 LIANGTIAN_HTTPS=1。"),
        Finding(IDENTITY, "三员双因素鉴别", "开" if policy["code_for_officers"] else "关",
                bool(policy["code_for_officers"]),
                "在“安全策略”中开启“三员必须使用动态口令”。", level=3),
        Finding("8.1.4.4 入侵防范", "管理地址限制", "、".join(policy["officer_networks"]) or "不限",
                bool(policy["officer_networks"]), "在“安全策略”中填写三员可登录的地址范围。"),
    ]  # fmt: skip


def officers() -> list[Finding]:
    """Three officers apart, no default, shared or unused accounts, grants approved."""
    from liangtian.platform.people.accounts import GUESSED_FIRST, unused
    from liangtian.platform.people.models import Role, User
    from liangtian.platform.people.security import current

    found = []
    for post, least in (("system", 1), ("security", 2), ("audit", 1)):
        count = User.objects.filter(is_active=True, roles__post=post).distinct().count()
        label = Role.Post(post).label
        found.append(
            Finding(ACCESS, f"设有{label}", f"{count} 人", count >= least,
                    f"至少 {least} 人。首次安装请运行 liangtian officers。")
        )  # fmt: skip
    mixed = _mixed()
    default = User.objects.filter(username__in=GUESSED_FIRST, is_active=True).count()
    idle = unused(User.objects.all()).count()
    approval = bool(current()["grants_need_approval"])
    return [
        *found,
        Finding(ACCESS, "三员不兼任", f"兼任 {mixed} 人", mixed == 0, "请安全管理员收回兼任的角色。"),
        Finding(ACCESS, "无默认账号", f"{default} 个", default == 0, "请停用 admin、root 等账号。"),
        Finding(ACCESS, "闲置账号", f"{idle} 个", idle == 0, "在“用户管理”中按“长期未登录”查询并停用。"),
        Finding(ACCESS, "授权双人审批", "开" if approval else "关", approval, "在“安全策略”中开启。"),
    ]  # fmt: skip


def _mixed() -> int:
    from django.db.models import Count

    from liangtian.platform.people.models import User

    posts = User.objects.annotate(posts=Count("roles__post", distinct=True))
    return posts.filter(posts__gt=1).count()


def personal_data() -> list[Finding]:
    """The key of encrypted columns is readable by the service only."""
    import os
    from pathlib import Path

    from django.conf import settings

    from liangtian.platform.personal import KEY_FILE

    path = Path(settings.DATA) / KEY_FILE
    if os.environ.get("LIANGTIAN_PERSONAL_KEY"):
        said, passed = "AES-256-GCM，密钥由环境变量提供", True
    elif not path.exists():
        said, passed = "AES-256-GCM，尚无加密内容", True
    else:
        passed = path.stat().st_mode & 0o077 == 0
        said = f"AES-256-GCM，密钥文件权限 {path.stat().st_mode & 0o777:o}"
    return [
        Finding(CONFIDENTIAL, "个人信息加密存储", said, passed, f"请运行 chmod 600 {path.name}。")
    ]


CHECKS = (passwords, signing_in, officers, personal_data)
