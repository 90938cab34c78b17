"""What the public sees of a notice (公示公开页): at its link, from its first to its last day, nothing else."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.utils import timezone

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.pace import Pace
from liangtian.programmes.holdings.models import Notice, Objection
from liangtian.programmes.holdings.notices.objecting import ObjectionForm, kinds, send
from liangtian.programmes.holdings.notices.papers import places_of, printed_mu, printed_row

GONE = "没有这个公示，或公示期已满、已撤回。请核对链接，或向公示单位查询。"
reads = Pace(settings.PUBLIC_READS_PER_MINUTE, 60)
writes = Pace(settings.PUBLIC_OBJECTIONS_PER_HOUR, 3600)


def open_notice(token: str) -> Notice:
    """The notice of a link. NotFound for none, one withdrawn, and outside its days."""
    today = timezone.localdate()
    found: Notice | None = (
        Notice.objects.filter(
            token=token, state=Notice.State.PUBLISHED, starts_on__lte=today, ends_on__gte=today
        )
        .exclude(token="")
        .select_related("map_file", "table_file", "region")
        .first()
    )
    if found is None or not hmac.compare_digest(found.token, token):
        raise NotFound(GONE)
    return found


def notice_out(notice: Notice) -> dict[str, Any]:
    """What its page shows: nothing that does not hang on the wall as well."""
    plain = ("title", "issuer", "contact", "note", "starts_on", "ends_on", "clause", "parcels")
    places = places_of(notice)
    return {
        **{name: getattr(notice, name) for name in plain},
        "area_mu": sum(printed_mu(place.rows) for place in places),
        "villages": [
            {
                "name": place.name, "area_mu": printed_mu(place.rows),
                "rows": [_row(printed_row(row)) for row in place.rows],
            }
            for place in places
        ],
        "kinds": list(kinds()),
        "has_map": notice.map_file is not None,
        "has_table": notice.table_file is not None,
    }  # fmt: skip


def _row(told: list[str]) -> dict[str, Any]:
    names = ("code", "holder", "place", "area_mu", "ownership", "way", "source_paper", "actual_use")
    return {"number": int(told[0]), **dict(zip(names, told[1:], strict=True))}


def paper(token: str, what: str) -> tuple[str, bytes]:
    """File name and bytes of the kept map or list. NotFound before they are made."""
    notice = open_notice(token)
    file = {"map": notice.map_file, "table": notice.table_file}.get(what)
    if file is None:
        raise NotFound("图表正在生成，请稍后再看。")
    with file.open() as stream:
        return file.name, stream.read()


def object_to(token: str, form: ObjectionForm) -> Objection:
    """Send an objection in. Raises NotFound, Refused."""
    notice = open_notice(token)
    today = Objection.objects.filter(
        notice=notice, channel=Objection.Channel.ONLINE, filed_on=timezone.localdate()
    ).count()
    if today >= settings.PUBLIC_OBJECTIONS_PER_DAY:
        raise Refused(
            f"今天网上提交的异议已满，请到窗口或电话提出：{notice.contact}。",
            code="too_often", status=429,
        )  # fmt: skip
    return send(notice, form)
