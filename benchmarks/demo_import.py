"""What bringing in the demo county takes, step by step: survey layers, red lines, batches of patches.

    .venv/bin/python benchmarks/demo_import.py --size S --files DIR

Files are made in DIR once. It runs as well with the sources of another commit, to compare the two:

    git worktree add ../before COMMIT && PYTHONPATH=../before/src .venv/bin/python benchmarks/demo_import.py …
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BATCHES = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Make the county in a folder that is thrown away and print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="S", choices="TSM")
    parser.add_argument(
        "--files", type=Path, required=True, help="where the generated files are kept"
    )
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="liangtian-bench-") as folder:
        os.environ["LIANGTIAN_DATA"] = folder
        args.files.mkdir(parents=True, exist_ok=True)
        (Path(folder) / "demo").symlink_to(args.files.resolve())
        (args.files / "year.json").unlink(missing_ok=True)  # of a county that is gone
        told = imported(args.size)
    print(f"load {os.getloadavg()[0]:.1f}; seconds by the clock, of the processor")
    for step, clock, busy in told:
        print(f"{clock:8.1f}{busy:8.1f}  {step}")
    return 0


class Enough(Exception):  # noqa: N818 - nothing went wrong
    """What follows is the year that the demo plays, not imports."""


def imported(size: Any) -> list[tuple[str, float, float]]:
    """Each step that the demo tells of, with its seconds."""
    from liangtian.site import runtime

    runtime.start_django()
    from django.core.management import call_command

    from liangtian.platform.layers.services import ensure_catalogue
    from liangtian.platform.people.services import ensure_roles
    from liangtian.site.demo.load import load_county

    call_command("migrate", verbosity=0)
    ensure_roles()
    ensure_catalogue()
    steps: list[tuple[str, float, float]] = [("", time.perf_counter(), time.process_time())]

    def said(text: str) -> None:
        steps.append((text, time.perf_counter(), time.process_time()))
        if sum("图斑批次" in text for text, *_ in steps) > BATCHES:
            raise Enough

    with contextlib.suppress(Enough):
        load_county(size, said)
    return [
        (text, after - before, busy_after - busy)
        for (text, before, busy), (_, after, busy_after) in itertools.pairwise(steps)
        if text
    ]


if __name__ == "__main__":
    sys.exit(main())
