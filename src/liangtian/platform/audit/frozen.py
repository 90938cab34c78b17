"""The trail can only be added to: the database refuses to change, delete or empty it."""

from liangtian.platform.triggers import Rule, declare

KEYS = {"audit_auditentry": "id", "audit_seal": "number", "audit_archive": "id"}
SAID = "审计记录只能增加，不能修改、删除或清空。"

for table, key in KEYS.items():
    declare(
        Rule(f"{table}_update", table, "UPDATE", "TRUE", SAID),
        Rule(f"{table}_delete", table, "DELETE", "TRUE", SAID),
        Rule(f"{table}_truncate", table, "TRUNCATE", "TRUE", SAID),
        # INSERT OR REPLACE deletes without asking the trigger for deletions.
        Rule(f"{table}_insert", table, "INSERT",
             f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})", SAID, only="sqlite"),
    )  # fmt: skip
