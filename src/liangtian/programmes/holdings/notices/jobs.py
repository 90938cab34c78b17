"""The papers of a published notice, made once and kept: everyone who reads it later gets the same bytes."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.services import store
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.programmes.holdings.models import Notice
from liangtian.programmes.holdings.notices.drafting import PAPERS
from liangtian.programmes.holdings.notices.papers import KIND, missing_papers


@job(PAPERS, "生成公示图表", retry=True)
def make_papers(run: JobRun, *, notice_id: int) -> dict[str, Any]:
    """Map and list as PDF; what an earlier attempt made stays."""
    notice = Notice.objects.select_related("published_by", "region").get(pk=notice_id)
    maker = notice.published_by
    if maker is None:
        raise Refused("公示还没有发布。")
    for share, (column, label, make) in enumerate(missing_papers(notice)):
        run.progress(0.1 + 0.4 * share, label)
        content = make(notice)
        file = store([content], f"{notice.title}-{label}.pdf", user=maker, region=notice.region,
                     kind=KIND)  # fmt: skip
        with transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(**{column: file})
            record(maker, "holdings.notice.papers", notice,
                   after={"what": label, "sha256": file.sha256})  # fmt: skip
    return {"notice": notice.pk}
