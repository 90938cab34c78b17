"""Shape of a data check (数据检查) in a pack file: what is told of it; the test itself is code by its `code`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from liangtian.policy.patch_checks.record import Reached

Severity = Literal["error", "warning", "off"]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DataCheck(_Strict):
    """[[check]] of a pack file. A patch is tested once it has reached `stage`; `office` puts it right."""

    code: str
    label: str
    severity: Severity
    stage: Reached
    office: Literal["county", "township"]
    advice: str
    clause: str
    document: str | None = None


class CheckSetting(_Strict):
    """[[check]] of a county's own file: how severe a check is there."""

    code: str
    severity: Severity
