"""The rights of the application's own database role (PostgreSQL): it was never given the right to change
the trail, so that whoever gets at its password cannot."""

from __future__ import annotations

from django.db import connection

from liangtian.platform.audit.frozen import KEYS


def grants(role: str) -> list[str]:
    """The statements that let a role run the application on this database.

    It may read and write everything, and of the audit trail read and add. Run them as the owner of the
    tables, again after each migration.
    """
    name, schema = connection.ops.quote_name(role), "public"
    return [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {', '.join(KEYS)} FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
    ]
