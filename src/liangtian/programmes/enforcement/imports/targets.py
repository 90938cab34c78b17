"""What a batch must and may say of a patch, and under which field names producers say it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liangtian.platform.errors import Refused


@dataclass(frozen=True)
class Target:
    """A value the register keeps. `aliases` are field names seen in producers' files, in upper case."""

    name: str
    label: str
    required: bool
    help: str
    aliases: tuple[str, ...]


TARGETS: tuple[Target, ...] = (
    Target("number", "监测编号", True, "每个图斑唯一的编号", ("JCBH", "监测编号", "图斑编号", "TBBH", "地块编号", "TBBSM")),
    Target("monitoring_type", "图斑类型", True, "监测单位给出的变化类型代码", ("TBLX", "图斑类型", "监测类型")),
    Target("period_before", "前时相", False, "前一期影像日期", ("QSX", "前时相", "QSXSJ")),
    Target("period_after", "后时相", False, "后一期影像日期，判定批准是否在期内的依据", ("HSX", "后时相", "HSXSJ")),
    Target("declared_area_mu", "监测面积(亩)", False, "下发的面积，用于核对", ("JCMJ", "监测面积", "TBMJ", "面积")),
    Target("remark", "备注", False, "", ("BZ", "备注", "REMARK")),
)  # fmt: skip


def suggest(fields: Sequence[str]) -> dict[str, str | None]:
    """The best field for each target by its known names; None where there is none."""
    by_upper = {name.upper(): name for name in fields}
    return {
        target.name: next((by_upper[a] for a in target.aliases if a in by_upper), None)
        for target in TARGETS
    }


def fingerprint(fields: Sequence[str]) -> str:
    """Identifies a set of field names, whatever their order."""
    return hashlib.sha256("\n".join(sorted(fields)).encode()).hexdigest()


def check_mapping(
    mapping: Mapping[str, str | None], fields: Sequence[str]
) -> dict[str, str | None]:
    """The mapping with every target named once. Refused, field by field, where it cannot work."""
    wrong: dict[str, str] = {}
    known = {t.name for t in TARGETS}
    for name in mapping:
        if name not in known:
            wrong[name] = "没有这一项"
    used: dict[str, str] = {}
    for target in TARGETS:
        chosen = mapping.get(target.name) or None
        if chosen is None:
            if target.required:
                wrong[target.name] = f"请选择“{target.label}”对应的字段"
        elif chosen not in fields:
            wrong[target.name] = f"文件里没有字段“{chosen}”"
        elif chosen in used:
            wrong[target.name] = f"字段“{chosen}”已用于“{used[chosen]}”"
        else:
            used[chosen] = target.label
    if wrong:
        raise Refused("字段对应有误，请改正标出的各项。", fields=wrong)
    return {t.name: mapping.get(t.name) or None for t in TARGETS}
