"""Before and after are told in Chinese: names of fields, choices, regions, roles, rights and settings."""

from __future__ import annotations

from typing import Any

import pytest

from liangtian.platform.audit.services import record
from liangtian.platform.audit.wording import changes_of
from liangtian.platform.people.models import Grant, Office
from liangtian.platform.people.security import change
from tests.conftest import People

pytestmark = pytest.mark.django_db


def told(entry: Any) -> dict[str, tuple[str, str]]:
    return {c["label"]: (c["before_text"], c["after_text"]) for c in changes_of(entry)}


def test_roles_regions_and_offices_are_named(people: People) -> None:
    office = people.clerk.office.code
    entry = record(
        people.clerk, "account.move", people.clerk,
        before={"roles": ["county_clerk", "leader"], "region": "990121", "office": office},
        after={"roles": [], "region": "990121100", "office": "GONE-1"},
    )  # fmt: skip
    assert told(entry) == {
        "角色": ("县卫片办经办员、领导", ""),
        "管辖区划": ("青禾县", "柳塘镇"),
        "所在机构": ("青禾县自然资源所", "GONE-1"),
    }
    assert next(c["before"] for c in changes_of(entry)) == ["county_clerk", "leader"]


def test_choices_of_the_table_and_rights_are_named(people: People) -> None:
    grant = Grant(pk=7, user=people.township_a, role=people.township_a.roles.get())
    entry = record(people.clerk, "grant.refuse", grant, before={"state": "pending"},
                   after={"state": "refused", "user": "liutang", "role": "auditor"})  # fmt: skip
    assert told(entry) == {
        "状态": ("待审批", "未批准"), "被授权人": ("", "王演示（liutang）"), "角色": ("", "审计管理员"),
    }  # fmt: skip
    kinds = dict(Office.Kind.choices)
    entry = record(people.clerk, "office.change", people.clerk.office, before={"kind": "township"},
                   after={"kind": "section"})  # fmt: skip
    assert list(told(entry).values()) == [(kinds["township"], kinds["section"])]
    entry = record(people.clerk, "role.save", "角色", after={
        "permissions": ["layers.view", "packs.view"], "office_scope": "own"})  # fmt: skip
    assert told(entry) == {
        "权限": ("", "查看参考图层、查看政策参数"),
        "机构范围": ("", "仅本机构及下级"),
    }


def test_security_settings_and_filters_of_a_ledger_are_named(people: People) -> None:
    from liangtian.platform.audit.models import AuditEntry
    from liangtian.platform.people.models import Role

    people.auditor.roles.set([Role.objects.get(code="security_officer")])
    officer = type(people.auditor).objects.get(pk=people.auditor.pk)
    change(officer, "asvs", {"idle_minutes": 20, "code_for_all": True})
    words = told(AuditEntry.objects.get(act="security.policy"))
    assert words["密码策略"] == ("等级保护（GB/T 22239-2019）", "ASVS 5.0")
    assert words["无操作自动退出"] == ("15 分钟", "20 分钟")
    assert words["所有人必须使用动态口令"] == ("否", "是")
    entry = record(people.clerk, "ledger.export", "卫片图斑台账", after={
        "ledger": "enforcement.patches", "columns": ["number", "area_mu"], "rows": 12,
        "filters": {"judgement": "illegal,legal", "area_mu__gte": "5", "region": "990121"}})  # fmt: skip
    assert told(entry) == {
        "台账": ("", "卫片图斑台账"), "列": ("", "监测编号、图斑面积"), "行数": ("", "12"),
        "筛选条件": ("", "判定：违法、合法；图斑面积不小于：5；区划：青禾县"),
    }  # fmt: skip
