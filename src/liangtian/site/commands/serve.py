"""`liangtian serve`: the web server."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from liangtian.site import runtime

NAME = "serve"
HELP = "启动网页与接口服务"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址(默认仅本机)")
    parser.add_argument("--port", type=int, default=runtime.DEFAULT_PORT, help="端口")


def run(args: Namespace) -> int:
    runtime.start_django()
    from liangtian.platform.errors import Refused

    print(f"量田服务已启动：http://{args.host}:{args.port}", flush=True)
    try:
        runtime.serve(args.host, args.port)
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    return 0
