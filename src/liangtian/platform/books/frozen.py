"""A sealed entry balances and never changes; what is closed stays closed; an account keeps its kind."""

from liangtian.platform.triggers import ALWAYS, Event, Rule, declare, differs

_NEEDS = ("books_entry", "books_line", "books_account", "books_closing")
_UNBALANCED = (
    "NOT EXISTS (SELECT 1 FROM books_line l WHERE l.entry_id = NEW.id) OR EXISTS ("
    "SELECT 1 FROM books_line l JOIN books_account a ON a.id = l.account_id "
    "WHERE l.entry_id = NEW.id GROUP BY a.commodity HAVING SUM(l.amount) <> 0)"
)
_SEALED = "EXISTS (SELECT 1 FROM books_entry e WHERE e.id = {}.entry_id AND e.sealed)"
_CLOSED = (
    "EXISTS (SELECT 1 FROM books_closing c "
    'WHERE c.county_id = NEW.county_id AND c.through >= NEW."on")'
)


def _rule(name: str, table: str, event: Event, refused: str, said: str) -> Rule:
    return Rule(f"{table}_{name}", table, event, refused, said, _NEEDS)


declare(
    _rule("seal_balances", "books_entry", "UPDATE", f"NOT OLD.sealed AND NEW.sealed AND ({_UNBALANCED})",
          "分录借贷不平衡，不能入账"),
    _rule("sealed_stays", "books_entry", "UPDATE", "OLD.sealed", "已入账的分录不能改动，请用冲销更正"),
    _rule("sealed_not_deleted", "books_entry", "DELETE", "OLD.sealed", "已入账的分录不能删除，请用冲销更正"),
    _rule("comes_open", "books_entry", "INSERT", f"NEW.sealed OR {_CLOSED}", "分录须逐行入账，且不得记入已结账的期间"),
    _rule("into_open_entry", "books_line", "INSERT", _SEALED.format("NEW"), "已入账的分录不能加行"),
    _rule("line_stays", "books_line", "UPDATE", ALWAYS, "分录行不能改动，请用冲销更正"),
    _rule("line_not_deleted", "books_line", "DELETE", _SEALED.format("OLD"), "已入账的分录行不能删除"),
    _rule("account_keeps_kind", "books_account", "UPDATE", differs("code", "kind", "commodity", "region_id"),
          "账户的代码、类别、品种和区划不能改动"),
    _rule("closing_stays", "books_closing", "UPDATE", ALWAYS, "结账记录不能改动"),
    _rule("closing_not_deleted", "books_closing", "DELETE", ALWAYS, "结账记录不能删除"),
)  # fmt: skip
