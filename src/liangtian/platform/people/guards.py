"""The separation of the three officers (三员分立), kept by the database itself.

All roles of one person have the same post: system, security, audit, or none (business). A trigger on the
table between people and roles refuses anything else, whoever writes. Triggers go before a migration and
come back after it, because SQLite does not rename a table that a trigger names.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

NAME = "people_one_post"
TABLE = "people_user_roles"
_OTHER_POST = f"""SELECT 1 FROM {TABLE} held JOIN people_role role ON role.id = held.role_id
    WHERE held.user_id = NEW.user_id
    AND role.post <> (SELECT post FROM people_role WHERE id = NEW.role_id)"""
_SQLITE = [
    f"""CREATE TRIGGER {NAME}_{when.lower()} BEFORE {when} ON {TABLE} WHEN EXISTS ({_OTHER_POST})
    BEGIN SELECT RAISE(ABORT, 'roles of different posts in one person'); END"""
    for when in ("INSERT", "UPDATE")
]
_POSTGRES = [
    f"""CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger AS $$ BEGIN
    PERFORM 1 FROM people_user WHERE id = NEW.user_id FOR UPDATE;
    IF EXISTS ({_OTHER_POST}) THEN
        RAISE EXCEPTION 'roles of different posts in one person' USING ERRCODE = '23514';
    END IF; RETURN NEW; END $$ LANGUAGE plpgsql""",
    f"""CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {NAME}()""",
]


def lift(using: str = "default", **_: Any) -> None:
    """Before a migration."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME} ON {TABLE}")
            return
        for when in ("insert", "update"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}_{when}")


def put_back(using: str = "default", **_: Any) -> None:
    """After a migration; nothing while the tables are older than the posts."""
    connection = connections[using]
    lift(using)
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        columns = connection.introspection.get_table_description(cursor, "people_role")
        if not any(column.name == "post" for column in columns):
            return
        for statement in _POSTGRES if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)
