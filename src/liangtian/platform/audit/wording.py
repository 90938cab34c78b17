"""What changed, in the words of the screen: Chinese names of fields and of the codes in them (审计前后对照).

The entry itself keeps codes, which its digest covers; a name may change, what was written does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps

from liangtian.platform.audit.models import AuditEntry

if TYPE_CHECKING:
    from django.db.models import Field

FIELD_LABELS = {
    "ledger": "台账", "filters": "筛选条件", "rows": "行数", "bytes": "字节数", "sha256": "SHA-256",
    "size": "大小（字节）", "kind": "类别", "args": "参数", "error": "失败原因", "file": "文件",
    "outcome": "判定", "reason": "理由", "photos": "照片", "mapping": "字段对应", "ready": "可入库",
    "features": "图形数", "problems": "问题数", "seals": "封存数", "entries": "记录条数",
    "upto_seal": "截止封存号", "times": "次数", "address": "来源地址", "from": "起", "format": "格式",
    "status": "状态", "query": "查询条件", "stage": "环节", "name": "名称", "roles": "角色",
    "region": "区划", "office": "机构", "patches": "图斑数", "measured": "完成套合",
    "user": "账号", "username": "账号", "role": "角色", "permissions": "权限", "parent": "上级机构",
    "office_scope": "机构范围", "profile": "密码策略", "phone_changed": "改了联系电话",
    "columns": "列", "row": "记录", "row_ids": "记录编号", "records": "所看记录", "minutes": "分钟", "ended": "结束的查看数", "export": "导出编号",
    "filename": "文件名", "due_on": "到期日", "to": "至", "by": "汇总项", "owner": "持有人",
    "version": "版本", "number": "编号", "pack": "政策参数包", "pack_version": "参数包版本", "lines": "行数",
    "count": "个数", "days": "天数", "until": "截止", "url": "地址", "active": "启用", "state": "状态",
    "period": "所属期", "view": "视图", "grouping": "汇总项", "office_id": "机构编号", "left": "对比前",
    "right": "对比后", "opinion": "意见", "values": "填写内容", "jobs": "任务", "q": "关键词", "sort": "排序",
    "page": "页", "totals": "合计", "dashboard": "统计", "unmasked": "未脱敏", "code": "代码",
    "photo": "照片", "title": "标题", "post": "岗位", "passed": "通过", "rule": "规则",
}  # fmt: skip
WORDS: dict[bool | None, str] = {True: "是", False: "否"}
Naming = Callable[[Iterable[str]], Mapping[str, str]]


def changes_of(entry: AuditEntry) -> list[dict[str, Any]]:
    """Field by field what was before and after, as kept and in words."""
    before, after = entry.before or {}, entry.after or {}
    names = list(dict.fromkeys([*before, *after]))
    words = _Words(entry, before, after)
    return [
        {
            "field": name, "label": words.label(name),
            "before": before.get(name), "after": after.get(name),
            "before_text": words.value(name, before.get(name)),
            "after_text": words.value(name, after.get(name)),
        }
        for name in names
    ]  # fmt: skip


class _Words:
    """The names that one entry needs, each kind of code looked up once."""

    def __init__(self, entry: AuditEntry, *sides: Mapping[str, Any]) -> None:
        from liangtian.platform.ledgers.declaration import find_ledger
        from liangtian.platform.people.security import BY_NAME

        self._fields = _fields(entry.target_type)
        self._settings = BY_NAME if entry.act == "security.policy" else {}
        ledger = find_ledger(str(next((s["ledger"] for s in sides if s.get("ledger")), "")))
        self._columns = {c.name: c for c in ledger.columns} if ledger else {}
        inner = [value for side in sides for value in side.values() if isinstance(value, Mapping)]
        self._named: dict[str, Mapping[str, str]] = {
            name: naming(_texts(one.get(name) for one in (*sides, *inner)))
            for name, naming in NAMINGS.items()
            if any(name in one for one in (*sides, *inner))
        }
        if (
            ledger and "columns" in self._named
        ):  # the same name may stand for another column elsewhere
            own = {name: column.label for name, column in self._columns.items()}
            self._named["columns"] = {**self._named["columns"], **own}

    def label(self, name: str) -> str:
        """The Chinese name of a field, of a security setting, or of a ledger's column."""
        if name in self._settings:
            return self._settings[name].label
        field = self._fields.get(name)
        said = str(field.verbose_name) if field else ""
        if said and not said.isascii():
            return said
        return FIELD_LABELS.get(name) or self._heading(name)

    def value(self, name: str, value: Any) -> str:
        """The value as a person reads it; empty for none."""
        if isinstance(value, Mapping):
            return "；".join(f"{self._heading(k)}：{self._filter(k, v)}" for k, v in value.items())
        if isinstance(value, list):
            return "、".join(self.value(name, one) for one in value)
        if value is None or isinstance(value, bool):
            return WORDS.get(value, "")
        text = str(value)
        if known := self._named.get(name, {}).get(text) or self._choice(name, value):
            return known
        unit = self._settings[name].unit if name in self._settings else ""
        return f"{text} {unit}" if unit else text

    def _choice(self, name: str, value: Any) -> str:
        field = self._fields.get(name)
        choices = dict(field.flatchoices) if field is not None and field.choices else {}
        return str(choices.get(value, ""))

    def _heading(self, key: str) -> str:
        """The name of a filter such as `area_mu__gte`."""
        name, _, how = key.partition("__")
        column = self._columns.get(name)
        label = column.label if column else FIELD_LABELS.get(name, name)
        return label + {"gte": "不小于", "lte": "不大于", "empty": "为空"}.get(how, "")

    def _filter(self, key: str, value: Any) -> str:
        column = self._columns.get(key.partition("__")[0])
        if column is None or not column.choices or not isinstance(value, str):
            return self.value(key, value)
        labels = {choice.value: choice.label for choice in column.choices()}
        return "、".join(labels.get(one, one) for one in value.split(","))


