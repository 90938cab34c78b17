"""The ways the system says no, each with a message a clerk understands (in Chinese)."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 -- a business refusal, not a programming error
    """An act the rules do not allow, or input that cannot be used; nothing was changed.

    `fields` maps a field of the request to what is wrong with it.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "refused",
        fields: dict[str, str] | None = None,
        status: int = 422,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fields = fields or {}
        self.status = status


class Forbidden(Refused):
    """The user may not do this, whoever's data it is."""

    def __init__(self, message: str = "您没有此项操作的权限，请联系系统管理员。") -> None:
        super().__init__(message, code="forbidden", status=403)


class NotFound(Refused):
    """No such thing, or none within the user's region: the two are not told apart."""

    def __init__(self, message: str = "没有找到，或不在您的管辖范围内。") -> None:
        super().__init__(message, code="not_found", status=404)


class Conflict(Refused):
    """The thing is no longer in the state the request assumes."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="conflict", status=409)
