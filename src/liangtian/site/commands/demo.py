"""`liangtian demo`: a made-up county, ready to use, with web server and worker."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from liangtian.site import runtime

NAME = "demo"
HELP = "建立示例县(首次约一分钟)并启动系统"


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--size", choices=("T", "S", "M", "L"), default="S",
        help="示例县规模：T 约一千五百、S 约二万、M 约二十万、L 约四十万个地类图斑(仅首次有效)",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=runtime.DEFAULT_PORT, help="端口")
    parser.add_argument("--data", type=Path, help="数据目录(默认 ./liangtian-data)")
    parser.add_argument("--load-only", action="store_true", help="只建立数据，不启动服务")


def run(args: Namespace) -> int:
    if not args.load_only and _taken(args.port):
        print(f"端口 {args.port} 已被占用。请用 --port 换一个，例如 --port 8001。", file=sys.stderr)
        return 1
    runtime.start_django(args.data)
    from liangtian.site.demo.load import ACCOUNTS_NOTE, load_county, sample_accounts

    runtime.migrate()
    load_county(args.size, lambda text: print(text, flush=True))
    print(f"\n示例账号({ACCOUNTS_NOTE}):")
    for username, name, what in sample_accounts():
        print(f"  {username:<12}{name}  {what}")
    if args.load_only:
        return 0
    return _run_both(args.port)


def _taken(port: int) -> bool:
    """Whether something answers on that port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run_both(port: int) -> int:
    """Web server and worker as two processes; when one ends, or on Ctrl+C, both end."""
    command = [sys.executable, "-m", "liangtian.site.cli"]
    processes = [
        subprocess.Popen([*command, "serve", "--port", str(port)], stdout=subprocess.DEVNULL),
        subprocess.Popen([*command, "worker"]),
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    code = 0
    try:
        while not _taken(port) and all(p.poll() is None for p in processes):
            time.sleep(0.1)
        print(f"\n请在浏览器打开 http://127.0.0.1:{port}    (按 Ctrl+C 停止)", flush=True)
        while all(p.poll() is None for p in processes):
            time.sleep(0.5)
        code = next(p.returncode for p in processes if p.poll() is not None)
        print("服务已停止，原因见上。", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    return code