def _texts(values: Iterable[Any]) -> list[str]:
    found: list[str] = []
    for value in values:
        found += [str(v) for v in (value if isinstance(value, list) else [value]) if v is not None]
    return found


def _regions(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.regions.models import Region

    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def _offices(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.models import Office

    return dict(Office.objects.filter(code__in=codes).values_list("code", "name"))


def _roles(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.models import Role

    return dict(Role.objects.filter(code__in=codes).values_list("code", "name"))


def _people(usernames: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.models import User

    rows = User.objects.filter(username__in=usernames).values_list("username", "name")
    return {username: f"{name}（{username}）" for username, name in rows}


def _permissions(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.permissions import PERMISSIONS

    return PERMISSIONS


def _ledgers(names: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.ledgers.declaration import all_ledgers

    return {ledger.name: ledger.title for ledger in all_ledgers()}


def _columns(names: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.ledgers.declaration import all_ledgers

    return {column.name: column.label for ledger in all_ledgers() for column in ledger.columns}


def _stages(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.cases.machine import all_machines

    return {state.code: state.label for machine in all_machines() for state in machine.states}


def _scopes(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.models import Role

    return {str(value): str(label) for value, label in Role.OfficeScope.choices}


def _profiles(codes: Iterable[str]) -> Mapping[str, str]:
    from liangtian.platform.people.security import PROFILES

    return PROFILES


NAMINGS: dict[str, Naming] = {
    "region": _regions, "office": _offices, "parent": _offices, "role": _roles, "roles": _roles,
    "user": _people, "owner": _people, "permissions": _permissions, "ledger": _ledgers,
    "columns": _columns, "stage": _stages, "office_scope": _scopes, "profile": _profiles,
}  # fmt: skip


def _fields(target_type: str) -> dict[str, Field[Any, Any]]:
    try:
        found = apps.get_model(target_type)._meta.fields if target_type else ()
    except (LookupError, ValueError):
        return {}
    return {field.name: field for field in found}
