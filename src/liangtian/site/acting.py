"""Who a command acts for, and what file it is handed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def acting_user(login: str) -> User:
    """The active user of that login name. Raises Refused (Chinese) when there is none."""
    from liangtian.platform.errors import Refused
    from liangtian.platform.people.models import User

    user: User | None = User.objects.filter(username=login, is_active=True).first()
    if user is None:
        raise Refused(f"没有登录名为“{login}”的在用账号。请核对 --user。")
    return user


def readable(path: Path) -> Path:
    """The path, if a file is there that can be read. Raises Refused (Chinese) otherwise."""
    from liangtian.platform.errors import Refused

    if path.is_dir():
        raise Refused(f"“{path}”是文件夹。FileGDB 等请先打包成 zip，再导入。")
    if not path.exists():
        raise Refused(f"没有文件“{path}”。请核对路径。")
    try:
        path.open("rb").close()
    except OSError as error:
        raise Refused(f"文件“{path}”不能读取({error.strerror})。请核对路径和权限。") from error
    return path


def told(refusal: Exception) -> str:
    """A refusal with what is wrong field by field, for the terminal."""
    fields: dict[str, str] = getattr(refusal, "fields", {})
    lines = [f"  {name}：{said}" for name, said in fields.items() if said not in str(refusal)]
    return "\n".join([str(refusal), *lines])
