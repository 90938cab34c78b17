"""What was kept, frozen or signed does not change; only the way of a return (sent, sent back, replaced) moves on."""

from liangtian.platform.triggers import ALWAYS, Event, Rule, declare, differs

_CONTENT = ("form", "title", "period", "version", "region_id", "snapshot_id", "table", "basis",
            "sha256", "frozen_by_id", "frozen_at")  # fmt: skip
_SIGNATURE = ("signed_by_id", "signed_name", "signed_at")
_SAID = "已留存或已签批的报表不能改动"
_SIGNED = "EXISTS (SELECT 1 FROM returns_return r WHERE r.{} AND r.signed_at IS NOT NULL)"


def _rule(table: str, event: Event, refused: str) -> Rule:
    return Rule(
        f"{table}_no_{event.lower()}",
        table,
        event,
        refused,
        _SAID,
        ("returns_return", "returns_returnsignature"),
    )


_WITHOUT_SIGNATURE = (
    "OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
    "returns_returnsignature s WHERE s.sheet_id = NEW.id AND s.user_id = NEW.signed_by_id)"
)
_OUT_OF_TURN = (
    "NEW.user_id = (SELECT r.frozen_by_id FROM returns_return r WHERE r.id = NEW.sheet_id) "
    "OR NOT EXISTS (SELECT 1 FROM returns_return r WHERE r.id = NEW.sheet_id AND r.status = 'frozen') "
    'OR NEW."order" <> 1 + (SELECT COUNT(*) FROM returns_returnsignature s WHERE s.sheet_id = NEW.sheet_id)'
)

declare(
    _rule("returns_return", "UPDATE",
          f"({differs(*_CONTENT)}) OR (OLD.signed_at IS NOT NULL AND ({differs(*_SIGNATURE)})) "
          f"OR ({_WITHOUT_SIGNATURE})"),
    _rule("returns_return", "DELETE", "OLD.signed_at IS NOT NULL"),
    _rule("returns_returnsignature", "INSERT", _OUT_OF_TURN),
    _rule("returns_returnsignature", "UPDATE", ALWAYS),
    _rule("returns_returnsignature", "DELETE", _SIGNED.format("id = OLD.sheet_id")),
    _rule("returns_returnpart", "INSERT", _SIGNED.format("id = NEW.whole_id")),
    _rule("returns_returnpart", "UPDATE", ALWAYS),
    _rule("returns_returnpart", "DELETE", _SIGNED.format("id = OLD.whole_id")),
    _rule("returns_snapshot", "UPDATE", ALWAYS),
    _rule("returns_snapshot", "DELETE", _SIGNED.format("snapshot_id = OLD.id")),
    _rule("returns_snapshotpart", "INSERT", _SIGNED.format("snapshot_id = NEW.snapshot_id")),
    _rule("returns_snapshotpart", "UPDATE", ALWAYS),
    _rule("returns_snapshotpart", "DELETE", _SIGNED.format("snapshot_id = OLD.snapshot_id")),
)  # fmt: skip
