"""`liangtian officers`: the first system, security and audit officers of an installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "officers"
HELP = "建立首批系统、安全、审计管理员，打印一次性初始密码"
# Two security officers, because one approves what the other grants.
FIRST = (
    ("xitong", "系统管理员", "sysadmin"),
    ("anquan-1", "安全管理员一", "security_officer"),
    ("anquan-2", "安全管理员二", "security_officer"),
    ("shenji", "审计管理员", "auditor"),
)


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--prefix", default="", help="账号前缀，例如 qh- 则账号为 qh-xitong，使账号不易被猜到"
    )


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.people.first import create_officers

    try:
        made = create_officers([(f"{args.prefix}{login}", *rest) for login, *rest in FIRST])
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print("已建立首批管理员。初始密码只显示这一次，请分别密封交给本人，首次登录必须更改：\n")
    for login, name, password in made:
        print(f"  {login:<16}{password}   {name}")
    print("\n请本人登录后由系统管理员改为真实姓名。三员须由不同的人担任。")
    return 0
