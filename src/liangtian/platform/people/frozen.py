"""The separation of the three officers (三员分立), kept by the database itself.

All roles of one person have the same post: system, security, audit, or none (business).
"""

from liangtian.platform.triggers import Rule, declare

TABLE = "people_user_roles"
_OTHER_POST = (
    f"EXISTS (SELECT 1 FROM {TABLE} held JOIN people_role role ON role.id = held.role_id "
    "WHERE held.user_id = NEW.user_id "
    "AND role.post <> (SELECT post FROM people_role WHERE id = NEW.role_id))"
)

declare(
    *(
        Rule(f"people_one_post_{event.lower()}", TABLE, event, _OTHER_POST,
             "系统、安全、审计管理员和业务岗位不能由同一人兼任", needs=("people_role.post",),
             lock="PERFORM 1 FROM people_user WHERE id = NEW.user_id FOR UPDATE;")
        for event in ("INSERT", "UPDATE")
    )
)  # fmt: skip
