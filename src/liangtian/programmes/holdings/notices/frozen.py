"""What the database itself keeps of notices: what was published is shown as it was."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_NOTICE, _ROW = "holdings_notice", "holdings_noticeparcel"
_NEEDS = (_NOTICE, _ROW, "holdings_objection")


def _published(row: str) -> str:
    return f"(SELECT n.state <> 'draft' FROM {_NOTICE} n WHERE n.id = {row}.notice_id)"


# All but the village: a change of region codes moves rows of the past as well.
_SHOWN = differs(
    "notice_id", "parcel_id", "version_id", "number", "code", "holder_id", "holder_name", "ownership",
    "way", "source_paper", "actual_use", "place_name", "area_m2", "geom",
)  # fmt: skip

declare(
    Rule("notice_kept", _NOTICE, "UPDATE",
         "OLD.state <> 'draft' AND (" + differs(
             "title", "issuer", "contact", "note", "days", "clause", "starts_on", "ends_on", "token",
             "parcels", "area_m2", "published_by_id", "published_at") + " OR NEW.state = 'draft')",
         "已发布的公示不能改动", _NEEDS),
    Rule("notice_not_back", _NOTICE, "UPDATE", "OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'",
         "已撤回的公示不能恢复", _NEEDS),
    Rule("notice_not_deleted", _NOTICE, "DELETE", "OLD.state <> 'draft'",
         "已发布的公示不能删除", _NEEDS),
    Rule("notice_row_kept", _ROW, "UPDATE", f"({_SHOWN}) AND {_published('OLD')}",
         "已公示的内容不能改动", _NEEDS),
    Rule("notice_row_not_added", _ROW, "INSERT", _published("NEW"),
         "已发布的公示不能增加地块", _NEEDS),
    Rule("notice_row_not_deleted", _ROW, "DELETE", _published("OLD"),
         "已公示的地块不能删除", _NEEDS),
    Rule("objection_kept", "holdings_objection", "UPDATE",
         differs("notice_id", "parcel_id", "number", "name", "kind", "text", "channel", "filed_on",
                 "due_on") + " OR (OLD.state <> 'open' AND (" + differs("state", "answer",
                 "answered_on", "answered_by_id") + "))",
         "已登记的异议不能改动", _NEEDS),
    Rule("objection_not_deleted", "holdings_objection", "DELETE", ALWAYS, "异议不能删除", _NEEDS),
)  # fmt: skip
