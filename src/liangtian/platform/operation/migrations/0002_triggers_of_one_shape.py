from typing import Any

from django.db import migrations

# Functions (and with them the triggers) that each app made under names of its own on PostgreSQL.
EARLIER = (
    "liangtian_audit_refuse", "people_one_post", "case_state_new_check", "case_state_set_check",
    "case_step_new_check", "case_step_set_check", "case_step_del_check",
)  # fmt: skip


def drop_earlier(apps: Any, schema_editor: Any) -> None:
    """`platform.triggers` puts up its own after the migration."""
    if schema_editor.connection.vendor == "postgresql":
        for name in EARLIER:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("operation", "0001_initial")]

    operations = [migrations.RunPython(drop_earlier, migrations.RunPython.noop)]
