"""Offices, roles and people."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone


class Office(models.Model):
    """A bureau, a section, a township government, a village committee (机构)."""

    code = models.CharField("机构代码", max_length=30, unique=True)
    name = models.CharField("机构名称", max_length=100)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="offices"
    )

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of permissions (角色)."""

    code = models.CharField("角色代码", max_length=30, unique=True)
    name = models.CharField("角色名称", max_length=60)
    permissions: models.Field[list[str], list[str]] = models.JSONField("权限", default=list)

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


class User(AbstractBaseUser):
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
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Every permission of every role; `enforcement.*` stands for all of that programme."""
        return frozenset(p for role in self.roles.all() for p in role.permissions)

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


class LoginFailure(models.Model):
    """One refused sign-in, counted to lock the account for a while."""

    username = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败"
