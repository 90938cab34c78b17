"""Offices, roles, people, how they sign in and who gave them what."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.sealed import Sealed  # noqa: F401 -- a table of this app
from liangtian.platform.personal import EncryptedTextField
from liangtian.platform.personal_digest import DigestField, WithDigests


class Office(models.Model):
    """A bureau, a section, a township government, a village committee, a company (机构), in one tree.

    `path` is the codes from the root down, each followed by "/": "below" is "starts with".
    """

    class Kind(models.TextChoices):
        BUREAU = "bureau", "县局"
        SECTION = "section", "股室"
        TOWNSHIP = "township", "乡镇"
        VILLAGE = "village", "村"
        COMPANY = "company", "企业"
        DEPARTMENT = "department", "部门"

    code = models.CharField("机构代码", max_length=30, unique=True)
    name = models.CharField("机构名称", max_length=100)
    kind = models.CharField("机构类型", max_length=10, choices=Kind, default=Kind.DEPARTMENT)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级机构",
    )
    path = models.CharField("机构路径", max_length=400, db_index=True, default="", editable=False)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="offices"
    )
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="office_not_its_own_parent", condition=~Q(parent=F("pk")),
                violation_error_message="机构不能是自己的上级。",
            ),
            models.CheckConstraint(
                name="office_path_given", condition=Q(path__regex=r"/$"),
                violation_error_message="机构路径缺失。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Also keeps `path`; what is below a moved office is moved by the service."""
        self.path = f"{self.parent.path if self.parent else ''}{self.code}/"
        super().save(*args, **kwargs)


