"""`liangtian files verify`: every stored file is there and unaltered."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "files"
HELP = "核对入库文件是否齐全、未被改动"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=["verify"], help="verify：逐个重算校验值")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.files.verifying import verify

    found = verify(lambda text: print(text, flush=True))
    print(
        f"核对 {found.files} 个文件：完好 {found.sound}，缺失 {found.missing}，被改动 {found.altered}；"
        f"存储中另有 {found.unknown} 个无登记的文件。"
    )
    return 0 if found.missing == found.altered == 0 else 1
