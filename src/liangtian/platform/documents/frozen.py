"""A letter that was issued stays as it went out (已制发文书); it can at most be made void, once, with a reason."""

from liangtian.platform.triggers import Rule, declare, differs

_FIXED = ("kind", "title", "office_id", "source_id", "about", "addressee", "values", "template_id",
          "series_id", "year", "serial", "number", "file_id", "created_by_id", "created_at",
          "issued_by_id", "issued_on")  # fmt: skip
_SAID = "已制发的文书不能改动"

declare(
    Rule("documents_letter_issued", "documents_letter", "UPDATE",
         f"OLD.state <> 'draft' AND (NEW.state = 'draft' OR {differs(*_FIXED)})", _SAID),
    Rule("documents_letter_void", "documents_letter", "UPDATE",
         f"OLD.state = 'void' AND ({differs('state', 'void_reason')})", _SAID),
    Rule("documents_letter_kept", "documents_letter", "DELETE", "OLD.state <> 'draft'", _SAID),
)  # fmt: skip