class Role(models.Model):
    """A named set of permissions (角色).

    `post` names the officer (三员) the role makes; roles of different posts, or of a post and of business,
    never meet in one person: the database refuses it (`people.frozen`).
    """

    class Post(models.TextChoices):
        BUSINESS = "", "业务岗位"
        SYSTEM = "system", "系统管理员"
        SECURITY = "security", "安全管理员"
        AUDIT = "audit", "审计管理员"

    class OfficeScope(models.TextChoices):
        ALL = "all", "辖区内全部机构"
        OWN = "own", "仅本机构及下级"

    code = models.CharField("角色代码", max_length=30, unique=True)
    name = models.CharField("角色名称", max_length=60)
    permissions: models.Field[list[str], list[str]] = models.JSONField("权限", default=list)
    post = models.CharField(
        "三员岗位", max_length=10, choices=Post, default=Post.BUSINESS, blank=True
    )
    office_scope = models.CharField(
        "机构范围", max_length=3, choices=OfficeScope, default=OfficeScope.ALL
    )
    is_builtin = models.BooleanField("系统自带", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, **fields: Any) -> User:
        """A user with a hashed password; None makes an account that cannot sign in."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(WithDigests, AbstractBaseUser):
    """A person who signs in. What they see follows from `region`, what they may do from `roles`."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    office = models.ForeignKey(Office, models.PROTECT, null=True, verbose_name="所在机构")
    region = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        verbose_name="管辖区划",
        related_name="users",
    )
    roles = models.ManyToManyField(Role, verbose_name="角色", blank=True)
    phone = EncryptedTextField("联系电话", blank=True, default="")
    phone_digest = DigestField("联系电话摘要", of="phone")
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    password_changed_at = models.DateTimeField("密码设置时间", default=timezone.now)
    must_change_password = models.BooleanField("须更改初始密码", default=False)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="user_phone_has_digest",
                condition=Q(phone="", phone_digest="") | (~Q(phone="") & ~Q(phone_digest="")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def held_roles(self) -> list[Role]:
        """The roles of this person, read once per request."""
        return list(self.roles.all())

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Every permission of every role; `enforcement.*` stands for all of that programme."""
        return frozenset(p for role in self.held_roles for p in role.permissions)

    @property
    def post(self) -> str:
        """Which of the three officers (三员) the person is; empty for business."""
        return next((role.post for role in self.held_roles if role.post), "")

    @property
    def own_office_only(self) -> bool:
        """Whether rows of other offices are hidden: one such role is enough, the narrower rule wins."""
        return any(role.office_scope == Role.OfficeScope.OWN for role in self.held_roles)

    def may(self, permission: str) -> bool:
        """Whether a role of this user grants `permission`."""
        if not self.is_active:
            return False
        family = permission.split(".", 1)[0]
        return permission in self.permissions or f"{family}.*" in self.permissions

    @property
    def scope(self) -> str:
        """Region code that the codes of all visible rows start with; empty means nothing."""
        return self.region_id or ""


class Grant(models.Model):
    """A role asked for a person, with its region: pending until another security officer agrees (授权).

    The paper behind `User.roles` and `User.region`, which the services keep in step with it.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待审批"
        ACTIVE = "active", "有效"
        REFUSED = "refused", "未批准"
        REVOKED = "revoked", "已收回"

    user = models.ForeignKey(User, models.PROTECT, verbose_name="被授权人", related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name="角色", related_name="grants")
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, verbose_name="数据范围", related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.PENDING)
    reason = models.CharField("授权依据", max_length=200, blank=True)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="授权人", related_name="+"
    )
    asked_at = models.DateTimeField("授权时间", default=timezone.now)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="审批人", related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="收回人", related_name="+"
    )
    ended_at = models.DateTimeField("收回时间", null=True)
    note = models.CharField("审批或收回说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(state__in=["pending", "active"]),
                name="grant_once_at_a_time",
                violation_error_message="该人员已有此角色，或已有待审批的同一授权。",
            ),
            models.CheckConstraint(
                name="grant_not_to_oneself",
                condition=~Q(asked_by=F("user")) & ~Q(decided_by=F("user")),
                violation_error_message="不能给自己授权，也不能审批给自己的授权。",
            ),
            models.CheckConstraint(
                name="grant_decided_by_another",
                condition=~Q(decided_by=F("asked_by")),
                violation_error_message="授权须由另一名安全管理员审批。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user.name}：{self.role.name}"


class PastPassword(models.Model):
    """The hash of a password used before, so that it is not taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="past_passwords")
    password = models.CharField("密码摘要", max_length=128)
    at = models.DateTimeField("停用时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "历史密码"
        ordering = ["-at", "-pk"]


class OneTimeCode(models.Model):
    """The second factor of a person: codes of 30 s from a phone (TOTP, RFC 6238), each used once."""

    user = models.OneToOneField(User, models.CASCADE, related_name="one_time_code")
    secret = EncryptedTextField("密钥")
    confirmed_at = models.DateTimeField("启用时间", null=True)
    last_step = models.BigIntegerField("最近使用的时间步", default=0)
    recovery: models.Field[list[str], list[str]] = models.JSONField("恢复码摘要", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "动态口令"


class Presence(models.Model):
    """One sign-in and what became of it (登录会话)."""

    class End(models.TextChoices):
        OPEN = "", "在线"
        SIGNED_OUT = "signed_out", "退出登录"
        IDLE = "idle", "长时间未操作"
        AGE = "age", "登录时间过长"
        PASSWORD = "password", "更改密码"
        DISABLED = "disabled", "账号停用"
        FORCED = "forced", "强制退出"
        ELSEWHERE = "elsewhere", "在另一处退出"

    user = models.ForeignKey(User, models.CASCADE, verbose_name="用户", related_name="presences")
    session_key = models.CharField("会话", max_length=40, unique=True)
    started_at = models.DateTimeField("登录时间", default=timezone.now)
    seen_at = models.DateTimeField("最近操作", default=timezone.now)
    address = models.CharField("来源地址", max_length=45, blank=True)
    device = models.CharField("浏览器", max_length=200, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    end = models.CharField("结束原因", max_length=10, choices=End, default=End.OPEN, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录会话"
        ordering = ["-seen_at"]
        indexes = [
            models.Index(fields=["user", "ended_at"]),
            models.Index(fields=["ended_at", "-seen_at"]),
        ]


class SecurityPolicy(models.Model):
    """The county's own values of the security settings; what is not here follows the profile."""

    profile = models.CharField("密码策略", max_length=10, default="dengbao")
    values: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("自定值", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "安全策略"
        constraints = [models.CheckConstraint(name="one_security_policy", condition=Q(pk=1))]


class LoginFailure(models.Model):
    """One refused sign-in, counted to lock the account for a while."""

    username = models.CharField("账号", max_length=150, db_index=True)
    address = models.CharField("来源地址", max_length=45, db_index=True)
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败"
