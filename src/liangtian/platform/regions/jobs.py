"""Checking and entering a file of regions, outside the request."""

from __future__ import annotations

from typing import Any

from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.regions.imports.services import check_import, enter_import
from liangtian.platform.regions.models import RegionImport


@job("regions.check", "检查行政区划数据")
def check(run: JobRun, *, import_id: int) -> dict[str, Any]:
    """Read the file, check each row and each boundary."""
    current = RegionImport.objects.select_related("file", "region", "created_by").get(pk=import_id)
    run.progress(0.0, "读取和检查文件")
    return check_import(current) if current.status == "checking" else {}


@job("regions.accept", "行政区划数据入库")
def accept(run: JobRun, *, import_id: int) -> dict[str, Any]:
    """Enter what was checked."""
    current = RegionImport.objects.get(pk=import_id)
    run.progress(0.0, "写入区划")
    return enter_import(run.job.created_by, current) if current.status == "accepting" else {}
