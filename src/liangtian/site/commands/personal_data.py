"""`liangtian personal-data`: keys of the encrypted columns."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "personal-data"
HELP = "个人信息加密：更换密钥后重新加密"


def configure(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    verbs.add_parser(
        "reencrypt", help="用第一行密钥重新加密所有个人信息，完成后可删去旧密钥；中断后可重新运行"
    )


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused
    from liangtian.platform.people.resealing import in_use, reseal
    from liangtian.platform.personal import names

    try:
        done = reseal()
        old = [name for name in names()[1:] if name not in in_use()]
    except Refused as refusal:
        print(str(refusal), file=sys.stderr)
        return 1
    print(f"已重新加密 {sum(done.values())} 项个人信息，全部使用密钥 {names()[0]}。")
    if old:
        print(
            f"旧密钥 {'、'.join(old)} 已不再使用。仍要恢复更早的备份时需要它，请随旧备份另行保管后再从密钥中删去。"
        )
    return 0
