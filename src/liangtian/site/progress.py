"""What a long command shows while it works."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from liangtian.platform.operation.backups.manifest import Compared

CLEAR = "\r\033[K"


def shown(text: str) -> None:
    """One line of progress; on a terminal each takes the place of the last."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{CLEAR}{text}")
        sys.stderr.flush()


def table(lines: Sequence[Compared]) -> None:
    """The comparison after a restore."""
    if sys.stderr.isatty():
        sys.stderr.write(CLEAR)
    for line in lines:
        mark = "一致" if line.equal else "不一致"
        sys.stdout.write(f"{mark:　<3} {line.item:<52} {line.expected} → {line.found}\n")
    equal = sum(line.equal for line in lines)
    sys.stdout.write(f"共 {len(lines)} 项，一致 {equal} 项。\n")
