"""The flows (流程): writes docs/flows.md and its pictures from the declared machines.

`python tools/flows.py` writes them; `--check` writes nothing and exits with 1 when one is stale.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
INTRO = """\
# 流程

本页和图由 `python tools/flows.py` 从程序中的流程定义生成，请勿手工修改。双框为办结环节；叠框为会办环节，几家单位同时办理；绿色为向前，棕色为退回。
每个流程都有“撤回”：最后一步由本人办理、下一环节尚未签收且该步骤允许撤回时，可以退到上一环节。
写明机构类型的环节由该类机构（含其下属机构）中有权限的人员办理；该区划没有这类机构、或其中无人有权限时，由该区划有权限的人员办理。
没有列出的环节变更，数据库不接受。
"""


def pages() -> dict[Path, str]:
    """Every file with its text."""
    from liangtian.platform.cases.drawing import desks, svg, table
    from liangtian.platform.cases.machine import all_machines

    found: dict[Path, str] = {}
    text = [INTRO]
    for machine in all_machines():
        picture = DOCS / "pictures" / f"flow-{machine.kind.replace('.', '-')}.svg"
        found[picture] = svg(machine)
        text.append(f"## {machine.title} `{machine.kind}`\n")
        text.append(f"![{machine.title}](pictures/{picture.name})\n")
        text.append(desks(machine) + "\n")
        text.append(table(machine) + "\n")
    found[DOCS / "flows.md"] = "\n".join(text)
    return found


def _start_django() -> None:
    """With a data folder of its own: the declarations need no database."""
    os.environ.setdefault("LIANGTIAN_DATA", tempfile.mkdtemp(prefix="liangtian-flows-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian.site.settings")
    import django

    django.setup()


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages, or compare them; 1 when `--check` finds one stale."""
    parser = argparse.ArgumentParser(description="生成流程说明 docs/flows.md")
    parser.add_argument("--check", action="store_true", help="只检查，过期时返回 1")
    args = parser.parse_args(argv)
    _start_django()
    stale = [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    if args.check:
        for path in stale:
            print(f"过期：{path.name}，请运行 python tools/flows.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
